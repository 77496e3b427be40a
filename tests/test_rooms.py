"""The house and its rooms: who may import whom, who may read the clock, and which doors are open to whom."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import NAMES
from tests.clinic import Clinic

BOT = Path(__file__).resolve().parents[1] / "bot"
DOCUMENTS = [BOT.parent / "README.md", *sorted((BOT / "docs").glob("*.md"))]

ROOMS: dict[str, set[str]] = {
    "core": set(),
    "flowfile": {"core"},
    "store": {"core"},
    "carrier": {"core"},
    "service": {"core", "flowfile", "store", "carrier", "errors"},
    "web": {"core", "service", "store", "carrier", "errors", "clock"},
    "worker": {"core", "service", "store", "errors", "clock"},
}
"""What each room may import of ours, besides itself. Everything else (cli, app, settings) is the rim."""

DOORS = {
    "web/wsgi.py": {"app", "settings", "signs", "worker"},
    "worker/clock.py": {"app", "settings", "signs"},
    "worker/jobs.py": {"app", "settings"},
    "worker/run.py": {"settings", "signs"},
    "worker/watchdog/run.py": {"app", "carrier", "doorbell_server", "settings", "signs"},
    "carrier/pretend/__main__.py": {"settings", "clock", "app", "lone", "tether", "pace"},
}
"""Where a process begins, its parts are joined."""

ONLY_IN = {
    "rq": {"worker/bell.py"},
    "redis": {"worker/", "cli/checkup.py"},
    "twilio": {"carrier/"},
    "sqlalchemy": {"store/", "service/", "web/", "cli/", "bench/"},
    "flask": {"web/", "carrier/pretend/"},
}
"""Libraries that belong to a room."""


def modules() -> list[Path]:
    return sorted(path for path in BOT.rglob("*.py") if "bench" not in path.relative_to(BOT).parts)


def name(path: Path) -> str:
    return path.relative_to(BOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            if node.module == "bot":
                yield from (f"bot.{alias.name}" for alias in node.names)


def ours(path: Path) -> set[str]:
    return {module.split(".")[1] for module in imports(path) if module.startswith("bot.")}


@pytest.mark.parametrize("path", modules(), ids=name)
def test_rooms_import_inwards_only(path: Path) -> None:
    room = path.relative_to(BOT).parts[0]
    if room not in ROOMS:
        return

    outside = ours(path) - {room} - ROOMS[room] - DOORS.get(name(path), set())

    assert outside == set()


@pytest.mark.parametrize("path", [path for path in modules() if name(path).startswith("core/")], ids=name)
def test_the_core_stands_on_the_standard_library_alone(path: Path) -> None:
    foreign = {module.partition(".")[0] for module in imports(path)} - set(sys.stdlib_module_names) - {"bot"}

    assert foreign == set()


@pytest.mark.parametrize("path", modules(), ids=name)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    used = {module.partition(".")[0] for module in imports(path)}

    astray = {
        library for library, rooms in ONLY_IN.items() if library in used and not name(path).startswith(tuple(rooms))
    }

    assert astray == set()


WALL_CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("time", "time_ns")}
MAY_READ_IT = {
    "clock.py": "the one seam",
    "pace.py": "moves the clinic's clock for `up --speed`",
    "store/ids.py": "ids begin with the moment they were made",
    "carrier/pretend/": "a phone company of its own, outside the clinic",
    "cli/": "prints how long something took",
    "bootstrap.py": "before there is a clinic",
    "supervise.py": "watches processes",
    "lone.py": "watches processes",
}


@pytest.mark.parametrize("path", modules(), ids=name)
def test_nobody_reads_the_wall_clock_but_the_seam(path: Path) -> None:
    if name(path).startswith(tuple(MAY_READ_IT)):
        return

    read = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in WALL_CLOCKS
    ]

    assert read == []


@pytest.mark.parametrize("path", modules(), ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


ROUTES = {
    "/static/<path:filename>": "public",
    "/healthz": "public",
    "/readyz": "public",
    "/metrics": "public",
    "/sms/inbound": "signed",
    "/sms/status": "signed",
    "/a/<token>": "link",
    "/sign-in": "public",
    "/sign-out": "public",
    "/welcome/<token>": "link",
    "/phones": "pretend only",
    "/phones/send/<number>": "pretend only",
    "/phones/events": "pretend only",
    "/phones/state": "pretend only",
}
"""Who may come in: anybody; the carrier, who signs; whoever holds the link; or only beside a pretend carrier."""


def rules(clinic: Clinic) -> set[str]:
    """Those of the console name the right they ask for themselves (tests/web/console/test_doors.py)."""
    views = clinic.app.view_functions
    return {rule.rule for rule in clinic.app.url_map.iter_rules() if not hasattr(views[rule.endpoint], "right")}


def test_every_door_is_listed_with_its_rule(clinic: Clinic) -> None:
    unlisted = {rule for rule in rules(clinic) if rule not in ROUTES and not rule.startswith("/phones")}

    assert unlisted == set()


def test_no_door_of_the_pretend_phones_is_there_beside_a_real_carrier(clinic: Clinic) -> None:
    from dataclasses import replace

    from bot.web.site import create

    real = create(replace(clinic.site, pretend_url=None))

    assert not [rule.rule for rule in real.url_map.iter_rules() if rule.rule.startswith("/phones")]


SIGNED = [rule for rule, who in ROUTES.items() if who == "signed"]


@pytest.mark.parametrize("rule", SIGNED)
def test_a_signed_door_refuses_who_does_not_sign(clinic: Clinic, rule: str) -> None:
    assert clinic.browser.post(rule, data={"MessageSid": "SM1"}).status_code == 403


def test_a_link_that_is_not_ours_opens_nothing(clinic: Clinic) -> None:
    assert clinic.browser.get("/a/guess").status_code == 404


OUTSIDE = (
    "PORT",
    "PUBLIC_BASE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "TWILIO_FROM_NUMBER",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_PAGE_FROM_NUMBER",
    "TWILIO_API_BASE_URL",
    "SMTP_URL",
)
SETTING = re.compile(r"PORT|[A-Z]+(?:_[A-Z]+)+")
FOR_TESTS = {"MENDLINE_REQUIRE_BROWSER"}


@pytest.mark.parametrize("setting", [*OUTSIDE, *sorted(set(NAMES) - FOR_TESTS)])
def test_every_setting_is_documented(setting: str) -> None:
    assert any(f"`{setting}`" in document.read_text("utf-8") for document in DOCUMENTS)


def test_every_setting_that_is_read_is_listed_here() -> None:
    strings = {
        node.value
        for node in ast.walk(ast.parse((BOT / "settings.py").read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value)
    }

    assert strings == {*OUTSIDE, *NAMES}
