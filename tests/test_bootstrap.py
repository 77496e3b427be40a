"""A fresh machine: what is installed, when it is left alone, and what a person is told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot import bootstrap
from bot.bootstrap import Checkout, Machine

LOCK = "# a head\n\n# --- runtime ---\nflask==1 --hash=sha256:aa\nrq==2\n# --- test ---\npytest==9\n"
ROOT = bootstrap.ROOT


class Became(Exception):
    """Stands for exec, which does not return."""


class FakeMachine(Machine):
    """Installs by writing down that it did; `breaks` names the commands that fail."""

    def __init__(self, checkout: Checkout, *, inside: bool = False) -> None:
        self.version = (3, 11)
        self.name = "posix"
        self.executable = "/usr/bin/python3"
        self.prefix = checkout.venv if inside else Path("/usr")
        self.modules = {"ensurepip"}
        self.programs: dict[str, str] = {}
        self.breaks = ""
        self.commands: list[str] = []
        self.said: list[str] = []
        self._checkout = checkout

    def has(self, module: str) -> bool:
        return module in self.modules

    def which(self, program: str) -> str | None:
        return self.programs.get(program)

    def run(self, command: Sequence[str]) -> tuple[bool, str]:
        line = " ".join(command)
        if self.breaks and self.breaks in line:
            return False, "could not reach the index"
        self.commands.append(line)
        if "venv --" in line:
            self._make()
        return True, ""

    def become(self, command: Sequence[str]) -> NoReturn:
        raise Became(" ".join(command))

    def say(self, line: str) -> None:
        self.said.append(line)

    def _make(self) -> None:
        shutil.rmtree(self._checkout.venv, ignore_errors=True)
        pip = self._checkout.venv / "lib/python3.11/site-packages/pip/__main__.py"
        for path in (self._checkout.python, pip):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / "requirements.lock").write_text(LOCK)
    return Checkout(tmp_path)


def enter(checkout: Checkout, machine: FakeMachine, *arguments: str) -> str:
    """What became of it: `here`, the command line of the next process, or the exit code."""
    try:
        bootstrap.enter(arguments, checkout, machine)
    except Became as became:
        return str(became)
    except SystemExit as exit_:
        return f"exit {exit_.code}"
    return "here"


def installed(checkout: Checkout, *arguments: str) -> FakeMachine:
    machine = FakeMachine(checkout)
    assert enter(checkout, machine, *arguments).endswith(" ".join(["-m", "bot", *arguments]))
    return machine


def test_the_first_up_installs_the_runtime_and_starts_again_inside(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)

    outcome = enter(checkout, machine, "up", "--speed", "60")

    assert outcome == f"{checkout.python} -m bot up --speed 60"
    assert len(machine.commands) == 3
    assert machine.commands[0] == f"/usr/bin/python3 -m venv --clear {checkout.venv}"
    assert "--no-deps --require-hashes" in machine.commands[1]
    assert machine.commands[2].endswith(f"--no-build-isolation --editable {checkout.root}")
    assert machine.said == [
        "Making .venv with Python 3.11 (the first start only) ...",
        "Installing 2 packages with pip ...",
        "Installing the `mendline` command ...",
    ]


def test_the_second_up_installs_nothing(checkout: Checkout) -> None:
    installed(checkout, "up")
    outside, inside = FakeMachine(checkout), FakeMachine(checkout, inside=True)

    assert enter(checkout, outside, "up") == f"{checkout.python} -m bot up"
    assert enter(checkout, inside, "up") == "here"
    assert outside.commands == inside.commands == []


def test_the_tests_add_their_own_section_and_leave_the_runtime(checkout: Checkout) -> None:
    installed(checkout, "up")

    machine = installed(checkout, "test")

    assert machine.said == ["Installing 1 packages for the tests with pip ..."]


def test_a_changed_lock_is_installed_also_from_inside(checkout: Checkout) -> None:
    installed(checkout, "up")
    checkout.lock.write_text(LOCK.replace("flask==1", "flask==2"))
    machine = FakeMachine(checkout, inside=True)
    machine.modules |= set(bootstrap.PROBES["runtime"])

    outcome = enter(checkout, machine, "up")

    assert outcome == f"{checkout.python} -m bot up"
    assert machine.said == [
        "Installing 2 packages with pip ...",
        "Installing the `mendline` command ...",
    ]


def test_a_change_for_the_tests_alone_does_not_touch_the_runtime(checkout: Checkout) -> None:
    installed(checkout, "test")
    checkout.lock.write_text(LOCK.replace("pytest==9", "pytest==10"))

    assert enter(checkout, FakeMachine(checkout, inside=True), "up") == "here"


@pytest.mark.parametrize("breaks", ["venv --clear", "--require-hashes", "--editable"])
def test_what_was_interrupted_is_taken_up_again(checkout: Checkout, breaks: str) -> None:
    machine = FakeMachine(checkout)
    machine.breaks = breaks
    assert enter(checkout, machine, "up") == "exit 1"
    assert machine.said[-1].startswith("could not reach the index\nThe installation did not finish")

    installed(checkout, "up")

    assert checkout.is_done("runtime")


def test_a_half_is_not_taken_for_the_whole(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)
    machine.breaks = "--editable"
    enter(checkout, machine, "up")
    inside = FakeMachine(checkout, inside=True)
    inside.modules |= set(bootstrap.PROBES["runtime"])

    assert enter(checkout, inside, "up") == f"{checkout.python} -m bot up"
    assert checkout.is_done("runtime")


def test_a_venv_whose_python_is_gone_is_made_again(checkout: Checkout) -> None:
    installed(checkout, "up")
    checkout.python.unlink()
    checkout.python.symlink_to("/nowhere/python3")

    machine = installed(checkout, "up")

    assert machine.commands[0] == f"/usr/bin/python3 -m venv --clear {checkout.venv}"


def test_uv_is_used_when_it_is_there(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)
    machine.modules.clear()
    machine.programs["uv"] = "/bin/uv"

    enter(checkout, machine, "up")

    assert [line.split()[0] for line in machine.commands] == ["/bin/uv"] * 3


def test_pip_follows_when_uv_cannot(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)
    machine.programs["uv"] = "/bin/uv"
    machine.breaks = "uv pip"

    outcome = enter(checkout, machine, "up")

    assert outcome == f"{checkout.python} -m bot up"
    assert "uv could not; trying pip." in machine.said


def test_a_bare_debian_python_is_told_which_package_it_lacks(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)
    machine.modules.clear()

    assert enter(checkout, machine, "up") == "exit 2"
    assert machine.said[-1] == (
        "This Python cannot make virtual environments: apt install python3-venv, and run it again."
    )


def test_an_old_python_and_windows_get_a_sentence(checkout: Checkout) -> None:
    old, windows = FakeMachine(checkout), FakeMachine(checkout)
    old.version = (3, 9)
    windows.name = "nt"

    assert (enter(checkout, old, "up"), enter(checkout, windows, "web")) == ("exit 2", "exit 2")
    assert old.said[0].startswith("Mendline needs Python 3.11 or later and this is 3.9:")
    assert windows.said[0].startswith("Mendline runs on Linux and macOS")


def test_other_commands_install_nothing(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)

    assert enter(checkout, machine, "web") == "exit 2"
    assert machine.said == ["Mendline's parts are not installed yet: run `python3 -m bot up` once, and try again."]
    assert machine.commands == []


def test_other_commands_go_where_the_parts_are(checkout: Checkout) -> None:
    installed(checkout, "up")

    assert enter(checkout, FakeMachine(checkout), "show", "inbox") == f"{checkout.python} -m bot show inbox"


def test_an_environment_of_ones_own_is_left_alone(checkout: Checkout) -> None:
    machine = FakeMachine(checkout)
    machine.modules |= {module for modules in bootstrap.PROBES.values() for module in modules}

    assert [enter(checkout, machine, command) for command in ("up", "web", "test")] == ["here"] * 3
    assert machine.commands == []


def test_without_a_checkout_there_is_nothing_to_install_from(checkout: Checkout) -> None:
    checkout.lock.unlink()
    machine = FakeMachine(checkout)

    assert enter(checkout, machine, "test") == "exit 2"
    assert "run this from a checkout" in machine.said[0]


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {"runtime": project["dependencies"], "test": project["optional-dependencies"]["test"]}

    for section, requirements in asked.items():
        locked = versions(Checkout(ROOT).section(section))
        for text in requirements:
            requirement = Requirement(text)
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), text


def test_the_lock_pins_each_thing_once_with_hashes_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)
    hashed = re.findall(r"^[a-z0-9._-]+==[^\\\n]+\\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)

    assert len(pins) == len(set(pins)) == len(hashed)
    assert "://" not in lock


def test_a_bare_interpreter_can_read_the_way_in() -> None:
    """`-S -I`: no site-packages at all, as on a fresh machine."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.version_info = (3, 9); "
        "from bot import bootstrap; bootstrap.Machine.version = (3, 9); bootstrap.enter(['up'])"
    )

    done = subprocess.run([sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.splitlines()[0][:36]) == (2, "Mendline needs Python 3.11 or later ")


def versions(section: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ \\\n]+)", section, re.MULTILINE))
