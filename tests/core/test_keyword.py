"""STOP, START and HELP are heard when they are certain, and only then."""

import pytest

from bot.core.keyword import Keyword, is_join, keyword

STOPS = """
STOP|stop|Stop.|  stop  |STOP!!|"STOP"|🛑 stop 🛑|STOPALL|stop all|Unsubscribe|END|quit|Cancel|REVOKE|OPTOUT|opt out
Opt-out|opt  out|stop please|Please STOP|stop texting me|unsubscribe me|ALTO|parar|Pare|CANCELAR|baja|no más|NO MAS
Detener|ＳＴＯＰ|S\u200btop|STOP. i cant breathe|STOP!! my leg is numb|i cant breathe. Stop|stop?
Leave me alone! STOP!|stop texting me. i am fine|Stop… I mean it
"""
NONE = """
the bleeding won't stop|I stopped the pills|can't stop shaking|dont stop|don't stop|it does not stop|yes|no|7||...
stop the bleeding how|should I go on? stop?|end of the day|no mas dolor|helpful|my info is|please help me|start walking
I need help|i walk. stop. walk again|quit smoking|cancel my appointment|el dolor no para|stop it hurts|🛑
"""


@pytest.mark.parametrize("text", [t for line in STOPS.strip().split("\n") for t in line.split("|")])
def test_a_certain_stop_is_heard(text: str) -> None:
    assert keyword(text) is Keyword.STOP


def test_a_line_of_its_own_is_a_sentence() -> None:
    assert keyword("STOP\nmy leg is numb") is Keyword.STOP


@pytest.mark.parametrize("text", [t for line in NONE.strip().split("\n") for t in line.split("|")])
def test_other_words_are_no_keyword(text: str) -> None:
    assert keyword(text) is None


@pytest.mark.parametrize("text", ["START", "unstop", "Iniciar.", "COMENZAR"])
def test_start_is_heard(text: str) -> None:
    assert keyword(text) is Keyword.START


@pytest.mark.parametrize("text", ["HELP", "help!", "Info", "¿Ayuda?"])
def test_help_is_heard(text: str) -> None:
    assert keyword(text) is Keyword.HELP


def test_a_long_text_is_read_without_trouble() -> None:
    assert keyword("a. " * 500 + "stop") is Keyword.STOP
    assert keyword("!" * 1600) is None


@pytest.mark.parametrize(
    "text", ["YES", "y", "Sí", "si, gracias", "yes please", "Start", "I agree", "acepto", "Yes!! ok"]
)
def test_a_clear_yes_joins(text: str) -> None:
    assert is_join(text)


@pytest.mark.parametrize(
    "text", ["no", "yes?", "yes but who is this", "ok", "", "stop", "si me duele", "no yes", "y" * 80]
)
def test_anything_else_does_not_join(text: str) -> None:
    assert not is_join(text)
