"""Enrollment and consent: who may be texted what, decided by our own ledger and not by the carrier's block."""

from __future__ import annotations

from enum import StrEnum


class Consent(StrEnum):
    """Of a contact. `stopped` holds until START, whatever else is texted."""

    NONE = "none"
    ASKED = "asked"
    JOINED = "joined"
    STOPPED = "stopped"


class EnrollmentState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


class Act(StrEnum):
    """An entry of the consent ledger."""

    ASKED = "asked"
    PAPER = "paper"
    JOINED = "joined"
    STOPPED = "stopped"
    RESTARTED = "restarted"
    HELPED = "helped"


class MessageKind(StrEnum):
    """What a message to a person is; consent, STOP, HELP and "not reached yet" are notices."""

    REPLY = "reply"
    CHECKIN = "checkin"
    TIP = "tip"
    NUDGE = "nudge"
    PAGE = "page"
    NOTICE = "notice"


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"


class Lane(StrEnum):
    """Pages never wait behind talk, and talk never waits behind the care plan."""

    PAGE = "page"
    TALK = "talk"
    PLAN = "plan"


LANES = {
    MessageKind.PAGE: Lane.PAGE,
    MessageKind.REPLY: Lane.TALK,
    MessageKind.NOTICE: Lane.TALK,
    MessageKind.NUDGE: Lane.PLAN,
    MessageKind.CHECKIN: Lane.PLAN,
    MessageKind.TIP: Lane.PLAN,
}

NEEDS_JOINED = frozenset({MessageKind.CHECKIN, MessageKind.TIP, MessageKind.NUDGE})


def refusal(kind: MessageKind, consent: Consent, *, is_blocked: bool) -> str:
    """Why this message may not go to this contact now; empty when it may.

    Pages go to staff whose phone is not stopped. A reply or notice may go to anybody who has not stopped: the
    patient has just texted us, or is being asked for consent.
    """
    if consent is Consent.STOPPED:
        return "stopped"
    if is_blocked and kind in NEEDS_JOINED:
        return "number cannot be reached"
    if kind in NEEDS_JOINED and consent is not Consent.JOINED:
        return "no consent"
    return ""
