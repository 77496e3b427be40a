"""Erasure, what the carrier is to forget, and limits on floods: see bot/store/tables.py for what each is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0004_safekeeping"
down_revision = "0003_console"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patient", sa.Column("erased_at", Instant(), nullable=True))
    op.add_column("contact", sa.Column("idle_answers", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contact", sa.Column("idle_at", Instant(), nullable=True))
    op.create_table(
        "opt_out",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_opt_out")),
    )
    op.create_table(
        "forgetting",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_forgetting")),
    )
    op.create_index("ix_forgetting_due_at", "forgetting", ["due_at"])


def downgrade() -> None:
    op.drop_index("ix_forgetting_due_at", "forgetting")
    op.drop_table("forgetting")
    op.drop_table("opt_out")
    op.drop_column("contact", "idle_at")
    op.drop_column("contact", "idle_answers")
    op.drop_column("patient", "erased_at")
