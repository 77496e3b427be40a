"""The staff console: see bot/store/console/tables.py, which says what each table is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0003_console"
down_revision = "0002_publication_proof"
branch_labels = None
depends_on = None

ID = sa.String(length=26)
WORD = sa.String(length=20)


def _staff(name: str = "staff_id", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, ID, nullable=nullable)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    # While this moment lies ahead a person talks with the patient, and the script is silent.
    op.add_column("contact", sa.Column("talk_until", Instant(), nullable=True))
    op.create_table(
        "account",
        _staff(),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("theme", WORD, server_default="auto", nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_account")),
        _of("account", "staff_id", "staff"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        _staff(),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
        _of("recovery_code", "staff_id", "staff"),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _staff(nullable=True),
        sa.Column("good_until", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_link")),
        _of("account_link", "staff_id", "staff"),
    )
    op.create_index(op.f("ix_account_link_staff_id"), "account_link", ["staff_id"])
    op.create_table(
        "sign_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _staff(),
        sa.Column("browser", sa.String(length=80), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
        _of("sign_in", "staff_id", "staff"),
    )
    op.create_index(op.f("ix_sign_in_staff_id"), "sign_in", ["staff_id"])
    op.create_table(
        "known_browser",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _staff(),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_known_browser")),
        _of("known_browser", "staff_id", "staff"),
    )
    op.create_index(op.f("ix_known_browser_staff_id"), "known_browser", ["staff_id"])
    op.create_table(
        "failed_try",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failed_try")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        _staff(nullable=True),
        sa.Column("door", WORD, nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("patients", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "writing",
        sa.Column("outbox_id", ID, nullable=False),
        _staff(),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_writing")),
        _of("writing", "outbox_id", "outbox"),
        _of("writing", "staff_id", "staff"),
    )
    op.create_table(
        "finding",
        sa.Column("alert_id", ID, nullable=False),
        _staff(),
        sa.Column("reached", WORD, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_finding")),
        _of("finding", "alert_id", "alert"),
        _of("finding", "staff_id", "staff"),
    )
    op.create_table(
        "usefulness",
        sa.Column("alert_id", ID, nullable=False),
        _staff(),
        sa.Column("is_useful", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "staff_id", name=op.f("pk_usefulness")),
        _of("usefulness", "alert_id", "alert"),
        _of("usefulness", "staff_id", "staff"),
    )
    op.create_table(
        "patient_detail",
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("procedure", sa.LargeBinary(), nullable=False),
        sa.Column("care_team", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_patient_detail")),
        _of("patient_detail", "patient_id", "patient"),
    )


def downgrade() -> None:
    for table in (
        "patient_detail",
        "usefulness",
        "finding",
        "writing",
        "audit_head",
        "audit_entry",
        "failed_try",
        "known_browser",
        "sign_in",
        "account_link",
        "recovery_code",
        "account",
    ):
        op.drop_table(table)
    op.drop_column("contact", "talk_until")
