"""Conversations as a nurse would read them."""

from __future__ import annotations

import pytest

from bot.flowfile.library import load
from bot.flowfile.phrases import fallback_phrases
from bot.flowfile.play import play
from tests.flowfile.small import SHIPPED


def _played(flow: str, replies: list[str], language: str = "en", day: int | None = None, **more: bool) -> list[str]:
    library = load(SHIPPED).library
    assert library is not None
    return [str(line) for line in play(library, flow, replies, language, day, **more)]


def test_a_quiet_morning() -> None:
    assert _played("day-08", ["no", "no", "3/10"]) == [
        "> Spine Clinic, day 8. Is one calf or leg newly swollen, red, warm or sore? Reply YES or NO.",
        "< no",
        "> Any chest pain, trouble breathing, or coughing up blood? Reply YES or NO.",
        "< no",
        "> What is your pain right now? 0 is none, 10 is the worst. Reply a number from 0 to 10.",
        "< 3/10",
        "> Thank you. No more questions today. If anything gets worse call 507-555-0100. Emergency: call 911.",
        "# done",
    ]


def test_an_emergency_ends_the_script_at_once() -> None:
    assert _played("day-08", ["no", "yes", "3"])[-4:] == [
        "< yes",
        "! emergency pe",
        "> Call 911 now. Do not drive yourself. Do not wait for a text back. We are alerting your care team.",
        "# handed over",
    ]


def test_a_same_day_flag_is_answered_and_the_questions_go_on() -> None:
    assert _played("day-08", ["yes"])[1:] == [
        "< yes",
        "! same_day dvt",
        (
            "> A sore or swollen calf needs a check today. A nurse will call you soon. Do not rub the leg. "
            "Chest pain or hard to breathe? Call 911 now."
        ),
        "> Any chest pain, trouble breathing, or coughing up blood? Reply YES or NO.",
        "# waits at chest",
    ]


def test_at_night_nobody_is_promised_a_call() -> None:
    assert _played("day-08", ["yes"], in_hours=False)[3] == (
        "> A sore or swollen calf needs a check now. Our office is closed: go to the ER. Do not rub the leg. "
        "Chest pain or hard to breathe? Call 911."
    )


def test_a_wound_in_spanish_is_followed_by_which() -> None:
    assert _played("day-09", ["sí", "4"], "es")[1:] == [
        "< sí",
        "! same_day infection",
        (
            "> Gracias por avisarnos. Una enfermera le llamará hoy. Mantenga la herida limpia y seca. "
            "Si se siente muy mal, confuso o se desmaya: llame al 911."
        ),
        (
            "> ¿Qué es lo principal? 1 roja, caliente o hinchada 2 abierta, huele mal o le sale líquido "
            "3 fiebre o escalofríos 4 muy mal, confuso o con desmayos. Responda 1, 2, 3 o 4."
        ),
        "< 4",
        "! emergency infection (severe)",
        (
            "> Esto necesita atención ya. Llame al 911 o vaya a emergencias. No maneje. No espere otro mensaje. "
            "Estamos avisando a su equipo médico."
        ),
        "# handed over",
    ]


def test_a_reply_that_cannot_be_read_twice_goes_to_a_person() -> None:
    assert _played("day-08", ["purple", "purple"])[1:] == [
        "< purple",
        "> Sorry, we did not get that. Reply YES or NO. If this is urgent call 507-555-0100. Emergency: call 911.",
        "< purple",
        "# handed over",
    ]


@pytest.mark.parametrize(
    ("replies", "ending"),
    [
        (["no", "no", "0", "no", "no"], "# done"),
        (["no", "no", "4", "yes", "3", "no", "no"], "# done"),
        (["no", "no", "4", "no", "3", "no", "no"], "# done"),
        (["yes"], "# handed over"),
        (["no", "yes"], "# handed over"),
    ],
)
def test_the_buttock_script_ends_on_every_path(replies: list[str], ending: str) -> None:
    assert _played("day-11", replies)[-1] == ending


@pytest.mark.parametrize(("new", "alerts"), [("yes", ["! same_day other_urgent"]), ("no", [])])
def test_pain_below_the_knee_is_for_today_only_when_it_is_new(new: str, alerts: list[str]) -> None:
    lines = _played("day-11", ["no", "no", "4", new, "3", "no", "no"])

    assert [line for line in lines if line.startswith("!")] == alerts


@pytest.mark.parametrize(("pills", "alerts"), [("0", []), ("12", []), ("13", ["! emergency opioid_emergency"])])
def test_a_number_of_pills_that_is_far_too_high_is_an_emergency(pills: str, alerts: list[str]) -> None:
    lines = _played("day-12", ["3", "no", pills])

    assert [line for line in lines if line.startswith("!")] == alerts


@pytest.mark.parametrize(("days", "alerts"), [("hoy", []), ("3", []), ("4", ["! same_day other_urgent"])])
def test_days_without_a_stool(days: str, alerts: list[str]) -> None:
    lines = _played("day-05", ["3", "no", "no", days], "es")

    assert [line for line in lines if line.startswith("!")] == alerts


@pytest.mark.parametrize(("day", "said"), [(7, True), (8, False), (None, False)])
def test_the_weekly_line_goes_with_its_day(day: int | None, said: bool) -> None:  # noqa: FBT001
    lines = _played("day-07", [], day=day)

    assert ("> Texts are not watched 24/7. Emergency: call 911." in lines) is said


def test_free_words_are_heard_beside_the_script() -> None:
    library = load(SHIPPED).library
    assert library is not None

    lines = [str(line) for line in play(library, "day-08", ["i cant breathe"], phrases=fallback_phrases())]

    assert lines[2] == "! emergency pe"


def test_an_unknown_flow_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        _played("day-99", [])
