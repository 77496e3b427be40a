"""How a plain keyword list, and negspacy over the same list, hear labelled texts.

`python -m tests.core.redflag.alternatives FILE ...`: what a practice would otherwise do. negspacy is no dependency of
ours: it is measured where somebody has installed it (`pip install spacy negspacy`), in English, as it has no Spanish.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.core.text import normalise
from tests.core.redflag.evaluate import Case, cases

KEYWORDS = Path(__file__).parent / "data" / "keywords.txt"
Hears = Callable[[str], bool]


def keywords() -> list[str]:
    lines = [line for line in KEYWORDS.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [_plain(word) for line in lines for word in line.split(";")]


def _plain(text: str) -> str:
    return " ".join(normalise(text).replace("'", "").split())


def by_keywords() -> Hears:
    words = keywords()
    return lambda text: any(word in _plain(text) for word in words)


def by_negspacy() -> Hears | None:
    """Keywords that negspacy does not find denied; None where it is not installed."""
    try:
        import negspacy.negation  # type: ignore[import-not-found] # noqa: F401
        import spacy  # type: ignore[import-not-found]
    except ImportError:
        return None
    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    ruler = language.add_pipe("entity_ruler")
    ruler.add_patterns(
        [{"label": "FLAG", "pattern": [{"LOWER": part} for part in word.split()]} for word in keywords()]
    )
    language.add_pipe("negex", config={"ent_types": ["FLAG"]})
    return lambda text: any(not entity._.negex for entity in language(_plain(text)).ents)


def table(name: str, rows: Sequence[Case], hears: Hears) -> str:
    emergencies = [case for case in rows if case.is_emergency]
    red = [case for case in rows if case.severity != "none"]
    none = [case for case in rows if case.severity == "none"]
    shares = (f"{sum(hears(case.text) for case in group)} of {len(group)}" for group in (emergencies, red, none))
    return f"{name}: emergencies {next(shares)}, red flags {next(shares)}, false alarms {next(shares)}"


def main(arguments: Sequence[str]) -> None:
    for path in map(Path, arguments):
        for language in ("en", "es"):
            rows = [case for case in cases(path) if case.lang == language]
            print(table(f"{path.name} {language} keyword list", rows, by_keywords()))
            negspacy = by_negspacy() if language == "en" else None
            if negspacy:
                print(table(f"{path.name} {language} negspacy", rows, negspacy))


if __name__ == "__main__":
    main(sys.argv[1:])
