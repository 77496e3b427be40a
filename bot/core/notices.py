"""The standard texts: what is said outside any conversation, and how an unclear answer is asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.flow import Kind
from bot.core.redflag.table import Wording

NOTICES: Mapping[str, frozenset[str]] = {
    "consent": frozenset(),
    "joined": frozenset(),
    "language_set": frozenset(),
    "stopped": frozenset(),
    "restarted": frozenset(),
    "help": frozenset(),
    "unknown_number": frozenset(),
    "not_enrolled": frozenset(),
    "ended": frozenset(),
    "staff_will_read": frozenset(),
    "staff_will_read_out_of_hours": frozenset(),
    "handed_over": frozenset(),
    "handed_over_out_of_hours": frozenset(),
    "sent_again": frozenset(),
    "corrected": frozenset(),
    "corrected_stands": frozenset(),
    "picture_received": frozenset(),
    "picture_received_out_of_hours": frozenset(),
    "not_reached_yet": frozenset(),
    "weekly_line": frozenset(),
    "page_sms": frozenset({"tier", "code", "link"}),
    "page_email_subject": frozenset({"tier", "code"}),
    "page_email_body": frozenset({"tier", "code", "link"}),
    "page_hand_over_sms": frozenset({"tier", "code", "link"}),
    "page_hand_over_email_body": frozenset({"tier", "code", "link"}),
    "staff_on_call_given": frozenset({"from", "until"}),
    "staff_stopped": frozenset(),
    "colleague_stopped": frozenset({"name"}),
    "staff_ack_done": frozenset({"code"}),
    "staff_ack_taken": frozenset({"code"}),
    "staff_ack_unknown_code": frozenset({"code"}),
    "staff_help": frozenset(),
}
"""Every notice there must be, and the placeholders it may hold besides the practice's own."""

SPARE: Mapping[str, Wording] = {
    "page_hand_over_sms": {
        "en": "Mendline: You are on call now. {tier} alert {code} is still open. {link} Reply ACK {code}",
        "es": "Mendline: Ahora está de guardia. La alerta {code} ({tier}) sigue abierta. {link} Responda ACK {code}",
    },
    "page_hand_over_email_body": {
        "en": "You are on call now. {tier} alert {code} is still open. Open it and take it here: {link}",
        "es": "Ahora está de guardia. La alerta {code} ({tier}) sigue abierta. Ábrala y tómela aquí: {link}",
    },
    "staff_on_call_given": {
        "en": "Mendline: You are on call from {from} until {until}. If you cannot be, tell your admin now.",
        "es": "Mendline: Está de guardia desde {from} hasta {until}. Si no puede, avise ya a su administrador.",
    },
}
"""Words for notices that came later than the first: files that were published before stay whole without them."""

TO_STAFF = frozenset(
    name
    for name in NOTICES
    if name.startswith(("page_", "staff_", "colleague_")) and not name.startswith("staff_will_read")
)
"""The notices that only staff read."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`version` goes up when the wording changes, so that a record can say which words were sent."""

    name: str
    version: int
    text: Wording


@dataclass(frozen=True, slots=True)
class Asking:
    """How a kind of question is asked again. `{question}` in a nudge stands for the question's own words."""

    again: Wording
    nudge: Wording


@dataclass(frozen=True, slots=True)
class Notices:
    """All the standard texts, complete: reading the file refuses one with a notice missing."""

    notices: Mapping[str, Notice]
    asking: Mapping[Kind, Asking]

    def __getitem__(self, name: str) -> Notice:
        return self.notices[name]

    def text(self, name: str) -> Wording:
        return self.notices[name].text if name in self.notices else SPARE[name]
