"""What follows from one inbound text, decided as a value before anything is written."""

from __future__ import annotations

from dataclasses import replace

from bot.core.enrollment import Act, Consent
from bot.core.keyword import Keyword, keyword
from bot.core.reception.adding import (
    matters_only,
    with_red_flags,
)
from bot.core.reception.conversation import in_conversation
from bot.core.reception.decision import Decision, Sender, Spoken, Standing, Text
from bot.core.reception.language import in_language
from bot.core.reception.leaving import death, is_of_a_death, is_stop, stop
from bot.core.reception.outside import (
    being_asked,
    from_stranger,
    out_of_conversation,
    to_the_person,
    welcome,
    while_stopped,
)
from bot.core.redflag.screen import Heard
from bot.core.session import Facts


def decide(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    """Everything that follows from this text. Raises LookupError when the script cannot be followed."""
    if is_of_a_death(heard, standing):
        return death(text, standing)
    if is_stop(text, heard):
        return stop(text, heard, standing, facts)
    decision = in_language(_decide(text, heard, standing, facts), heard, standing)
    if text.carrier_answered:
        return replace(decision, say=tuple(spoken for spoken in decision.say if spoken.urgent))
    return decision


def _decide(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    word = text.carrier_answered or keyword(text.body)
    if standing.consent is Consent.STOPPED:
        return while_stopped(text, heard, standing, facts, word)
    if word is Keyword.HELP and standing.sender is not Sender.STAFF:
        return with_red_flags(Decision(say=(Spoken(notice="help"),), acts=(Act.HELPED,)), heard, facts)
    if standing.sender is Sender.PATIENT:
        return _from_patient(text, heard, standing, facts, word)
    return with_red_flags(from_stranger(text, heard, standing), heard, facts)


def decide_without_script(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    """What must happen even when the script is broken: a STOP, the alert, its pages, the patient's instruction."""
    if is_of_a_death(heard, standing):
        return death(text, standing)
    if is_stop(text, heard):
        return stop(text, heard, standing, facts)
    if standing.consent is Consent.STOPPED or text.carrier_answered:
        return matters_only(Decision(), heard, facts)
    return with_red_flags(Decision(), heard, facts)


def _from_patient(text: Text, heard: Heard, standing: Standing, facts: Facts, word: Keyword | None) -> Decision:
    if standing.consent is not Consent.JOINED:
        return being_asked(text, heard, standing, facts, word)
    if word is Keyword.START:
        # Consent stands already; but they may have said that texts are no longer wanted.
        joined = Decision(say=(welcome(standing, "joined"),), consent=Consent.JOINED, understood="START")
        return with_red_flags(joined, heard, facts)
    if standing.is_talked_with:
        return to_the_person(text, heard, facts)
    if standing.waiting is not None:
        return in_conversation(text, heard, standing.waiting, facts)
    return out_of_conversation(text, heard, standing, facts)
