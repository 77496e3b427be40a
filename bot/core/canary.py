"""The canary: a patient and a nurse who are nobody, and whose alert goes the whole way every few minutes.

Their rows have ids of their own, so that whoever counts or lists people leaves them out by name. Area code 000 cannot
be given to anybody (in North American numbers it begins with 2 to 9), so their numbers are nobody's either.
"""

from __future__ import annotations

CONTACT_ID = "0" * 20 + "CANARY"
PATIENT_ID = ENROLLMENT_ID = CONTACT_ID
NURSE_ID = NURSE_CONTACT_ID = "0" * 19 + "CANARYN"
NUMBER = "+10005550100"
NURSE_NUMBER = "+10005550101"
NAME = "Canary"
WANTED = "canary:wanted"
"""The mark by which the watchdog asks for a round; empty: the last one may be cleared away."""

STAGED = "canary:staged"
"""The mark by which the clock says for which round the stage is set; empty: for none."""

TEXT = "i cant feel when i wipe"
"""What it texts: an emergency by the table that ships."""

PAGE = "Mendline test page {code}: the way to you is open. Nothing to do."
"""What its page says, because it may go to a real phone. No link: there is nothing to look at."""


SID = "SMCANARY"
"""How the carrier's ids of its texts begin; a real one holds hexadecimal digits alone."""


def is_canary(contact_id: str | None) -> bool:
    return contact_id in (CONTACT_ID, NURSE_CONTACT_ID)


def goes_nowhere(phone: str) -> bool:
    """A text to this number is dropped where the carrier would be called."""
    return phone in (NUMBER, NURSE_NUMBER)
