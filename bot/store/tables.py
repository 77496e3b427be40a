"""The tables, to be read as documentation.

Ids are made by us before the insert (26 characters, sortable by time), because an encrypted column binds its row's id.
Columns of type Sealed are AES-GCM ciphertexts: names, numbers, texts, quotes and session state. What reports need
(typed answers, concepts, tiers, dates) is plain. Moments are the clinic's time in UTC, except where "real" is said.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.types import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Sealed(LargeBinary):
    """A ciphertext, bound to its table, column and row: `bot.store.vault` alone seals and opens it."""


Id = String(26)
Word = String(20)  # one of a few, named by an enumeration in core


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


# A phone number: the thing that texts and is texted. It may belong to patients, to staff, or to nobody we know.
# Its row is also the lock under which two quick texts from one phone are taken in order.
contact = Table(
    "contact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("phone", Sealed, nullable=False),
    Column("phone_index", LargeBinary, nullable=False, unique=True),  # keyed hash, for looking a number up
    Column("language", String(8), nullable=False),
    Column("consent", Word, nullable=False),  # our own ledger decides, not the carrier's block
    Column("blocked_at", Instant),  # the carrier said that this number cannot be reached
    Column("replies_since", Instant),  # start of the hour in which automatic replies are counted
    Column("replies", Integer, nullable=False, server_default="0"),
    Column("idle_answers", Integer, nullable=False, server_default="0"),  # in a row, none of which moved anything on
    Column("idle_at", Instant),  # the latest of them
    Column("talk_until", Instant),  # while this lies ahead a person talks with the patient, and the script is silent
    Column("created_at", Instant, nullable=False),
    _one_of("consent", "none", "asked", "joined", "stopped"),
)

patient = Table(
    "patient",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    Column("name", Sealed, nullable=False),
    Column("address", Sealed),
    Column("emergency_contact", Sealed),
    Column("language", String(8), nullable=False),
    Column("zone", String(64), nullable=False),  # of where the patient lives, never guessed from the area code
    Column("created_at", Instant, nullable=False),
    Column("erased_at", Instant),  # their words, name and numbers are gone; what is left names nobody
)

# One recovery of one patient: the care plan counts its days from the surgery.
enrollment = Table(
    "enrollment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("surgery_day", Date, nullable=False),
    Column("state", Word, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    _one_of("state", "invited", "active", "stopped", "ended"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, unique=True),
    Column("name", Sealed, nullable=False),
    Column("email", Sealed),
    Column("role", Word, nullable=False),
    Column("rung", Integer),  # paged on this rung when no rota says otherwise; null: not on call
    Column("created_at", Instant, nullable=False),
    Column("left_at", Instant),  # no longer on the team: what they did stays under their name
    _one_of("role", "nurse", "admin", "viewer"),
)

# Numbers that said STOP and whose patient was erased: a keyed hash is all that is left, so that the STOP still holds.
opt_out = Table(
    "opt_out",
    metadata,
    Column("phone_index", LargeBinary, primary_key=True),
    Column("at", Instant, nullable=False),
)

# The consent ledger: append-only; what was agreed to or revoked, how, and in which wording.
consent_entry = Table(
    "consent_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    Column("act", Word, nullable=False),
    Column("wording", String(64), nullable=False),
    Column("inbox_id", Id),
    Column("at", Instant, nullable=False),
    _one_of("act", "asked", "paper", "joined", "stopped", "restarted", "helped"),
)

# Every text that arrived, before anything was decided about it. Unique by the carrier's id: that is also our
# defence against a captured request that is played again.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sid", String(34), nullable=False, unique=True),
    Column("contact_id", Id),  # found when it is taken in
    Column("phone", Sealed, nullable=False),
    Column("phone_index", LargeBinary, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("media_count", Integer, nullable=False),
    Column("media_types", Text, nullable=False),
    Column("opt_out_type", Word, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", Word, nullable=False),
    Column("understood", String(80), nullable=False, server_default=""),  # "pain = 5", for staff
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant),  # real time
    Column("handled_at", Instant),
    _one_of("state", "received", "handled", "unmatched", "failed"),
    Index(
        "ix_inbox_waiting",
        "next_attempt_at",
        sqlite_where=text("state = 'received'"),
        postgresql_where=text("state = 'received'"),
    ),
    Index("ix_inbox_contact_id_received_at", "contact_id", "received_at"),
)

# One patient in one flow. `version` is the publication that the conversation began with and keeps.
session = Table(
    "session",
    metadata,
    Column("id", Id, primary_key=True),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False),
    Column("occurrence", String(160), nullable=False, unique=True),
    Column("flow", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", String(64)),
    Column("state", Word, nullable=False),
    Column("unclear", Integer, nullable=False),
    Column("nudged", Boolean, nullable=False),
    Column("answers", Sealed, nullable=False),
    Column("closed", Sealed),  # the question answered last, with the words that answered it
    Column("started_at", Instant, nullable=False),
    Column("nudge_at", Instant),
    Column("expires_at", Instant),
    Column("ended_at", Instant),
    _one_of("state", "active", "done", "expired", "stopped", "handed_over"),
    Index(
        "ix_session_one_active",
        "patient_id",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
    Index(
        "ix_session_contact_active",
        "contact_id",
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
    Index(
        "ix_session_nudge_at",
        "nudge_at",
        sqlite_where=text("state = 'active' AND nudge_at IS NOT NULL"),
        postgresql_where=text("state = 'active' AND nudge_at IS NOT NULL"),
    ),
    Index(
        "ix_session_expires_at",
        "expires_at",
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

# What was understood. `number` holds numbers and yes (1) or no (0); words themselves stay sealed in the inbox.
answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("session_id", Id, ForeignKey("session.id"), nullable=False, index=True),
    Column("inbox_id", Id, nullable=False),
    Column("flow", String(64), nullable=False),
    Column("step", String(64), nullable=False),
    Column("kind", Word, nullable=False),
    Column("number", Float),
    Column("choice", String(64)),
    Column("at", Instant, nullable=False),
)

# Every message to a person, written in the same transaction as its reason. `occurrence` makes it happen once.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("lane", Word, nullable=False),
    Column("contact_id", Id, ForeignKey("contact.id"), nullable=False, index=True),
    Column("patient_id", Id),
    Column("alert_id", Id),
    Column("inbox_id", Id),
    Column("staff_id", Id),
    Column("occurrence", String(160), nullable=False, unique=True),
    Column("body", Sealed, nullable=False),
    Column("urgent", Boolean, nullable=False),  # an emergency instruction: it must be heard, even twice
    Column("state", Word, nullable=False),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("sid", String(34)),
    Column("by_answer", Boolean, nullable=False),  # the first attempt is the TwiML that answers the webhook
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("begun_at", Instant),  # real time of the latest attempt
    Column("lease_until", Instant),  # real time; a row still "sending" past it belongs to nobody
    Column("due_at", Instant, nullable=False),
    Column("not_after", Instant),
    Column("sent_at", Instant),
    Column("created_at", Instant, nullable=False),
    _one_of("kind", "reply", "checkin", "tip", "nudge", "page", "notice"),
    _one_of("channel", "sms", "email", "voice"),
    _one_of("lane", "page", "talk", "plan"),
    _one_of(
        "state",
        "pending",
        "sending",
        "accepted",
        "delivered",
        "undelivered",
        "failed",
        "unknown",
        "skipped",
        "canceled",
    ),
    # Partial: with a plain (state, due_at) index the planner walks the sent rows, a thousand times slower.
    Index(
        "ix_outbox_due",
        "lane",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_outbox_leased",
        "lease_until",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_outbox_unsettled",
        "created_at",
        sqlite_where=text("state IN ('sending', 'pending', 'accepted', 'unknown')"),
        postgresql_where=text("state IN ('sending', 'pending', 'accepted', 'unknown')"),
    ),
    Index("ix_outbox_sid", "sid", unique=True),
    Index("ix_outbox_inbox_id", "inbox_id"),
    Index("ix_outbox_alert_id", "alert_id"),
)

# What the carrier is to forget, now that our own copy is durable: only the words, or (whole) that it ever was.
forgetting = Table(
    "forgetting",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("whole", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),  # real time
    Column("reason", String(80), nullable=False, server_default=""),
    Index("ix_forgetting_due_at", "due_at"),
)

# Every word from the carrier about a message of ours, append-only: callbacks come doubled, late and out of order.
receipt = Table(
    "receipt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("outbox_id", Id),
    Column("sid", String(34), nullable=False),
    Column("status", Word, nullable=False),
    Column("error_code", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("sid", "status", "error_code"),
)

# An open concern about one person. It is over only when a named person has said what was found.
alert = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", String(4), nullable=False),  # three characters; four once all of those are taken
    Column("contact_id", Id, ForeignKey("contact.id"), index=True),  # null: about the service, not about a person
    Column("patient_id", Id, index=True),  # null: the number is unknown
    Column("tier", Word, nullable=False),
    Column("concepts", Text, nullable=False),  # JSON list
    Column("state", Word, nullable=False),
    Column("cause", Word, nullable=False),
    Column("quote", Sealed, nullable=False),
    Column("why", Text, nullable=False),  # JSON list of rules and steps, without a patient's word
    Column("inbox_id", Id),
    Column("raised_at", Instant, nullable=False),
    Column("round", Integer, nullable=False),  # how many steps of the ladder have been taken
    Column("last_action_at", Instant),
    Column("next_action_at", Instant),
    Column("told_at", Instant),  # when the patient was told that nobody has answered yet
    Column("acknowledged_by", Id),
    Column("acknowledged_at", Instant),
    Column("disposition", Sealed),
    Column("resolved_at", Instant),
    _one_of("tier", "emergency", "same_day", "routine"),
    _one_of("state", "open", "acknowledged", "resolved"),
    Index(
        "ix_alert_code_open",
        "code",
        unique=True,
        sqlite_where=text("state <> 'resolved'"),
        postgresql_where=text("state <> 'resolved'"),
    ),
    Index(
        "ix_alert_next_action_at",
        "next_action_at",
        sqlite_where=text("state <> 'resolved'"),
        postgresql_where=text("state <> 'resolved'"),
    ),
)

# A patient of whom nothing is heard, while a rung of that ladder lies ahead. It is looked at when it is due, and not
# at each text: whoever has texted since is no longer silent.
silence = Table(
    "silence",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("way", Word, nullable=False),
    Column("since", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    _one_of("way", "unanswered", "undelivered", "unreachable", "stopped"),
    Index("ix_silence_next_at", "next_at"),
)

# What happened to an alert, in order: who was paged, who acknowledged, who tried the wrong code.
alert_event = Table(
    "alert_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("alert_id", Id, ForeignKey("alert.id"), nullable=False, index=True),
    Column("act", Word, nullable=False),
    Column("staff_id", Id),
    Column("detail", Text, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
)

# The link in a page: good for its one recipient. Only the token's hash is kept.
page_link = Table(
    "page_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("alert_id", Id, ForeignKey("alert.id"), nullable=False),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
)

# The care plan of one enrollment, day by day: planned == sent + skipped + canceled.
plan_entry = Table(
    "plan_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enrollment_id", Id, ForeignKey("enrollment.id"), nullable=False),
    Column("patient_id", Id, ForeignKey("patient.id"), nullable=False, index=True),
    Column("item", String(64), nullable=False),
    Column("local_day", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("state", Word, nullable=False),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("outbox_id", Id),
    _one_of("state", "planned", "sent", "skipped", "canceled"),
    UniqueConstraint("enrollment_id", "item", "local_day"),
    Index(
        "ix_plan_entry_due",
        "due_at",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
)

# Everything under flows/ as it was when it was published. The newest is live; sessions keep the one they began with.
publication = Table(
    "publication",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("sources", Text, nullable=False),  # JSON: path -> text
    Column("published_at", Instant, nullable=False),
    Column("published_by", String(80), nullable=False, server_default=""),
    Column("signed_by", String(80), nullable=False, server_default=""),  # the clinician, where one had to sign
    Column("note", Text, nullable=False, server_default=""),
    Column("proof", Text, nullable=False, server_default=""),  # JSON: states, edges, every promise, the result's hash
)

# The random data and index keys, wrapped by MENDLINE_KEYS: rotation re-wraps these few rows.
data_key = Table(
    "data_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("purpose", Word, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    _one_of("purpose", "data", "index"),
)

# Signs of life and small facts that processes leave for each other. `at` is real time.
mark = Table(
    "mark",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
