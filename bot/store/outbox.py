"""The outbox: every message to a person, written with its reason, claimed under a lease, settled by receipts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, and_, bindparam, func, insert, not_, select, update

from bot.core.delivery import OutboxState
from bot.core.enrollment import LANES, Channel, Consent, Lane, MessageKind
from bot.store.statements import InsertOnce, Prepared, word
from bot.store.tables import contact, outbox, patient, staff
from bot.store.vault import Vault

MOST_AT_ONCE = 500
"""Values in one question: every database takes as many."""

INSERT = InsertOnce(outbox, "occurrence")
INSERT_PLAIN = Prepared(insert(outbox), *outbox.c.keys())
DUE = (
    select(outbox.c.id)
    .where(
        and_(
            outbox.c.state == word("pending"),
            outbox.c.lane == bindparam("in_lane"),
            outbox.c.due_at <= bindparam("now"),
        )
    )
    .order_by(outbox.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
CLAIM = (
    update(outbox)
    .where(outbox.c.id.in_(DUE.scalar_subquery()))
    .values(
        state="sending",
        attempts=outbox.c.attempts + 1,
        fence=outbox.c.fence + 1,
        begun_at=bindparam("real"),
        lease_until=bindparam("lease"),
    )
    .returning(outbox.c.id)
)
MESSAGE = (
    select(
        outbox,
        contact.c.phone,
        contact.c.consent,
        contact.c.blocked_at,
        staff.c.email,
        patient.c.zone,
    )
    .join_from(outbox, contact, contact.c.id == outbox.c.contact_id)
    .outerjoin(patient, patient.c.id == outbox.c.patient_id)
    .outerjoin(staff, staff.c.id == outbox.c.staff_id)
)
CLAIMED = MESSAGE.where(outbox.c.id.in_(bindparam("ids", expanding=True))).order_by(outbox.c.due_at, outbox.c.id)
BY_ID = MESSAGE.where(outbox.c.id == bindparam("outbox_id"))
HOLD = select(outbox.c.id).where(outbox.c.id == bindparam("outbox_id")).with_for_update()
BY_SID = MESSAGE.where(outbox.c.sid == bindparam("sid"))
LEASE_OVER = (
    MESSAGE.where(
        and_(
            outbox.c.state == word("sending"),
            outbox.c.lease_until < bindparam("real"),
            (outbox.c.lane == word("page")) == bindparam("pages"),
        )
    )
    .order_by(outbox.c.lease_until)
    .limit(bindparam("limit"))
)
ARRIVED = Prepared(
    select(outbox.c.id)
    .where(
        and_(
            outbox.c.inbox_id == bindparam("inbox_id"),
            outbox.c.sid.is_not(None),
            outbox.c.state.in_([word("accepted"), word("delivered")]),
        )
    )
    .limit(1)
)
OF_TEXT = MESSAGE.where(and_(outbox.c.inbox_id == bindparam("inbox_id"), outbox.c.by_answer)).order_by(outbox.c.id)
SETTLE = (
    update(outbox)
    .where(
        and_(
            outbox.c.id == bindparam("outbox_id"),
            outbox.c.fence == bindparam("held_fence"),
            outbox.c.state.in_(bindparam("from_states", expanding=True)),
        )
    )
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        sid=func.coalesce(bindparam("new_sid"), outbox.c.sid),
        due_at=bindparam("new_due_at"),
        attempts=outbox.c.attempts - bindparam("untried", type_=Integer),
        sent_at=func.coalesce(outbox.c.sent_at, bindparam("new_sent_at")),
        lease_until=None,
    )
)


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the outbox with what is needed to send it."""

    id: str
    kind: MessageKind
    channel: Channel
    lane: Lane
    contact_id: str
    patient_id: str | None
    alert_id: str | None
    inbox_id: str | None
    occurrence: str
    urgent: bool
    by_answer: bool
    state: OutboxState
    reason: str
    sid: str | None
    attempts: int
    fence: int
    due_at: datetime
    not_after: datetime | None
    sent_at: datetime | None
    created_at: datetime
    begun_at: datetime
    consent: Consent
    is_blocked: bool
    zone: str | None
    staff_id: str | None
    sealed_body: bytes
    sealed_phone: bytes
    sealed_email: bytes | None

    @property
    def is_unasked(self) -> bool:
        """We begin it, at an hour of our choosing: neither an answer, nor an emergency's word, nor to staff."""
        begins = self.kind in (MessageKind.CHECKIN, MessageKind.TIP, MessageKind.NUDGE, MessageKind.NOTICE)
        return begins and not (self.urgent or self.inbox_id or self.staff_id)

    def body(self, vault: Vault) -> str:
        return vault.open("outbox.body", self.id, self.sealed_body)

    def phone(self, vault: Vault) -> str:
        return vault.open("contact.phone", self.contact_id, self.sealed_phone)

    def email(self, vault: Vault) -> str:
        if not (self.staff_id and self.sealed_email):
            return ""
        return vault.open("staff.email", self.staff_id, self.sealed_email)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written. `occurrence` makes it happen once; after `not_after` it is skipped instead of sent."""

    id: str
    kind: MessageKind
    contact_id: str
    occurrence: str
    body: str
    due_at: datetime
    created_at: datetime
    channel: Channel = Channel.SMS
    patient_id: str | None = None
    alert_id: str | None = None
    inbox_id: str | None = None
    staff_id: str | None = None
    urgent: bool = False
    not_after: datetime | None = None
    answered_at: datetime | None = None  # real time; set: the webhook's answer is the first attempt
    answer_lease: datetime | None = None  # real time; without a receipt by then it is looked for


def write(tx: Connection, vault: Vault, draft: Draft) -> bool:
    """False when this occurrence was written before."""
    return INSERT(tx, _row(vault, draft))


def write_all(tx: Connection, vault: Vault, drafts: Sequence[Draft]) -> None:
    """Their occurrences must be new."""
    for draft in drafts:
        INSERT_PLAIN.later(tx, _row(vault, draft))


def _row(vault: Vault, draft: Draft) -> dict[str, Any]:
    by_answer = draft.answered_at is not None
    return {
        "id": draft.id,
        "kind": draft.kind.value,
        "channel": draft.channel.value,
        "lane": LANES[draft.kind].value,
        "contact_id": draft.contact_id,
        "patient_id": draft.patient_id,
        "alert_id": draft.alert_id,
        "inbox_id": draft.inbox_id,
        "staff_id": draft.staff_id,
        "occurrence": draft.occurrence,
        "body": vault.seal("outbox.body", draft.id, draft.body),
        "urgent": draft.urgent,
        "state": "sending" if by_answer else "pending",
        "reason": "",
        "sid": None,
        "by_answer": by_answer,
        "attempts": 1 if by_answer else 0,
        "fence": 1 if by_answer else 0,
        "begun_at": draft.answered_at,
        "lease_until": draft.answer_lease,
        "due_at": draft.due_at,
        "not_after": draft.not_after,
        "sent_at": None,
        "created_at": draft.created_at,
    }


def claim(tx: Connection, lane: Lane, *, now: datetime, real: datetime, lease: datetime, limit: int) -> list[Message]:
    """The next due messages of a lane, leased until `lease` (real time), with the attempt counted before the call."""
    ids = list(
        tx.execute(CLAIM, {"in_lane": lane.value, "now": now, "real": real, "lease": lease, "limit": limit}).scalars()
    )
    return [_message(row) for row in tx.execute(CLAIMED, {"ids": ids})] if ids else []


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed message. `due_at` moves only when it is to be tried again; `was_tried` is False when
    the carrier was not called after all, so that the attempt does not count."""

    message: Message
    state: OutboxState
    reason: str = ""
    sid: str | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    blocks: bool = False
    was_tried: bool = True


UNSETTLED = (OutboxState.SENDING, OutboxState.PENDING, OutboxState.ACCEPTED, OutboxState.UNKNOWN)
"""States that a word from the carrier may still change, in the order in which the index for them names them."""


def settle(
    tx: Connection, outcomes: Iterable[Outcome], *, of: Sequence[OutboxState] = (OutboxState.SENDING,)
) -> list[Outcome]:
    """Record attempts, and return those that count: a lease that was lost (another fence), or an earlier callback,
    stands against us."""
    states = [state.value for state in of]
    return [outcome for outcome in outcomes if tx.execute(SETTLE, _settled(outcome, states)).rowcount == 1]


def _settled(outcome: Outcome, from_states: list[str]) -> dict[str, Any]:
    return {
        "outbox_id": outcome.message.id,
        "held_fence": outcome.message.fence,
        "new_state": outcome.state.value,
        "new_reason": outcome.reason[:80],
        "new_sid": outcome.sid,
        "new_due_at": outcome.due_at or outcome.message.due_at,
        "new_sent_at": outcome.sent_at,
        "untried": 0 if outcome.was_tried else 1,
        "from_states": from_states,
    }


def try_again(tx: Connection, message: Message, *, at: datetime) -> None:
    """What the carrier took and could not deliver is due once more; the next attempt brings a sid of its own."""
    tx.execute(
        update(outbox)
        .where(and_(outbox.c.id == message.id, outbox.c.fence == message.fence))
        .values(state="pending", sid=None, due_at=at, lease_until=None)
    )


def note_reason(tx: Connection, message: Message, reason: str) -> bool:
    """Say why a message is still `sending`: it may have gone out, and proof is being looked for. False when it is
    somebody else's by now."""
    done = tx.execute(
        update(outbox)
        .where(and_(outbox.c.id == message.id, outbox.c.fence == message.fence))
        .values(reason=reason[:80])
    )
    return done.rowcount == 1


def last_unprompted(tx: Connection, contact_id: str) -> datetime | None:
    """When this contact was last sent, or is about to be sent, something that it had not asked for."""
    moment: datetime | None = tx.execute(
        select(func.max(outbox.c.due_at)).where(
            and_(
                outbox.c.contact_id == contact_id,
                outbox.c.lane == Lane.PLAN.value,
                outbox.c.state.not_in(("skipped", "canceled")),
            )
        )
    ).scalar()
    return moment


def get(tx: Connection, outbox_id: str) -> Message | None:
    row = tx.execute(BY_ID, {"outbox_id": outbox_id}).first()
    return _message(row) if row else None


def hold(tx: Connection, outbox_id: str) -> None:
    """Lock a message until the transaction ends: two words of the carrier about it are taken in turn."""
    tx.execute(HOLD, {"outbox_id": outbox_id})


def by_sid(tx: Connection, sid: str) -> Message | None:
    row = tx.execute(BY_SID, {"sid": sid}).first()
    return _message(row) if row else None


def of_text(tx: Connection, inbox_id: str) -> list[Message]:
    """The replies that were given in the answer to this text."""
    return [_message(row) for row in tx.execute(OF_TEXT, {"inbox_id": inbox_id})]


def has_arrived(tx: Connection, inbox_id: str) -> bool:
    """Whether the carrier has told of a reply to this text that it is on the phone, or on its way there."""
    return ARRIVED.first(tx, {"inbox_id": inbox_id}) is not None


def lease_over(tx: Connection, *, real: datetime, limit: int, pages: bool) -> list[Message]:
    """Pages, or all other messages, whose sender never said how it ended: they belong to nobody now."""
    return [_message(row) for row in tx.execute(LEASE_OVER, {"real": real, "limit": limit, "pages": pages})]


def extend(tx: Connection, message: Message, *, until: datetime) -> bool:
    """Take an ambiguous message over under a new fence; False when somebody else did."""
    done = tx.execute(
        update(outbox)
        .where(and_(outbox.c.id == message.id, outbox.c.fence == message.fence, outbox.c.state == "sending"))
        .values(fence=outbox.c.fence + 1, lease_until=until)
    )
    return done.rowcount == 1


def cancel(tx: Connection, *, alert_id: str | None = None, contact_id: str | None = None, reason: str) -> None:
    """Cancel all that is still pending about an alert, or to a contact (pages to staff excepted)."""
    what = outbox.c.alert_id == alert_id if alert_id else outbox.c.contact_id == contact_id
    if not alert_id:
        what = and_(what, outbox.c.kind != "page")
    tx.execute(update(outbox).where(and_(what, outbox.c.state == "pending")).values(state="canceled", reason=reason))


def let_go(tx: Connection, *, contact_id: str | None = None, patient_id: str | None = None, reason: str) -> None:
    """Nobody waits for these any more, nor for word of them."""
    whose = outbox.c.contact_id == contact_id if contact_id else outbox.c.patient_id == patient_id
    for before, after in (("pending", OutboxState.CANCELED), ("sending", OutboxState.UNKNOWN)):
        which = and_(whose, outbox.c.state == before)
        tx.execute(update(outbox).where(which).values(state=after.value, reason=reason, lease_until=None))


def told_about(tx: Connection, staff_id: str, alert_ids: Collection[str]) -> set[str]:
    """Those of these alerts of which at least one page to this person was taken by a carrier."""
    taken = outbox.c.state.in_(["accepted", "delivered"])
    pages = and_(outbox.c.alert_id.in_(alert_ids), outbox.c.staff_id == staff_id, outbox.c.kind == "page", taken)
    return set(tx.execute(select(outbox.c.alert_id).where(pages).distinct()).scalars())


def supersede_pages(tx: Connection, alert_id: str, staff_id: str) -> None:
    """A newer page to this person is written: those that never left need not, or hundreds would go out at once."""
    same = and_(outbox.c.alert_id == alert_id, outbox.c.staff_id == staff_id, outbox.c.kind == "page")
    tx.execute(
        update(outbox).where(and_(same, outbox.c.state == "pending")).values(state="canceled", reason="superseded")
    )


def unsettled(tx: Connection, since: datetime, *, real: datetime) -> list[Message]:
    """Texts of ours that were written since then, that nobody is sending just now, and of which the carrier has not
    said how they ended; in order."""
    is_open = outbox.c.state.in_([word(state.value) for state in UNSETTLED])
    is_held = and_(outbox.c.state == "sending", outbox.c.lease_until >= real)
    written = and_(outbox.c.created_at >= since, outbox.c.channel == Channel.SMS.value, not_(is_held))
    rows = tx.execute(MESSAGE.where(and_(written, is_open)).order_by(outbox.c.created_at, outbox.c.id))
    return [_message(row) for row in rows]


def claimed(tx: Connection, sids: Sequence[str]) -> set[str]:
    """Those of the carrier's ids that a row of ours bears."""
    found: set[str] = set()
    for begin in range(0, len(sids), MOST_AT_ONCE):
        asked = select(outbox.c.sid).where(outbox.c.sid.in_(list(sids[begin : begin + MOST_AT_ONCE])))
        found.update(tx.execute(asked).scalars())
    return found


def shift_pending(tx: Connection, by: timedelta) -> None:
    """Move pending pages and answers along with a clinic's clock that was set back."""
    pending = and_(outbox.c.lane != Lane.PLAN.value, outbox.c.state == "pending")
    for row in tx.execute(select(outbox.c.id, outbox.c.due_at).where(pending)).all():
        tx.execute(update(outbox).where(outbox.c.id == row.id).values(due_at=row.due_at + by))


DOUBTFUL = and_(outbox.c.kind != "page", ~outbox.c.urgent)
"""What is not sent twice: neither a page nor an emergency's instruction, of which a second is better than none."""


def doubt(tx: Connection, reason: str) -> None:
    """The database is older than what happened: what was on its way may have arrived long ago."""
    for before, after in (("pending", OutboxState.SKIPPED), ("sending", OutboxState.UNKNOWN)):
        which = and_(DOUBTFUL, outbox.c.state == before)
        tx.execute(update(outbox).where(which).values(state=after.value, reason=reason, lease_until=None))


def oldest_due(tx: Connection, lane: Lane) -> datetime | None:
    moment: datetime | None = tx.execute(
        select(func.min(outbox.c.due_at)).where(and_(outbox.c.state == "pending", outbox.c.lane == lane.value))
    ).scalar()
    return moment


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        kind=MessageKind(row.kind),
        channel=Channel(row.channel),
        lane=Lane(row.lane),
        contact_id=row.contact_id,
        patient_id=row.patient_id,
        alert_id=row.alert_id,
        inbox_id=row.inbox_id,
        occurrence=row.occurrence,
        urgent=row.urgent,
        by_answer=row.by_answer,
        state=OutboxState(row.state),
        reason=row.reason,
        sid=row.sid,
        attempts=row.attempts,
        fence=row.fence,
        due_at=row.due_at,
        not_after=row.not_after,
        sent_at=row.sent_at,
        created_at=row.created_at,
        begun_at=row.begun_at or row.created_at,
        consent=Consent(row.consent),
        is_blocked=row.blocked_at is not None,
        zone=row.zone,
        staff_id=row.staff_id,
        sealed_body=row.body,
        sealed_phone=row.phone,
        sealed_email=row.email,
    )
