"""The words for a unit in both languages, and what other units of its family are worth in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.core.text import normalise

# The words for one unit, and its size beside the others of its family.
_FAMILIES: tuple[Mapping[str, float], ...] = (
    {
        "second seconds sec secs segundo segundos": 1.0,
        "minute minutes min mins m minuto minutos": 60.0,
        "hour hours hr hrs h hora horas": 3600.0,
        "day days dia dias": 86400.0,
        "week weeks wk wks semana semanas": 604800.0,
    },
    {"pill pills tablet tablets tab tabs pastilla pastillas tableta tabletas pildora pildoras": 1.0},
    {"time times vez veces": 1.0},
    {"pound pounds lb lbs libra libras": 1.0, "kilo kilos kg kgs kilogram kilograms": 2.20462},
    {"ounce ounces oz onza onzas": 1.0},
    {"step steps paso pasos": 1.0},
    {"block blocks cuadra cuadras": 1.0},
    {"mile miles milla millas": 1.0},
    {"foot feet ft pie pies": 1.0},
    {"meal meals comida comidas": 1.0},
    {"glass glasses vaso vasos": 1.0},
    {"cup cups taza tazas": 1.0},
    {"dose doses dosis": 1.0},
)


@dataclass(frozen=True, slots=True)
class Unit:
    """`worth` has every word that can be counted into this unit; `own` those for the unit itself."""

    own: frozenset[str]
    worth: Mapping[str, float]

    @property
    def is_days(self) -> bool:
        return "days" in self.own


@lru_cache(maxsize=256)
def unit_of(name: str) -> Unit:
    """A unit that no family knows is its own word, in singular and plural."""
    word = normalise(name)
    for family in _FAMILIES:
        for words, size in family.items():
            if word in words.split():
                worth = {other: n / size for names, n in family.items() for other in names.split()}
                return Unit(frozenset(words.split()), worth)
    own = frozenset({word, word.removesuffix("s"), word + "s"} if word else ())
    return Unit(own, dict.fromkeys(own, 1.0))
