"""The rota's tables, read as documentation. Hours are local, in the shift's own zone; moments the clinic's time."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from bot.store.tables import Id, Word, metadata
from bot.store.types import Instant

# One line of the rota: these weekdays, from when until when, on this rung, for these people in turn.
shift = Table(
    "shift",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rung", Integer, nullable=False),
    Column("days", String(7), nullable=False),  # weekdays on which it begins: "01234" is Monday to Friday
    Column("starts", String(5), nullable=False),  # "19:00" on the clocks of its zone
    Column("ends", String(5), nullable=False),  # on the next day where it is not after the start
    Column("zone", String(64), nullable=False),
    Column("turn", Word, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("on_holidays", Word, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Id),  # null: at the command line
    CheckConstraint("turn IN ('daily', 'weekly')", name="turn"),
    CheckConstraint("on_holidays IN ('as_usual', 'not', 'only')", name="on_holidays"),
)

# Whose turn comes when: by place, from 0.
shift_person = Table(
    "shift_person",
    metadata,
    Column("shift_id", Id, ForeignKey("shift.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
)

# Somebody takes a rung over for a while, above whatever the shifts say. A later one stands above an earlier.
rota_override = Table(
    "rota_override",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rung", Integer, nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("instead_of", Id),  # null: of everybody on that rung
    Column("opens", Instant, nullable=False),
    Column("closes", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Id),
    Index("ix_rota_override_closes", "closes"),
)

# Days on which the practice is closed, in its own zone: shifts may be kept or not, and nobody promises a call.
holiday = Table(
    "holiday",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", String(80), nullable=False),
)

# What staff were told of a gap, so that each is told once, and again when it is nearer.
rota_warning = Table(
    "rota_warning",
    metadata,
    Column("id", Id, primary_key=True),
    Column("thin", Word, nullable=False),
    Column("rung", Integer),
    Column("opens", Instant, nullable=False),
    Column("closes", Instant, nullable=False),
    Column("nearness", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index("ix_rota_warning_closes", "closes"),
)

# One row: when the rota must be looked at next, and who was on call when it was looked at last.
rota_watch = Table(
    "rota_watch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("next_look_at", Instant, nullable=False),
    Column("warn_at", Instant, nullable=False),  # not before: whoever is at work on the rota need not be told of holes
    Column("on_call", Text, nullable=False),  # JSON list of staff ids; null before the first look
)
