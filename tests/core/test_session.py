"""One move in a conversation: the new session, what to say, the answer understood, the red flags heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.flow import (
    Ask,
    Branch,
    Chosen,
    Flow,
    Kind,
    No,
    Number,
    Question,
    Say,
    Silence,
    Unclear,
    When,
    Words,
    Yes,
)
from bot.core.redflag.table import Concept, Concern, Handling, RedFlagTable, Tier
from bot.core.session import Facts, Session, State, advance, start


def words(text: str) -> dict[str, str]:
    return {"en": text}


def handling(tier: Tier, text: str) -> Handling:
    return Handling(tier, words(text), words(f"{text}, closed"), "call", timedelta(minutes=5), timedelta(minutes=10))


def concept(name: str, tier: Tier, *, severe: bool = False) -> Concept:
    worse = handling(Tier.EMERGENCY, f"{name} is severe") if severe else None
    return Concept(name, words(name), handling(tier, f"tell {name}"), worse, ("S1",))


TABLE = RedFlagTable(
    "1",
    "",
    {
        "pe": concept("pe", Tier.EMERGENCY),
        "infection": concept("infection", Tier.SAME_DAY, severe=True),
        "fall": concept("fall", Tier.SAME_DAY),
    },
)
IN, OUT = Facts(TABLE, in_hours=True), Facts(TABLE, in_hours=False)
PE, INFECTION, FALL = Concern("pe"), Concern("infection"), Concern("fall")


def ask(name: str, kind: Kind, *branches: Branch) -> Ask:
    return Ask(
        name,
        words(f"{name}?"),
        Question(kind),
        words(f"again {name}"),
        branches,
        words(f"nudge {name}"),
        timedelta(hours=4),
        timedelta(hours=20),
    )


FLOW = Flow(
    "day",
    "A day",
    (
        Say("hello", words("hello")),
        ask("pain", Kind.SCALE, Branch(When(low=8), red_flags=(FALL,)), Branch(When(low=0, high=7), say=words("good"))),
        ask("breath", Kind.YES_NO, Branch(When(yes=True), red_flags=(PE,)), Branch(When(yes=False), goto="bye")),
        ask("free", Kind.WORDS, Branch(When())),
        Say("bye", words("bye")),
    ),
)
AT_PAIN = start(FLOW, 3).session


def said(turn_say: tuple[object, ...]) -> list[str]:
    return [wording["en"] for wording in turn_say]  # type: ignore[index]


def test_a_conversation_opens_with_everything_up_to_its_first_question() -> None:
    turn = start(FLOW, 3)

    assert said(turn.say) == ["hello", "pain?"]
    assert (turn.session.step, turn.session.version, turn.session.is_over) == ("pain", 3, False)


MOVES = [
    # answer, heard, in hours: said, step, state, flags
    (Number(3), (), IN, ["good", "breath?"], "breath", State.ACTIVE, ()),
    (Number(9), (), IN, ["tell fall", "breath?"], "breath", State.ACTIVE, (FALL,)),
    (Number(9), (), OUT, ["tell fall, closed", "breath?"], "breath", State.ACTIVE, (FALL,)),
    (Number(3), (PE,), IN, ["tell pe"], "pain", State.HANDED_OVER, (PE,)),
    (Number(9), (PE,), IN, ["tell pe"], "pain", State.HANDED_OVER, (PE, FALL)),
    (Number(9), (FALL,), IN, ["tell fall", "breath?"], "breath", State.ACTIVE, (FALL,)),
    (Unclear("no answer in it"), (), IN, ["again pain"], "pain", State.ACTIVE, ()),
    (Unclear("no answer in it"), (INFECTION,), IN, ["tell infection", "pain?"], "pain", State.ACTIVE, (INFECTION,)),
    (Unclear("no answer in it"), (PE,), IN, ["tell pe"], "pain", State.HANDED_OVER, (PE,)),
    (Silence(over=False), (), IN, ["nudge pain"], "pain", State.ACTIVE, ()),
    (Silence(over=True), (), IN, [], "pain", State.EXPIRED, ()),
]


@pytest.mark.parametrize(("answer", "heard", "facts", "says", "step", "state", "flags"), MOVES)
def test_a_move(
    answer: object, heard: tuple[Concern, ...], facts: Facts, says: list[str], step: str, state: State, flags: object
) -> None:
    turn = advance(FLOW, AT_PAIN, answer, facts, heard)  # type: ignore[arg-type]

    assert (said(turn.say), turn.session.step, turn.session.state) == (says, step, state)
    assert turn.red_flags == flags


def test_the_second_unclear_reply_in_a_row_hands_over_to_a_person() -> None:
    first = advance(FLOW, AT_PAIN, Unclear("?"), IN)
    second = advance(FLOW, first.session, Unclear("?"), IN)

    assert (second.session.state, second.say) == (State.HANDED_OVER, ())


def test_a_red_flag_between_two_unclear_replies_does_not_count_as_one() -> None:
    first = advance(FLOW, AT_PAIN, Unclear("?"), IN)
    flagged = advance(FLOW, first.session, Unclear("?"), IN, (FALL,))

    assert flagged.session.state is State.ACTIVE


def test_a_goto_leaps_to_the_end_and_the_conversation_is_done() -> None:
    at_breath = advance(FLOW, AT_PAIN, Number(1), IN).session

    turn = advance(FLOW, at_breath, No(), IN)

    assert (said(turn.say), turn.session.step, turn.session.state) == (["bye"], None, State.DONE)
    assert turn.session.answers == {"pain": 1, "breath": False}


def test_words_are_accepted_and_kept_with_the_reply() -> None:
    turn = advance(FLOW, Session("day", 3, "free"), Words(), IN)

    assert turn.answer is not None
    assert turn.answer.value is None
    assert turn.session.state is State.DONE


@pytest.mark.parametrize("step", [None, "", "bye", "nowhere"])
def test_a_step_that_is_no_question_is_a_lookup_error(step: str | None) -> None:
    with pytest.raises(LookupError):
        advance(FLOW, Session("day", 3, step), Yes(), IN)


TAKES = [
    (When(), Yes(), True),
    (When(), Words(), True),
    (When(), Chosen("a"), True),
    (When(), Number(4), True),
    (When(), Unclear("?"), False),
    (When(), Silence(over=True), False),
    (When(yes=True), Yes(), True),
    (When(yes=True), No(), False),
    (When(yes=False), No(), True),
    (When(yes=True), Number(1), False),
    (When(low=8), Number(8), True),
    (When(low=8), Number(7.9), False),
    (When(low=1, high=3), Number(3), True),
    (When(high=3), Number(3.1), False),
    (When(low=1), Words(), False),
    (When(options=("a", "b")), Chosen("b"), True),
    (When(options=("a",)), Chosen("b"), False),
]


@pytest.mark.parametrize(("when", "answer", "takes"), TAKES)
def test_which_answers_a_branch_takes(when: When, answer: object, *, takes: bool) -> None:
    assert when.takes(answer) is takes  # type: ignore[arg-type]


def test_the_table_speaks_for_the_most_urgent_and_says_each_thing_once() -> None:
    both = (INFECTION, FALL, INFECTION)
    severe = Concern("infection", severe=True)

    assert said(TABLE.tells(both, in_hours=True)) == ["tell infection", "tell fall"]
    assert said(TABLE.tells((*both, severe), in_hours=True)) == ["infection is severe"]
    assert said(TABLE.tells((PE, FALL), in_hours=False)) == ["tell pe, closed"]
    assert TABLE.tells((), in_hours=True) == ()
    assert (TABLE.tier(both), TABLE.tier(()), TABLE.tier((severe,))) == (Tier.SAME_DAY, None, Tier.EMERGENCY)


def test_a_severe_form_that_a_concept_has_not_is_its_usual_one() -> None:
    assert TABLE.handling(Concern("fall", severe=True)).tier is Tier.SAME_DAY


def test_tiers_are_ordered() -> None:
    assert [tier.urgency for tier in Tier] == [3, 2, 1]


def test_the_step_after_the_last_is_the_end() -> None:
    assert (FLOW.after("pain"), FLOW.after("bye"), FLOW.step("nowhere")) == ("breath", "end", None)
