"""The flow editor: what is typed and not saved yet, and who stands behind which texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0009_drafts"
down_revision = "0008_unsettled"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("staff_id", sa.String(26), nullable=False),
        sa.Column("file", sa.String(160), nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_draft_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "file", name="pk_draft"),
    )
    op.create_table(
        "sign_off",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(26), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_sign_off_staff_id"),
        sa.PrimaryKeyConstraint("digest", "staff_id", name="pk_sign_off"),
    )


def downgrade() -> None:
    op.drop_table("sign_off")
    op.drop_table("draft")
