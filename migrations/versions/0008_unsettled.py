"""Messages whose end nobody told us are found without reading the whole outbox, each hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_unsettled"
down_revision = "0007_silence"
branch_labels = None
depends_on = None

UNSETTLED = "state IN ('sending', 'pending', 'accepted', 'unknown')"


def upgrade() -> None:
    op.create_index(
        "ix_outbox_unsettled",
        "outbox",
        ["created_at"],
        sqlite_where=sa.text(UNSETTLED),
        postgresql_where=sa.text(UNSETTLED),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_unsettled", "outbox")
