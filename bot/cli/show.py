"""`mendline show`: what the database holds, for operators and for scripts that check on us."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot import settings
from bot.cli import output

if TYPE_CHECKING:
    from bot.service.parts import Parts
    from bot.store.alerts import Alert
    from bot.store.vault import Vault

Command = TypeVar("Command", bound=Callable[..., Any])
Read = Callable[["Parts", int | None, bool], Iterable[output.Record]]

ALERT_COLUMNS = ("code", "tier", "state", "concepts", "cause", "raised_at", "patient")
EVERY_ALERT = 1_000_000_000
ROWS_IN_A_TABLE = 100


@click.group()
def show() -> None:
    """What the database holds; numbers as their last four digits and texts hidden unless --reveal.

    \b
    Example, what was not sent and why:
      mendline show outbox --json | grep '"skipped"'
    """


def _options(command: Command) -> Command:
    """The options that all of these have."""
    for option in (
        click.option("--last", type=click.IntRange(1), help="Only so many of the newest."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with every field."),
        click.option("--reveal", is_flag=True, help="Show whole numbers and what was written."),
    ):
        command = option(command)
    return command


@show.command()
@_options
def inbox(*, last: int | None, as_json: bool, reveal: bool) -> None:
    """Every text that arrived."""
    columns = ("id", "contact", "received_at", "state", "attempts", *(("body",) if reveal else ()))
    _show(_inbox, columns, last=last, as_json=as_json, reveal=reveal)


@show.command()
@_options
def outbox(*, last: int | None, as_json: bool, reveal: bool) -> None:
    """Every message to a person, and what became of it."""
    columns = ("kind", "channel", "contact", "state", "reason", "attempts", "due_at", "sent_at")
    revealed = ("kind", "to", "state", "due_at", "body")
    _show(_outbox, revealed if reveal else columns, last=last, as_json=as_json, reveal=reveal)


@show.command()
@_options
def alerts(*, last: int | None, as_json: bool, reveal: bool) -> None:
    """Every concern, open or not."""
    revealed = ("code", "tier", "state", "raised_at", "patient", "quote")
    _show(_alerts, revealed if reveal else ALERT_COLUMNS, last=last, as_json=as_json, reveal=reveal)


@show.command()
@_options
def sessions(*, last: int | None, as_json: bool, reveal: bool) -> None:
    """Every conversation, and where it stands."""
    columns = ("id", "contact", "flow", "version", "step", "state")
    _show(_sessions, columns, last=last, as_json=as_json, reveal=reveal)


@show.command()
@_options
def plan(*, last: int | None, as_json: bool, reveal: bool) -> None:
    """What each patient is due, day by day."""
    columns = ("patient", "item", "local_day", "due_at", "state", "reason")
    _show(_plan, columns, last=last, as_json=as_json, reveal=reveal)


def _show(read: Read, columns: tuple[str, ...], *, last: int | None, as_json: bool, reveal: bool) -> None:
    from bot.cli.opened import opened

    with opened(settings.read(os.environ)) as parts:
        if as_json:
            output.say_json(read(parts, last, reveal))
            return
        records = list(read(parts, last or ROWS_IN_A_TABLE, reveal))
    output.say_table(records, columns, empty="Nothing yet.")
    if last is None and len(records) == ROWS_IN_A_TABLE:
        output.say(f"These are the newest {ROWS_IN_A_TABLE}: --last shows more, --json all.")


def _inbox(parts: Parts, last: int | None, reveal: bool) -> Iterable[output.Record]:  # noqa: FBT001 - one of `Read`
    from bot.store import views

    for row in views.texts(parts.database, last=last):
        yield {
            "id": row.id,
            "sid": row.sid,
            "contact": output.number(row.phone(parts.vault), reveal=reveal),
            "received_at": output.moment(row.received_at),
            "state": row.state,
            "attempts": row.attempts,
            **({"body": row.body(parts.vault)} if reveal else {}),
        }


def _outbox(parts: Parts, last: int | None, reveal: bool) -> Iterable[output.Record]:  # noqa: FBT001 - one of `Read`
    from bot.store import views

    for row in views.messages(parts.database, last=last):
        yield {
            "id": row.id,
            "kind": row.kind,
            "channel": row.channel,
            "contact": output.number(row.phone(parts.vault), reveal=reveal),
            "occurrence": row.occurrence,
            "state": row.state,
            "reason": row.reason,
            "sid": row.sid,
            "attempts": row.attempts,
            "due_at": output.moment(row.due_at),
            "sent_at": output.moment(row.sent_at),
            **({"to": row.to(parts.vault), "body": row.body(parts.vault)} if reveal else {}),
        }


def _alerts(parts: Parts, last: int | None, reveal: bool) -> Iterable[output.Record]:  # noqa: FBT001 - one of `Read`
    from bot.store import alerts as store

    for row in parts.database.read(lambda tx: store.every(tx, limit=last or EVERY_ALERT)):
        yield alert_record(row, parts.vault, reveal=reveal)


def alert_record(row: Alert, vault: Vault, *, reveal: bool) -> output.Record:
    return {
        "code": row.code,
        "patient": row.patient_id,
        "tier": row.tier.value,
        "concepts": list(row.concepts),
        "state": row.state.value,
        "raised_at": output.moment(row.raised_at),
        "cause": row.cause.value,
        "next_action_at": output.moment(row.next_action_at),
        "acknowledged_by": row.acknowledged_by,
        "acknowledged_at": output.moment(row.acknowledged_at),
        "disposition": row.disposition(vault) or None,
        **({"quote": row.quote(vault)} if reveal else {}),
    }


def _sessions(parts: Parts, last: int | None, reveal: bool) -> Iterable[output.Record]:  # noqa: FBT001 - one of `Read`
    from bot.store import views

    for row in views.conversations(parts.database, last=last):
        yield {
            "id": row.id,
            "contact": output.number(row.phone(parts.vault), reveal=reveal),
            "flow": row.flow,
            "version": row.version,
            "step": row.step,
            "state": row.state,
        }


def _plan(parts: Parts, last: int | None, _reveal: bool) -> Iterable[output.Record]:  # noqa: FBT001 - one of `Read`
    from bot.store import views

    for row in views.planned(parts.database, last=last):
        yield {
            "patient": row.patient_id,
            "item": row.item,
            "local_day": row.local_day.isoformat(),
            "due_at": output.moment(row.due_at),
            "state": row.state,
            "reason": row.reason,
        }
