"""What we ship: it loads without a problem, tells the truth, and asks the same danger in the same words every day."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest

from bot.core.flow import END, Ask, Flow, Kind
from bot.core.notices import NOTICES
from bot.core.plan import Sends
from bot.core.practice import NAMELESS
from bot.core.redflag.table import CONCEPTS, Concern, Handling, Tier
from bot.core.wording import measure, placeholders, render
from bot.flowfile.check import check_sources
from bot.flowfile.golden import chats, compare, read
from bot.flowfile.library import Library, fallback_table, from_sources, load
from bot.flowfile.paths import targets
from bot.flowfile.phrases import fallback_phrases
from bot.flowfile.words import SAMPLES
from tests.flowfile.small import SHIPPED

LOADED = load(SHIPPED)


def _library() -> Library:
    assert LOADED.library is not None, [str(problem) for problem in LOADED.problems]
    return LOADED.library


def _asks() -> Iterator[tuple[Flow, Ask]]:
    for flow in _library().flows.values():
        yield from ((flow, step) for step in flow.steps if isinstance(step, Ask))


def _handlings() -> Iterator[tuple[str, Handling]]:
    for concept in _library().table.concepts.values():
        yield concept.name, concept.usual
        if concept.severe:
            yield f"{concept.name} (severe)", concept.severe


def test_what_we_ship_has_no_problem_and_no_warning() -> None:
    assert [str(problem) for problem in LOADED.problems] == []


def test_the_packaged_table_is_the_same_byte_for_byte() -> None:
    packaged = (files("bot.flowfile") / "fallback" / "redflags.yaml").read_bytes()

    assert packaged == (SHIPPED / "redflags.yaml").read_bytes()
    assert fallback_table() == _library().table


def test_everything_is_a_draft_until_somebody_signs() -> None:
    library = _library()

    assert library.table.approved_by == ""
    assert {flow.approved_by for flow in library.flows.values()} == {""}
    assert {tip.approved_by for tip in library.tips.values()} == {""}


def test_there_is_one_check_in_a_day_for_two_weeks_and_forty_one_in_a_year() -> None:
    """Daily to day 14, twice a week to week 6, weekly to day 90, every two weeks, then each month."""
    days = [item.day for item in _library().plan.items if item.sends is Sends.FLOW and item.day >= 0]

    assert days[:15] == list(range(15))
    assert [
        sum(low < day <= high for day in days) for low, high in ((0, 14), (14, 42), (42, 90), (90, 180), (180, 365))
    ] == [14, 8, 7, 6, 6]


def test_there_are_forty_three_tips_and_the_plan_sends_each_once() -> None:
    library = _library()
    sent = [item.content for item in library.plan.items if item.sends is Sends.TIP]

    assert len(library.tips) == 43
    assert sorted(sent) == sorted(library.tips)


def test_every_concept_and_every_notice_is_there() -> None:
    library = _library()

    assert tuple(library.table.concepts) == CONCEPTS
    assert set(library.notices.notices) == set(NOTICES)
    assert set(library.notices.asking) == set(Kind)


@pytest.mark.parametrize(
    ("concept", "severe", "tier"),
    [
        ("cauda_equina", False, Tier.EMERGENCY),
        ("motor_deficit", False, Tier.EMERGENCY),
        ("pe", False, Tier.EMERGENCY),
        ("stroke_mi", False, Tier.EMERGENCY),
        ("opioid_emergency", False, Tier.EMERGENCY),
        ("self_harm", False, Tier.EMERGENCY),
        ("hardware", False, Tier.SAME_DAY),
        ("infection", False, Tier.SAME_DAY),
        ("csf_leak", False, Tier.SAME_DAY),
        ("dvt", False, Tier.SAME_DAY),
        ("fall", False, Tier.SAME_DAY),
        ("uncontrolled_pain", False, Tier.SAME_DAY),
        ("allergic_reaction", False, Tier.SAME_DAY),
        ("other_urgent", False, Tier.SAME_DAY),
        ("hardware", True, Tier.EMERGENCY),
        ("infection", True, Tier.EMERGENCY),
        ("csf_leak", True, Tier.EMERGENCY),
        ("fall", True, Tier.EMERGENCY),
        ("allergic_reaction", True, Tier.EMERGENCY),
        ("other_urgent", True, Tier.EMERGENCY),
    ],
)
def test_how_urgent_each_concept_is(concept: str, severe: bool, tier: Tier) -> None:  # noqa: FBT001
    assert _library().table.handling(Concern(concept, severe)).tier is tier


def test_every_instruction_ends_at_911() -> None:
    silent = [
        (name, language)
        for name, handling in _handlings()
        for wording in (handling.tell, handling.tell_out_of_hours)
        for language, text in wording.items()
        if "911" not in text
    ]

    assert silent == []


def test_nobody_is_promised_a_nurse_while_the_office_is_closed() -> None:
    promises = ("nurse will", "we will call", "enfermera", "le llamará")
    late = [handling.tell_out_of_hours for _, handling in _handlings()]
    lesser = [handling.tell_out_of_hours for _, handling in _handlings() if handling.tier is not Tier.EMERGENCY]

    assert [text for wording in late for text in wording.values() if any(p in text for p in promises)] == []
    assert all("closed" in wording["en"] and "cerrada" in wording["es"] for wording in lesser)


def test_special_lines_are_given_where_they_belong() -> None:
    table = _library().table

    assert all("988" in text for text in table.handling(Concern("self_harm")).tell.values())
    assert "naloxone" in table.handling(Concern("opioid_emergency")).tell["en"]
    assert "naloxona" in table.handling(Concern("opioid_emergency")).tell["es"]


def test_an_instruction_can_be_said_without_a_practice() -> None:
    for _, handling in _handlings():
        for language, text in handling.tell_out_of_hours.items():
            assert placeholders(text) <= NAMELESS[language].keys()


def test_emergencies_are_acknowledged_in_minutes() -> None:
    slow = [
        name
        for name, handling in _handlings()
        if handling.tier is Tier.EMERGENCY
        and (handling.acknowledge_within.total_seconds() > 300 or handling.call_within.total_seconds() > 600)
    ]

    assert slow == []


def test_english_fits_in_one_segment() -> None:
    library = _library()
    values = {**SAMPLES, **library.practice.values}
    texts = [tip.text["en"] for tip in library.tips.values()]
    texts += [wording["en"] for _, h in _handlings() for wording in (h.tell, h.tell_out_of_hours)]
    texts += [wording["en"] for _, ask in _asks() for wording in (ask.text, ask.again, ask.nudge)]

    long = [text for text in texts if measure(render(text, values)).segments > 1]

    assert long == []


def test_a_danger_is_asked_about_in_the_same_words_every_day() -> None:
    """One signature under one wording. Only the opening of the first question tells the day."""
    asked: dict[str, set[tuple[str, str, str]]] = {}
    for _, ask in _asks():
        en, es = (ask.text[language].rpartition("}, d")[2] for language in ("en", "es"))
        en, es = (text.partition(". ")[2] if "{clinic}, d" in ask.text["en"] else text for text in (en, es))
        flags = str([branch.red_flags for branch in ask.branches])
        asked.setdefault(ask.name, set()).add((en, es, flags))

    assert {name: said for name, said in asked.items() if len(said) > 1} == {}


def test_yes_always_means_trouble() -> None:
    trouble_at_no = [
        (flow.name, ask.name)
        for flow, ask in _asks()
        for branch in ask.branches
        if branch.when.yes is False and branch.red_flags
    ]

    assert trouble_at_no == []


@pytest.mark.parametrize("name", sorted(LOADED.library.flows) if LOADED.library else [])
def test_every_path_ends_within_ten_questions(name: str) -> None:
    flow = _library().flows[name]

    assert _longest(flow, flow.steps[0].name) <= 10


def _longest(flow: Flow, name: str) -> int:
    """Questions on the longest way from here to the end."""
    step = flow.step(name)
    if step is None:
        assert name == END
        return 0
    return isinstance(step, Ask) + max(_longest(flow, target) for target in targets(flow, step))


def test_sources_are_listed() -> None:
    library = _library()
    listed = {
        line.split("|")[1].strip() for line in (SHIPPED / "SOURCES.md").read_text("utf-8").splitlines() if "|" in line
    }
    used = {source for flow in library.flows.values() for source in flow.sources}
    used |= {source for tip in library.tips.values() for source in tip.sources}
    used |= {source for concept in library.table.concepts.values() for source in concept.sources}

    assert used - listed == set()


def test_the_day_of_surgery_says_that_texts_are_not_watched() -> None:
    first = _library().flows["day-00"].steps[0]

    assert "not watched" in first.text["en"]
    assert "911" in first.text["es"]


def test_the_example_for_those_who_write_flows_is_a_good_one() -> None:
    readme = (SHIPPED / "README.md").read_text("utf-8")
    example = readme.partition("```yaml\n")[2].partition("```")[0]
    sources = {**_library().sources, "checkins/day-08.yaml": example}

    found = [problem.sentence for problem in from_sources(sources).problems]

    assert found == []


def test_every_flow_has_golden_conversations_in_both_languages_and_none_has_changed() -> None:
    library = _library()
    kept = {name: read(text) for name, text in chats(SHIPPED).items()}

    assert {(chat.flow, chat.language) for chat in kept.values()} == {
        (flow, language) for flow in library.flows for language in library.practice.languages
    }
    assert list(compare(kept, library, fallback_phrases())) == []


def test_the_advice_that_is_often_wrong_is_put_right() -> None:
    """clinical/facts.md section 2b: strengthening has a date, swelling pills and manipulation a warning."""
    library = _library()
    day = {item.content: item.day for item in library.plan.items if item.sends is Sends.TIP}

    assert day["strength"] >= 84
    assert "12 weeks" in library.tips["pt"].text["en"]
    assert "surgeon" in library.tips["nsaid"].text["en"]
    assert "surgeon" in library.tips["chiro"].text["en"]
    assert not any("normal" in tip.text["en"] for tip in library.tips.values())


def test_the_page_for_a_first_flow_works_as_it_is_written() -> None:
    page = (SHIPPED.parent / "bot" / "docs" / "first-flow.md").read_text("utf-8")
    example, item = (part.partition("```")[0] for part in page.split("```yaml\n")[1:3])
    sources = dict(_library().sources)
    sources["plan.yaml"] += item
    file = "checkins/my-first.yaml"

    sound = check_sources({**sources, file: example})
    mistaken = check_sources({**sources, file: example.replace("other_urgent", "other_urgnt")})

    assert [str(problem) for problem in sound.problems] == []
    assert f"flows/{mistaken.problems[0]}" in page
