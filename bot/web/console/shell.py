"""What every page of the console has around it: where one is, who one is, how the service is, and how moments read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request

from bot.core.redflag.table import Tier
from bot.core.sign_in import Right, may
from bot.service.console import signing_in
from bot.service.console.case import here as here_of
from bot.web.health import state_of

if TYPE_CHECKING:
    from bot.web.console.gate import Gate

TIER_WORDS = {Tier.EMERGENCY: "Emergency", Tier.SAME_DAY: "Same day", Tier.ROUTINE: "Routine"}
TONES = {Tier.EMERGENCY: "urgent", Tier.SAME_DAY: "soon", Tier.ROUTINE: "info"}
TIER_ICONS = {Tier.EMERGENCY: "octagon-alert", Tier.SAME_DAY: "clock", Tier.ROUTINE: "list-checks"}


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    name: str
    endpoint: str
    icon: str
    right: Right = Right.SEE


PLACES = (
    Place("Alerts", "alerts.show", "bell-ring"),
    Place("Patients", "patients.show", "users"),
    Place("Schedule", "schedule.show", "calendar-clock"),
    Place("On-call", "oncall.show", "headset"),
    Place("Flows", "flows.show", "workflow", Right.ACT),
    Place("Outcomes", "outcomes.show", "chart-line"),
    Place("Team", "team.show", "shield-check", Right.MANAGE),
    Place("Audit log", "audit.show", "scroll-text", Right.MANAGE),
)


def add_shell(app: Flask, gate: Gate) -> None:
    site = gate.site

    @app.context_processor
    def around() -> dict[str, Any]:
        visitor = g.get("visitor")
        if visitor is None:
            return {}
        script = gate.parts.scripts.live()
        return {
            "visitor": visitor,
            "form_token": signing_in.form_token(visitor.token),
            "places": [place for place in PLACES if may(visitor.role, place.right)],
            "blueprint": request.blueprint,
            "may_act": may(visitor.role, Right.ACT),
            "may_manage": may(visitor.role, Right.MANAGE),
            "clinic": script.practice.clinic if script.practice else "",
            "clinic_phone": script.practice.clinic_phone if script.practice else "",
            "now": site.now(),
            "here": here_of(script),
            "service_state": lambda: state_of(site),
            "has_phones": site.pretend_url is not None,
        }

    app.jinja_env.globals.update(tier_words=TIER_WORDS, tones=TONES, tier_icons=TIER_ICONS)
    app.jinja_env.filters.update(clock=clock, day=day, moment=moment, left=left, tel=tel, initials=initials, iso=iso)


def clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def day(at: datetime, zone: tzinfo, now: datetime) -> str:
    """Today, yesterday, or the date."""
    there, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    words = {0: "Today", 1: "Yesterday", -1: "Tomorrow"}.get((today - there).days)
    return words or at.astimezone(zone).strftime("%a %-d %b" if there.year == today.year else "%-d %b %Y")


def moment(at: datetime, zone: tzinfo, now: datetime) -> str:
    return f"{day(at, zone, now)} {clock(at, zone)}"


def left(until: datetime, now: datetime) -> str:
    """ "4 min left", "12 min late"; in hours and days where minutes say little."""
    away = until - now
    word = "left" if away > timedelta() else "late"
    minutes = int(abs(away).total_seconds() // 60)
    if minutes < 1:
        return "under a minute left" if away > timedelta() else "now"
    if minutes < 120:
        return f"{minutes} min {word}"
    return f"{minutes // 60} h {word}" if minutes < 48 * 60 else f"{minutes // 1440} days {word}"


def tel(number: str) -> str:
    """+1 507 555 0111, which is read and dialled with fewer mistakes; other countries' as they are."""
    if number.startswith("+1") and len(number) == 12:
        return f"+1 {number[2:5]} {number[5:8]} {number[8:]}"
    return number


def initials(name: str) -> str:
    words = [word for word in name.replace(",", " ").split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:] if len(words) < 3 else words[:2])).upper() or "?"


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
