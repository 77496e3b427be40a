"""Neither a text nor a phrases file can make screening long: the work is counted here, never the time."""

from __future__ import annotations

import pytest

from bot.core.redflag.context import MOST_JUDGED
from bot.core.redflag.matching import MOST_MATCHES, find, lay_out
from bot.core.redflag.phrases import MOST_PHRASES
from bot.core.redflag.screen import MOST_OF_A_FILE, screen
from bot.core.redflag.tokens import read
from bot.flowfile.phrases import load_phrases
from tests.core.redflag.evaluate import FLOWS, shipped_phrases

PHRASES = shipped_phrases()
SHIPPED = (FLOWS / "phrases.yaml").read_text("utf-8")


def test_a_phrase_is_looked_for_only_where_all_its_words_are() -> None:
    reading = read("my leg is fine and the weather too", PHRASES.spelling)
    sheet = lay_out(reading, PHRASES.lexicon)

    possible = list(PHRASES.heard.possible(sheet))

    assert len(possible) < len(PHRASES.heard.listed) / 50
    assert all(not pattern.needs & ~sheet.present for pattern, _ in possible)


def test_one_phrase_is_looked_at_in_a_bounded_number_of_places() -> None:
    sheet = lay_out(read("leg numb " * 170, PHRASES.spelling), PHRASES.lexicon)

    assert all(len(find(pattern, sheet)) <= 6 * MOST_MATCHES for pattern, _ in PHRASES.heard.possible(sheet))


def test_after_many_denials_what_is_named_is_heard() -> None:
    """What is doubtful is heard: nobody writes forty denials, and judging has an end."""
    names = ["fever", "chest pain", "leg weakness", "numbness in my crotch", "rash", "pus", "vomiting", "bleeding"]
    text = " ".join(f"no {name} and no {other}," for name in names for other in names)

    heard = screen(text, PHRASES)

    assert heard.flags or len(heard.let_go) <= MOST_JUDGED


@pytest.mark.parametrize("text", ["😀" * 1600, "\u200b" * 1600, "a " * 800, "1 " * 800, ".," * 800, "é" * 1600])
def test_texts_of_one_sign_are_quiet(text: str) -> None:
    assert screen(text, PHRASES).flags == ()


def hostile(count: int) -> str:
    lines = "".join(f"      - a ~9 i ~9 w{place}|you\n" for place in range(count))
    return SHIPPED.replace("rules:\n", f"rules:\n  - id: hostile\n    concept: fall\n    hear:\n{lines}", 1)


def test_a_file_with_too_many_phrases_is_refused() -> None:
    small = (
        f"version: '1'\nrules:\n  - id: x\n    concept: fall\n    hear: [{', '.join(['fell'] * (MOST_PHRASES + 1))}]\n"
    )

    phrases, problems = load_phrases(small)

    assert phrases is None
    assert any("more than" in problem.sentence for problem in problems)


def test_a_hostile_file_neither_slows_nor_disarms_the_programs_own_emergencies() -> None:
    phrases, _ = load_phrases(hostile(MOST_OF_A_FILE + 50))

    assert phrases is not None
    heard = screen("the a i and no you, but I cant pee and the fever is 102", phrases)
    assert "cauda_equina" in {flag.concern.concept for flag in heard.flags}
