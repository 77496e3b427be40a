"""Everything a phone company can do wrong, on demand: each fault is asked for, counted down and used up."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """When a fault strikes."""

    LATENCY = "latency"  # before anything
    REFUSE = "refuse"  # the request is not taken (or so it says)
    ANSWER = "answer"  # it was done, and the answer is spoiled
    JOURNEY = "journey"  # on the way to the handset, and in its callbacks
    WEBHOOK = "webhook"  # on the way from the handset to the clinic
    LIST = "list"  # when the clinic asks what there was


KINDS: Mapping[str, Stage] = {
    "latency": Stage.LATENCY,
    "refuse_429": Stage.REFUSE,
    "error_500": Stage.REFUSE,
    "error_503": Stage.REFUSE,
    "reset": Stage.REFUSE,
    "refused": Stage.REFUSE,  # with the `code` asked for
    "bad_number": Stage.REFUSE,
    "opted_out": Stage.REFUSE,
    "bad_region": Stage.REFUSE,
    "bad_sender": Stage.REFUSE,
    "auth": Stage.REFUSE,
    "hang": Stage.ANSWER,
    "accept_then_reset": Stage.ANSWER,
    "accept_then_500": Stage.ANSWER,
    "empty_201": Stage.ANSWER,
    "html_200": Stage.ANSWER,
    "bad_json": Stage.ANSWER,
    "missing_sid": Stage.ANSWER,
    "wrong_type": Stage.ANSWER,
    "landline": Stage.JOURNEY,
    "undelivered": Stage.JOURNEY,  # with the `code` asked for, 30003 by default
    "failed": Stage.JOURNEY,  # likewise, 30008 by default
    "stuck": Stage.JOURNEY,
    "held": Stage.JOURNEY,
    "early_callback": Stage.JOURNEY,
    "lost_callbacks": Stage.JOURNEY,
    "doubled_callbacks": Stage.JOURNEY,
    "reversed_callbacks": Stage.JOURNEY,
    "late_callbacks": Stage.JOURNEY,
    "doubled_webhook": Stage.WEBHOOK,
    "lost_webhook": Stage.WEBHOOK,
    "late_webhook": Stage.WEBHOOK,
    "concurrent_webhook": Stage.WEBHOOK,
    "overtaken_webhook": Stage.WEBHOOK,  # posted after the next text of this handset
    "lost_answer": Stage.WEBHOOK,
    "list_lag": Stage.LIST,
    "list_page": Stage.LIST,  # every page behind the first fails
}

LASTING = frozenset({"latency", "list_lag"})
"""Conditions rather than incidents: without a count they stay until they are taken away."""

MATCHES = ("to", "from", "body")
NEED_CODE = frozenset({"refused"})
TAKE_CODE = NEED_CODE | {"undelivered", "failed"}
OPERATIONS = ("send", "list", "fetch", "update", "delete", "any")


class UnknownFault(ValueError):
    """The request for a fault makes no sense; the sentence says why."""


@dataclass(slots=True)
class Fault:
    """`left` None lasts until cleared. `on` names the REST operation, for latency, refusals and spoiled answers.
    `code` is Twilio's number for an error, where the kind takes one."""

    id: int
    kind: str
    left: int | None
    match: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    on: str = "send"
    code: int | None = None

    @property
    def stage(self) -> Stage:
        return KINDS[self.kind]

    def strikes(self, stage: Stage, operation: str, facts: Mapping[str, str]) -> bool:
        return (
            self.stage is stage
            and (stage not in (Stage.REFUSE, Stage.LATENCY, Stage.ANSWER) or self.on in (operation, "any"))
            and self.fits(facts)
        )

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Is this message one of those that the fault is meant for?"""
        return all(_fits(name, text, facts.get(name, "")) for name, text in self.match.items())

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "count": self.left,
            "match": dict(self.match),
            "seconds": self.seconds,
            "on": self.on,
            "code": self.code,
        }


class Faults:
    """The board of faults in force. Thread safe; the oldest that fits strikes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []

    def add(
        self,
        kind: str,
        *,
        count: int | None = -1,
        match: Mapping[str, str] | None = None,
        seconds: float = 0.0,
        on: str = "",
        code: int | None = None,
    ) -> Fault:
        """`count` None is until cleared; not given, it is one, or until cleared for lasting kinds."""
        _check(kind, count, match or {}, seconds, on)
        _check_code(kind, code)
        if count == -1:
            count = None if kind in LASTING else 1
        on = on or ("any" if kind == "latency" else "send")
        with self._lock:
            fault = Fault(next(self._ids), kind, count, dict(match or {}), seconds, on, code)
            self._faults.append(fault)
        return fault

    def take(self, stage: Stage, facts: Mapping[str, str], *, operation: str = "send") -> list[Fault]:
        """Every fault that strikes here, each used once. Two of one kind in a row strike one after the other."""
        struck: dict[str, Fault] = {}
        with self._lock:
            for fault in self._faults:
                if fault.kind not in struck and fault.strikes(stage, operation, facts):
                    struck[fault.kind] = fault
            for fault in struck.values():
                if fault.left is not None:
                    fault.left -= 1
            self._faults = [fault for fault in self._faults if fault.left != 0]
        return list(struck.values())

    def take_one(self, stage: Stage, facts: Mapping[str, str], *, operation: str = "send") -> Fault | None:
        """The oldest that strikes; the others wait for the next message."""
        with self._lock:
            for fault in self._faults:
                if fault.strikes(stage, operation, facts):
                    if fault.left is not None:
                        fault.left -= 1
                        self._faults = [each for each in self._faults if each.left != 0]
                    return fault
        return None

    def take_listing(self, kind: str) -> list[Fault]:
        """All of this kind, for one look into the list: each is meant for the messages that it `fits`."""
        with self._lock:
            struck = [fault for fault in self._faults if fault.kind == kind]
            for fault in struck:
                if fault.left is not None:
                    fault.left -= 1
            self._faults = [fault for fault in self._faults if fault.left != 0]
        return struck

    def all(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()


def _fits(name: str, wanted: str, actual: str) -> bool:
    """Numbers match exactly, bodies by a part of them in any case."""
    return wanted.casefold() in actual.casefold() if name == "body" else wanted == actual


def _check(kind: str, count: int | None, match: Mapping[str, str], seconds: float, on: str) -> None:
    if kind not in KINDS:
        raise UnknownFault(f"There is no fault {kind!r}. There are: {', '.join(KINDS)}.")
    if count is not None and count != -1 and count < 1:
        raise UnknownFault("count must be at least 1, or null for until cleared.")
    if not set(match) <= set(MATCHES):
        raise UnknownFault(f"match takes: {', '.join(MATCHES)}.")
    if seconds < 0:
        raise UnknownFault("seconds must not be negative.")
    if on and on not in OPERATIONS:
        raise UnknownFault(f"on takes one of: {', '.join(OPERATIONS)}.")


def _check_code(kind: str, code: int | None) -> None:
    if code is None and kind in NEED_CODE:
        raise UnknownFault(f"{kind} needs a code: Twilio's number for the error.")
    if code is not None and kind not in TAKE_CODE:
        raise UnknownFault(f"{kind} takes no code.")
    if code is not None and not (isinstance(code, int) and 10_000 <= code <= 99_999):
        raise UnknownFault("code takes one of Twilio's error numbers, of five digits.")
