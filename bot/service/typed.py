"""What people type into forms, files and commands, made sure of: each refused with a sentence that says how."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from difflib import get_close_matches

from bot.core.hours import UnknownZone, zone
from bot.errors import UserError

HOME_REGION = "US"
"""Where a number without a country code is taken to be."""

LONGEST_TEXT = 200
MOST_PAST, MOST_AHEAD = timedelta(days=731), timedelta(days=366)
"""A surgery further away than this is a slip of the pen: a year mistyped, a birthday in the wrong box."""

_NUMBER_THEN_NAME = re.compile(r"\s*(?P<number>\+?[\d\s().\-]*\d)(?:[\s,;:]+(?P<name>\D.*))?\s*", re.DOTALL)


class Mistyped(UserError):
    """The sentence says what is wrong with one thing that was typed, without naming the box it was typed into."""


def phone(text: str) -> str:
    """The number in E.164 form. Its length is checked and nothing more: 555-01xx are for trying things out."""
    import phonenumbers  # noqa: PLC0415 - half of the time that `mendline --help` may take

    wrong = Mistyped("that is not a phone number that can be texted; write it like +15075550101.")
    if any(letter.isalpha() for letter in text):
        raise wrong
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise wrong from None
    # "Possible within one town" (seven digits) cannot be texted, though the library counts it as possible.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise wrong
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def emergency_contact(text: str) -> str:
    """ "+15075550102 Luis Ruiz": the number made sure of, the name kept as it is. Empty stays empty."""
    if not text.strip():
        return ""
    match = _NUMBER_THEN_NAME.fullmatch(text)
    if match is None:
        raise Mistyped('write the number first and then the name: "+15075550102 Luis Ruiz".')
    return f"{phone(match['number'])} {words(match['name'] or '')}".rstrip()


def timezone(name: str) -> str:
    try:
        return zone(name).key
    except UnknownZone as error:
        raise Mistyped(str(error)) from None


def surgery(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Mistyped(f"{text!r} is not a date; write it year first, like {today.isoformat()}.") from None
    if not today - MOST_PAST <= day <= today + MOST_AHEAD:
        raise Mistyped(f"{day} is too far from today, {today}: more than two years ago or a year ahead.")
    return day


def name(text: str) -> str:
    found = words(text)
    if not found:
        raise Mistyped("a name is needed; it may be a first name alone.")
    return found


def words(text: str) -> str:
    """One line of text with its blanks evened out."""
    even = " ".join(text.split())
    if len(even) > LONGEST_TEXT or not even.isprintable():
        raise Mistyped(f"at most {LONGEST_TEXT} characters that can be printed.")
    return even


def email(text: str) -> str:
    found = words(text)
    if found and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", found):
        raise Mistyped("that is not an address like nurse@clinic.example.")
    return found


def one_of(text: str, known: Collection[str]) -> str:
    """The word itself when it is known; else a sentence with the likely one."""
    if text in known:
        return text
    near = get_close_matches(text, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it may be {', '.join(sorted(known))}."
    raise Mistyped(f"there is no {text!r}; {hint}")
