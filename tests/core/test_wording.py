"""What a text costs, how hard it is to read, and how it is filled in."""

import json
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.syllables import english, spanish
from bot.core.wording import Segments, UnknownPlaceholder, choose, grade, measure, placeholders, render

VECTORS = json.loads((Path(__file__).parent / "data" / "segment_vectors.json").read_text(encoding="utf-8"))["vectors"]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["id"])
def test_segments_are_those_of_twilios_own_calculator(row: dict[str, object]) -> None:
    measured = measure(str(row["text"]), smart_encoded=bool(row["smart_encoded"]))

    assert measured == Segments(row["encoding"], row["segments"], row["units"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 3, 306)),  # dividing would give two
        ("á" + "1" * 65 + "😀" + "1" * 10, Segments("UCS-2", 2, 78)),
        ("á" + "1" * 64 + "🇺🇸" + "1" * 65, Segments("UCS-2", 3, 134)),  # a flag is not cut in two
        ("á" + "1" * 64 + "👍🏽" + "1" * 65, Segments("UCS-2", 3, 134)),
    ],
)
def test_no_sign_is_cut_between_parts(text: str, expected: Segments) -> None:
    assert measure(text) == expected


@given(st.text(max_size=400))
def test_parts_are_never_fewer_than_division_gives(text: str) -> None:
    measured = measure(text)
    single, part = (160, 153) if measured.encoding == "GSM-7" else (70, 67)

    assert measured.segments >= (1 if measured.units <= single else -(-measured.units // part))


ENGLISH = """
pain 1 swelling 2 surgery 3 doctor 2 walking 2 bandage 2 medicine 3 emergency 4 number 2 little 2 bottle 2 times 1
walked 1 needed 2 bleed 1 breathe 1 breathing 2 hospital 3 incision 3 infection 3 temperature 4 numbness 2 today 2
constipation 4 yesterday 3 safely 2 movement 2 careful 2 trying 2 usual 3 medium 3 nurse 1 clinic 2 bandages 3
people 2 stairs 1 fluid 2 urine 2 reply 2 antibiotic 5 physical 3 appointment 3 pounds 1 fusion 2 opened 2 911 1
"""
SPANISH = """
dolor 2 cirugía 4 médico 3 país 2 agua 2 guerra 2 que 1 quien 1 día 2 herida 3 fiebre 2 enfermera 4 hoy 1 muy 1
leer 2 oído 3 aéreo 4 ciudad 2 pierna 2 vergüenza 3 número 3 pie 1 pies 1 caída 3 estreñimiento 5 ayuda 3 yo 1 y 1
causa 2 después 2 evacuación 4 operación 4 limpiáis 2
"""


def pairs(table: str) -> list[tuple[str, int]]:
    cells = table.split()
    return [(word, int(count)) for word, count in zip(cells[::2], cells[1::2], strict=True)]


@pytest.mark.parametrize(("word", "count"), pairs(ENGLISH))
def test_english_syllables(word: str, count: int) -> None:
    assert english(word) == count


@pytest.mark.parametrize(("word", "count"), pairs(SPANISH))
def test_spanish_syllables(word: str, count: int) -> None:
    assert spanish(word) == count


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [
        ("How is your pain right now? 0 is none, 10 is the worst. Reply a number from 0 to 10.", "en", -1, 3),
        ("Call 911 now. Do not drive yourself.", "en", -3, 2),
        ("Any new numbness between your legs, or trouble peeing? Reply YES or NO.", "en", 1, 6),
        ("Postoperative complications necessitate immediate neurosurgical evaluation.", "en", 15, 60),
        ("¿Tiene dolor hoy? Responda SI o NO.", "es", 1, 4),
        ("Camine un poco cada hora. Tome agua.", "es-MX", 1, 6),
        ("Las complicaciones postoperatorias requieren evaluación inmediata en neurocirugía.", "es", 12, 18),
        ("", "en", 0, 0),
        ("!!! 😀", "es", 0, 0),
    ],
)
def test_the_grade_is_what_a_teacher_would_say(text: str, language: str, low: float, high: float) -> None:
    assert low <= grade(text, language) <= high


def test_flesch_kincaid_by_hand() -> None:
    # Six words, one sentence, seven syllables.
    assert grade("Take a short walk every hour.", "en") == round(0.39 * 6 + 11.8 * 7 / 6 - 15.59, 1)


def test_fernandez_huerta_by_hand() -> None:
    # Five words, one sentence, ten syllables: an ease of 81.74, between grades 5 (80) and 4 (90).
    assert grade("Camine un poco cada hora.", "es") == 4.8


@given(st.text(max_size=200), st.sampled_from(["en", "es"]))
def test_a_grade_is_always_a_number(text: str, language: str) -> None:
    assert isfinite(grade(text, language))


def test_placeholders_are_filled() -> None:
    template = "Call {clinic} at {clinic_phone}. {clinic}."

    assert placeholders(template) == {"clinic", "clinic_phone"}
    assert render(template, {"clinic": "{x}", "clinic_phone": "5"}) == "Call {x} at 5. {x}."


@pytest.mark.parametrize("template", ["Hi {nmae}", "Hi { name }", "Hi {}"])
def test_a_placeholder_without_a_value_is_an_error(template: str) -> None:
    with pytest.raises(UnknownPlaceholder) as caught:
        render(template, {"name": "Ana"})

    assert {caught.value.name} == placeholders(template)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "Hi"), ("es", "Hola"), ("es-MX", "Hola"), ("fr", "Hi"), ("es-US", "¡Hola!")]
)
def test_the_language_falls_back_to_its_base_and_then_to_english(language: str, expected: str) -> None:
    assert choose({"en": "Hi", "es": "Hola", "es-US": "¡Hola!"}, language) == expected


def test_no_language_at_all_is_an_error() -> None:
    with pytest.raises(LookupError):
        choose({"es": "Hola"}, "fr")
