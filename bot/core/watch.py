"""The watchdog's judgement: what is seen of each part goes in; what is wrong, and whom to tell what, comes out.

A part is either asked, and then whoever asked brings a finding; or it shows something that changes for as long as it
lives, and standing still is the finding. Moments are the watchdog's own steady ones: real time that never jumps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Times:
    """How long is too long, in real time. Whatever is wrong must be paged within 90 seconds: each way there is
    shorter than that."""

    quiet: timedelta = 40 * SECOND  # a loop that calls nobody outside has not come round
    carrying: timedelta = 65 * SECOND  # a loop that may be waiting for the carrier, which is given 20 s a message
    absent: timedelta = 75 * SECOND  # a part that nobody runs; a planned restart takes less
    unanswered: timedelta = 30 * SECOND  # a question that was answered badly, or not at all, again and again
    behind: timedelta = 60 * SECOND  # the oldest that waits is still the same
    low: timedelta = 10 * SECOND  # the disk is nearly full
    overdue: timedelta = 20 * SECOND  # a question whose answer does not come at all
    again: timedelta = timedelta(minutes=15)  # what is still wrong is said again
    settle: timedelta = 30 * SECOND  # well for so long: what was never paged is forgotten
    steady: timedelta = 60 * SECOND  # well for so long: it is over, if it did not come back and back
    longest_steady: timedelta = timedelta(minutes=30)
    remembered: timedelta = timedelta(hours=1)  # how long a trouble that is over counts when it comes back
    deputy: timedelta = 20 * SECOND  # how much later a second watchdog pages than the first
    release: timedelta = timedelta(minutes=10)  # how long a release may keep everything waiting
    tick: timedelta = 1 * SECOND
    ask: timedelta = 5 * SECOND
    ask_carrier: timedelta = 20 * SECOND
    canary: timedelta = timedelta(minutes=3)  # how often the canary is sent
    canary_step: timedelta = 45 * SECOND  # how long each of its steps may take
    ping: timedelta = timedelta(minutes=1)
    send_again: timedelta = 15 * SECOND  # a page that nobody's carrier took

    def faster(self, by: float) -> Times:
        """Everything so many times sooner, for trying things out."""
        return Times(**{name: getattr(self, name) / by for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something is wrong now. `after`: how long it must last before it is worth a page. `since`: when it was last well,
    where that is known."""

    part: str
    what: str
    todo: str
    after: timedelta = timedelta()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a part shows: `mark` is another one as long as it lives or gets on; empty when there is nothing to do.

    `finding` is what it means when the same mark has been shown for longer than `still`.
    """

    name: str
    mark: str
    still: timedelta
    finding: Finding


@dataclass(frozen=True, slots=True)
class Seen:
    mark: str
    since: datetime


def look(seen: Mapping[str, Seen], shown: Iterable[Shown], now: datetime) -> tuple[dict[str, Seen], list[Finding]]:
    """What stands still. Whatever is not shown any more is forgotten."""
    kept, findings = dict[str, Seen](), list[Finding]()
    for each in shown:
        before = seen.get(each.name)
        same = before is not None and before.mark == each.mark
        kept[each.name] = before if before is not None and same else Seen(each.mark, now)
        if each.mark and now - kept[each.name].since >= each.still:
            findings.append(replace(each.finding, since=kept[each.name].since))
    return kept, findings


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is, or was lately, wrong with a part.

    `since`: when it was last well, as far as is known; `found_at`: when it was found. `paged_at`: when it was last
    told to people, by us or by another watchdog; `pages`: how often by us. `well_since` while nothing is found any
    more; `over_at` once that counted as the end. `relapses`: how often it came back.
    """

    part: str
    what: str
    todo: str
    since: datetime
    found_at: datetime
    after: timedelta = timedelta()
    paged_at: datetime | None = None
    pages: int = 0
    well_since: datetime | None = None
    over_at: datetime | None = None
    relapses: int = 0

    @property
    def stands(self) -> bool:
        return self.over_at is None

    @property
    def is_told(self) -> bool:
        return self.paged_at is not None

    def steady(self, times: Times) -> timedelta:
        """How long it must be well before that counts: longer and longer for what comes back."""
        if not self.is_told:
            return times.settle
        doubled: timedelta = times.steady * 2 ** min(self.relapses, 10)
        return min(doubled, times.longest_steady)


@dataclass(frozen=True, slots=True)
class Step:
    """`troubles` from now on; `page` those to be told now, and `recovered` those to be told as over."""

    troubles: Mapping[str, Trouble]
    page: Sequence[Trouble] = ()
    recovered: Sequence[Trouble] = ()


OUR_SIDE = ("database", "web", "clock", "carrier", "keys")
FOLLOWS_FROM: Mapping[str, tuple[str, ...]] = {
    "canary": (*OUR_SIDE, "worker-page", "disk"),
    "texts": ("database", "clock"),
    "alerts": ("database", "clock"),
    "pages": ("database", "clock", "carrier"),
}
"""What is no news of its own when one of these went wrong about the same time: one page for one cause."""


def step(
    troubles: Mapping[str, Trouble], findings: Iterable[Finding], *, now: datetime, times: Times, is_held: bool = False
) -> Step:
    """One look's findings are taken in. `is_held`: a release is under way, and nothing new is worth a page."""
    found = {finding.part: finding for finding in findings}
    moved = {
        part: each
        for part in sorted({*troubles, *found})
        if (each := _moved(troubles.get(part), found.get(part), now, times, is_held=is_held)) is not None
    }
    over = [each for part, each in moved.items() if not each.stands and part in troubles and troubles[part].stands]
    page = [] if is_held else [each for each in moved.values() if _is_page_due(each, moved, now, times)]
    return Step(moved, page, [each for each in over if each.pages])


def _moved(
    before: Trouble | None, finding: Finding | None, now: datetime, times: Times, *, is_held: bool
) -> Trouble | None:
    if finding is not None:
        return _found(before, finding, now, is_held=is_held)
    if before is None:
        return None
    if before.over_at is not None:
        return before if now - before.over_at < times.remembered else None
    well_since = before.well_since or now
    if now - well_since < before.steady(times):
        return replace(before, well_since=well_since)
    return replace(before, well_since=well_since, over_at=now) if before.is_told else None


def _found(before: Trouble | None, finding: Finding, now: datetime, *, is_held: bool) -> Trouble:
    if before is None:
        return _new(finding, now)
    if before.over_at is not None:
        return replace(_new(finding, now), relapses=before.relapses + 1)
    found_at = now if is_held and not before.is_told else before.found_at
    return replace(
        before, what=finding.what, todo=finding.todo, after=finding.after, found_at=found_at, well_since=None
    )


def _new(finding: Finding, now: datetime) -> Trouble:
    return Trouble(finding.part, finding.what, finding.todo, finding.since or now, now, finding.after)


def _is_page_due(trouble: Trouble, all_: Mapping[str, Trouble], now: datetime, times: Times) -> bool:
    if not trouble.stands or trouble.well_since is not None or now - trouble.found_at < trouble.after:
        return False
    if trouble.paged_at is not None:
        return now - trouble.paged_at >= times.again
    causes = (all_[name] for name in FOLLOWS_FROM.get(trouble.part, ()) if name in all_)
    return not any(cause.stands and abs(cause.found_at - trouble.found_at) < times.again for cause in causes)


def told(
    troubles: Mapping[str, Trouble], parts: Iterable[str], at: datetime, *, by_us: bool = True
) -> dict[str, Trouble]:
    """People know of these now."""
    known = set(parts)
    return {
        part: replace(each, paged_at=at, pages=each.pages + by_us) if part in known else each
        for part, each in troubles.items()
    }


def is_well(troubles: Mapping[str, Trouble]) -> bool:
    """Nothing is wrong at this moment, also nothing that is not worth a page yet."""
    return not any(each.stands and each.well_since is None for each in troubles.values())


def due(troubles: Mapping[str, Trouble], now: datetime) -> list[Trouble]:
    """What has been wrong for long enough to be said aloud."""
    return [each for each in troubles.values() if each.stands and (each.is_told or now - each.found_at >= each.after)]


LONGEST_PAGE = 440


def page_words(troubles: Sequence[Trouble]) -> str:
    """One message about all of them: which part, since when, what to do. It holds no person."""
    words = " ".join(f"{each.what} (since {each.since:%H:%M} UTC): {each.todo}." for each in troubles)
    again = " Again:" if all(each.pages for each in troubles) else ""
    head = f"Mendline watchdog:{again} " + (f"{len(troubles)} things. " if len(troubles) > 1 else "")
    return shortened(head + words)


def recovery_words(troubles: Sequence[Trouble], now: datetime) -> str:
    listed = ", ".join(f"{each.part} (after {minutes(now - each.since)})" for each in troubles)
    return shortened(f"Mendline watchdog: well again: {listed}.")


def minutes(passed: timedelta) -> str:
    return f"{max(1, round(passed.total_seconds() / 60))} min"


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST_PAGE else words[: LONGEST_PAGE - 3].rstrip() + "..."


@dataclass(frozen=True, slots=True)
class Life:
    """One loop of one process, as its sign shows it. `began` and `beat` are of one clock, whichever."""

    part: str
    loop: str
    where: str
    began: int
    beat: int

    @property
    def name(self) -> str:
        return f"{self.part}.{self.loop}@{self.where}"


CARRYING = frozenset({"pages", "more-pages", "carry", "fetch", "work"})
"""Loops that may be waiting for the carrier's answer."""

COMMANDS = {"worker-page": "worker", "worker-talk": "worker"}
TITLES = {
    "web": "the web server",
    "clock": "the clock",
    "worker-page": "the worker for pages",
    "worker-talk": "the worker for texts",
    "worker": "the worker's supervisor",
    "up": "`mendline up`",
}


def lives(found: Sequence[Life], times: Times) -> list[Shown]:
    """Each loop must come round. One whose part was begun anew after its last beat has been replaced."""
    return [_life(each, times) for each in found if not _is_replaced(each, found)]


def _life(each: Life, times: Times) -> Shown:
    title, where = TITLES.get(each.part, each.part), each.where.partition("@")[0]
    what = f"{title} on {where} is dead or hangs"
    finding = Finding(each.part, _begin(what), f"start `mendline {COMMANDS.get(each.part, each.part)}` anew there")
    return Shown(each.name, str(each.beat), times.carrying if each.loop in CARRYING else times.quiet, finding)


def _is_replaced(each: Life, found: Sequence[Life]) -> bool:
    return any(other.part == each.part and other.where != each.where and other.began > each.beat for other in found)


def absent(part: str, *, is_there: bool, times: Times) -> Shown:
    """A part that must run somewhere. While it does there is nothing to stand still."""
    title, command = TITLES.get(part, part), COMMANDS.get(part, part)
    finding = Finding(part, _begin(f"{title} does not run anywhere"), f"start `mendline {command}`")
    return Shown(f"absent {part}", "" if is_there else "absent", times.absent, finding)


def _begin(words: str) -> str:
    return words[0].upper() + words[1:] if words[0] != "`" else words


@dataclass(frozen=True, slots=True)
class Waiting:
    """The oldest of each that waits, as something that changes when it gets on; empty where nothing does."""

    text: str = ""
    page: str = ""
    ladder: str = ""
    orphans: int = 0


def waiting(oldest: Waiting, times: Times) -> list[Shown]:
    """Behind: a text not handled, a page not sent, a ladder not moved. In all of them the oldest stays the same."""
    look = "see that the clock and the worker run; `mendline doctor` says more"
    return [
        Shown(
            "texts", oldest.text, times.behind, Finding("texts", "Texts from patients wait and are not handled", look)
        ),
        Shown("pages", oldest.page, times.behind, Finding("pages", "Pages to nurses wait and are not sent", look)),
        Shown("alerts", oldest.ladder, times.behind, Finding("alerts", "The ladder of an alert does not move", look)),
        Shown(
            "orphans",
            "some" if oldest.orphans else "",
            times.behind,
            Finding("alerts", "An open alert has no next action", "open the console and acknowledge all alerts"),
        ),
    ]


@dataclass(frozen=True, slots=True)
class Rank:
    """Which of several watchdogs this one is: the first pages, the others only when it did not. `told`: part -> when
    another of them told people."""

    place: int = 0
    told: Mapping[str, datetime] = field(default_factory=dict)


def deferred(page: Sequence[Trouble], rank: Rank, now: datetime, times: Times) -> tuple[list[Trouble], list[Trouble]]:
    """Those to be paged by us, and those that another watchdog told people of already."""
    ours, theirs = list[Trouble](), list[Trouble]()
    for each in page:
        at = rank.told.get(each.part)
        is_of_this = at is not None and at >= each.found_at - times.carrying  # and not of an earlier trouble
        if at is not None and is_of_this and now - at < times.again - times.steady:
            theirs.append(each)
        elif now - _due_at(each, times) >= rank.place * times.deputy:
            ours.append(each)
    return ours, theirs


def _due_at(trouble: Trouble, times: Times) -> datetime:
    return trouble.paged_at + times.again if trouble.paged_at else trouble.found_at + trouble.after
