"""A text outside any conversation: before consent, after STOP, to a person, out of the blue, or from a stranger."""

from __future__ import annotations

from dataclasses import replace

from bot.core.alert import Cause
from bot.core.enrollment import Act, Consent
from bot.core.keyword import Keyword, is_join
from bot.core.reception.adding import (
    adding,
    by_hours,
    matters_only,
    pictures_of,
    saying,
    with_pictures,
    with_red_flags,
)
from bot.core.reception.decision import Decision, Matter, Sender, Spoken, Standing, Text
from bot.core.reception.language import language_asked
from bot.core.reception.late import of_the_one_before
from bot.core.reception.leaving import wrong_person
from bot.core.reception.robot import from_robot
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.session import Facts


def being_asked(text: Text, heard: Heard, standing: Standing, facts: Facts, word: Keyword | None) -> Decision:
    """Before consent only YES joins; anything else is screened and read by a person."""
    if word is Keyword.START or is_join(text.body):
        joined = Decision(
            say=(welcome(standing, "joined"),), consent=Consent.JOINED, acts=(Act.JOINED,), understood="joined"
        )
        return with_red_flags(joined, heard, facts)
    return out_of_conversation(text, heard, standing, facts)


def while_stopped(text: Text, heard: Heard, standing: Standing, facts: Facts, word: Keyword | None) -> Decision:
    """After STOP we say nothing, but still hear everything: staff must call, they cannot text."""
    if word is Keyword.START:
        return with_red_flags(restarted(standing), heard, facts)
    pictures = pictures_of(text)
    is_read = heard.flags or pictures or standing.sender is not Sender.PATIENT
    unread = () if is_read else (Matter(Tier.ROUTINE, Cause.NOT_UNDERSTOOD),)
    return matters_only(Decision(matters=(*unread, *pictures)), heard, facts)


def restarted(standing: Standing) -> Decision:
    """Only START lifts a STOP. A patient's conversations go on; anybody else may be answered again."""
    notices = {Sender.PATIENT: "restarted", Sender.STAFF: "staff_help", Sender.UNKNOWN: "unknown_number"}
    return Decision(
        say=(welcome(standing, notices[standing.sender]),),
        consent=Consent.JOINED if standing.sender is Sender.PATIENT else Consent.NONE,
        acts=(Act.RESTARTED,),
        understood="START",
    )


def welcome(standing: Standing, notice: str) -> Spoken:
    """Whoever joins when the care plan is over must not be promised more texts."""
    return Spoken(notice="ended" if standing.has_ended else notice)


def to_the_person(text: Text, heard: Heard, facts: Facts) -> Decision:
    """The script keeps silent while a person talks. Red flags are heard as ever, and every word is listed to read."""
    decision = Decision(
        understood="said to a person", matters=(Matter(Tier.ROUTINE, Cause.FREE_WORDS), *pictures_of(text))
    )
    return with_red_flags(decision, heard, facts)


def out_of_conversation(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    if Intent.ROBOT in heard.intents:
        return from_robot(text, heard, facts)
    if standing.over and (late := of_the_one_before(text, heard, standing.over, facts)):
        return with_pictures(_thanked(late, standing, facts), text, facts)
    decision = with_pictures(with_red_flags(Decision(), heard, facts), text, facts)
    if decision.matters and not heard.review:
        return decision
    cause = Cause.WANTS_PERSON if Intent.WANTS_PERSON in heard.intents else Cause.NOT_UNDERSTOOD
    if Intent.WRONG_NUMBER in heard.intents:
        return wrong_person(heard)
    if language_asked(heard) and cause is Cause.NOT_UNDERSTOOD and not heard.review:
        return replace(decision, understood="another language")
    if not heard.review:
        decision = adding(decision, Matter(Tier.ROUTINE, cause))
    return saying(decision, _will_be_read(standing, facts))


def _thanked(late: Decision, standing: Standing, facts: Facts) -> Decision:
    """A late answer is a task for a person, and whoever gave it is told so."""
    is_task = any(matter.cause is Cause.LATE for matter in late.matters)
    return saying(late, _will_be_read(standing, facts)) if is_task else late


def _will_be_read(standing: Standing, facts: Facts) -> str:
    return "ended" if standing.has_ended else by_hours(facts, "staff_will_read")


def from_stranger(text: Text, heard: Heard, standing: Standing) -> Decision:
    """An unknown number, or a nurse's text that is no acknowledgement: no name, no guess, and no loop."""
    if Intent.ROBOT in heard.intents:
        return Decision(understood="an automatic answer")
    if standing.sender is Sender.STAFF:
        return Decision(say=() if heard.flags else (Spoken(notice="staff_help"),))
    say = () if heard.flags else (Spoken(notice="unknown_number"),)
    return Decision(say=say, matters=pictures_of(text))
