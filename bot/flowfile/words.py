"""What is wrong with words that go out: an unknown placeholder, too long, too hard, or comforting out of place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.core.redflag.table import Wording
from bot.core.wording import counted, grade, measure, placeholders, render
from bot.flowfile.problem import Notes, Sent, suggestion

MOST_SEGMENTS: Mapping[str, int] = {"en": 2, "es": 3}
"""Spanish has more: one accented vowel leaves 70 signs of 160 in a segment, and accents are not given up."""

MOST_GRADE = 6.0

GRADED = frozenset({"en", "es"})
"""The languages with a formula of their own; in any other a grade is a hint."""

MOST_FORMS = 3
"""Of a noun beside a number: one, a few and many are told apart by the language that needs most."""

A_CLINIC = "The clinic"
"""Stands for the practice's name when a text is graded: a long one is no fault of the text."""

SAMPLES: Mapping[str, str] = {
    "name": "N. Surname",
    "tier": "EMERGENCY",
    "code": "A12",
    "from": "Wednesday 23 December 19:00",
    "until": "Thursday 24 December 07:00 CST",
    "link": "https://mendline.example-clinic.org/a/aB3dE6gH9jK2mN5pQ8sT1u",
    "question": "",
    "day": "365",
    "week": "52",
}
"""Values as long as real ones, for the placeholders that are filled at the last moment."""


def check_words(notes: Notes, values: Mapping[str, str]) -> None:
    """Every text of one file, with the practice's values filled in."""
    for sent in notes.sent:
        if not _refuse_placeholders(sent, notes, values):
            _measure(sent, notes, render(sent.words, {**SAMPLES, **values}))
            if not sent.to_staff:
                _grade(sent, notes, render(sent.words, {**SAMPLES, **values, "clinic": A_CLINIC}))
                _refuse_literals(sent, notes, values)


def _refuse_placeholders(sent: Sent, notes: Notes, values: Mapping[str, str]) -> bool:
    allowed = sent.may | values.keys()
    unknown = sorted(placeholders(sent.words) - allowed)
    for name in unknown:
        notes.wrong(sent.line, f"nothing is known to put in place of {{{name}}}{suggestion(name, sorted(allowed))}")
    for name, forms in counted(sent.words):
        if not all(form.strip() for form in forms) or len(forms) > MOST_FORMS:
            notes.wrong(sent.line, f'"{{{name}:...}}" needs one to {MOST_FORMS} forms of its noun, like day|days.')
    stray = re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", sent.words))
    if stray:
        notes.wrong(sent.line, f'a "{stray[0]}" stands alone; braces are for placeholders.')
    return bool(unknown or stray)


def _measure(sent: Sent, notes: Notes, text: str) -> None:
    size = measure(text)
    most = MOST_SEGMENTS.get(sent.language, 3)
    if size.segments > most:
        notes.wrong(sent.line, f"this text takes {size.segments} segments; {most} at most, so shorten it.")
    if sent.language == "en" and size.encoding != "GSM-7":
        odd = next(char for char in text if measure(char).encoding != "GSM-7")
        notes.doubtful(sent.line, f'"{odd}" (U+{ord(odd):04X}) doubles what this text costs; use a plain character.')


def _grade(sent: Sent, notes: Notes, text: str) -> None:
    # A nudge is judged with its question in it: by itself it is one long word.
    level = 0.0 if "{question}" in sent.words else grade(text, sent.language)
    if level > MOST_GRADE:
        tell = notes.unfit if sent.language.partition("-")[0] in GRADED else notes.doubtful
        tell(sent.line, f"this text reads at grade {level:.1f}; use shorter words and sentences.")


def _refuse_literals(sent: Sent, notes: Notes, values: Mapping[str, str]) -> None:
    """What differs from practice to practice stands in practice.yaml, and nowhere else."""
    if phone := _PHONE.search(sent.words):
        notes.unfit(sent.line, f"{phone[0]} is a phone number; write {{clinic_phone}}, which practice.yaml tells.")
    for name, value in values.items():
        # A whole number such as 10 means many things in a text; 100.4 means one.
        after = r"\w" if name == "clinic" else r"\d" if "." in value else ""
        if after and re.search(rf"(?<![\w.]){re.escape(value)}(?!{after})", sent.words):
            notes.unfit(sent.line, f'"{value}" stands in practice.yaml; write {{{name}}}.')


_PHONE = re.compile(r"(?<!\d)(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)")

_COMFORT: Iterable[re.Pattern[str]] = tuple(
    re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE)
    for phrase in (
        "you(?:'re| are) (?:fine|ok(?:ay)?|well|safe)",
        "(?:do not|don't|no need to|nothing to) worr(?:y|ied)",
        "(?:is|are|looks?|sounds?|that's|this is) (?:all )?(?:normal|fine|good|okay|ok|well|common)",
        "(?:good|great) (?:news|job|work|to hear)",
        "great|glad|happy to hear|well done|all good|relax|no problem|nothing wrong",
        "no se preocupe|no hay (?:por|de) qu[eé] preocuparse|no hay problema|no pasa nada",
        "todo (?:va |está |esta )?bien|est[aá] bien|es normal|va (?:muy )?bien|buenas noticias|excelente",
        "qu[eé] bueno|nos alegra|muy bien|tranquil[oa]",
    )
)


def comfort(wording: Wording) -> str:
    """The words that comfort, as they stand in the text; empty when none do."""
    found = (match[0] for text in wording.values() for phrase in _COMFORT if (match := phrase.search(text)))
    return next(found, "")
