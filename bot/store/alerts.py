"""Alerts: open concerns, from the raising to the disposition, and whose ladder must move."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, union, update

from bot.core.alert import AlertState, Cause, Climb
from bot.core.redflag.table import Tier
from bot.store.real import is_real
from bot.store.statements import word
from bot.store.tables import alert, alert_event, page_link
from bot.store.vault import Vault

INSERT = insert(alert)
BY_ID = select(alert).where(alert.c.id == bindparam("alert_id"))
LOCK = BY_ID.with_for_update()
OPEN_CODES = select(alert.c.code).where(alert.c.state != word("resolved"))
OPEN_OF_CONTACT = select(alert).where(and_(alert.c.contact_id == bindparam("contact_id"), alert.c.state == "open"))
BY_CODE = select(alert).where(and_(alert.c.code == bindparam("code"), alert.c.state != word("resolved")))
IS_DUE = and_(alert.c.state != word("resolved"), alert.c.next_action_at <= bindparam("now"))
DUE = select(alert.c.id).where(IS_DUE).order_by(alert.c.next_action_at).limit(bindparam("limit"))
LOCK_DUE = BY_ID.where(IS_DUE).with_for_update(skip_locked=True)


@dataclass(frozen=True, slots=True)
class Alert:
    id: str
    code: str
    contact_id: str | None
    patient_id: str | None
    tier: Tier
    concepts: tuple[str, ...]
    state: AlertState
    cause: Cause
    why: tuple[str, ...]
    inbox_id: str | None
    raised_at: datetime
    round: int
    last_action_at: datetime | None
    next_action_at: datetime | None
    told_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    sealed_quote: bytes
    sealed_disposition: bytes | None

    def quote(self, vault: Vault) -> str:
        return vault.open("alert.quote", self.id, self.sealed_quote)

    def disposition(self, vault: Vault) -> str:
        sealed = self.sealed_disposition
        return vault.open("alert.disposition", self.id, sealed) if sealed else ""

    @property
    def climb(self) -> Climb:
        # Somebody took it once: "nobody has told us that they saw it" would not be true.
        is_told = self.told_at is not None or self.acknowledged_at is not None
        return Climb(self.tier, self.raised_at, self.round, is_told=is_told)

    def climb_beside(self, leader: Alert) -> Climb:
        """The first step of an alert whose patient people are paged about already: to those who were paged last."""
        return replace(leader.climb, tier=self.tier, round=max(leader.round - 1, 0), is_told=True)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """`quote` is the patient's own words; `why` the rules and steps that fired, without a patient's word.

    No contact: it is about the service. No patient: the number is unknown. No inbox row: no text caused it.
    """

    tier: Tier
    concepts: tuple[str, ...]
    cause: Cause
    quote: str
    why: tuple[str, ...]
    contact_id: str | None
    patient_id: str | None
    inbox_id: str | None = None


def add(tx: Connection, vault: Vault, alert_id: str, new: NewAlert, *, code: str, raised_at: datetime) -> Alert:
    tx.execute(
        INSERT,
        {
            "id": alert_id,
            "code": code,
            "contact_id": new.contact_id,
            "patient_id": new.patient_id,
            "tier": new.tier.value,
            "concepts": json.dumps(new.concepts),
            "state": AlertState.OPEN.value,
            "cause": new.cause.value,
            "quote": vault.seal("alert.quote", alert_id, new.quote),
            "why": json.dumps(new.why),
            "inbox_id": new.inbox_id,
            "raised_at": raised_at,
            "round": 0,
            "next_action_at": raised_at,
        },
    )
    return get(tx, alert_id)


def get(tx: Connection, alert_id: str) -> Alert:
    row = tx.execute(BY_ID, {"alert_id": alert_id}).first()
    if row is None:
        raise LookupError("no such alert")
    return _alert(row)


def lock(tx: Connection, alert_id: str) -> Alert:
    """The alert, held until the transaction ends: two acknowledgements at once are taken in turn."""
    row = tx.execute(LOCK, {"alert_id": alert_id}).first()
    if row is None:
        raise LookupError("no such alert")
    return _alert(row)


def lock_all(tx: Connection, alert_ids: Collection[str]) -> dict[str, Alert]:
    """These alerts by id, held in the order of their ids."""
    rows = tx.execute(select(alert).where(alert.c.id.in_(sorted(alert_ids))).order_by(alert.c.id).with_for_update())
    return {row.id: _alert(row) for row in rows}


def by_code(tx: Connection, code: str) -> Alert | None:
    """The alert that bears this code now; codes are used again once resolved."""
    row = tx.execute(BY_CODE, {"code": code}).first()
    return _alert(row) if row else None


def of_text(tx: Connection, inbox_id: str) -> list[Alert]:
    return [_alert(row) for row in tx.execute(select(alert).where(alert.c.inbox_id == inbox_id))]


def of_patient(tx: Connection, patient_id: str) -> list[Alert]:
    return [_alert(row) for row in tx.execute(select(alert).where(alert.c.patient_id == patient_id))]


def open_of_contact(tx: Connection, contact_id: str) -> list[Alert]:
    """Alerts of this phone that nobody has acknowledged."""
    return [_alert(row) for row in tx.execute(OPEN_OF_CONTACT, {"contact_id": contact_id})]


def unresolved_of_contact(tx: Connection, contact_id: str) -> list[Alert]:
    """Alerts of this phone without a disposition, acknowledged or not."""
    is_theirs = and_(alert.c.contact_id == contact_id, alert.c.state != word("resolved"))
    return [_alert(row) for row in tx.execute(select(alert).where(is_theirs))]


def bundled_with(tx: Connection, of: Alert) -> list[Alert]:
    """The other alerts of the same patient, or of the same unknown phone, that are paged and not resolved."""
    if of.contact_id is None:
        return []
    theirs = and_(alert.c.contact_id == of.contact_id, alert.c.state != word("resolved"), alert.c.id != of.id)
    whose = alert.c.patient_id == of.patient_id if of.patient_id else alert.c.patient_id.is_(None)
    return [_alert(row) for row in tx.execute(select(alert).where(theirs, whose, alert.c.tier != Tier.ROUTINE.value))]


def unresolved(tx: Connection, contact_id: str | None, causes: Collection[Cause]) -> Alert | None:
    """An alert of these causes that still stands, for this phone or (None) for the service itself; the oldest."""
    about = alert.c.contact_id == contact_id if contact_id else alert.c.contact_id.is_(None)
    standing = and_(about, alert.c.cause.in_([cause.value for cause in causes]), alert.c.state != word("resolved"))
    row = tx.execute(select(alert).where(standing).order_by(alert.c.raised_at).limit(1)).first()
    return _alert(row) if row else None


def open_codes(tx: Connection) -> set[str]:
    return set(tx.execute(OPEN_CODES).scalars())


def every(tx: Connection, *, limit: int = 1000) -> list[Alert]:
    rows = list(
        tx.execute(
            select(alert)
            .where(is_real(alert.c.contact_id))
            .order_by(alert.c.raised_at.desc(), alert.c.id.desc())
            .limit(limit)
        )
    )
    return [_alert(row) for row in reversed(rows)]


def open_for_staff(tx: Connection, staff_id: str) -> list[Alert]:
    """Unacknowledged alerts about which this person was paged."""
    paged = select(page_link.c.alert_id).where(page_link.c.staff_id == staff_id)
    rows = tx.execute(select(alert).where(and_(alert.c.state == "open", alert.c.id.in_(paged))))
    return [_alert(row) for row in rows]


def taken_by(tx: Connection, staff_id: str) -> list[str]:
    """The ids of those that this person has acknowledged and not resolved."""
    theirs = and_(alert.c.acknowledged_by == staff_id, alert.c.state == word("acknowledged"))
    return list(tx.execute(select(alert.c.id).where(theirs).order_by(alert.c.id)).scalars())


def unacknowledged(tx: Connection) -> list[Alert]:
    """Those whom nobody has taken."""
    return [_alert(row) for row in tx.execute(select(alert).where(alert.c.state == "open").order_by(alert.c.raised_at))]


def due(tx: Connection, now: datetime, limit: int) -> list[str]:
    """Alerts whose ladder must move; each is then taken with `lock_due`."""
    return list(tx.execute(DUE, {"now": now, "limit": limit}).scalars())


def lock_due(tx: Connection, alert_id: str, now: datetime) -> Alert | None:
    """The alert, held, if its ladder must still move; None when another clock moves it, or has."""
    row = tx.execute(LOCK_DUE, {"alert_id": alert_id, "now": now}).first()
    return _alert(row) if row else None


def moved(tx: Connection, alert_id: str, *, round_: int, now: datetime, next_at: datetime, told: bool) -> None:
    values: dict[str, Any] = {"round": round_, "last_action_at": now, "next_action_at": next_at}
    tx.execute(update(alert).where(alert.c.id == alert_id).values(values | ({"told_at": now} if told else {})))


def set_next_action(tx: Connection, alert_id: str, at: datetime) -> None:
    tx.execute(update(alert).where(alert.c.id == alert_id).values(next_action_at=at))


def shift_clocks(tx: Connection, by: timedelta) -> None:
    """Move every open ladder along with a clinic's clock that was set back, so that none waits for lost time."""
    moments = (alert.c.raised_at, alert.c.last_action_at, alert.c.next_action_at)
    for row in tx.execute(select(alert.c.id, *moments).where(alert.c.state != "resolved")).all():
        shifted = {moment.name: row._mapping[moment.name] for moment in moments}  # noqa: SLF001 - its public name
        values = {name: at + by for name, at in shifted.items() if at is not None}
        tx.execute(update(alert).where(alert.c.id == row.id).values(values))


def page_again(tx: Connection, now: datetime) -> None:
    """Every alert that nobody has acknowledged moves its ladder at once; a task waits for its time."""
    waiting = and_(alert.c.state == "open", alert.c.tier != Tier.ROUTINE.value)
    tx.execute(update(alert).where(waiting).values(next_action_at=now))


def worsen(tx: Connection, worse: Alert, tier: Tier, why: tuple[str, ...], now: datetime) -> Alert:
    """The same concern, more urgent by now: open once more, its ladder begins anew."""
    values = {"tier": tier.value, "why": json.dumps((*worse.why, *why)), "state": AlertState.OPEN.value}
    tx.execute(update(alert).where(alert.c.id == worse.id).values(**values, round=0, next_action_at=now))
    return get(tx, worse.id)


def acknowledge(tx: Connection, alert_id: str, *, staff_id: str, now: datetime, comes_back_at: datetime) -> None:
    tx.execute(
        update(alert)
        .where(alert.c.id == alert_id)
        .values(
            state=AlertState.ACKNOWLEDGED.value,
            acknowledged_by=staff_id,
            acknowledged_at=now,
            next_action_at=comes_back_at,
        )
    )


def reopen(tx: Connection, alert_id: str, now: datetime) -> None:
    """Acknowledged without a disposition, and its clock ran out: the ladder begins again."""
    tx.execute(
        update(alert).where(alert.c.id == alert_id).values(state=AlertState.OPEN.value, round=0, next_action_at=now)
    )


def resolve(tx: Connection, vault: Vault, alert_id: str, *, disposition: str, now: datetime) -> None:
    tx.execute(
        update(alert)
        .where(alert.c.id == alert_id)
        .values(
            state=AlertState.RESOLVED.value,
            disposition=vault.seal("alert.disposition", alert_id, disposition),
            resolved_at=now,
            next_action_at=None,
        )
    )


def was_heard_in(tx: Connection, inbox_id: str) -> bool:
    """Did this text raise an alert, or was it heard as one that stood already?"""
    return bool(heard_in(tx, inbox_id))


def heard_in(tx: Connection, inbox_id: str) -> frozenset[str]:
    """The ids of the alerts that this text raised, or that stood already when it said the same."""
    is_again = and_(alert_event.c.act == "heard_again", alert_event.c.detail == inbox_id)
    raised = select(alert.c.id).where(alert.c.inbox_id == inbox_id)
    return frozenset(tx.execute(union(raised, select(alert_event.c.alert_id).where(is_again))).scalars())


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        code=row.code,
        contact_id=row.contact_id,
        patient_id=row.patient_id,
        tier=Tier(row.tier),
        concepts=tuple(json.loads(row.concepts)),
        state=AlertState(row.state),
        cause=Cause(row.cause),
        why=tuple(json.loads(row.why)),
        inbox_id=row.inbox_id,
        raised_at=row.raised_at,
        round=row.round,
        last_action_at=row.last_action_at,
        next_action_at=row.next_action_at,
        told_at=row.told_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        resolved_at=row.resolved_at,
        sealed_quote=row.quote,
        sealed_disposition=row.disposition,
    )
