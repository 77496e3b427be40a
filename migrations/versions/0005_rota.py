"""The on-call rota: see bot/store/oncall/tables.py, which says what each table is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0005_rota"
down_revision = "0004_safekeeping"
branch_labels = None
depends_on = None

ID = sa.String(length=26)
WORD = sa.String(length=20)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "shift",
        sa.Column("id", ID, nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("turn", WORD, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("on_holidays", WORD, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.CheckConstraint("turn IN ('daily', 'weekly')", name=op.f("ck_shift_turn")),
        sa.CheckConstraint("on_holidays IN ('as_usual', 'not', 'only')", name=op.f("ck_shift_on_holidays")),
        _key("shift", "id"),
    )
    op.create_table(
        "shift_person",
        sa.Column("shift_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        _key("shift_person", "shift_id", "place"),
        _of("shift_person", "shift_id", "shift"),
        _of("shift_person", "staff_id", "staff"),
    )
    op.create_table(
        "rota_override",
        sa.Column("id", ID, nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("instead_of", ID, nullable=True),
        sa.Column("opens", Instant(), nullable=False),
        sa.Column("closes", Instant(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        _key("rota_override", "id"),
        _of("rota_override", "staff_id", "staff"),
    )
    op.create_index("ix_rota_override_closes", "rota_override", ["closes"])
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        _key("holiday", "day"),
    )
    op.create_table(
        "rota_warning",
        sa.Column("id", ID, nullable=False),
        sa.Column("thin", WORD, nullable=False),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("opens", Instant(), nullable=False),
        sa.Column("closes", Instant(), nullable=False),
        sa.Column("nearness", sa.Integer(), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        _key("rota_warning", "id"),
    )
    op.create_index("ix_rota_warning_closes", "rota_warning", ["closes"])
    op.create_table(
        "rota_watch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_look_at", Instant(), nullable=False),
        sa.Column("warn_at", Instant(), nullable=False),
        sa.Column("on_call", sa.Text(), nullable=False),
        _key("rota_watch", "id"),
    )


def downgrade() -> None:
    for table in ("rota_watch", "rota_warning", "holiday", "rota_override", "shift_person", "shift"):
        op.drop_table(table)
