"""Which language a text is written in, as far as its words tell: for somebody whose language nobody has noted."""

from __future__ import annotations

import re

LANGUAGES = ("en", "es")

_WORD = re.compile(r"[a-záéíóúüñ]+(?:'[a-z]+)?")
_SPANISH_SIGNS = re.compile(r"[¿¡ñáéíóú]")

# Short and common words that the other language does not have. "no", "me", "a", "come", "once", "pie" or "sin" would
# prove nothing, nor would STOP, which both use.
_ENGLISH = frozenset(
    """
    the i im i'm my is am are was have has had can cant can't cannot dont don't didnt do does did not to and of it its
    in on at for from with you your who what when where why how this that there they we he she him her his our please
    hello hi hey thanks thank help need want feel feeling feels hurt hurts pain back leg legs foot blood bleeding fever
    chest breathe breathing numb swollen nurse surgery today yesterday appointment yes wrong number number's
    """.split()
)
_SPANISH = frozenset(
    """
    el la los las un una unos unas de del que y en con por para pero porque cuando donde como quien quién mi mis su sus
    es está esta estoy son soy tengo tiene hay puedo puede siento duele duelen hola gracias ayuda ayúdenme ayudenme
    necesito quiero dolor espalda pierna piernas sangre sangrando fiebre pecho respirar hinchada hinchado
    doctora enfermera cirugía cirugia hoy ayer cita sí muy más mas nada usted ustedes señor señora equivocado
    """.split()
)


def languages_of(text: str) -> tuple[str, ...]:
    """The one language that this text shows, or both where it shows neither, or as much of one as of the other."""
    words = _WORD.findall(text.casefold().replace("’", "'"))
    english = sum(word in _ENGLISH for word in words)
    spanish = sum(word in _SPANISH for word in words) + len(_SPANISH_SIGNS.findall(text.casefold()))
    if english == spanish:
        return LANGUAGES
    return ("en",) if english > spanish else ("es",)
