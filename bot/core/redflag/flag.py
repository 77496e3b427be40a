"""A red flag heard: what it is, in which words, by which rule, and why."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.redflag.table import Concern


@dataclass(frozen=True, slots=True)
class Flag:
    """`quote` is text[start:end] exactly; `denial` says what was made of any "no" or doubt."""

    concern: Concern
    quote: str
    start: int
    end: int
    rule: str
    version: str
    denial: str = ""
    is_hint: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What the words name: what is heard, what staff look at the same day, and what is let go."""

    flags: tuple[Flag, ...] = ()
    review: tuple[Flag, ...] = ()
    let_go: tuple[Flag, ...] = ()
