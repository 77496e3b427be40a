"""The phone beside the text: a talk with the draft, decided by the engine that answers patients. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.core.enrollment import Consent
from bot.core.flow import Silence
from bot.core.plan import PlanItem, Sends
from bot.core.reception import Decision, Matter, Sender, Spoken, Standing, Text, Waiting, decide
from bot.core.redflag.phrases import Phrases
from bot.core.redflag.screen import screen
from bot.core.redflag.table import Concern, Wording
from bot.core.session import Facts, Session, State, Turn, advance, start
from bot.core.wording import choose, measure, render
from bot.errors import Refused
from bot.flowfile.golden import Chat
from bot.flowfile.graph import alarm
from bot.flowfile.library import Library
from bot.flowfile.play import SILENCE, first_day

MOST_ACTS = 200


class Doing(StrEnum):
    """What the one who tries it out may do."""

    TEXT = "text"
    SILENCE = "silence"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Act:
    doing: Doing
    text: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a talk begins. Without a `day`: the first on which the plan has this flow."""

    flow: str
    language: str = "en"
    day: int | None = None
    in_hours: bool = True


@dataclass(frozen=True, slots=True)
class Bubble:
    """`voice` is patient, mendline, alert or stage. `note` stands below it: how it was understood, or why."""

    voice: str
    text: str
    step: str = ""
    segments: int = 0
    encoding: str = ""
    note: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """`path` are the moves of the conversation that goes on now, box by box; a red flag's box begins with "!"."""

    bubbles: tuple[Bubble, ...]
    path: tuple[tuple[str, str], ...]
    flow: str
    step: str
    day: int


def talk(library: Library, phrases: Phrases, opening: Opening, acts: Iterable[Act]) -> Talk:
    """Raises LookupError for a flow that is not there."""
    day = first_day(library, opening.flow) if opening.day is None else opening.day
    trying = _Trying(library, phrases, opening, day)
    trying.begin(opening.flow)
    for act in acts:
        trying.take(act)
    return Talk(tuple(trying.bubbles), tuple(trying.path), trying.flow, trying.step, trying.day)


class _Trying:
    """One patient's days with the draft."""

    def __init__(self, library: Library, phrases: Phrases, opening: Opening, day: int) -> None:
        self._library = library
        self._phrases = phrases
        self._language = opening.language
        self._in_hours = opening.in_hours
        self._past: dict[str, tuple[float, ...]] = {}
        self._session: Session | None = None
        self._consent = Consent.JOINED
        self.day = day
        self.flow = opening.flow
        self.bubbles: list[Bubble] = []
        self.path: list[tuple[str, str]] = []

    @property
    def step(self) -> str:
        return self._session.step or "" if self._session else ""

    def begin(self, flow_name: str) -> None:
        self.flow, self.path = flow_name, []
        self._stage(f"Day {self.day}")
        if self._library.plan.has_weekly_line(self.day):
            self._says(self._library.notices.text("weekly_line"), "weekly_line")
        turn = start(self._library.flows[flow_name], 0, self._facts)
        self._moved("", turn)
        for wording in turn.say:
            self._says(wording, self.step)

    def take(self, act: Act) -> None:
        match act.doing:
            case Doing.TEXT:
                self._text(act.text)
            case Doing.SILENCE:
                self._silence()
            case Doing.DAY:
                self._next_day()

    def _text(self, body: str) -> None:
        flow = self._library.flows.get(self.flow)
        waiting = Waiting(self._session, flow) if flow and self._session and not self._session.is_over else None
        decision = decide(
            Text(body), screen(body, self._phrases), Standing(Sender.PATIENT, self._consent, waiting), self._facts
        )
        before = self.step
        self.bubbles.append(Bubble("patient", body, step=before, note=decision.understood))
        self._follow(decision, before)

    def _follow(self, decision: Decision, before: str) -> None:
        if decision.turn is not None:
            self._moved(before, decision.turn)
        if decision.ends_sessions:
            self._session = None
        if decision.consent is not None:
            self._consent = decision.consent
        self._language = decision.language or self._language
        for matter in decision.matters:
            self._alert(matter)
        for spoken in decision.say:
            self._spoken(spoken)
        self._ending()

    def _moved(self, before: str, turn: Turn) -> None:
        for concern in turn.red_flags:
            self.path.append((before, _box(concern)))
        after = turn.session.step or ("end" if turn.session.state is State.DONE else "")
        if before and after and after != before:
            self.path.append((before, after))
        self._session = turn.session

    def _silence(self) -> None:
        if self._session is None or self._session.is_over:
            self._stage("Nothing waits for an answer.")
            return
        before, nudged = self.step, self._session.nudged
        self._stage(f"No reply to {before}")
        turn = advance(self._library.flows[self.flow], self._session, Silence(over=nudged), self._facts)
        self._moved(before, turn)
        for wording in turn.say:
            self._says(wording, before, note="reminder")
        self._ending()

    def _next_day(self) -> None:
        """The clock goes on: what waits comes to its end, and what the plan has for the next day comes."""
        if self._session is not None and not self._session.is_over:
            turn = advance(self._library.flows[self.flow], self._session, Silence(over=True), self._facts)
            self._moved(self.step, turn)
            self._stage("The question was not answered in time.")
        self._remember()
        self.day += 1
        items = self._library.plan.on(self.day)
        if not items or self._consent is Consent.STOPPED:
            self._stage(f"Day {self.day}: {'nothing is sent after STOP' if items else 'nothing is planned'}")
            return
        for item in items:
            self._item(item)

    def _item(self, item: PlanItem) -> None:
        if item.sends is Sends.FLOW:
            self.begin(item.content)
            return
        self._stage(f"Day {self.day}, {item.at:%H:%M}")
        tip = self._library.tips.get(item.content)
        wording = tip.text if item.sends is Sends.TIP and tip else self._library.notices.text(item.content)
        self._says(wording, f"{item.sends} {item.content}")

    def _remember(self) -> None:
        for name, value in (self._session.answers if self._session else {}).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._past[name] = (*self._past.get(name, ()), float(value))

    @property
    def _facts(self) -> Facts:
        practice = self._library.practice
        return Facts(self._library.table, self._in_hours, self.day, self._language, self._past, practice.bands)

    def _spoken(self, spoken: Spoken) -> None:
        wording = spoken.text if spoken.text is not None else self._library.notices.text(spoken.notice)
        self._says(wording, spoken.notice or self.step, note="said at once" if spoken.urgent else "")

    def _says(self, wording: Wording, step: str, note: str = "") -> None:
        text = render(choose(wording, self._language), self._library.practice.values)
        cut = measure(text)
        self.bubbles.append(Bubble("mendline", text, step, cut.segments, cut.encoding, note))

    def _alert(self, matter: Matter) -> None:
        what = ", ".join(_box(concern)[1:].replace("_", " ") for concern in matter.concerns)
        why = "; ".join(matter.why)
        self.bubbles.append(Bubble("alert", what or matter.cause.replace("_", " "), note=why, tier=str(matter.tier)))

    def _ending(self) -> None:
        state = self._session.state if self._session else State.STOPPED
        if state is not State.ACTIVE:
            self._stage({State.DONE: "The conversation is over."}.get(state, f"It ended: {state.replace('_', ' ')}."))

    def _stage(self, text: str) -> None:
        if not (self.bubbles and self.bubbles[-1] == Bubble("stage", text)):
            self.bubbles.append(Bubble("stage", text))


def _box(concern: Concern) -> str:
    return alarm(concern.concept, severe=concern.severe)


@dataclass(frozen=True, slots=True)
class Kept:
    """A talk as a golden conversation, and the file that it goes into."""

    file: str
    text: str = field(repr=False)


def golden(library: Library, phrases: Phrases, opening: Opening, acts: Iterable[Act], name: str) -> Kept:
    """The talk's first day, as `mendline flows play --save` would write it. Raises Refused for what such a file
    cannot hold."""
    said = [SILENCE if act.doing is Doing.SILENCE else act.text for act in _first_day(acts)]
    if not said:
        raise Refused("say something first: a golden conversation has a reply at least")
    chat = Chat(opening.flow, opening.language, opening.day, opening.in_hours)
    chat = replace(chat, lines=tuple(f"< {reply}" for reply in said))
    played = replace(chat, lines=chat.play(library, phrases))
    if played.replies != said:
        raise Refused("the conversation was over before the last reply: take it back, and save again")
    return Kept(f"golden/{opening.flow}.{opening.language}.{name}.chat", str(played))


def _first_day(acts: Iterable[Act]) -> list[Act]:
    first: list[Act] = []
    for act in acts:
        if act.doing is Doing.DAY:
            break
        first.append(act)
    return first


def acts_of(given: Iterable[Mapping[str, object]]) -> list[Act]:
    """What the page sent. Raises Refused for a talk that no person would have."""
    acts = [Act(Doing(str(each.get("do"))), " ".join(str(each.get("text", "")).split())[:1600]) for each in given]
    if len(acts) > MOST_ACTS:
        raise Refused(f"that is more than {MOST_ACTS} moves: begin again")
    return acts
