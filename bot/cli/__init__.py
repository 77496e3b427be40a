"""The command line: a table of commands, imported one at a time, and errors told as sentences."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from bot.errors import UserError


class Entry(NamedTuple):
    """Where a command lives, and the line that `mendline --help` shows without importing it."""

    module: str
    attribute: str
    summary: str


COMMANDS = {
    "up": Entry("bot.cli.up", "up", "Everything on this machine, pretend phones included: try it now."),
    "web": Entry("bot.cli.web", "web", "The web server: texts come in here, staff work here."),
    "worker": Entry("bot.cli.worker", "worker", "Sends what is due; pages have a lane of their own."),
    "clock": Entry("bot.cli.clock", "clock", "Ticks each second: what is due, who must be paged again."),
    "watchdog": Entry("bot.cli.watchdog", "watchdog", "Asks every part, and pages by itself when one is dead."),
    "release": Entry("bot.cli.release", "release", "Before a new version serves: migrate the database."),
    "doctor": Entry("bot.cli.doctor", "doctor", "Looks at everything it needs; says what to mend."),
    "flows": Entry("bot.cli.flows", "flows", "Check and try the conversations in flows/."),
    "screen": Entry("bot.cli.screen", "screen", "Which red flags are heard in these texts?"),
    "wording": Entry("bot.cli.wording", "wording", "How long and how hard to read are these texts?"),
    "patients": Entry("bot.cli.patients", "patients", "Enroll a patient, list, stop, export or erase one."),
    "staff": Entry("bot.cli.staff", "staff", "The people who are paged, and who may sign in."),
    "oncall": Entry("bot.cli.oncall", "oncall", "Who is on call for the next fourteen days, and where that is thin."),
    "alerts": Entry("bot.cli.alerts", "alerts", "List open concerns, acknowledge and resolve them."),
    "backup": Entry("bot.cli.backup", "backup", "The whole database in one sealed file, while it is in use."),
    "restore": Entry("bot.cli.backup", "restore", "A backup into an empty database; then nothing is sent until told."),
    "keys": Entry("bot.cli.keys", "keys", "Change the key that protects patients' data, while serving."),
    "audit": Entry("bot.cli.audit", "audit", "Is the record of who read and changed what still whole?"),
    "show": Entry("bot.cli.show", "show", "What the database holds: inbox, outbox, alerts, sessions, plan."),
    "reconcile": Entry("bot.cli.reconcile", "reconcile", "Ask the carrier what it knows and we do not."),
    "test": Entry("bot.cli.test", "test", "Run the test suite."),
    "bench": Entry("bot.cli.bench", "bench", "Measure speed against the floors."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time, so that `--help` stays under 0.3 s."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        assert isinstance(command, click.Command), f"{entry.module}.{entry.attribute} is no command"  # noqa: S101
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(unknown(args[0]))
        return super().resolve_command(ctx, args)


def unknown(name: str) -> str:
    """The sentence for a command that is not there."""
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "`mendline --help` lists the commands."
    return f"There is no command `{name}`. {hint}"


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def mendline() -> None:
    """Text-message follow-up after lumbar fusion, which pages a nurse when an answer holds a red flag.

    \b
    Start here (on a fresh machine: python3 -m bot up):
      mendline up                    a whole clinic on this machine, with pretend phones
      mendline up --speed 60         the same, an hour of the clinic's time in a minute
      mendline flows check           are the conversations complete and safe?
      echo "cant feel when I wipe" | mendline screen

    `mendline COMMAND --help` tells what a command does, with an example.
    """


def run(arguments: Sequence[str]) -> int:
    """Runs one command; the exit code is 0 done, 1 the answer is "no", 2 wrong use, 130 Ctrl-C."""
    try:
        outcome = mendline.main(list(arguments), prog_name="mendline", standalone_mode=False)
    except UserError as error:
        return _tell(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    return outcome if isinstance(outcome, int) else 0


def _tell(sentence: str, code: int) -> int:
    sys.stderr.write(sentence + "\n")
    return code
