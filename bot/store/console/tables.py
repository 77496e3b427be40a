"""The console's tables, to be read as documentation. Signing in is stamped in real time, care in the clinic's."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from bot.store.tables import Id, Sealed, Word, metadata
from bot.store.types import Instant

# How one member of staff signs in. The password is an argon2id hash; the second factor's secret is sealed.
account = Table(
    "account",
    metadata,
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True),
    Column("password", String(200), nullable=False),
    Column("secret", Sealed, nullable=False),
    Column("last_step", Integer, nullable=False),  # the code that was used last: none is taken twice
    Column("theme", Word, nullable=False, server_default="auto"),
    Column("changed_at", Instant, nullable=False),
)

# For the day the phone with the authenticator is lost. Kept as keyed hashes; each is good once.
recovery_code = Table(
    "recovery_code",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("used_at", Instant),
)

# A one-time link with which somebody sets up or recovers their account. No staff: it makes the first admin.
account_link = Table(
    "account_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), index=True),
    Column("good_until", Instant, nullable=False),
    Column("used_at", Instant),
)

# One stay in the console, from signing in to its end. Only the cookie's hash is kept; ending it here ends it at once.
sign_in = Table(
    "sign_in",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("browser", String(80), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

# Browsers from which somebody signed in before: their failures are counted apart from strangers'.
known_browser = Table(
    "known_browser",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

# Failed tries to sign in, by account and kind of browser; the key is a keyed hash.
failed_try = Table(
    "failed_try",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)

# Every read and change of patients' data, append-only. `digest` is keyed and covers the entry before it.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("staff_id", Id),  # null: nobody signed in; `door` says which way it came
    Column("door", Word, nullable=False),
    Column("act", String(40), nullable=False),
    Column("patients", Text, nullable=False),  # JSON list of ids
    Column("detail", Text, nullable=False),  # codes and names of rules; never a patient's word
    Column("digest", LargeBinary, nullable=False),
)

# The newest entry, once more: without it the last entries could be cut off unseen.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

# Messages that a person wrote, and who.
writing = Table(
    "writing",
    metadata,
    Column("outbox_id", Id, ForeignKey("outbox.id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("at", Instant, nullable=False),
)

# What was found when an alert was resolved, in words that can be counted; the note itself is the alert's disposition.
finding = Table(
    "finding",
    metadata,
    Column("alert_id", Id, ForeignKey("alert.id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), nullable=False),
    Column("reached", Word, nullable=False),
    Column("outcome", Word, nullable=False),
    Column("at", Instant, nullable=False),
)

# One tap: was this alert useful? The latest word of each person counts.
usefulness = Table(
    "usefulness",
    metadata,
    Column("alert_id", Id, ForeignKey("alert.id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True),
    Column("is_useful", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
)

# What staff know of a recovery beyond what the texts need.
patient_detail = Table(
    "patient_detail",
    metadata,
    Column("patient_id", Id, ForeignKey("patient.id"), primary_key=True),
    Column("procedure", Sealed, nullable=False),
    Column("care_team", Sealed, nullable=False),
)

# What an admin has typed into a flow's file and not saved yet: it outlives the browser. `base` is the digest of the
# file that it was typed over. In real time.
draft = Table(
    "draft",
    metadata,
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True),
    Column("file", String(160), primary_key=True),
    Column("base", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# Somebody of the team stands behind these very texts of the flows, named by their digest. In real time.
sign_off = Table(
    "sign_off",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)
