"""`mendline oncall`: who is on call for the next fourteen days, where that is thin, and changes to the rota."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from bot import settings
from bot.cli import inputs, output
from bot.errors import Refused, UserError

if TYPE_CHECKING:
    from bot.service.oncall.outlook import Outlook
    from bot.service.parts import Parts
    from bot.settings import Settings

COLUMNS = ("from", "until", "rung", "who", "because")


@click.group(invoke_without_command=True)
@click.option("--days", type=click.IntRange(1, 90), default=14, show_default=True, help="How far ahead.")
@click.option("--check", is_flag=True, help="Exit 1 when there is a time in which nobody is on call.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: on_call, weakness, trouble.")
@click.pass_context
def oncall(ctx: click.Context, *, days: int, check: bool, as_json: bool) -> None:
    """Who is on call for the next fourteen days, with gaps, single points of failure and phones that do not ring.

    \b
    A week of nights by turns, from a Monday on, and a colleague who takes one evening:
      mendline oncall add-shift --rung 1 --days "every day" --hours 19:00-07:00 --first-day 2026-11-30 ID1 ID2
      mendline oncall override --rung 1 --from "2026-12-02 19:00" --until "2026-12-03 07:00" ID3
      mendline oncall holiday 2026-12-25 --name Christmas

    Where the rota names nobody who can be reached, those are paged who stand on the rung (`staff add --on-call N`);
    where nobody stands there either, every nurse and admin.
    """
    if ctx.invoked_subcommand is not None:
        return
    from bot.core.cover import Thin
    from bot.service.oncall import outlook

    with _opened() as desk:
        ahead = timedelta(days=days)
        found = desk.parts.database.read(lambda tx: outlook.look(tx, desk.parts, desk.now, ahead))
        if as_json:
            output.say_json(_records(found, desk.zone))
        else:
            _draw(found, desk.zone)
    if check and any(each.thin is Thin.NOBODY for each in found.weaknesses):
        ctx.exit(1)


@dataclass(frozen=True, slots=True)
class Desk:
    """`zone` is the practice's, in which moments are typed and shown."""

    parts: Parts
    found: Settings
    now: datetime
    zone: ZoneInfo

    def record(self, act: str, detail: str) -> None:
        """In the audit log, before it is done."""
        from bot import app
        from bot.service.console.trail import Trail

        real = app.clock(self.found).real()
        trail = Trail(self.parts, self.found.data / "audit.heads")
        trail.record(act, staff_id=None, door="command line", real=real, detail=detail)


@contextmanager
def _opened() -> Iterator[Desk]:
    from bot import app
    from bot.cli.opened import opened

    found = settings.read(os.environ)
    with opened(found) as parts:
        practice = parts.scripts.live().practice
        yield Desk(parts, found, app.clock(found).now(), practice.zone if practice else ZoneInfo("UTC"))


def _draw(found: Outlook, zone: ZoneInfo) -> None:
    from bot.service.oncall import outlook

    output.say(f"Times are those of {zone.key}.")
    output.say_table(_rows(found, zone), COLUMNS, empty="Nobody is on call.")
    for weakness in found.weaknesses:
        sentence = outlook.sentence(weakness, zone, found.name(weakness.staff_id or ""))
        output.say(f"Look: {sentence}.")
    for person in found.troubled:
        for trouble in person.troubles:
            output.say(f"Look: {person.name}: {trouble}.")


BECAUSE = {"shift": "shift", "override": "override", "standing": "stands there"}


def _rows(found: Outlook, zone: ZoneInfo) -> Iterator[output.Record]:
    from bot.service.oncall.outlook import moment

    for stretch in found.stretches:
        times = {"from": moment(stretch.opens, zone), "until": moment(stretch.closes, zone)}
        for post in stretch.posts:
            because = BECAUSE[post.by] + ("" if post.is_reachable else ", cannot be reached")
            yield {**times, "rung": post.rung, "who": found.name(post.staff_id), "because": because}
        if not stretch.posts:
            yield {**times, "rung": None, "who": "NOBODY", "because": "every nurse and admin is paged"}


def _records(found: Outlook, zone: ZoneInfo) -> Iterator[output.Record]:
    from bot.service.oncall import outlook

    for stretch in found.stretches:
        posts = [
            {
                "rung": p.rung,
                "staff": p.staff_id,
                "name": found.name(p.staff_id),
                "by": p.by.value,
                "reachable": p.is_reachable,
            }
            for p in stretch.posts
        ]
        yield {"record": "on_call", **_times(stretch.opens, stretch.closes), "posts": posts}
    for each in found.weaknesses:
        says = outlook.sentence(each, zone, found.name(each.staff_id or ""))
        what = {"what": each.thin.value, "rung": each.rung, "staff": each.staff_id, "says": says}
        yield {"record": "weakness", **_times(each.opens, each.closes), **what}
    for person in found.troubled:
        for trouble in person.troubles:
            yield {"record": "trouble", "staff": person.id, "name": person.name, "says": trouble}


def _times(opens: datetime, closes: datetime) -> dict[str, Any]:
    return {"from": output.moment(opens), "until": output.moment(closes)}


@oncall.command("add-shift")
@click.argument("people", nargs=-1, required=True, metavar="STAFF_ID...")
@click.option("--rung", type=click.IntRange(1, 99), default=1, show_default=True, help="1 is paged first.")
@click.option("--days", default="every day", show_default=True, help='Weekdays on which it begins: mon-fri, "sat,sun".')
@click.option("--hours", required=True, help="Like 19:00-07:00; 07:00-07:00 is the whole day.")
@click.option("--timezone", default="", help="Whose clocks; the practice's unless said.")
@click.option("--turn", type=click.Choice(["weekly", "daily"]), default="weekly", show_default=True)
@click.option("--first-day", required=True, help="Turns count from here; weekly ones change on its weekday.")
@click.option("--last-day", default="")
@click.option("--on-holidays", type=click.Choice(["as_usual", "not", "only"]), default="as_usual", show_default=True)
@click.option("--json", "as_json", is_flag=True, help='Print {"id"} alone.')
def add_shift(
    *,
    people: tuple[str, ...],
    rung: int,
    days: str,
    hours: str,
    timezone: str,
    turn: str,
    first_day: str,
    last_day: str,
    on_holidays: str,
    as_json: bool,
) -> None:
    """Put people on call by turns. A night ends on the next morning; clock changes are those of its zone.

    \b
    On the night that clocks change 19:00-07:00 lasts eleven or thirteen hours: it ends when the wall shows 07:00.
    """
    from bot.core.hours import zone
    from bot.core.rota import OnHolidays, Shift, Turn
    from bot.service.oncall import changing, written

    with _opened() as desk, inputs.named("add-shift"):
        starts, ends = written.hours(hours)
        new = Shift(
            id="",
            rung=rung,
            people=people,
            days=written.days(days),
            starts=starts,
            ends=ends,
            zone=zone(inputs.timezone(timezone)) if timezone else desk.zone,
            turn=Turn(turn),
            first_day=written.day(first_day),
            last_day=written.day(last_day) if last_day else None,
            on_holidays=OnHolidays(on_holidays),
        )
        desk.record("rota changed", f"shift added on rung {rung}")
        made = changing.add_shift(desk.parts, new, by=None, now=desk.now)
    output.say(output.json_line({"id": made}) if as_json else f"Added shift {made}.")


@oncall.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def shifts(*, as_json: bool) -> None:
    """List the rota's shifts and the overrides that are not over, with their ids."""
    from bot.service.oncall import written
    from bot.service.oncall.outlook import moment
    from bot.store.oncall import rota

    with _opened() as desk:
        kept, overrides = desk.parts.database.read(
            lambda tx: (rota.shifts(tx, since=desk.now.date()), rota.overrides(tx, after=desk.now))
        )
    records: list[output.Record] = [
        {
            "id": each.id,
            "kind": "shift",
            "rung": each.rung,
            "when": f"{written.say_days(each.days)} {each.starts:%H:%M}-{each.ends:%H:%M} {each.zone.key}",
            "people": list(each.people),
        }
        for each in kept
    ]
    for each in overrides:
        when = f"{moment(each.opens, desk.zone)} to {moment(each.closes, desk.zone)}"
        records.append({"id": each.id, "kind": "override", "rung": each.rung, "when": when, "people": [each.staff_id]})
    if as_json:
        output.say_json(records)
    else:
        output.say_table(records, ("id", "kind", "rung", "when", "people"), empty="The rota is empty.")


@oncall.command("end-shift")
@click.argument("shift_id")
def end_shift(*, shift_id: str) -> None:
    """From now on this shift begins on no more day. A night under way is kept to its end."""
    from bot.service.oncall import changing

    with _opened() as desk, _known("shift", shift_id):
        desk.record("rota changed", f"shift ended: {shift_id}")
        changing.end_shift(desk.parts, shift_id, desk.now)
    output.say("Ended.")


@oncall.command()
@click.argument("staff_id")
@click.option("--rung", type=click.IntRange(1, 99), default=1, show_default=True)
@click.option("--from", "opens", required=True, help='Like "2026-12-24 19:00", the practice\'s time.')
@click.option("--until", "closes", required=True)
@click.option("--instead-of", default=None, metavar="STAFF_ID", help="Of this person alone, where several are there.")
@click.option("--json", "as_json", is_flag=True, help='Print {"id"} alone.')
def override(*, staff_id: str, rung: int, opens: str, closes: str, instead_of: str | None, as_json: bool) -> None:
    """Somebody takes a rung over for a while, whatever its shifts say. They are told by text."""
    from bot.core.rota import Override
    from bot.service.oncall import changing, written

    with _opened() as desk, inputs.named("override"):
        begins, ends = written.moment(opens, desk.zone), written.moment(closes, desk.zone)
        desk.record("rota changed", f"override on rung {rung} by {staff_id}")
        wanted = Override("", rung, staff_id, begins, ends, instead_of)
        made = changing.take(desk.parts, wanted, by=None, now=desk.now)
    output.say(output.json_line({"id": made}) if as_json else f"Made override {made}.")


@oncall.command("give-back")
@click.argument("override_id")
def give_back(*, override_id: str) -> None:
    """End an override: from now on it is as the shifts say."""
    from bot.service.oncall import changing

    with _opened() as desk, _known("override", override_id):
        desk.record("rota changed", f"override given back: {override_id}")
        changing.give_back(desk.parts, override_id, by=None, now=desk.now)
    output.say("Given back.")


@oncall.command()
@click.argument("day")
@click.option("--name", default="Holiday", show_default=True)
@click.option("--remove", is_flag=True, help="It is none after all.")
def holiday(*, day: str, name: str, remove: bool) -> None:
    """The practice is closed on this day: shifts are kept or not as each says, and patients hear that it is closed."""
    from bot.service.oncall import changing, written

    with _opened() as desk, inputs.named("holiday"):
        found = written.day(day)
        desk.record("rota changed", f"holiday {'removed' if remove else 'added'}: {found}")
        if not remove:
            changing.add_holiday(desk.parts, found, name, desk.now)
        else:
            with _known("holiday", day):
                changing.drop_holiday(desk.parts, found, desk.now)
    output.say(f"{found} is {'no holiday' if remove else 'a holiday'}.")


@oncall.command()
@click.argument("staff_id")
@click.argument("number", metavar="RUNG|none")
def rung(*, staff_id: str, number: str) -> None:
    """On which rung somebody is paged when no rota says otherwise; none: only when everybody is."""
    from bot.service.oncall import changing

    if number != "none" and not number.isdecimal():
        raise UserError('RUNG is a whole number from 1, who is paged first, to 99, or "none".')
    with _opened() as desk:
        desk.record("rota changed", f"rung of {staff_id}: {number}")
        changing.set_rung(desk.parts, staff_id, None if number == "none" else int(number), desk.now)
    output.say(f"Paged on rung {number}." if number != "none" else "Paged only when everybody is.")


@oncall.command()
def export() -> None:
    """Print the whole rota, one JSON object a line, to be kept or changed in a file."""
    from bot.service.oncall import carried

    with _opened() as desk:
        lines = desk.parts.database.read(lambda tx: list(carried.export(tx, desk.now)))
    output.say_json(lines)


@oncall.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(*, file: Path) -> None:
    """Make the rota what this file says, as `export` prints it: all of it, or nothing when one line is wrong."""
    from bot.service.oncall import carried

    lines = inputs.json_lines(file)
    with _opened() as desk:
        desk.record("rota changed", f"brought in from a file: {len(lines)} lines")
        count = carried.bring(desk.parts, lines, desk.now)
    output.say(f"The rota has {count} lines now.")


@contextmanager
def _known(what: str, name: str) -> Iterator[None]:
    try:
        yield
    except LookupError:
        raise Refused(f"There is no {what} {name}; `mendline oncall shifts` lists what there is.") from None
