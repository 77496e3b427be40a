"""The first schema: see bot/store/tables.py, which says what each table is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.types import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("blocked_at", Instant(), nullable=True),
        sa.Column("replies_since", Instant(), nullable=True),
        sa.Column("replies", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("consent IN ('none', 'asked', 'joined', 'stopped')", name=op.f("ck_contact_consent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_contact_phone_index")),
    )
    op.create_table(
        "data_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("purpose IN ('data', 'index')", name=op.f("ck_data_key_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("media_count", sa.Integer(), nullable=False),
        sa.Column("media_types", sa.Text(), nullable=False),
        sa.Column("opt_out_type", sa.String(length=20), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("understood", sa.String(length=80), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(), nullable=True),
        sa.Column("handled_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('received', 'handled', 'unmatched', 'failed')", name=op.f("ck_inbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("sid", name=op.f("uq_inbox_sid")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_contact_id_received_at", ["contact_id", "received_at"], unique=False)
        batch_op.create_index(
            "ix_inbox_waiting",
            ["next_attempt_at"],
            unique=False,
            sqlite_where=sa.text("state = 'received'"),
            postgresql_where=sa.text("state = 'received'"),
        )

    op.create_table(
        "mark",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mark")),
    )
    op.create_table(
        "publication",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_publication")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("outbox_id", sa.String(length=26), nullable=True),
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("sid", "status", "error_code", name=op.f("uq_receipt_sid_status_error_code")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=True),
        sa.Column("patient_id", sa.String(length=26), nullable=True),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("concepts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("quote", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("inbox_id", sa.String(length=26), nullable=True),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("last_action_at", Instant(), nullable=True),
        sa.Column("next_action_at", Instant(), nullable=True),
        sa.Column("told_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=26), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("disposition", sa.LargeBinary(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'acknowledged', 'resolved')", name=op.f("ck_alert_state")),
        sa.CheckConstraint("tier IN ('emergency', 'same_day', 'routine')", name=op.f("ck_alert_tier")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_alert_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_code_open",
            ["code"],
            unique=True,
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )
        batch_op.create_index(batch_op.f("ix_alert_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_alert_next_action_at",
            ["next_action_at"],
            unique=False,
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )
        batch_op.create_index(batch_op.f("ix_alert_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "consent_entry",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.String(length=64), nullable=False),
        sa.Column("inbox_id", sa.String(length=26), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint(
            "act IN ('asked', 'paper', 'joined', 'stopped', 'restarted', 'helped')", name=op.f("ck_consent_entry_act")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_entry_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_entry")),
    )
    with op.batch_alter_table("consent_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_entry_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("lane", sa.String(length=20), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("patient_id", sa.String(length=26), nullable=True),
        sa.Column("alert_id", sa.String(length=26), nullable=True),
        sa.Column("inbox_id", sa.String(length=26), nullable=True),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("occurrence", sa.String(length=160), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.Column("sid", sa.String(length=34), nullable=True),
        sa.Column("by_answer", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("not_after", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("channel IN ('sms', 'email', 'voice')", name=op.f("ck_outbox_channel")),
        sa.CheckConstraint(
            "kind IN ('reply', 'checkin', 'tip', 'nudge', 'page', 'notice')", name=op.f("ck_outbox_kind")
        ),
        sa.CheckConstraint("lane IN ('page', 'talk', 'plan')", name=op.f("ck_outbox_lane")),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'accepted', 'delivered', 'undelivered', 'failed', 'unknown', 'skipped', 'canceled')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_outbox_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("occurrence", name=op.f("uq_outbox_occurrence")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_alert_id", ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_due",
            ["lane", "due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_outbox_inbox_id", ["inbox_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_leased",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        )
        batch_op.create_index("ix_outbox_sid", ["sid"], unique=True)

    op.create_table(
        "patient",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("emergency_contact", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_patient_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
    )
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patient_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("role IN ('nurse', 'admin', 'viewer')", name=op.f("ck_staff_role")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_staff_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_staff_contact_id")),
    )
    op.create_table(
        "alert_event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("alert_id", sa.String(length=26), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
    )
    with op.batch_alter_table("alert_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_event_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "enrollment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("patient_id", sa.String(length=26), nullable=False),
        sa.Column("surgery_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('invited', 'active', 'stopped', 'ended')", name=op.f("ck_enrollment_state")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_enrollment_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
    )
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrollment_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "page_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("alert_id", sa.String(length=26), nullable=False),
        sa.Column("staff_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_page_link_alert_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_page_link_staff_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_page_link")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("contact_id", sa.String(length=26), nullable=False),
        sa.Column("patient_id", sa.String(length=26), nullable=False),
        sa.Column("occurrence", sa.String(length=160), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("nudged", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("nudge_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'done', 'expired', 'stopped', 'handed_over')", name=op.f("ck_session_state")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_session_contact_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_session_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("occurrence", name=op.f("uq_session_occurrence")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_session_contact_active",
            ["contact_id"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            "ix_session_expires_at",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            "ix_session_nudge_at",
            ["nudge_at"],
            unique=False,
            sqlite_where=sa.text("state = 'active' AND nudge_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'active' AND nudge_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_session_one_active",
            ["patient_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "answer",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("patient_id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("inbox_id", sa.String(length=26), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("choice", sa.String(length=64), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_answer_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_answer_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_session_id"), ["session_id"], unique=False)

    op.create_table(
        "plan_entry",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("enrollment_id", sa.String(length=26), nullable=False),
        sa.Column("patient_id", sa.String(length=26), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("not_after", Instant(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=80), server_default="", nullable=False),
        sa.Column("outbox_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'sent', 'skipped', 'canceled')", name=op.f("ck_plan_entry_state")),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollment.id"], name=op.f("fk_plan_entry_enrollment_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_plan_entry_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_entry")),
        sa.UniqueConstraint(
            "enrollment_id", "item", "local_day", name=op.f("uq_plan_entry_enrollment_id_item_local_day")
        ),
    )
    with op.batch_alter_table("plan_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_plan_entry_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )
        batch_op.create_index(batch_op.f("ix_plan_entry_patient_id"), ["patient_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("plan_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_entry_patient_id"))
        batch_op.drop_index(
            "ix_plan_entry_due",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )

    op.drop_table("plan_entry")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_session_id"))
        batch_op.drop_index(batch_op.f("ix_answer_patient_id"))

    op.drop_table("answer")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_session_one_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index(
            "ix_session_nudge_at",
            sqlite_where=sa.text("state = 'active' AND nudge_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'active' AND nudge_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_session_expires_at",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index(
            "ix_session_contact_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("session")
    op.drop_table("page_link")
    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrollment_patient_id"))

    op.drop_table("enrollment")
    with op.batch_alter_table("alert_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_event_alert_id"))

    op.drop_table("alert_event")
    op.drop_table("staff")
    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patient_contact_id"))

    op.drop_table("patient")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_sid")
        batch_op.drop_index(
            "ix_outbox_leased", sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'")
        )
        batch_op.drop_index("ix_outbox_inbox_id")
        batch_op.drop_index(
            "ix_outbox_due", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'")
        )
        batch_op.drop_index(batch_op.f("ix_outbox_contact_id"))
        batch_op.drop_index("ix_outbox_alert_id")

    op.drop_table("outbox")
    with op.batch_alter_table("consent_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_entry_contact_id"))

    op.drop_table("consent_entry")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_patient_id"))
        batch_op.drop_index(
            "ix_alert_next_action_at",
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )
        batch_op.drop_index(batch_op.f("ix_alert_contact_id"))
        batch_op.drop_index(
            "ix_alert_code_open",
            sqlite_where=sa.text("state <> 'resolved'"),
            postgresql_where=sa.text("state <> 'resolved'"),
        )

    op.drop_table("alert")
    op.drop_table("receipt")
    op.drop_table("publication")
    op.drop_table("mark")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_waiting",
            sqlite_where=sa.text("state = 'received'"),
            postgresql_where=sa.text("state = 'received'"),
        )
        batch_op.drop_index("ix_inbox_contact_id_received_at")

    op.drop_table("inbox")
    op.drop_table("data_key")
    op.drop_table("contact")
