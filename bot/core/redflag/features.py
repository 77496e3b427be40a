"""What the ear hears in a text: its words, their neighbours, what they mean, and what they stand under."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.redflag.scopes import scopes_of
from bot.core.redflag.senses import Senses
from bot.core.redflag.tokens import Reading

NEAR = 4
"""How many words apart two senses are still heard together."""


def words_of(reading: Reading) -> tuple[list[str], list[int]]:
    """The words as the ear takes them, with stops among them, and which word of the reading each stands for."""
    words: list[str] = []
    places: list[int] = []
    stops = {sentence.first for sentence in reading.sentences}
    soft = reading.soft
    for place, (word, value) in enumerate(zip(reading.words, reading.values, strict=True)):
        if place and place in stops:
            words.append(".")
            places.append(place - 1)
        elif soft and soft >> place & 1:
            words.append(",")
            places.append(max(0, place - 1))
        words.append(word if value is None or not word[0].isdigit() else _about(value))
        places.append(place)
    if words and reading.sentences[-1].asks:
        words.append("?")
        places.append(places[-1])
    return words, places


def _about(value: float) -> str:
    """What kind of number it may be. What an exact one is worth (a fever, days, pills) is for the rules to say."""
    if 100.9 <= value <= 107 or 38.2 <= value <= 42:
        return "#fever"
    if 99 <= value < 100.9:
        return "#warm"
    if value <= 12 and value == int(value):
        return f"#{int(value)}"
    if 1900 < value < 2100:
        return "#year"
    return "#tens" if value < 60 else "#many"


def features(words: Sequence[str], senses: Senses) -> Iterator[str]:
    """Every feature of a text, as training counts them. `Weights` sums the very same."""
    meant = senses.of(words)
    scopes = scopes_of(words, meant)
    for place in range(len(words)):
        yield from named_at(words, meant, scopes[place], place)
        for sense in meant[place]:
            for others in meant[place + 1 : place + 1 + NEAR]:
                for other in others:
                    yield together(sense, other)
                    yield in_order(sense, other)


def named_at(words: Sequence[str], senses: Sequence[tuple[str, ...]], scope: str, place: int) -> list[str]:
    """What stands at one place: the word, those after it, its senses and what they stand under."""
    word, own = words[place], senses[place]
    found = [word]
    if place + 1 < len(words):
        found.append(f"{word} {words[place + 1]}")
        found += [f"{sense} {words[place + 1]}" for sense in own]
        found += [f"{word} {sense}" for sense in senses[place + 1]]
        if place + 2 < len(words):
            found.append(f"{word} _ {words[place + 2]}")
    for sense in own:
        found += (sense, f"{scope}={sense}")
    return found


def together(sense: str, other: str) -> str:
    """Two senses near each other, in either order."""
    return f"{sense}&{other}" if sense < other else f"{other}&{sense}"


def in_order(sense: str, other: str) -> str:
    """Two senses close by, the one before the other."""
    return f"{sense}>{other}"
