"""What `mendline doctor` looks at: each check answers with findings, and breaks none of the others."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import app, doorbell_server, settings
from bot.carrier.standing import standing
from bot.cli.opened import RELEASE_FIRST, opened
from bot.clock import clock_from, read_shift
from bot.core.cover import Nearness, Thin, nearness
from bot.core.enrollment import Lane
from bot.errors import UserError
from bot.service import recovery
from bot.service.oncall import outlook
from bot.service.parts import Parts
from bot.service.safekeeping import retention
from bot.service.safekeeping.backup import LAST as LAST_BACKUP
from bot.settings import Settings, SettingsError
from bot.store import health, marks, migrate, outbox, publications, views, watchdogs
from bot.store.safekeeping import forgetting
from bot.store.safekeeping.envelope import fingerprint
from bot.store.watchdogs import Word

ANSWER_SECONDS = 5.0
QUIET_AFTER = timedelta(seconds=30)
PROCESSES = ("clock", "worker-page", "worker-talk")
"""Those that leave a sign of life, and must."""

ASKED_OFTEN = 8
BACKUP_EVERY = timedelta(days=2)
RETENTION_LATE = timedelta(days=2)

LATE = {Lane.PAGE: timedelta(minutes=1), Lane.TALK: timedelta(minutes=5), Lane.PLAN: timedelta(minutes=15)}
"""From here on a message that waits means that something is wrong."""


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`todo` says how to mend it; empty when there is nothing to mend."""

    check: str
    level: Level
    what: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a check may look at. `now` is the clinic's time, `real` the machine's."""

    settings: Settings
    parts: Parts
    now: datetime
    real: datetime

    @property
    def if_live(self) -> Level:
        """Bad where real people are at the other end; on a desk only to be known."""
        return Level.BAD if self.settings.is_live else Level.WARN


Check = Callable[[Look], Iterator[Finding]]


def examine(environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        found = settings.read(environment)
    except SettingsError as error:
        yield from (Finding("settings", Level.BAD, line) for line in str(error).splitlines())
        return
    where = "live: real people are texted" if found.is_live else "on a desk: nobody real is texted"
    yield Finding("settings", Level.OK, f"{where}; data in {found.data}")
    yield _clock(found)
    yield from _stored(found)
    yield _doorbell(found)
    yield _carrier(found)
    yield _mail(found)


def _clock(found: Settings) -> Finding:
    if found.clock_file is None:
        return Finding("clock", Level.OK, "real time")
    shift = read_shift(found.clock_file)
    if shift is None:
        todo = f'write {{"offset_seconds": 0, "rate": 1}} to {found.clock_file}, or unset MENDLINE_CLOCK'
        return Finding("clock", Level.BAD, "the clock's file cannot be read, so real time runs", todo)
    now = clock_from(found.clock_file).now()
    return Finding("clock", Level.OK, f"moved: it is {now:%Y-%m-%dT%H:%MZ}, at {shift.rate:g} times the speed")


def _stored(found: Settings) -> Iterator[Finding]:
    """The database first: without one there is nothing to ask the rest about."""
    first: dict[str, Check] = {"database": _database, "keys": _keys}
    for check, look in first.items():
        answers = list(_asked(found, check, look))
        yield from answers
        if any(answer.level is Level.BAD for answer in answers):
            return
    rest: dict[str, Check] = {
        "flows": _flows,
        "red flags": _table,
        "on call": _on_call,
        "recovery": _recovery,
        "backup": _backup,
        "retention": _retention,
        "forgetting": _forgetting,
        "alerts": _ladders,
        "processes": _processes,
        "watchdog": _watchdog,
        "waiting": _waiting,
    }
    for check, look in rest.items():
        yield from _asked(found, check, look)


def _asked(found: Settings, check: str, look: Check) -> Iterator[Finding]:
    clock = app.clock(found)
    try:
        with opened(found) as parts:
            yield from list(look(Look(found, parts, clock.now(), clock.real())))
    except (UserError, LookupError) as error:
        yield Finding(check, Level.BAD, str(error))


def _database(look: Look) -> Iterator[Finding]:
    database = look.parts.database
    kind = "SQLite" if database.is_sqlite else "Postgres"
    if not migrate.is_current(database):
        yield Finding("database", Level.BAD, f"{kind}, but not of this version", RELEASE_FIRST)
        return
    yield Finding("database", Level.OK, f"{kind}, up to date, {database.read(views.size_in_bytes) / 1e6:.1f} MB")


def _keys(look: Look) -> Iterator[Finding]:
    look.parts.vault.check()
    by = "MENDLINE_KEYS" if os.environ.get("MENDLINE_KEYS", "").strip() else str(settings.key_file(look.settings.data))
    names = [fingerprint(key) for key in look.settings.keys]
    used = look.parts.vault.in_use()
    others = [name for place, name in enumerate(names) if place not in used]
    yield Finding("keys", Level.OK, f"{by} opens the data; in use: {', '.join(names[place] for place in sorted(used))}")
    if used != {0}:
        yield Finding("keys", Level.WARN, f"the newest key, {names[0]}, is not the only one", "mendline keys rotate")
    elif others:
        todo = "take it out of MENDLINE_KEYS once no backup that you keep needs it"
        yield Finding("keys", Level.OK, f"no longer in use: {', '.join(others)}", todo)


def _flows(look: Look) -> Iterator[Finding]:
    version = look.parts.database.read(publications.newest_version)
    if not version:
        yield Finding("flows", Level.BAD, "nothing is published", RELEASE_FIRST)
    elif look.parts.scripts.live().library is None:
        what = f"version {version} cannot be read: no check-in goes out, while red flags are still heard"
        yield Finding("flows", Level.BAD, what, "`mendline flows check` says what is wrong; publish again")
    else:
        yield Finding(
            "flows", Level.OK, f"version {version} is live, {len(look.parts.scripts.live().whole.flows)} flows"
        )


def _table(look: Look) -> Iterator[Finding]:
    table = look.parts.scripts.live().table
    if table.approved_by:
        yield Finding("red flags", Level.OK, f"version {table.version}, signed by {table.approved_by}")
    else:
        todo = "a named clinician signs flows/redflags.yaml; until then a live system enrolls nobody"
        yield Finding("red flags", look.if_live, f"version {table.version} is a draft", todo)


def _on_call(look: Look) -> Iterator[Finding]:
    """Now, and in the days to come: a gap is bad once it is near."""
    found = look.parts.database.read(lambda tx: outlook.look(tx, look.parts, look.now))
    here = _zone(look)
    there = [post for post in found.stretches[0].posts if post.is_reachable]
    if there:
        rungs = ", ".join(map(str, dict.fromkeys(post.rung for post in there)))
        yield Finding("on call", Level.OK, f"{len(there)} on call, on rung {rungs}")
    else:
        todo = "mendline staff add --on-call 1 ..., or mendline oncall add-shift ..."
        yield Finding("on call", look.if_live, "nobody is on call who can be reached", todo)
    for gap in found.weaknesses:
        if gap.thin is Thin.NOBODY and gap.opens > look.now:
            level = look.if_live if nearness(gap, look.now) is not Nearness.FAR else Level.WARN
            todo = "somebody takes it: mendline oncall override, or the console's On-call page"
            yield Finding("on call", level, outlook.sentence(gap, here), todo)
    for person in found.troubled:
        if not person.is_reachable:
            todo = "see to the phone, or let somebody else take their turns"
            yield Finding("on call", look.if_live, f"{person.id} takes part, but {person.troubles[0]}", todo)


def _zone(look: Look) -> ZoneInfo:
    practice = look.parts.scripts.live().practice
    return practice.zone if practice else ZoneInfo("UTC")


def _ladders(look: Look) -> Iterator[Finding]:
    stuck = look.parts.database.read(lambda tx: health.alerts_without_next_action(tx, look.now))
    for each in stuck:
        todo = "acknowledge it and call: mendline alerts ack; then see that the clock runs"
        yield Finding("alerts", Level.BAD, f"alert {each.code} has no next action that anybody takes", todo)
    if not stuck:
        yield Finding("alerts", Level.OK, "every open alert has a next action")


def _recovery(look: Look) -> Iterator[Finding]:
    since = look.parts.database.read(recovery.since)
    if since is not None:
        what = f"restored at {since:%Y-%m-%dT%H:%MZ}: texts wait until the carrier has told what was missed"
        todo = "see that the carrier answers; `mendline restore --finish` ends it by hand"
        yield Finding("recovery", Level.BAD, what, todo)


def _backup(look: Look) -> Iterator[Finding]:
    """A desk needs none; who texts real people makes one a day."""
    last = look.parts.database.read(lambda tx: marks.find(tx, LAST_BACKUP))
    if last is not None and look.real - last.at <= BACKUP_EVERY:
        yield Finding("backup", Level.OK, f"the last one was made at {last.at:%Y-%m-%dT%H:%MZ}")
    elif look.settings.is_live:
        what = f"the last one was made at {last.at:%Y-%m-%dT%H:%MZ}" if last else "none was ever made"
        yield Finding("backup", Level.WARN, what, "each day: mendline backup FILE; then copy it elsewhere")


def _retention(look: Look) -> Iterator[Finding]:
    """What is kept for how long; and whether the daily look at it comes."""
    for sentence in retention.rules(look.parts).sentences():
        yield Finding("retention", Level.OK, sentence)
    last = retention.last_day(look.parts)
    if last is not None and look.now.date() - last > RETENTION_LATE:
        what = f"the last day on which all that was due had gone is {last}"
        yield Finding("retention", Level.WARN, what, "see that the clock runs, and that no alert about it is open")


def _forgetting(look: Look) -> Iterator[Finding]:
    count = look.parts.database.read(lambda tx: forgetting.overdue(tx, ASKED_OFTEN))
    if count:
        what = f"the carrier has not forgotten {count} messages, although it was asked often"
        yield Finding(
            "forgetting", Level.WARN, what, "delete them in its console; the audit log has when a patient was erased"
        )


def _processes(look: Look) -> Iterator[Finding]:
    signs = look.parts.database.read(lambda tx: marks.every(tx, "alive:"))
    if not signs:
        yield Finding("processes", look.if_live, "nothing has run yet", "mendline up, or web, worker and clock")
        return
    for name in PROCESSES:
        sign = signs.get(f"alive:{name}")
        if sign is not None and look.real - sign.at <= QUIET_AFTER:
            yield Finding("processes", Level.OK, f"{name} is alive")
        else:
            since = f"since {sign.at:%Y-%m-%dT%H:%MZ}" if sign else "at all"
            yield Finding("processes", Level.BAD, f"no sign of life from {name} {since}", _start(name))


def _watchdog(look: Look) -> Iterator[Finding]:
    """Who would page somebody about all of the above, and what it has found."""
    words = look.parts.database.read(watchdogs.every)
    if not words or words[0].is_quiet(look.real):
        since = f"since {words[0].seen_at:%Y-%m-%dT%H:%MZ}" if words else "at all"
        what = f"no sign of life from a watchdog {since}: nobody is paged when a part is dead"
        yield Finding(
            "watchdog", Level.BAD if words else look.if_live, what, "start it: mendline up, or mendline watchdog"
        )
        return
    for word in words:
        if not word.is_quiet(look.real):
            yield from _word(look, word)


def _word(look: Look, word: Word) -> Iterator[Finding]:
    for trouble in word.troubles:
        what = f"{word.host}: {trouble.what} (since {trouble.since:%H:%MZ})"
        yield Finding("watchdog", Level.BAD, what, "it has been paged; mend what it names")
    canary = f"the canary came home at {word.canary_at:%H:%MZ}" if word.canary_at else "no canary has come home yet"
    ping = f", the outside ping got through at {word.ping_at:%H:%MZ}" if word.ping_at else ""
    yield Finding("watchdog", Level.OK if word.canary_at else Level.WARN, f"{word.host}: it watches; {canary}{ping}")
    if not look.settings.heartbeat_url:
        todo = "set MENDLINE_HEARTBEAT_URL to an outside service that raises the alarm when pings stay away"
        yield Finding("watchdog", Level.WARN, f"{word.host}: nobody outside would notice if this machine died", todo)


def _start(name: str) -> str:
    return f"start it: mendline up, or mendline {name.partition('-')[0]}"


def _waiting(look: Look) -> Iterator[Finding]:
    late = list(filter(None, (_late(look, lane) for lane in Lane)))
    yield from late
    if not late:
        yield Finding("waiting", Level.OK, "no message is late")


def _late(look: Look, lane: Lane) -> Finding | None:
    def oldest(tx: Connection) -> datetime | None:
        return outbox.oldest_due(tx, lane)

    due = look.parts.database.read(oldest)
    if due is None or look.now - due <= LATE[lane]:
        return None
    minutes = int((look.now - due).total_seconds() // 60)
    level = Level.WARN if lane is Lane.PLAN else Level.BAD
    todo = "see that the worker, the clock and the carrier are well; `mendline show outbox` has the reason"
    return Finding("waiting", level, f"a message of the {lane.value} lane has waited for {minutes} minutes", todo)


def _doorbell(found: Settings) -> Finding:
    from redis import Redis
    from redis.exceptions import RedisError

    url = found.redis_url or doorbell_server.url(found.data)
    try:
        with Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        todo = "see to REDIS_URL" if found.redis_url else "it starts with `mendline up`, worker or clock"
        what = f"no answer ({type(error).__name__}): nothing is lost, messages go out some seconds later"
        return Finding("redis", Level.WARN, what, todo)
    return Finding("redis", Level.OK, "it answers")


def _carrier(found: Settings) -> Finding:
    url = app.pretend_url(found.data)
    if found.twilio is None and not url:
        todo = "it starts with `mendline up` or web; set TWILIO_ACCOUNT_SID to text real people"
        return Finding("carrier", Level.WARN, "the pretend carrier does not run", todo)
    name = f"the carrier at {urlsplit(found.twilio.api_base_url).netloc}" if found.twilio else "the pretend carrier"
    status = standing(found.twilio or app.pretend_account(found, url), ANSWER_SECONDS)
    if status == 200:
        return Finding("carrier", Level.OK, f"{name} answers and knows us")
    bad = Level.BAD if found.twilio else Level.WARN
    if status is None:
        return Finding("carrier", bad, f"{name} cannot be reached", "see to the network and TWILIO_API_BASE_URL")
    if status in (401, 403):
        todo = "see to TWILIO_ACCOUNT_SID, and to TWILIO_AUTH_TOKEN or the API key"
        return Finding("carrier", bad, f"{name} does not know us ({status})", todo)
    return Finding("carrier", bad, f"{name} answers with {status}", "look at its status page, and ask again")


def _mail(found: Settings) -> Finding:
    if not found.smtp_url:
        return Finding("mail", Level.WARN, "none: a page goes by SMS alone", "set SMTP_URL and give staff an --email")
    parts = urlsplit(found.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    try:
        with kind(parts.hostname or "localhost", port, timeout=ANSWER_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        what = f"the mail server does not answer ({type(error).__name__})"
        return Finding("mail", Level.BAD, what, "see to SMTP_URL: half of all pages go this way")
    return Finding("mail", Level.OK, "the mail server answers; its password was not tried")
