"""The question answered last in a conversation: late, doubled and corrected replies belong to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_closed_question"
down_revision = "0005_rota"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("closed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("session", "closed")
