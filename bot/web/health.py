"""Am I alive, can I do my job, and how much of it is there: /healthz, /readyz, /metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from bot.service import recovery
from bot.service.oncall import roster
from bot.service.reconcile.reading import is_behind
from bot.store import health, marks, migrate, watchdogs
from bot.store.database import StoreBusy
from bot.store.vault import KeyMissing

if TYPE_CHECKING:
    from bot.web.site import Site

QUIET_AFTER = timedelta(seconds=30)
"""A process that has left no sign of life for this long is missing."""


def doors(site: Site) -> Blueprint:
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get("/readyz")
    def ready() -> Response:
        missing, degraded = state_of(site)
        state = "not ready" if missing else "degraded" if degraded else "ready"
        body = json.dumps({"state": state, "missing": missing, "degraded": degraded})
        return Response(body + "\n", status=503 if missing else 200, mimetype="application/json")

    @blueprint.get("/metrics")
    def metrics() -> Response:
        registry = CollectorRegistry()
        registry.register(_Metrics(site))
        return Response(generate_latest(registry), mimetype="text/plain")

    return blueprint


def state_of(site: Site) -> tuple[list[str], list[str]]:
    """What stops us, and what is worse than it should be; sentences without a patient's word."""
    missing = _missing(site)
    return missing, [] if missing else _degraded(site)


def _missing(site: Site) -> list[str]:
    """What stops us from taking a text in and acting on it."""
    try:
        if not migrate.is_current(site.parts.database):
            return ["the database's schema is not this version's: run `mendline release`"]
        site.parts.vault.check()
    except KeyMissing as missing:
        return [str(missing)]
    except Exception:  # noqa: BLE001 - whatever the driver says, it means that there is no database
        return ["the database cannot be reached"]
    return []


def _degraded(site: Site) -> list[str]:
    """What is worse than it should be, while no message is lost."""
    found = []
    try:
        if site.parts.scripts.live().library is None:
            found.append("no flows that can be read are published; screening goes on with the last good table")
        if recovery.is_on(site.parts):
            found.append("restored from a backup: texts wait until the carrier has told what was missed")
        if not site.parts.database.read(lambda tx: roster.is_anybody_on_call(tx, site.parts, site.now())):
            found.append("nobody is on call who can be reached")
        found.extend(_quiet(site))
        if is_behind(site.parts, site.moment()):
            found.append("the carrier's list was not read for minutes: a text whose webhook was lost may wait there")
    except StoreBusy:
        found.append("the database is slow")
    if not site.has_bell():
        found.append("Redis is gone: messages go out with a delay of seconds")
    return found


def _quiet(site: Site) -> list[str]:
    signs = site.parts.database.read(lambda tx: marks.every(tx, "alive:"))
    real = site.clock.real()
    names = ("clock", "worker-page", "worker-talk")
    quiet = [n for n in names if (m := signs.get(f"alive:{n}")) is None or real - m.at > QUIET_AFTER]
    return [f"no sign of life from {name}" for name in quiet] + _watched(site, real)


def _watched(site: Site, real: datetime) -> list[str]:
    """What the watchdogs have found; or that there is none, and nobody would be paged about any of this."""
    words = site.parts.database.read(watchdogs.every)
    if not words or words[0].is_quiet(real):
        return ["no sign of life from watchdog"]
    found = {each.what: each.since for word in words if not word.is_quiet(real) for each in word.troubles}
    return [f"watchdog: {what} (since {since:%H:%M} UTC)" for what, since in found.items()]


class _Metrics:
    """Read from the database at each scrape: so it is the same whichever process answers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[GaugeMetricFamily]:
        counts = self._site.parts.database.read(health.counts)
        yield _gauge("mendline_inbox", "Texts by state.", ("state",), {(k,): v for k, v in counts.inbox.items()})
        yield _gauge("mendline_outbox", "Messages by kind and state.", ("kind", "state"), counts.outbox)
        yield _gauge("mendline_alerts", "Alerts by tier and state.", ("tier", "state"), counts.alerts)
        yield _gauge("mendline_plan", "Plan entries by state.", ("state",), {(k,): v for k, v in counts.plan.items()})
        waits = self._site.now() - counts.oldest_page if counts.oldest_page else timedelta()
        seconds = max(0, int(waits.total_seconds()))
        stuck = self._site.parts.database.read(lambda tx: health.alerts_without_next_action(tx, self._site.now()))
        yield _gauge("mendline_alerts_without_next_action", "There must never be one.", (), {(): len(stuck)})
        yield _gauge("mendline_oldest_page_seconds", "How long the oldest page waits.", (), {(): seconds})
        yield from self._watchdogs()

    def _watchdogs(self) -> Iterator[GaugeMetricFamily]:
        """Moments as Unix time, of the watchdog that got furthest; absent where it never did."""
        words = self._site.parts.database.read(watchdogs.every)
        moments: dict[str, tuple[str, Sequence[datetime | None]]] = {
            "seen": ("When a watchdog last left a sign of life.", [word.seen_at for word in words]),
            "canary": ("When the canary last came home.", [word.canary_at for word in words]),
            "ping": ("When the outside ping last got through.", [word.ping_at for word in words]),
        }
        for name, (what, all_) in moments.items():
            known = [int(at.timestamp()) for at in all_ if at is not None]
            yield _gauge(f"mendline_watchdog_{name}_timestamp_seconds", what, (), {(): max(known)} if known else {})
        parts = {
            (each.part,): 1 for word in words if not word.is_quiet(self._site.clock.real()) for each in word.troubles
        }
        yield _gauge("mendline_watchdog_trouble", "Parts that the watchdog has found wrong.", ("part",), parts)


def _gauge(name: str, what: str, labels: tuple[str, ...], values: Mapping[Any, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, what, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), value)
    return family
