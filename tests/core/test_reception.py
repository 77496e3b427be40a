"""What follows from one text, as a table: who sent it, what was heard, what is said and who must see it."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.alert import Cause
from bot.core.enrollment import Act, Consent
from bot.core.flow import Number, Unclear
from bot.core.keyword import Keyword
from bot.core.reception import (
    Decision,
    Sender,
    Standing,
    Text,
    Waiting,
    decide,
    decide_without_script,
    read_back,
)
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Flag, Heard
from bot.core.redflag.table import Concern, Tier
from bot.core.session import Answer, Session, State
from tests.core.test_session import AT_PAIN, FLOW, IN, OUT, Kind

NOTHING = Heard()


def heard(*names: str, review: bool = False, **more: object) -> Heard:
    flags = tuple(Flag(Concern(name), name, 0, 1, f"{name}-1", "7") for name in names)
    return Heard(review=flags, **more) if review else Heard(flags=flags, **more)  # type: ignore[arg-type]


PATIENT = Standing(Sender.PATIENT, Consent.JOINED)
TALKING = replace(PATIENT, waiting=Waiting(AT_PAIN, FLOW))
STOPPED = Standing(Sender.PATIENT, Consent.STOPPED)
ASKED = Standing(Sender.PATIENT, Consent.ASKED)
NURSE = Standing(Sender.STAFF, Consent.NONE)
STRANGER = Standing(Sender.UNKNOWN, Consent.NONE)


def says(decision: Decision) -> list[str]:
    return [spoken.notice or (spoken.text or {})["en"] for spoken in decision.say]


def matters(decision: Decision) -> list[tuple[Tier, Cause]]:
    return [(matter.tier, matter.cause) for matter in decision.matters]


E, S, R = Tier.EMERGENCY, Tier.SAME_DAY, Tier.ROUTINE
CASES: list[tuple[str, Text, Heard, Standing, list[str], list[tuple[Tier, Cause]], Consent | None]] = [
    ("stop", Text("STOP"), NOTHING, PATIENT, ["stopped"], [(R, Cause.STOPPED)], Consent.STOPPED),
    ("natural stop", Text("leave me be"), Heard(opt_out=True), PATIENT, ["stopped"], [(R, Cause.STOPPED)], Consent.STOPPED),
    ("stop again", Text("STOP"), NOTHING, STOPPED, [], [], Consent.STOPPED),
    ("stop with an emergency", Text("STOP"), heard("pe"), PATIENT, ["tell pe", "stopped"], [(E, Cause.FREE_TEXT), (R, Cause.STOPPED)], Consent.STOPPED),
    ("stop with less", Text("STOP"), heard("fall"), PATIENT, ["stopped"], [(S, Cause.FREE_TEXT), (R, Cause.STOPPED)], Consent.STOPPED),
    ("stop again with an emergency", Text("STOP"), heard("pe"), STOPPED, [], [(E, Cause.FREE_TEXT)], Consent.STOPPED),
    ("stop that the carrier answered", Text("STOP", carrier_answered=Keyword.STOP), NOTHING, PATIENT, [], [(R, Cause.STOPPED)], Consent.STOPPED),
    ("stop of a word we do not know", Text("adios", carrier_answered=Keyword.STOP), NOTHING, PATIENT, [], [(R, Cause.STOPPED)], Consent.STOPPED),
    ("stop of a nurse", Text("STOP"), NOTHING, NURSE, ["staff_stopped"], [(R, Cause.STOPPED)], Consent.STOPPED),
    ("stop of a stranger", Text("STOP"), NOTHING, STRANGER, ["stopped"], [], Consent.STOPPED),
    ("start", Text("START"), NOTHING, STOPPED, ["restarted"], [], Consent.JOINED),
    ("start that the carrier answered", Text("START", carrier_answered=Keyword.START), NOTHING, STOPPED, [], [], Consent.JOINED),
    ("start of a nurse", Text("START"), NOTHING, replace(NURSE, consent=Consent.STOPPED), ["staff_help"], [], Consent.NONE),
    ("start of a stranger", Text("START"), NOTHING, replace(STRANGER, consent=Consent.STOPPED), ["unknown_number"], [], Consent.NONE),
    ("yes after stop", Text("YES"), NOTHING, STOPPED, [], [(R, Cause.NOT_UNDERSTOOD)], None),
    ("an emergency after stop", Text("x"), heard("pe"), STOPPED, [], [(E, Cause.FREE_TEXT)], None),
    ("a picture after stop", Text("", pictures=1), NOTHING, STOPPED, [], [(S, Cause.PICTURE)], None),
    ("help", Text("HELP"), NOTHING, PATIENT, ["help"], [], None),
    ("help that the carrier answered", Text("HELP", carrier_answered=Keyword.HELP), NOTHING, PATIENT, [], [], None),
    ("yes when asked", Text("yes"), NOTHING, ASKED, ["joined"], [], Consent.JOINED),
    ("yes with an emergency", Text("yes"), heard("pe"), ASKED, ["tell pe", "joined"], [(E, Cause.FREE_TEXT)], Consent.JOINED),
    ("no yes", Text("why"), NOTHING, ASKED, ["staff_will_read"], [(R, Cause.NOT_UNDERSTOOD)], None),
    ("an emergency out of the blue", Text("x"), heard("pe"), PATIENT, ["tell pe"], [(E, Cause.FREE_TEXT)], None),
    ("same day out of the blue", Text("x"), heard("fall"), PATIENT, ["tell fall"], [(S, Cause.FREE_TEXT)], None),
    ("of another, or past", Text("x"), heard("pe", review=True), PATIENT, ["staff_will_read"], [(R, Cause.REVIEW)], None),
    ("nothing heard", Text("thanks"), NOTHING, PATIENT, ["staff_will_read"], [(R, Cause.NOT_UNDERSTOOD)], None),
    ("after the end", Text("thanks"), NOTHING, replace(PATIENT, has_ended=True), ["ended"], [(R, Cause.NOT_UNDERSTOOD)], None),
    ("wants a person", Text("call me"), heard(intents=frozenset({Intent.WANTS_PERSON})), PATIENT, ["staff_will_read"], [(R, Cause.WANTS_PERSON)], None),
    ("wrong number", Text("who"), heard(intents=frozenset({Intent.WRONG_NUMBER})), PATIENT, [], [(R, Cause.WRONG_PERSON)], Consent.STOPPED),
    ("wrong number in talk", Text("who"), heard(intents=frozenset({Intent.WRONG_NUMBER})), TALKING, [], [(R, Cause.WRONG_PERSON)], Consent.STOPPED),
    ("a death", Text("x"), heard(intents=frozenset({Intent.DEATH})), PATIENT, ["stopped"], [(R, Cause.DEATH)], Consent.STOPPED),
    ("a death in talk", Text("x"), heard(intents=frozenset({Intent.DEATH})), TALKING, ["stopped"], [(R, Cause.DEATH)], Consent.STOPPED),
    ("a death and a wish for no more texts", Text("x"), heard(opt_out=True, intents=frozenset({Intent.DEATH})), PATIENT, ["stopped"], [(R, Cause.DEATH)], Consent.STOPPED),
    ("a death told after stop", Text("x"), heard(intents=frozenset({Intent.DEATH})), STOPPED, [], [(R, Cause.DEATH)], Consent.STOPPED),
    ("a death told by a stranger", Text("x"), heard(intents=frozenset({Intent.DEATH})), STRANGER, [], [(R, Cause.DEATH)], None),
    ("a death and an emergency", Text("x"), heard("pe", intents=frozenset({Intent.DEATH})), PATIENT, ["tell pe"], [(E, Cause.FREE_TEXT)], None),
    ("another language", Text("x"), heard(intents=frozenset({Intent.WANTS_SPANISH})), PATIENT, ["language_set"], [], None),
    ("another language in talk", Text("x"), heard(intents=frozenset({Intent.WANTS_ENGLISH})), TALKING, ["pain?", "language_set"], [], None),
    ("another language and an answer", Text("3"), heard(intents=frozenset({Intent.WANTS_SPANISH})), TALKING, ["good", "breath?", "language_set"], [], None),
    ("another language and an emergency", Text("x"), heard("pe", intents=frozenset({Intent.WANTS_SPANISH})), PATIENT, ["tell pe", "language_set"], [(E, Cause.FREE_TEXT)], None),
    ("another language after stop", Text("x"), heard(intents=frozenset({Intent.WANTS_SPANISH})), STOPPED, [], [(R, Cause.NOT_UNDERSTOOD)], None),
    ("a robot", Text("auto"), heard(intents=frozenset({Intent.ROBOT})), PATIENT, [], [], None),
    ("a robot in talk", Text("auto"), heard(intents=frozenset({Intent.ROBOT})), TALKING, [], [], None),
    ("a picture", Text("", pictures=2), NOTHING, PATIENT, ["picture_received"], [(S, Cause.PICTURE)], None),
    ("a picture in talk", Text("", pictures=1), NOTHING, TALKING, ["pain?", "picture_received"], [(S, Cause.PICTURE)], None),
    ("an answer", Text("3"), NOTHING, TALKING, ["good", "breath?"], [], None),
    ("an answer that is a flag", Text("9"), NOTHING, TALKING, ["tell fall", "breath?"], [(S, Cause.ANSWER)], None),
    ("an answer with an emergency", Text("3"), heard("pe"), TALKING, ["tell pe"], [(E, Cause.FREE_TEXT)], None),
    ("unclear", Text("purple"), NOTHING, TALKING, ["again pain"], [], None),
    ("a stranger", Text("hello"), NOTHING, STRANGER, ["unknown_number"], [], None),
    ("a stranger's emergency", Text("x"), heard("pe"), STRANGER, ["tell pe"], [(E, Cause.FREE_TEXT)], None),
    ("a stranger's picture", Text("", pictures=1), NOTHING, STRANGER, ["unknown_number"], [(S, Cause.PICTURE)], None),
    ("a nurse's chat", Text("hello"), NOTHING, NURSE, ["staff_help"], [], None),
    ("a nurse's emergency", Text("x"), heard("pe"), NURSE, ["tell pe"], [(E, Cause.FREE_TEXT)], None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "listened", "standing", "spoken", "raised", "consent"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)  # fmt: skip
def test_what_follows(
    text: Text,
    listened: Heard,
    standing: Standing,
    spoken: list[str],
    raised: list[tuple[Tier, Cause]],
    consent: Consent | None,
) -> None:
    decision = decide(text, listened, standing, IN)

    assert says(decision) == spoken
    assert matters(decision) == raised
    assert decision.consent == consent


def test_only_the_emergencys_words_are_urgent() -> None:
    decision = decide(Text("STOP"), heard("pe"), PATIENT, IN)

    assert [spoken.urgent for spoken in decision.say] == [True, False]


@pytest.mark.parametrize("notice", ["staff_will_read", "picture_received"])
def test_out_of_hours_nobody_is_promised_today(notice: str) -> None:
    text = Text("", pictures=1) if notice == "picture_received" else Text("hello")

    assert says(decide(text, NOTHING, PATIENT, OUT)) == [f"{notice}_out_of_hours"]


def test_the_second_unclear_reply_is_a_task_for_a_person() -> None:
    again = replace(TALKING, waiting=Waiting(replace(AT_PAIN, unclear=1), FLOW))

    decision = decide(Text("purple"), NOTHING, again, IN)

    assert (says(decision), matters(decision)) == (["handed_over"], [(R, Cause.NOT_UNDERSTOOD)])
    assert decision.turn is not None
    assert decision.turn.session.state is State.HANDED_OVER


def test_words_are_read_by_a_person() -> None:
    talking = replace(PATIENT, waiting=Waiting(Session("day", 1, "free"), FLOW))

    assert matters(decide(Text("all is well"), NOTHING, talking, IN)) == [(R, Cause.FREE_WORDS)]


def test_a_step_that_is_gone_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        decide(Text("3"), NOTHING, replace(PATIENT, waiting=Waiting(Session("day", 1, "gone"), FLOW)), IN)


WITHOUT = [
    (Text("3"), NOTHING, PATIENT, [], []),
    (Text("x"), heard("pe"), PATIENT, ["tell pe"], [(E, Cause.FREE_TEXT)]),
    (Text("x"), heard("pe"), STRANGER, ["tell pe"], [(E, Cause.FREE_TEXT)]),
    (Text("x"), heard("pe"), STOPPED, [], [(E, Cause.FREE_TEXT)]),
    (Text("STOP"), NOTHING, PATIENT, ["stopped"], [(R, Cause.STOPPED)]),
    (Text("STOP"), heard("pe"), PATIENT, ["tell pe", "stopped"], [(E, Cause.FREE_TEXT), (R, Cause.STOPPED)]),
]


@pytest.mark.parametrize(("text", "listened", "standing", "spoken", "raised"), WITHOUT)
def test_what_must_happen_with_a_broken_script(
    text: Text, listened: Heard, standing: Standing, spoken: list[str], raised: list[tuple[Tier, Cause]]
) -> None:
    decision = decide_without_script(text, listened, standing, IN)

    assert (says(decision), matters(decision)) == (spoken, raised)


def test_why_names_rules_and_steps_and_no_word_of_the_patients() -> None:
    flagged = decide(Text("my secret words"), heard("pe"), PATIENT, IN).matters[0]
    answered = decide(Text("9"), NOTHING, TALKING, IN).matters[0]

    assert flagged.why == ("pe-1 v7",)
    assert answered.why == ("answer: pain",)


def test_the_ledger_hears_of_every_change() -> None:
    acts = [
        decide(Text(word), NOTHING, standing, IN).acts
        for word, standing in (("STOP", PATIENT), ("STOP", STOPPED), ("START", STOPPED), ("yes", ASKED), ("HELP", PATIENT))
    ]  # fmt: skip

    assert acts == [(Act.STOPPED,), (), (Act.RESTARTED,), (Act.JOINED,), (Act.HELPED,)]


def test_how_a_reply_was_understood() -> None:
    assert read_back(Answer("pain", Kind.SCALE, 5.0), Number(5.0)) == "pain = 5"
    assert read_back(None, Unclear("out of range")) == "not understood: out of range"
