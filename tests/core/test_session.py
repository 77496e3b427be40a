"""One move in a conversation: the new session, what to say, the answer understood, the red flags heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.condition import Compare, Name, Value
from bot.core.flow import (
    Ask,
    Branch,
    By,
    Chosen,
    Flow,
    Kind,
    Memory,
    No,
    Number,
    Option,
    Question,
    Say,
    Score,
    Silence,
    Unclear,
    When,
    Words,
    Yes,
    memory,
)
from bot.core.redflag.table import Concept, Concern, Handling, RedFlagTable, Tier
from bot.core.session import Answer, Facts, Session, State, advance, start


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


def choice(name: str, *values: float) -> Ask:
    options = tuple(Option(f"o{value:g}", words(f"o{value:g}"), {}, value) for value in values)
    asked = ask(name, Kind.CHOICE, Branch(When()))
    return replace(asked, question=Question(Kind.CHOICE, options=options))


MOOD_VALUES = {name: {f"o{value}": float(value) for value in range(4)} for name in ("joy", "mood")}
MOOD = Flow(
    "mood",
    "Two questions and their sum",
    (
        choice("joy", 0, 1, 2, 3),
        choice("mood", 0, 1, 2, 3),
        Score(
            "phq2",
            ("joy", "mood"),
            By.SUM,
            (Branch(When(low=3), red_flags=(FALL,), task="call"), Branch(When(low=0, high=2))),
            MOOD_VALUES,
        ),
        Say("bye", words("bye on day {day}")),
    ),
)


@pytest.mark.parametrize(
    ("joy", "mood", "score", "flags"), [(1, 1, 2.0, ()), (0, 3, 3.0, (FALL,)), (3, 3, 6.0, (FALL,))]
)
def test_a_score_is_made_when_its_last_answer_is_there(
    joy: int, mood: int, score: float, flags: tuple[Concern, ...]
) -> None:
    first = advance(MOOD, start(MOOD, 1).session, Chosen(f"o{joy}"), IN)

    last = advance(MOOD, first.session, Chosen(f"o{mood}"), replace(IN, day=14))

    assert first.scores == ()
    assert last.scores == (Answer("phq2", Kind.NUMBER, score),)
    assert last.red_flags == flags
    assert said(last.say) == [*(["tell fall"] if flags else []), "bye on day 14"]
    assert last.tasks == ((("phq2", "call"),) if flags else ())


@pytest.mark.parametrize("end", [Silence(over=True), Unclear("?")])
def test_half_a_set_of_answers_has_no_score_and_is_flagged(end: Silence | Unclear) -> None:
    session = advance(MOOD, start(MOOD, 1).session, Chosen("o3"), IN).session
    if isinstance(end, Unclear):
        session = advance(MOOD, session, end, IN).session

    turn = advance(MOOD, session, end, IN)

    assert turn.session.is_over
    assert turn.scores == (Answer("phq2", Kind.NUMBER, None),)


def test_a_set_that_was_never_begun_is_not_flagged() -> None:
    assert advance(MOOD, start(MOOD, 1).session, Silence(over=True), IN).scores == ()


WORSE = Compare(Name("change.pain"), ">=", Value(3.0))
COURSE = Flow(
    "course",
    "How pain goes",
    (
        ask(
            "pain",
            Kind.SCALE,
            Branch(When(low=8), red_flags=(FALL,)),
            Branch(When(low=0, high=7), red_flags=(FALL,), condition=WORSE),
            Branch(When(low=0, high=7), task="above", condition=Compare(Name("pain"), ">", Name("band.pain"))),
            Branch(When(low=0, high=7)),
        ),
        replace(ask("walk", Kind.YES_NO, Branch(When())), skip_if=Compare(Name("day"), "<", Value(14.0))),
        Say("bye", words("bye")),
    ),
)


@pytest.mark.parametrize(
    ("past", "pain", "flags", "tasks"),
    [
        ((), 5, (), ()),
        ((5.0, 3.0), 5, (), ()),
        ((5.0, 2.0), 5, (FALL,), ()),
        ((5.0,), 7, (), (("pain", "above"),)),
    ],
)
def test_an_answer_is_weighed_against_those_before_it(
    past: tuple[float, ...], pain: float, flags: tuple[Concern, ...], tasks: tuple[tuple[str, str], ...]
) -> None:
    facts = replace(IN, past={"pain": past}, bands={"pain": ((0, 9.0), (10, 6.0))}, day=12)

    turn = advance(COURSE, start(COURSE, 1, facts).session, Number(pain), facts)

    assert (turn.red_flags, turn.tasks) == (flags, tasks)


@pytest.mark.parametrize(("day", "step"), [(13, None), (14, "walk")])
def test_a_step_is_passed_over_while_its_condition_holds(day: int, step: str | None) -> None:
    facts = replace(IN, day=day)

    assert advance(COURSE, start(COURSE, 1, facts).session, Number(2), facts).session.step == step


def test_a_flow_says_which_earlier_answers_matter() -> None:
    assert COURSE.remembers("pain") == {"pain"}
    assert COURSE.remembers("walk") == frozenset()


def test_several_flows_say_at_which_questions_earlier_answers_matter() -> None:
    other = replace(COURSE, name="other", steps=COURSE.steps[1:])

    assert memory((COURSE, other)) == Memory(at=frozenset({"pain"}), of=frozenset({"pain"}))
    assert memory((other,)) == Memory()
