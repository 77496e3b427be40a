"""The phrases that are listened for, made ready once: words, rules, cues and how to spell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.redflag.ear import Ear
from bot.core.redflag.index import Index, Key, index
from bot.core.redflag.lexicon import Lexicon, LexiconBuilder
from bot.core.redflag.pattern import Pattern, PatternError, parse
from bot.core.redflag.table import CONCEPTS, Concern
from bot.core.redflag.tokens import Spelling

Path = tuple[str | int, ...]
"""Where in the file something stands, as keys and positions from the top."""


class Intent(StrEnum):
    """What a text asks for or tells us, apart from symptoms."""

    WRONG_NUMBER = "wrong_number"
    DEATH = "death"
    ROBOT = "robot"
    WANTS_PERSON = "wants_person"
    WANTS_SPANISH = "wants_spanish"
    WANTS_ENGLISH = "wants_english"


class Doubt(StrEnum):
    """Why words that name a red flag may not be one."""

    DENIED = "denied"
    OVER = "over"
    PAST = "past"
    WHAT_IF = "what_if"
    OTHER = "other"


CUES = (
    "no", "not_a_no", "through", "finding", "ends_no", "tells", "or_words", "and_words", "answers_no", "gone",
    "not_gone", "past", "not_past", "what_if", "what_if_after", "if_words", "not_if", "on_moving", "asking",
    "close_kin", "other_body", "patient_kin", "patient_told", "not_patient_kin", "me", "mine", "not_me", "formerly",
    "nows", "never", "so_bad", "long_gone", "young_kin", "starters", "askers", "facts", "all_clear", "temp_time",
    "not_other", "has_reading", "temp_word", "temp_unit", "not_temp_before", "counted", "hot_place",
)  # fmt: skip
"""The classes that the judging of context stands on; a file without one of them is refused."""

MOST_RULES = 300
MOST_PHRASES = 3000
"""How many a file may hold beside the program's own; how many of them are tried on one text is bounded besides."""

MAY_HOLD = frozenset({"version", "classes", "harmless", "rules", "opt_out", "not_opt_out", "intents"})
"""What a file may add to. How words are spelled, and what makes a concern severe, belongs to the program alone."""

A_RULE_MAY_HOLD = frozenset({"id", "concept", "severe", "hint", "hear", "unless", "despite"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean a concern. `despite` names the doubts that do not silence it ("cant pee" is not a denial).

    `is_own`: the program's, which no saying of a practice hides. `is_hint`: words that also turn up harmlessly; they
    count when the trained ear does not speak plainly against them.
    """

    id: str
    concern: Concern
    hear: tuple[Pattern, ...]
    unless: tuple[Pattern, ...] = ()
    despite: frozenset[Doubt] = frozenset()
    is_own: bool = True
    is_hint: bool = False


class Wish(StrEnum):
    """The two lists that make a wish for no more texts."""

    OPT_OUT = "opt_out"
    NOT_OPT_OUT = "not_opt_out"


@dataclass(frozen=True, slots=True)
class Phrases:
    """`worse`: words anywhere in the text that make a concept already heard its severe form. `harmless`: sayings,
    each with whether it is the program's own. Without an `ear` every hint counts."""

    version: str
    spelling: Spelling
    lexicon: Lexicon
    rules: tuple[Rule, ...]
    heard: Index[Rule]
    worse: Index[str]
    harmless: Index[bool]
    wishes: Index[Wish | Intent]
    ear: Ear | None = None

    def cue(self, name: str) -> int:
        return self.lexicon.classes[name]


class PhrasesError(ValueError):
    """A phrases file that cannot be used; each problem is where it stands and a sentence."""

    def __init__(self, problems: Iterable[tuple[Path, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(sentence for _, sentence in self.problems))


def compile_phrases(data: Mapping[str, object], own: Mapping[str, object], ear: Ear | None = None) -> Phrases:
    """Make a phrases file's content ready, or raise PhrasesError with everything that is wrong with it.

    `own` is what the program always listens for, in the same form; `data` may add to it and replace nothing.
    """
    return _Compiler(data, own).phrases(ear)


class _Compiler:
    def __init__(self, data: Mapping[str, object], own: Mapping[str, object]) -> None:
        self.data = data
        self.own = own
        self.problems: list[tuple[Path, str]] = []
        for key in data:
            if key not in MAY_HOLD:
                self._problem((key,), f"'{key}' cannot be set here; a file may hold {', '.join(sorted(MAY_HOLD))}")
        self.builder = LexiconBuilder(
            spelling=_named(own.get("spelling")),
            classes=self._classes(),
            correctable=_as_text(own.get("correctable", "")),
            untouched=_as_text(own.get("untouched", "")),
            problem=self._problem,
        )

    def phrases(self, ear: Ear | None) -> Phrases:
        rules = self._rules()
        worse = self._worse()
        harmless, own = self._patterns(("harmless",)), len(_items(self.own, "harmless"))
        wishes = [(pattern, wish) for wish in Wish for pattern in self._patterns((wish.value,))]
        intents = [(pattern, intent) for intent in Intent for pattern in self._patterns(("intents", intent.value))]
        self._demand(rules)
        if self.problems:
            raise PhrasesError(self.problems)
        lexicon = self.builder.lexicon()
        return Phrases(
            version=f"{self.data['version']}/{self.own.get('version', '')}",
            spelling=lexicon.spelling,
            lexicon=lexicon,
            rules=rules,
            heard=self._index(lexicon, ((pattern, rule) for rule in rules for pattern in rule.hear)),
            worse=self._index(lexicon, worse),
            harmless=self._index(lexicon, ((pattern, place < own) for place, pattern in enumerate(harmless))),
            wishes=self._index(lexicon, [*wishes, *intents]),
            ear=ear,
        )

    def _index(self, lexicon: Lexicon, phrases: Iterable[tuple[Pattern, Key]]) -> Index[Key]:
        return index(phrases, lexicon.members, self.builder.commonness())

    def _demand(self, rules: tuple[Rule, ...]) -> None:
        """What no file may take away: a version, the cues, and something to hear for every concept."""
        if not str(self.data.get("version", "")).strip():
            self._problem((), "the phrases need a version")
        for cue in CUES:
            if cue not in self.builder.class_names:
                self._problem(("classes",), f"the class '{cue}' is missing; context is judged by it")
        for concept in CONCEPTS:
            if not any(rule.concern.concept == concept for rule in rules):
                self._problem(("rules",), f"nothing is listened for as {concept}")
        given = [rule for rule in rules if not rule.is_own]
        if len(given) > MOST_RULES or sum(len(rule.hear) + len(rule.unless) for rule in given) > MOST_PHRASES:
            self._problem(("rules",), f"more than {MOST_RULES} rules or {MOST_PHRASES} phrases")

    def _rules(self) -> tuple[Rule, ...]:
        rules = []
        seen: set[str] = set()
        own = len(_items(self.own, "rules"))
        for place, entry in enumerate(self._list(("rules",))):
            path: Path = ("rules", place)
            if not isinstance(entry, Mapping):
                self._problem(path, "a rule is a mapping with id, concept and hear")
                continue
            self._unknown_keys(path, entry, A_RULE_MAY_HOLD)
            name = str(entry.get("id", ""))
            if not name or name in seen:
                self._problem(path, f"the rule id '{name}' is missing or used twice")
            seen.add(name)
            if concern := self._concern(path, entry):
                hear = self._patterns((*path, "hear"))
                unless = self._patterns((*path, "unless"))
                is_hint = entry.get("hint") in (True, "true")
                doubts = self._despite(path)
                rules.append(Rule(name, concern, hear, unless, doubts, is_own=place < own, is_hint=is_hint))
        return tuple(rules)

    def _concern(self, path: Path, entry: Mapping[str, object]) -> Concern | None:
        concept = str(entry.get("concept", ""))
        if concept not in CONCEPTS:
            self._problem((*path, "concept"), f"'{concept}' is not a concept")
            return None
        return Concern(concept, severe=entry.get("severe") in (True, "true"))

    def _despite(self, path: Path) -> frozenset[Doubt]:
        doubts = set()
        for word in self._list((*path, "despite")):
            try:
                doubts.add(Doubt(str(word)))
            except ValueError:
                self._problem((*path, "despite"), f"'{word}' is not a doubt; use {', '.join(Doubt)}")
        return frozenset(doubts)

    def _worse(self) -> list[tuple[Pattern, str]]:
        found = []
        for place, entry in enumerate(self._list(("worse",))):
            path: Path = ("worse", place)
            if isinstance(entry, Mapping) and (concern := self._concern(path, entry)):
                found += [(pattern, concern.concept) for pattern in self._patterns((*path, "hear"))]
        return found

    def _patterns(self, path: Path) -> tuple[Pattern, ...]:
        patterns = []
        for place, text in enumerate(self._list(path)):
            try:
                patterns.append(parse(str(text), self.builder.element))
            except PatternError as error:
                self._problem((*path, place), str(error))
        return tuple(patterns)

    def _list(self, path: Path) -> list[object]:
        """The program's own list and the file's behind it; paths count from the program's first."""
        key, *inner = path
        both: object = [*_items(self.own, str(key)), *self._given(str(key))]
        if key == "intents":
            both = [*_items(self.own.get(key), str(inner[0])), *_items(self.data.get(key), str(inner[0]))]
            inner = inner[1:]
        for step in inner:
            both = both[step] if isinstance(both, list) and isinstance(step, int) else _items(both, str(step))
        return both if isinstance(both, list) else []

    def _given(self, key: str) -> list[object]:
        value = self.data.get(key, [])
        if not isinstance(value, list) and key != "intents":
            self._problem((key,), "a list belongs here")
        return value if isinstance(value, list) else []

    def _classes(self) -> dict[str, str]:
        given, own = self.data.get("classes", {}), _named(self.own.get("classes"))
        if not isinstance(given, Mapping):
            self._problem(("classes",), "names with their words belong here")
            return own
        for name in given:
            if name in own:
                self._problem(("classes", str(name)), f"'{name}' belongs to the program and cannot be set here")
        return {**_named(given), **own}

    def _unknown_keys(self, path: Path, entry: Mapping[str, object], known: frozenset[str]) -> None:
        for key in entry:
            if key not in known:
                self._problem((*path, key), f"'{key}' is not known here; use {', '.join(sorted(known))}")

    def _problem(self, path: Path, sentence: str) -> None:
        """Kept under the place in the file, which begins after the program's own."""
        before = len(_items(self.own, str(path[0]))) if len(path) > 1 else 0
        if before and isinstance(path[1], int):
            path = (path[0], path[1] - before, *path[2:])
        self.problems.append((path, sentence))


def _items(group: object, key: str) -> list[object]:
    value = group.get(key, []) if isinstance(group, Mapping) else []
    return value if isinstance(value, list) else []


def _named(group: object) -> dict[str, str]:
    return {str(name): _as_text(words) for name, words in group.items()} if isinstance(group, Mapping) else {}


def _as_text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
