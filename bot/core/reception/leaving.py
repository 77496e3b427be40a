"""Texts that end: STOP in any words, a death, a wrong number."""

from __future__ import annotations

from dataclasses import replace

from bot.core.alert import Cause
from bot.core.enrollment import Act, Consent
from bot.core.keyword import Keyword, keyword
from bot.core.reception.adding import (
    adding,
    matters_only,
    pictures_of,
    with_red_flags,
    with_review,
)
from bot.core.reception.decision import Decision, Matter, Sender, Spoken, Standing, Text
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.session import Facts


def is_stop(text: Text, heard: Heard) -> bool:
    return Keyword.STOP in (text.carrier_answered, keyword(text.body)) or heard.opt_out


def stop(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    """STOP is honoured at once. A red flag in the same text still alerts; an emergency's one instruction goes out
    with the confirmation, in the answer to the patient's own text. After that nothing may be sent."""
    already = standing.consent is Consent.STOPPED
    say = () if already or text.carrier_answered else (Spoken(notice="stopped"),)
    if standing.sender is Sender.STAFF and say:
        say = (Spoken(notice="staff_stopped"),)
    decision = Decision(
        say=say,
        consent=Consent.STOPPED,
        acts=() if already else (Act.STOPPED,),
        ends_sessions=True,
        understood="STOP",
    )
    if standing.sender is not Sender.UNKNOWN and not already:
        decision = adding(decision, Matter(Tier.ROUTINE, Cause.STOPPED))
    decision = replace(decision, matters=(*decision.matters, *pictures_of(text)))
    if text.carrier_answered or already:
        return matters_only(decision, heard, facts)
    return with_red_flags(decision, heard, facts, only_emergency=True)


def is_of_a_death(heard: Heard, standing: Standing) -> bool:
    """With a red flag in the same words somebody may yet be alive: then the alert comes first and a person judges."""
    return Intent.DEATH in heard.intents and not heard.flags and standing.sender is not Sender.STAFF


def death(text: Text, standing: Standing) -> Decision:
    """The family is left in peace at once, and a person reads it: nothing is guessed about who died."""
    matters = (Matter(Tier.ROUTINE, Cause.DEATH), *pictures_of(text))
    if standing.sender is Sender.UNKNOWN:
        return Decision(matters=matters, understood="a death")
    already = standing.consent is Consent.STOPPED
    return Decision(
        say=() if already or text.carrier_answered else (Spoken(notice="stopped"),),
        matters=matters,
        consent=Consent.STOPPED,
        acts=() if already else (Act.STOPPED,),
        ends_sessions=True,
        understood="a death",
    )


def wrong_person(heard: Heard) -> Decision:
    """Somebody else has this phone: they get no more of the patient's texts, and staff find the right number."""
    stopped = Decision(consent=Consent.STOPPED, acts=(Act.STOPPED,), ends_sessions=True)
    return with_review(adding(stopped, Matter(Tier.ROUTINE, Cause.WRONG_PERSON)), heard)
