"""The shape of every file: which names a group may hold, what stands after each, and what it is for.

The readers take their names from here, and so does the JSON Schema for editors: there is one source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.core import silence
from bot.core.flow import By, Kind, Worse
from bot.core.notices import NOTICES, SPARE
from bot.core.plan import Missed, Sends
from bot.core.policy import LIMITS
from bot.core.practice import WEEKDAYS, OutOfHours
from bot.core.redflag.phrases import Doubt, Intent
from bot.core.redflag.table import CONCEPTS, Tier
from bot.core.retention import LIMITS as KEPT

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """`doc` is shown by editors while somebody types."""

    schema: Schema
    doc: str
    needed: bool = False


Shape = Mapping[str, Key]


def needed(shape: Shape) -> tuple[str, ...]:
    return tuple(name for name, key in shape.items() if key.needed)


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def several(of: Schema, least: int = 1) -> Schema:
    return {"type": "array", "items": of, "minItems": least}


def one_of(words: Any) -> Schema:
    return {"enum": [str(word) for word in words]}


def in_words(duration: timedelta) -> str:
    """A length of time as the files write it: 30m, 4h, 2d."""
    for unit, sign in ((timedelta(days=1), "d"), (timedelta(hours=1), "h")):
        if duration >= unit and not duration % unit:
            return f"{duration // unit}{sign}"
    return f"{duration // timedelta(minutes=1)}m"


TEXT: Schema = {"type": "string", "minLength": 1}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
EARLIEST = -30
"""The first day of a plan, counted from the surgery."""

DAY: Schema = {"type": "integer", "minimum": EARLIEST}
TRUTH: Schema = {"type": "boolean"}
NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"}
TIME: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
DURATION: Schema = {"type": "string", "pattern": "^[0-9]{1,4}[mhd]$"}
HOURS: Schema = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2} *- *[0-9]{2}:[0-9]{2}$"}
DATE: Schema = {"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
WORDING: Schema = ref("wording")
STATUS: Schema = ref("status")
CONDITION: Schema = {"type": "string", "minLength": 1, "examples": ["pain >= 5 and new_pain is yes", "day <= 42"]}

SIGNED: Shape = {
    "approved_by": Key(TEXT, "The clinician who signed, by name.", needed=True),
    "on": Key(DATE, "The day of the signature, like 2026-12-01.", needed=True),
}

FLOW: Shape = {
    "flow": Key(NAME, "The flow's name: the same as the file's, without .yaml.", needed=True),
    "title": Key(TEXT, "What staff see.", needed=True),
    "status": Key(STATUS, "draft, or who signed it and when.", needed=True),
    "sources": Key(several(TEXT), "Tags of SOURCES.md that back the clinical content.", needed=True),
    "steps": Key(several(ref("step")), "The conversation, from top to bottom.", needed=True),
}
PART: Shape = {
    "part": Key(NAME, "The part's name: the same as the file's, without .yaml.", needed=True),
    "title": Key(TEXT, "What staff see.", needed=True),
    "status": Key(STATUS, "draft, or who signed it and when.", needed=True),
    "sources": Key(several(TEXT), "Tags of SOURCES.md that back the clinical content.", needed=True),
    "steps": Key(
        several(ref("step")), 'Questions that several flows share; "goto: end" goes back to the flow.', needed=True
    ),
}
_GOTO = Key(NAME, 'The step to go on with; "end" stops. Without it the next step follows.')
_SKIP = Key(CONDITION, "The step is passed over when this holds.")
SAY: Shape = {
    "say": Key(NAME, "The step's name.", needed=True),
    "text": Key(WORDING, "What the patient reads, in each language.", needed=True),
    "goto": _GOTO,
    "skip_if": _SKIP,
}
ASK: Shape = {
    "ask": Key(NAME, "The step's name; the answer is kept under it.", needed=True),
    "kind": Key(one_of(Kind), "What sort of answer is wanted.", needed=True),
    "text": Key(WORDING, "The question, the reply format last.", needed=True),
    "answers": Key(
        several(ref("answer")), "What follows from each answer; together they take every answer.", needed=True
    ),
    "low": Key(NUMBER, "The least that may be answered."),
    "high": Key(NUMBER, "The most that may be answered."),
    "unit": Key(TEXT, "What is counted, such as days or pills."),
    "worse": Key(one_of(Worse), "Which end is the bad one; high unless said."),
    "options": Key(several(ref("option"), 2), "What may be chosen, in the order of their numbers."),
    "again": Key(WORDING, "What an unclear reply hears; {question} stands for the question."),
    "nudge": Key(WORDING, "The reminder after a silence; {question} stands for the question."),
    "nudge_after": Key(DURATION, "How long to wait before the reminder, like 4h."),
    "expires_after": Key(DURATION, "How long the question waits in all, like 20h."),
    "skip_if": _SKIP,
}
SCORE: Shape = {
    "score": Key(NAME, "The step's name; the score is kept under it.", needed=True),
    "of": Key(several(NAME), "The questions whose answers are added up.", needed=True),
    "by": Key(one_of(By), "sum or mean.", needed=True),
    "answers": Key(several(ref("answer")), "What follows from the score; together they take every score."),
    "skip_if": _SKIP,
}
USE: Shape = {
    "use": Key(NAME, "The shared part to take in here, a file of parts/.", needed=True),
    "opening": Key(WORDING, "Said before the part's first question, in one message with it."),
    "skip_if": _SKIP,
}
ANSWER: Shape = {
    "when": Key(ref("when"), "Which answers: yes, no, a range, options, or any.", needed=True),
    "if": Key(CONDITION, "Only then; the same answers without it must follow."),
    "red_flag": Key(ref("red_flags"), "What staff are alerted to; the patient hears the table's words."),
    "task": Key(TEXT, "A routine task for staff, in a few words. No page."),
    "say": Key(WORDING, "What the patient hears in return."),
    "goto": _GOTO,
}
RED_FLAG: Shape = {
    "concept": Key(one_of(CONCEPTS), "The red flag's name in redflags.yaml.", needed=True),
    "severe": Key(TRUTH, "Its severe form."),
}
OPTION: Shape = {
    "name": Key(NAME, "The option's name, kept as the answer.", needed=True),
    "label": Key(WORDING, "How a person would name it.", needed=True),
    "also": Key(ref("also"), "Other words that people use for it, by language."),
    "value": Key(NUMBER, "What it counts for in a score."),
}
PLAN: Shape = {
    "weekly_line_every": Key(WHOLE, "Every so many days a check-in carries the safety line.", needed=True),
    "nudge_after": Key(DURATION, "How long a question waits before its reminder.", needed=True),
    "expires_after": Key(DURATION, "How long a question waits in all.", needed=True),
    "missed": Key(one_of(Missed), "What to do with an item whose window was missed; skip unless said."),
    "touches_a_day": Key(WHOLE, "How many items one day may hold; 1 unless said."),
    "still_wanted": Key(ref("still_wanted"), "After long silence: the question whether texts are still wanted."),
    "items": Key(several(ref("item")), "What is due on which day.", needed=True),
}
ITEM: Shape = {
    "item": Key(NAME, "The item's name.", needed=True),
    "day": Key(DAY, "Days after the anchor; the surgery unless said. -7 is a week before it.", needed=True),
    "last_day": Key(DAY, "Goes once, on the first day up to this one on which it can."),
    "at": Key(TIME, "When it may go out first, in the patient's own time.", needed=True),
    "until": Key(TIME, "When its window closes.", needed=True),
    "after": Key(ref("anchor"), "Count the days from an answer instead of the surgery."),
    "missed": Key(one_of(Missed), "What to do when the window was missed."),
    **{str(kind): Key(NAME, f"The {kind} that it brings.") for kind in Sends},
}
ANCHOR: Shape = {
    "flow": Key(NAME, "The flow that asks.", needed=True),
    "answer": Key(NAME, "The question's name.", needed=True),
    "is": Key({"type": ["string", "number"]}, "The answer that starts the count, as in a flow's when.", needed=True),
}
STILL_WANTED: Shape = {
    "missed": Key(WHOLE, "After so many check-ins in a row without a word.", needed=True),
    "from_day": Key(WHOLE, "From this day after surgery on; before it, staff call.", needed=True),
    "at": Key(TIME, "When the question may go out first, in the patient's own time.", needed=True),
    "until": Key(TIME, "When its window closes.", needed=True),
    "flow": Key(NAME, "The flow that asks.", needed=True),
    "no": Key(ref("anchor"), "The answer that ends check-ins and tips.", needed=True),
}
TIPS: Shape = {
    "status": Key(STATUS, "draft, or who signed them and when.", needed=True),
    "valid_for": Key(DURATION, "After so long a carrier drops a tip undelivered; 10h at most."),
    "tips": Key({"type": "object", "additionalProperties": ref("tip")}, "Advice by name.", needed=True),
}
TIP: Shape = {
    "topic": Key(TEXT, "What staff see.", needed=True),
    "text": Key(WORDING, "The advice, in each language.", needed=True),
    "sources": Key(several(TEXT), "Tags of SOURCES.md.", needed=True),
    "status": Key(STATUS, "Of this tip alone."),
    "valid_for": Key(DURATION, "Of this tip alone."),
}
PRACTICE: Shape = {
    "clinic": Key(TEXT, "The clinic's name, as patients know it.", needed=True),
    "clinic_phone": Key(TEXT, "The number that patients call.", needed=True),
    "zone": Key(TEXT, "The clinic's time zone, like America/Chicago.", needed=True),
    "website": Key(TEXT, "The only host that a text may link to, like spine.example.org."),
    "languages": Key(several(TEXT), "The languages in which every text is given; en and es unless said."),
    "office_hours": Key(ref("week"), "When staff are there, by weekday.", needed=True),
    "contact_hours": Key(HOURS, "When a patient may be written to unasked, in the patient's own time.", needed=True),
    "same_day_out_of_hours": Key(
        one_of(OutOfHours), "Whom a same-day red flag reaches while the office is closed.", needed=True
    ),
    "numbers": Key(
        {"type": "object", "additionalProperties": NUMBER},
        "The numbers on which practices differ, by name.",
        needed=True,
    ),
    "escalation": Key(ref("escalation"), "How an alert climbs while nobody acknowledges it; quicker, never slower."),
    "silence": Key(ref("silence"), "What follows when a patient falls silent; quicker, never slower."),
    "not_reached": Key(several(TEXT), "What staff do when a patient is not reached, step by step."),
    "templates": Key(
        {"type": "object", "additionalProperties": ref("template")},
        "What a nurse may begin a text to a patient with, by name.",
    ),
    "keep": Key(ref("keep"), "How long words are kept; what is not named stays for ever."),
    "bands": Key(
        {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": NUMBER}},
        "The most that is expected of an answer, from which day on.",
    ),
}
TEMPLATE: Shape = {
    "title": Key(TEXT, "What staff choose it by.", needed=True),
    "text": Key(WORDING, "The words, which the nurse may change before they go out.", needed=True),
}
WEEK: Shape = {
    day: Key({"anyOf": [HOURS, several(HOURS), {"const": "closed"}]}, f"{day}", needed=True) for day in WEEKDAYS
}
HANDLING: Shape = {
    "tier": Key(one_of(Tier), "How urgent it is.", needed=True),
    "tell": Key(
        WORDING, "What the patient is told at once, while staff are there; an emergency says 911.", needed=True
    ),
    "tell_out_of_hours": Key(WORDING, "What the patient is told while nobody is there; 911 makes it needless."),
    "staff": Key(TEXT, "What staff do.", needed=True),
    "acknowledge_within": Key(DURATION, "By when a named person takes it, like 5m.", needed=True),
    "call_within": Key(DURATION, "By when the patient is called, like 10m.", needed=True),
}
CONCEPT: Shape = {
    "title": Key(WORDING, "What staff see.", needed=True),
    **HANDLING,
    "severe": Key(ref("handling"), "The worse form, handled apart."),
    "sources": Key(several(TEXT), "Tags of SOURCES.md.", needed=True),
}
TABLE: Shape = {
    "version": Key(TEXT, "Named in every alert: a new one for every change.", needed=True),
    "status": Key(STATUS, "draft, or who signed it and when.", needed=True),
    "concepts": Key(ref("concepts"), "Every red flag there is.", needed=True),
}
CONCEPT_NAMES: Shape = {name: Key(ref("concept"), f"How {name} is handled.", needed=True) for name in CONCEPTS}
NOTICE: Shape = {
    "version": Key(WHOLE, "Goes up when the words change: records say which were sent.", needed=True),
    "text": Key(WORDING, "The words, in each language.", needed=True),
}
ASKING: Shape = {
    "again": Key(WORDING, "What an unclear reply hears; {question} stands for the question.", needed=True),
    "nudge": Key(WORDING, "The reminder after a silence; {question} stands for the question.", needed=True),
}
STANDARD_TEXTS: Shape = {
    "notices": Key(ref("notices"), "What is said outside any conversation.", needed=True),
    "asking": Key(ref("askings"), "How each kind of question is asked again.", needed=True),
}
NOTICE_NAMES: Shape = {name: Key(ref("notice"), f"The notice {name}.", needed=name not in SPARE) for name in NOTICES}
ASKING_NAMES: Shape = {str(kind): Key(ref("asking"), f"A question of the kind {kind}.", needed=True) for kind in Kind}
PATTERNS: Schema = several(TEXT)
RULE: Shape = {
    "id": Key(TEXT, "Kept for ever: alerts name it.", needed=True),
    "concept": Key(one_of(CONCEPTS), "What the words mean.", needed=True),
    "severe": Key(TRUTH, "They mean its severe form."),
    "hint": Key(TRUTH, "They also turn up harmlessly: the trained ear may speak against them."),
    "hear": Key(PATTERNS, "The phrases; the head of the file says how they are written.", needed=True),
    "unless": Key(PATTERNS, "Phrases that make the rule silent."),
    "despite": Key(several(one_of(Doubt)), "Doubts that do not silence it, such as denied for a cant pee."),
}
PHRASES: Shape = {
    "version": Key(TEXT, "Named in every alert that the phrases raise.", needed=True),
    "classes": Key(
        {"type": "object", "additionalProperties": {"anyOf": [TEXT, PATTERNS]}}, "Words by name, for $name in a phrase."
    ),
    "harmless": Key(PATTERNS, "Sayings whose words are not heard."),
    "rules": Key(several(ref("rule")), "What is listened for besides the emergencies."),
    "opt_out": Key(PATTERNS, "Words that ask for no more texts."),
    "not_opt_out": Key(PATTERNS, "Words that only look so."),
    "intents": Key(
        {"type": "object", "properties": {str(intent): PATTERNS for intent in Intent}, "additionalProperties": False},
        "What else a text may ask for.",
    ),
}
KEEP: Shape = {
    kept.value: Key(DURATION, f"{limit.what}; {in_words(limit.least)} at least: {limit.why}.")
    for kept, limit in KEPT.items()
}
ESCALATION: Shape = {tier: Key(ref(f"escalation_{tier}"), f"The ladder of the tier {tier}.") for tier in LIMITS}
STEPS_OF: Mapping[str, Shape] = {
    tier: {
        step: Key(DURATION, f"{in_words(limit.least)} to {in_words(limit.most)}: {limit.why}.")
        for step, limit in steps.items()
    }
    for tier, steps in LIMITS.items()
}
"""The steps of each tier's ladder, within their limits."""
SILENCE: Shape = {str(way): Key(ref(f"silence_{way}"), f"The ladder of what is {way}.") for way in silence.Way}
SILENCE_OF: Mapping[str, Shape] = {
    str(way): {
        "until_day": Key(WHOLE, f"Until which day after surgery it climbs to a call; {silence.LEAST_DAYS} or later."),
        **{
            step: Key(DURATION, f"{in_words(limit.least)} to {in_words(limit.most)}: {limit.why}.")
            for step, limit in steps.items()
        },
    }
    for way, steps in silence.LIMITS.items()
}
