"""A flow that could miss a red flag, strand a patient or say something unclear is found out, with the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.core.flow import Ask, Branch, Flow, No, Number, Say, Unclear, When, Yes
from bot.flowfile.check import check_sources
from bot.flowfile.library import Library, from_sources, load
from bot.flowfile.phrases import fallback_phrases
from bot.flowfile.problem import Problem
from bot.flowfile.proof.cover import conversations, is_quick
from bot.flowfile.proof.explore import explore
from bot.flowfile.proof.given import classes, numbers, samples, understood
from bot.flowfile.proof.mutants import mutants
from bot.flowfile.proof.promise import PROMISES
from bot.flowfile.proof.prove import prove, prove_flow
from tests.flowfile.small import SHIPPED, broken, small

FLOW = "sample.yaml"


def _small() -> Library:
    library = from_sources(small()).library
    assert library is not None
    return library


def _found(sources: Mapping[str, str], promise: str) -> list[Problem]:
    proof = check_sources(sources).proof
    assert proof is not None, [str(problem) for problem in check_sources(sources).problems]
    return proof.kept[promise].broken


FAULTS = {
    "a worse answer that is less urgent": (
        "severity",
        FLOW,
        "      - when: 8..10\n        red_flag: uncontrolled_pain\n      - when: 0..7\n",
        "      - when: 8..10\n      - when: 5..7\n        red_flag: uncontrolled_pain\n      - when: 0..4\n",
        12,
        '"pain" is less urgent at 8 than at 5, which is better.',
    ),
    "a step nobody comes to": (
        "reachable",
        FLOW,
        "  - ask: where\n    kind: choice\n",
        "  - ask: where\n    kind: choice\n    skip_if: day >= 0\n",
        26,
        'no conversation ever comes to the step "where".',
    ),
    "an answer nobody can give": (
        "reachable",
        FLOW,
        "      - when: 0..7\n",
        '      - when: 0..7\n        if: day > 300\n        task: "late"\n      - when: 0..7\n',
        14,
        "no answer ever falls here, on any day and after any other.",
    ),
    "an option that cannot be told from another": (
        "samples",
        FLOW,
        'label: {en: "back", es: "espalda"}',
        'label: {en: "leg", es: "espalda"}',
        26,
        '"leg" in "en" is not understood as leg.',
    ),
    "a question that does not say how to reply": (
        "format",
        FLOW,
        'en: "Is there trouble? Reply YES or NO."',
        'en: "Reply YES or NO. Is there trouble? We mean it. We do."',
        16,
        'the question in "en" does not end with how to reply.',
    ),
    "a word that signs people off": (
        "keywords",
        FLOW,
        'en: "Thank you."',
        'en: "Thank you. Reply STOP."',
        53,
        'the text in "en" offers STOP, which carriers take as a wish about the programme.',
    ),
    "a diagnosis on a lock screen": (
        "lock_screen",
        FLOW,
        'en: "Thank you."',
        'en: "Thank you. Your fusion heals."',
        53,
        '"fusion" in "en" tells a lock screen why somebody is a patient.',
    ),
    "a tip that tells too much": (
        "lock_screen",
        "tips.yaml",
        'en: "Walk a little."',
        'en: "Walk a little, it helps with depression."',
        4,
        '"depression" in "en" tells a lock screen why somebody is a patient.',
    ),
    "a link that leads elsewhere": (
        "links",
        FLOW,
        'en: "Thank you."',
        'en: "Thank you. See https://bit.ly/x1"',
        53,
        "a link leads to bit.ly; only the website of practice.yaml, which is not set may be linked.",
    ),
    "a day that is another": (
        "day",
        FLOW,
        'en: "Thank you."',
        'en: "Thank you. This was day 3."',
        53,
        'the text in "en" says day 3, but the plan sends it on day 0, 1.',
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_on_its_line(fault: tuple[str, str, str, str, int, str]) -> None:
    promise, file, old, new, line, sentence = fault

    found = _found(broken(file, old, new), promise)

    assert f"{file}:{line}: {sentence}" in [str(problem) for problem in found]
    assert {problem.line for problem in found} == {line}


def test_the_shortest_conversation_is_shown() -> None:
    _, file, old, new, _, _ = FAULTS["a worse answer that is less urgent"]

    (problem,) = _found(broken(file, old, new), "severity")

    assert problem.shown == (
        "# day 0, en, office open",
        "> How bad is it? Reply 0 to 10.",
        "< 8",
        "> Is there trouble? Reply YES or NO.",
        "# waits at danger",
    )


def test_a_name_means_one_thing_in_all_flows() -> None:
    other = small()["sample.yaml"].replace("flow: sample", "flow: other").replace("kind: scale", "kind: words")
    other = other.replace(
        "      - when: 8..10\n        red_flag: uncontrolled_pain\n      - when: 0..7\n", "      - when: any\n"
    )
    sources = {**small(), "other.yaml": other}

    assert [str(problem) for problem in _found(sources, "saved")] == [
        'sample.yaml:6: "pain" is kept as something else in "other"; give one of them another name.'
    ]
    assert [str(problem) for problem in _found(sources, "same_alarm")] == [
        'sample.yaml:6: "pain" raises other red flags here than in "other"; share a part, or take another name.'
    ]


def test_a_red_flag_is_not_made_weaker_without_a_signature() -> None:
    source = small()["redflags.yaml"]
    pe = source.index("  pe:")
    weak = source[:pe] + source[pe:].replace("tier: emergency", "tier: same_day", 1)
    weak = weak[:pe] + weak[pe:].replace(
        "    staff:", '    tell_out_of_hours: {en: "Closed. Call 911.", es: "Cerrado. Llame al 911."}\n    staff:', 1
    )
    line = source[:pe].count("\n") + 1
    sentence = '"pe" was emergency and is now same_day: a clinician must sign that.'

    assert [str(p) for p in _found({**small(), "redflags.yaml": weak}, "floor")] == [
        f"redflags.yaml:{line}: {sentence}"
    ]
    signed = weak.replace("status: draft", 'status: {approved_by: "Dr. A", on: 2026-12-01}', 1)
    assert _found({**small(), "redflags.yaml": signed}, "floor") == []


def test_a_language_that_the_screen_does_not_know_is_a_warning() -> None:
    library = replace(_small(), practice=replace(_small().practice, languages=("en", "fr")))

    (problem,) = prove(library).kept["heard"].broken

    assert problem.is_warning
    assert "nobody hears them" in problem.sentence


def _flow(*steps: Ask | Say) -> Flow:
    return Flow("sample", "made by hand", steps)


def _ask(name: str) -> Ask:
    step = _small().flows["sample"].step(name)
    assert isinstance(step, Ask)
    return step


def _broken(flow: Flow, promise: str) -> list[str]:
    library = replace(_small(), flows={"sample": flow})
    kept = prove_flow(flow, library).ledger.kept
    return [problem.sentence for problem in kept[promise].broken]


def test_what_the_reader_would_refuse_is_refused_by_the_proof_as_well() -> None:
    danger, pain = _ask("danger"), _ask("pain")
    flags = danger.branches[0].red_flags
    swapped = replace(danger, branches=(Branch(When(yes=False), flags), Branch(When(yes=True))))
    gap = replace(pain, branches=(replace(pain.branches[0], when=When(low=9.0)), pain.branches[1]))
    loop = replace(danger, branches=(Branch(When(yes=True), flags), Branch(When(yes=False), goto="pain")))
    kind = Say("kind", {"en": "All good, relax."})

    assert _broken(_flow(swapped), "yes") == ['NO means more trouble than YES at "danger".']
    assert _broken(_flow(gap), "total") == [
        f'nothing follows when "pain" is answered {v}.' for v in ("7.5", "8", "8.5")
    ]
    assert _broken(_flow(pain, loop), "bounded") == [
        f'"{name}" can come again and again in one conversation.' for name in ("pain", "danger")
    ]
    endless = replace(pain, branches=tuple(replace(branch, goto="pain") for branch in pain.branches))
    assert _broken(_flow(endless), "ends") == ['no answers lead from "pain" to an end.']
    assert _broken(_flow(pain, kind), "comfort") == ['"All good" comforts after a red flag.']


def test_what_is_shipped_keeps_every_promise() -> None:
    library = load(SHIPPED).library
    assert library is not None

    proof = prove(library)

    assert [str(problem) for problem in proof.problems] == []
    assert set(proof.kept) == set(PROMISES)
    assert [name for name, kept in proof.kept.items() if not (kept.seen and kept.example)] == []
    assert proof.digest == prove(library).digest


def test_numbers_are_taken_at_every_limit() -> None:
    flow = _small().flows["sample"]

    assert set(map(float, range(11))) | {7.5} <= set(numbers(flow, _ask("pain")))
    assert {0.0, 3.0, 3.5, 4.0, 30.0} <= set(numbers(flow, _ask("days")))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", ["pain", "danger", "where", "days"])
def test_every_class_has_texts_that_are_understood_so(name: str, language: str) -> None:
    library = _small()
    ask = _ask(name)

    for given in classes(library.flows["sample"], ask, library.table):
        if given.is_answer:
            assert [understood(ask, text) for text in samples(ask, given, language)] == [given.answer] * len(
                samples(ask, given, language)
            )
        elif isinstance(given.answer, Unclear):
            assert all(isinstance(understood(ask, text), Unclear) for text in samples(ask, given, language))


def test_covering_conversations_take_every_way_and_every_two_in_a_row() -> None:
    explored = explore(_small().flows["sample"], _small())

    singles = conversations(explored, 0)
    doubles = conversations(explored, 0, pairs=True, only=is_quick)

    asked = {(edge.source.session.step, type(edge.given.answer)) for way in singles for edge in way}
    assert {("danger", Yes), ("danger", No), ("pain", Number), ("where", Unclear)} <= asked
    pairs = {(a.given.name, b.given.name) for way in doubles for a, b in pairwise(way)}
    assert {("10", "no"), ("0", "unclear"), ("unclear", "no"), ("no", "leg")} <= pairs
    assert len(doubles) >= len(singles)


def test_mutants_break_one_thing_each() -> None:
    library = _small()

    found = list(mutants(library))

    assert {"answer 1: the alert is dropped", "yes and no change places", "the limit at 7 moves by -1"} <= {
        m.what for m in found
    }
    assert all(mutant.library != library for mutant in found)
    assert fallback_phrases()


OPEN_LATER = """\
  - ask: late
    kind: yes_no
    skip_if: in_hours is yes
    text:
      en: "Is it late? Reply YES or NO."
      es: "¿Es tarde? Responda SÍ o NO."
    answers:
      - when: yes
        {flag}
      - when: no

  - ask: then
    kind: yes_no
    text:
      en: "And then? Reply YES or NO."
      es: "¿Y luego? Responda SÍ o NO."
    answers:
      - when: yes
        if: in_hours is yes and late is yes
        {what}
      - when: yes
      - when: no

  - say: close
"""


def _opening_later(*, flag: str = "goto: then", what: str) -> Mapping[str, str]:
    return broken(FLOW, "  - say: close\n", OPEN_LATER.format(flag=flag, what=what))


def test_the_office_may_open_between_two_replies() -> None:
    checked = check_sources(_opening_later(what='say: {en: "Good morning.", es: "Buenos días."}'))

    assert [str(problem) for problem in checked.problems] == []


def test_what_only_goes_wrong_when_the_office_opens_meanwhile_is_found_and_shown() -> None:
    sources = _opening_later(flag="red_flag: fall", what='say: {en: "All good, relax.", es: "Todo bien."}')

    (problem,) = _found(sources, "comfort")

    assert problem.sentence == '"All good" comforts after a red flag.'
    assert problem.shown[0] == "# day 0, en, office closed"
    place = problem.shown.index("# day 0, en, office open")
    assert problem.shown[place - 1 : place + 2] == (
        "> And then? Reply YES or NO.",
        "# day 0, en, office open",
        "< yes",
    )


def test_midnight_may_pass_between_two_replies() -> None:
    source = broken(
        FLOW,
        "  - say: close\n",
        '  - say: tomorrow\n    skip_if: day <= 1\n    text: {en: "Late reply.", es: "Tarde."}\n\n  - say: close\n',
    )

    explored = explore(_library_of(source).flows["sample"], _library_of(source))

    said = {wording["en"] for edge in explored.edges for wording in edge.turn.say}
    assert "Late reply." in said
    assert {facts.day for facts in explored.moments} >= {0, 2}
    assert {explored.moments[moment].day for moment in explored.opening} == {0, 1}


def _library_of(sources: Mapping[str, str]) -> Library:
    library = from_sources(sources).library
    assert library is not None
    return library
