"""What a publication was proved to keep, and who published and signed it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_publication_proof"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication", sa.Column("published_by", sa.String(length=80), server_default="", nullable=False))
    op.add_column("publication", sa.Column("signed_by", sa.String(length=80), server_default="", nullable=False))
    op.add_column("publication", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("publication", sa.Column("proof", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for column in ("proof", "note", "signed_by", "published_by"):
        op.drop_column("publication", column)
