"""In which language a stranger is answered: the one they wrote in, or both where nobody can tell."""

import pytest

from bot.core.language import languages_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i cant breathe", ("en",)),
        ("my husbands leg is numb", ("en",)),
        ("Who is this?", ("en",)),
        ("no puedo respirar", ("es",)),
        ("Me duele mucho la espalda", ("es",)),
        ("¿Quién es?", ("es",)),
        ("ayuda", ("es",)),
        ("help", ("en",)),
        ("tengo fiebre, please help me por favor", ("es",)),
        ("", ("en", "es")),
        ("911", ("en", "es")),
        ("STOP", ("en", "es")),
        ("no", ("en", "es")),
        ("👍", ("en", "es")),
        ("Doctor", ("en", "es")),
        ("tengo pain", ("en", "es")),
    ],
)
def test_a_text_shows_its_language(text: str, expected: tuple[str, ...]) -> None:
    assert languages_of(text) == expected
