"""`mendline worker`: sends what is due. Pages have a process of their own, so that nothing is ever before them."""

from __future__ import annotations

import os

import click

from bot import signs
from bot.cli import doors
from bot.core.enrollment import Lane
from bot.settings import Settings
from bot.supervise import Stop, Supervisor, ours
from bot.tether import tie_forks

CREWS: dict[str, tuple[Lane, ...]] = {"pages": (Lane.PAGE,), "texts": (Lane.TALK, Lane.PLAN)}
"""Which lanes share a process."""

ALL = "all"
"""One process for all lanes, pages first: for a machine that has little memory. While it sends texts to patients the
clock, which drains pages each second, keeps pages going."""


@click.command()
@click.option("--crew", type=click.Choice([*CREWS, ALL]), help="Only this process, without a supervisor.")
def worker(crew: str | None) -> None:
    """Sends what is due: one process for pages to staff, one for texts to patients.

    \b
    Example, beside `mendline web` and `mendline clock`:
      DATABASE_URL=postgresql://... REDIS_URL=redis://... mendline worker

    Any number may run, on any number of machines. A process that dies is started again.
    """
    found = doors.connect(doors.prepare())
    if crew:
        work(crew)
    else:
        _supervise(found)


def work(crew: str) -> None:
    from bot.worker.run import work as work_lanes

    tie_forks()
    work_lanes(tuple(lane for lanes in CREWS.values() for lane in lanes) if crew == ALL else CREWS[crew])


def _supervise(found: Settings) -> None:
    supervisor = Supervisor(Stop().listen(), tell=doors.say, log=doors.say)
    alive = signs.Signs(found.data, "worker")
    try:
        for crew in CREWS:
            supervisor.start(ours(crew, "worker", "--crew", crew, environment=os.environ))
        supervisor.watch(lambda: _each_second(found, alive))
    finally:
        alive.leave()
        supervisor.end()


def _each_second(found: Settings, alive: signs.Signs) -> None:
    alive.beat("supervise")
    doors.reconnect(found)
