"""`mendline up`: a whole clinic on one machine, pretend phones included."""

from __future__ import annotations

import fcntl
import http.client
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

import click

from bot import lone, signs
from bot.cli import doors
from bot.cli.release import FIRST_ADMIN
from bot.errors import Refused, UserError
from bot.pace import Pace
from bot.settings import Settings
from bot.supervise import Child, Stop, Supervisor, Tell, ours
from bot.tether import tethered

READY_SECONDS = 60.0
LOG_BYTES = 5_000_000


@click.command()
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 10_000),
    metavar="N",
    help="Let the clinic's time go by N times as fast; 60 makes an hour a minute.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here (default: PORT, else 8000).")
def up(speed: float | None, port: int | None) -> None:
    """Starts everything on this machine: web, worker, clock, watchdog, doorbell and, without a Twilio account,
    pretend phones.

    \b
    Try it:
      mendline up --speed 60
      open http://127.0.0.1:8000/phones
      text "cant feel when I wipe" from a patient's phone, and see the nurse's light up

    Ctrl-C ends it all. The same command goes on where it was; all that is remembered is in MENDLINE_DATA (./data).
    """
    stop = Stop().listen()
    found = doors.prepare(port)
    with _only_one(found):
        doors.refuse_taken_port(found)
        pace = _set_pace(found, speed)
        supervisor = Supervisor(stop, tell=doors.say, log=_log_to(found.data / "up.log"))
        alive = signs.Signs(found.data, "up")
        try:
            found = doors.connect(found, with_carrier=True)
            first_admin = _release(found)
            for child in _children(found):
                supervisor.start(child)
            _wait_until_ready(found, supervisor, stop)
            if not stop:
                _welcome(found, speed, pace, first_admin)
            supervisor.watch(lambda: _each_second(found, pace, alive))
        finally:
            alive.leave()
            supervisor.end()
            lone.stop()
            _remember(found, pace)
    doors.say("Stopped. The same command goes on where it was.")


@contextmanager
def _only_one(found: Settings) -> Iterator[None]:
    """One clinic a data folder. The lock goes with the process, however it ends."""
    found.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (found.data / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise Refused(
                f"Mendline is already running in {found.data} ({file.read().strip() or 'just starting'}): "
                "use that one, end it with Ctrl-C, or set MENDLINE_DATA to another folder."
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, {found.public_base_url}")
        file.flush()
        yield


def _set_pace(found: Settings, speed: float | None) -> Pace:
    """Everything that we start from here on sees the same clinic's time."""
    pace = Pace(found.data)
    if speed is not None and found.is_live:
        raise UserError("--speed is for trying things out: leave it away while texts reach real people.")
    if speed is not None and found.clock_file not in (None, pace.clock_file):
        raise UserError("MENDLINE_CLOCK already moves the clinic's clock: unset it, or leave --speed away.")
    if not found.is_live and found.clock_file in (None, pace.clock_file):
        clock_file = pace.begin(speed, real=time.time())
        os.environ.update({"MENDLINE_CLOCK": str(clock_file)} if clock_file else {})
    return pace


def _release(found: Settings) -> str:
    """In a process of its own: what it imports is needed once, and this process stays small.

    Returns the first admin's one-time link; empty once there is an admin.
    """
    command = [sys.executable, "-m", "bot", "release", "--welcome", *(["--demo"] if found.twilio is None else [])]
    done = subprocess.run(tethered(command), capture_output=True, text=True, check=False, start_new_session=True)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise Refused(f"The database could not be brought up to date:\n{last}")
    links = [line.removeprefix(FIRST_ADMIN) for line in done.stdout.splitlines() if line.startswith(FIRST_ADMIN)]
    return links[0] if links else ""


def _children(found: Settings) -> tuple[Child, ...]:
    """One worker, started from here: a second one, or a supervisor between us, would only cost memory."""
    # One arena for malloc: many threads that mostly wait would else keep a pool of memory each.
    environment = {"MALLOC_ARENA_MAX": "1", **os.environ, "PORT": str(found.port)}
    return (
        ours("web", "web", environment=environment),
        ours("clock", "clock", environment=environment),
        ours("worker", "worker", "--crew", "all", environment=environment),
        ours("watchdog", "watchdog", environment=environment),
    )


def _wait_until_ready(found: Settings, supervisor: Supervisor, stop: Stop) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not stop:
        is_ready, answer = _ask(found)
        if is_ready:
            return
        if failed := supervisor.failed():
            child, code, words = failed
            raise Refused(f"{child.name} ended at once (exit {code}):\n{words}")
        if time.monotonic() > deadline:
            raise Refused(f"Not ready after {READY_SECONDS:.0f} s: {answer} (see {found.data / 'up.log'})")
        time.sleep(0.1)


def _ask(found: Settings) -> tuple[bool, str]:
    """What /readyz says."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(found.host, found.host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, found.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status == 200, response.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return False, "the web server does not answer"
    finally:
        connection.close()


def _each_second(found: Settings, pace: Pace, alive: signs.Signs) -> None:
    alive.beat("supervise")
    _remember(found, pace)
    doors.reconnect(found, with_carrier=True)


def _remember(found: Settings, pace: Pace) -> None:
    if found.clock_file == pace.clock_file:
        pace.remember(real=time.time())


def _log_to(path: Path) -> Tell:
    """What the children say, with the older half kept beside it when it grows long."""
    path.touch(mode=0o600)
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))

    def log(line: str) -> None:
        handler.handle(logging.LogRecord("up", logging.INFO, "", 0, line, None, None))

    return log


def _welcome(found: Settings, speed: float | None, pace: Pace, first_admin: str) -> None:
    """Written with click: rich would cost this process, which stays, ten megabytes for seven lines."""
    told = _lines(found, speed, pace, first_admin)
    lines = "".join(f"  {click.style(f'{name:<12}', dim=True)} {text}\n" for name, text in told)
    click.echo(f"\n{click.style('Mendline is running.', bold=True)}\n\n{lines}")


def _lines(found: Settings, speed: float | None, pace: Pace, first_admin: str) -> Iterator[tuple[str, str]]:
    if found.twilio is None:
        phones = click.style(f"{found.public_base_url}/phones", fg="cyan", bold=True)
        yield "Phones", f"{phones}  patients and nurses side by side"
        yield "Try", "text \"cant feel when I wipe\" from a patient's phone: a nurse's phone lights up"
    else:
        yield "Webhook", f"{found.public_base_url}/sms/inbound  is where Twilio must post inbound texts"
    if first_admin:
        yield "First admin", f"{click.style(first_admin, fg='cyan', bold=True)}  works once: sets up your account"
    else:
        yield "Console", f"{found.public_base_url}/  staff sign in here"
    if found.clock_file == pace.clock_file:
        yield "Clinic time", f"{pace.now():%Y-%m-%d %H:%M} UTC, {_pace_in_words(speed)}"
    else:
        yield "Clinic time", "real; --speed 60 makes an hour a minute"
    yield "Data", f"{found.data}  (what was said and done; remove it to begin anew)"
    yield "Log", str(found.data / "up.log")
    yield "Stop", "Ctrl-C; the same command goes on where it was"


def _pace_in_words(speed: float | None) -> str:
    if speed is None or speed == 1:
        return "at the pace of real time"
    return f"{speed:g} times as fast as real time"
