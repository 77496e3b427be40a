"""Silences that climb a ladder of their own, and people who have left the team."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0007_silence"
down_revision = "0006_closed_question"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "silence",
        sa.Column("patient_id", sa.String(length=26), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "way IN ('unanswered', 'undelivered', 'unreachable', 'stopped')", name=op.f("ck_silence_way")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_silence_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_silence")),
    )
    op.create_index(op.f("ix_silence_next_at"), "silence", ["next_at"])
    op.add_column("staff", sa.Column("left_at", Instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff", "left_at")
    op.drop_index(op.f("ix_silence_next_at"), "silence")
    op.drop_table("silence")
