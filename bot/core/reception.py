"""Reception: what follows from one inbound text, decided as a value before anything is written.

The screen's findings come in beside the text: they count at any time and in any state, whatever the script makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.alert import Cause
from bot.core.enrollment import Act, Consent
from bot.core.flow import AnswerClass, Ask, Chosen, Flow, No, Number, Unclear, Words, Yes
from bot.core.keyword import Keyword, is_join, keyword
from bot.core.redflag.flag import Flag
from bot.core.redflag.phrases import Intent
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Concern, Tier, Wording
from bot.core.reply import understand
from bot.core.session import Answer, Facts, Session, State, Turn, advance


class Sender(StrEnum):
    """Whose phone a text came from. A nurse's own phone is handled apart from patients'."""

    PATIENT = "patient"
    STAFF = "staff"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Text:
    """What arrived. `carrier_answered`: the keyword to which the carrier's own filter has replied, so we must not."""

    body: str
    pictures: int = 0
    carrier_answered: Keyword | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The conversation that waits for an answer, with the flow of the version that it began with."""

    session: Session
    flow: Flow


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the sender stands when the text is taken in. `has_ended`: the care plan is over. `is_talked_with`: a
    person writes with them just now."""

    sender: Sender
    consent: Consent
    waiting: Waiting | None = None
    has_ended: bool = False
    is_talked_with: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that a person must see: it becomes an alert. Routine is a task with a due time."""

    tier: Tier
    cause: Cause
    concerns: tuple[Concern, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message to say. `notice` names the standard text, if it is one; `urgent` must be heard, even twice."""

    text: Wording | None = None
    notice: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one text: what to say, whom to tell, and what changes. `language`: the one asked for."""

    say: tuple[Spoken, ...] = ()
    matters: tuple[Matter, ...] = ()
    consent: Consent | None = None
    acts: tuple[Act, ...] = ()
    turn: Turn | None = None
    ends_sessions: bool = False
    understood: str = ""
    language: str = ""


def decide(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    """Everything that follows from this text. Raises LookupError when the script cannot be followed."""
    if _is_of_a_death(heard, standing):
        return _death(text, standing)
    if _is_stop(text, heard):
        return _stop(text, heard, standing, facts)
    decision = _in_language(_decide(text, heard, standing, facts), heard, standing)
    if text.carrier_answered:
        return replace(decision, say=tuple(spoken for spoken in decision.say if spoken.urgent))
    return decision


def _is_stop(text: Text, heard: Heard) -> bool:
    return Keyword.STOP in (text.carrier_answered, keyword(text.body)) or heard.opt_out


def _decide(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    word = text.carrier_answered or keyword(text.body)
    if standing.consent is Consent.STOPPED:
        return _while_stopped(text, heard, standing, facts, word)
    if word is Keyword.HELP and standing.sender is not Sender.STAFF:
        return _with_red_flags(Decision(say=(Spoken(notice="help"),), acts=(Act.HELPED,)), heard, facts)
    if standing.sender is Sender.PATIENT:
        return _from_patient(text, heard, standing, facts, word)
    return _with_red_flags(_from_stranger(text, heard, standing), heard, facts)


def decide_without_script(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    """What must happen even when the script is broken: a STOP, the alert, its pages, the patient's instruction."""
    if _is_of_a_death(heard, standing):
        return _death(text, standing)
    if _is_stop(text, heard):
        return _stop(text, heard, standing, facts)
    if standing.consent is Consent.STOPPED or text.carrier_answered:
        return _matters_only(Decision(), heard, facts)
    return _with_red_flags(Decision(), heard, facts)


def _stop(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    """STOP is honoured at once. A red flag in the same text still alerts; an emergency's one instruction goes out
    with the confirmation, in the answer to the patient's own text. After that nothing may be sent."""
    already = standing.consent is Consent.STOPPED
    say = () if already or text.carrier_answered else (Spoken(notice="stopped"),)
    if standing.sender is Sender.STAFF and say:
        say = (Spoken(notice="staff_stopped"),)
    decision = Decision(
        say=say,
        consent=Consent.STOPPED,
        acts=() if already else (Act.STOPPED,),
        ends_sessions=True,
        understood="STOP",
    )
    if standing.sender is not Sender.UNKNOWN and not already:
        decision = _add(decision, Matter(Tier.ROUTINE, Cause.STOPPED))
    decision = replace(decision, matters=(*decision.matters, *_pictures(text)))
    if text.carrier_answered or already:
        return _matters_only(decision, heard, facts)
    return _with_red_flags(decision, heard, facts, only_emergency=True)


def _is_of_a_death(heard: Heard, standing: Standing) -> bool:
    """With a red flag in the same words somebody may yet be alive: then the alert comes first and a person judges."""
    return Intent.DEATH in heard.intents and not heard.flags and standing.sender is not Sender.STAFF


def _death(text: Text, standing: Standing) -> Decision:
    """The family is left in peace at once, and a person reads it: nothing is guessed about who died."""
    matters = (Matter(Tier.ROUTINE, Cause.DEATH), *_pictures(text))
    if standing.sender is Sender.UNKNOWN:
        return Decision(matters=matters, understood="a death")
    already = standing.consent is Consent.STOPPED
    return Decision(
        say=() if already or text.carrier_answered else (Spoken(notice="stopped"),),
        matters=matters,
        consent=Consent.STOPPED,
        acts=() if already else (Act.STOPPED,),
        ends_sessions=True,
        understood="a death",
    )


def _in_language(decision: Decision, heard: Heard, standing: Standing) -> Decision:
    """Whatever else follows, it is said in the language asked for, which is confirmed in that language."""
    language = _language(heard)
    if not language or standing.consent is Consent.STOPPED or standing.sender is Sender.STAFF:
        return decision
    return replace(_saying(decision, "language_set"), language=language)


def _language(heard: Heard) -> str:
    """The language asked for; none when both are, which is no request."""
    asked = {"es": Intent.WANTS_SPANISH, "en": Intent.WANTS_ENGLISH}
    wanted = [language for language, intent in asked.items() if intent in heard.intents]
    return wanted[0] if len(wanted) == 1 else ""


def _from_patient(text: Text, heard: Heard, standing: Standing, facts: Facts, word: Keyword | None) -> Decision:
    if standing.consent is not Consent.JOINED:
        return _being_asked(text, heard, standing, facts, word)
    if word is Keyword.START:
        return _with_red_flags(Decision(say=(_welcome(standing, "joined"),), understood="START"), heard, facts)
    if standing.is_talked_with:
        return _to_the_person(text, heard, facts)
    if standing.waiting is not None:
        return _in_conversation(text, heard, standing.waiting, facts)
    return _out_of_conversation(text, heard, standing, facts)


def _while_stopped(text: Text, heard: Heard, standing: Standing, facts: Facts, word: Keyword | None) -> Decision:
    """After STOP we say nothing, but still hear everything: staff must call, they cannot text."""
    if word is Keyword.START:
        return _with_red_flags(_restarted(standing), heard, facts)
    pictures = _pictures(text)
    is_read = heard.flags or pictures or standing.sender is not Sender.PATIENT
    unread = () if is_read else (Matter(Tier.ROUTINE, Cause.NOT_UNDERSTOOD),)
    return _matters_only(Decision(matters=(*unread, *pictures)), heard, facts)


def _restarted(standing: Standing) -> Decision:
    """Only START lifts a STOP. A patient's conversations go on; anybody else may be answered again."""
    notices = {Sender.PATIENT: "restarted", Sender.STAFF: "staff_help", Sender.UNKNOWN: "unknown_number"}
    return Decision(
        say=(_welcome(standing, notices[standing.sender]),),
        consent=Consent.JOINED if standing.sender is Sender.PATIENT else Consent.NONE,
        acts=(Act.RESTARTED,),
        understood="START",
    )


def _being_asked(text: Text, heard: Heard, standing: Standing, facts: Facts, word: Keyword | None) -> Decision:
    """Before consent only YES joins; anything else is screened and read by a person."""
    if word is Keyword.START or is_join(text.body):
        joined = Decision(
            say=(_welcome(standing, "joined"),), consent=Consent.JOINED, acts=(Act.JOINED,), understood="joined"
        )
        return _with_red_flags(joined, heard, facts)
    return _out_of_conversation(text, heard, standing, facts)


def _welcome(standing: Standing, notice: str) -> Spoken:
    """Whoever joins when the care plan is over must not be promised more texts."""
    return Spoken(notice="ended" if standing.has_ended else notice)


def _in_conversation(text: Text, heard: Heard, waiting: Waiting, facts: Facts) -> Decision:
    ask = waiting.flow.step(waiting.session.step or "")
    if not isinstance(ask, Ask):
        raise LookupError(f"flow {waiting.flow.name} has no question {waiting.session.step}")  # noqa: TRY004 - the script lacks it
    if Intent.ROBOT in heard.intents:
        return _from_robot(text, heard, facts)
    if Intent.WRONG_NUMBER in heard.intents and not heard.flags:
        return _wrong_person(heard)
    answer = understand(ask.question, text.body)
    if text.pictures and isinstance(answer, Unclear) and not text.body.strip():
        # A picture is not an answer and not an unclear reply: a nurse looks at it, and the question stands.
        return _with_pictures(Decision(say=(Spoken(text=ask.text),), understood="a picture"), text, facts)
    if _language(heard) and isinstance(answer, Unclear) and not heard.flags:
        # The question was not understood for want of its language, so it is asked again and nothing is counted.
        return Decision(say=(Spoken(text=ask.text),), understood="another language")
    turn = advance(waiting.flow, waiting.session, answer, facts, heard.concerns)
    return _with_pictures(_from_turn(turn, answer, heard, facts), text, facts)


def _from_turn(turn: Turn, answer: AnswerClass, heard: Heard, facts: Facts) -> Decision:
    tells = facts.table.tells(turn.red_flags, in_hours=facts.in_hours) if turn.red_flags else ()
    tier = facts.table.tier(turn.red_flags)
    urgent = tier is Tier.EMERGENCY
    say = tuple(Spoken(text=wording, urgent=urgent and wording in tells) for wording in turn.say)
    decision = Decision(say=say, turn=turn, understood=read_back(turn.answer, answer))
    if tier is not None:
        cause = Cause.FREE_TEXT if heard.flags else Cause.ANSWER
        step = (f"answer: {turn.answer.step}",) if turn.answer and set(turn.red_flags) - set(heard.concerns) else ()
        decision = _add(decision, Matter(tier, cause, turn.red_flags, _why(heard.flags) + step))
    elif turn.session.state is State.HANDED_OVER:
        # The second reply in a row that nobody could read: a person takes over, the same day.
        decision = _add(_saying(decision, _hours(facts, "handed_over")), Matter(Tier.ROUTINE, Cause.NOT_UNDERSTOOD))
    elif isinstance(answer, Words):
        # Nothing a patient writes is read by nobody: the screen heard no red flag in it, but a person may.
        decision = _add(decision, Matter(Tier.ROUTINE, Cause.FREE_WORDS))
    for asked, task in turn.tasks:
        decision = _add(decision, Matter(Tier.ROUTINE, Cause.ANSWER, why=(f"answer: {asked}", task)))
    return _with_review(decision, heard)


def _to_the_person(text: Text, heard: Heard, facts: Facts) -> Decision:
    """The script keeps silent while a person talks. Red flags are heard as ever, and every word is listed to read."""
    decision = Decision(
        understood="said to a person", matters=(Matter(Tier.ROUTINE, Cause.FREE_WORDS), *_pictures(text))
    )
    return _with_red_flags(decision, heard, facts)


def _out_of_conversation(text: Text, heard: Heard, standing: Standing, facts: Facts) -> Decision:
    if Intent.ROBOT in heard.intents:
        return _from_robot(text, heard, facts)
    decision = _with_pictures(_with_red_flags(Decision(), heard, facts), text, facts)
    if decision.matters and not heard.review:
        return decision
    cause = Cause.WANTS_PERSON if Intent.WANTS_PERSON in heard.intents else Cause.NOT_UNDERSTOOD
    if Intent.WRONG_NUMBER in heard.intents:
        return _wrong_person(heard)
    if _language(heard) and cause is Cause.NOT_UNDERSTOOD and not heard.review:
        return replace(decision, understood="another language")
    if not heard.review:
        decision = _add(decision, Matter(Tier.ROUTINE, cause))
    notice = "ended" if standing.has_ended else _hours(facts, "staff_will_read")
    return _saying(decision, notice)


def _from_robot(text: Text, heard: Heard, facts: Facts) -> Decision:
    """A phone that answers by itself is not answered, or two machines would go on for ever. Unless it may be a person
    in an emergency after all; and staff hear all of it."""
    decision = Decision(understood="an automatic answer", matters=_pictures(text))
    return _with_red_flags(decision, heard, facts, only_emergency=True)


def _wrong_person(heard: Heard) -> Decision:
    """Somebody else has this phone: they get no more of the patient's texts, and staff find the right number."""
    stopped = Decision(consent=Consent.STOPPED, acts=(Act.STOPPED,), ends_sessions=True)
    return _with_review(_add(stopped, Matter(Tier.ROUTINE, Cause.WRONG_PERSON)), heard)


def _from_stranger(text: Text, heard: Heard, standing: Standing) -> Decision:
    """An unknown number, or a nurse's text that is no acknowledgement: no name, no guess, and no loop."""
    if Intent.ROBOT in heard.intents:
        return Decision(understood="an automatic answer")
    if standing.sender is Sender.STAFF:
        return Decision(say=() if heard.flags else (Spoken(notice="staff_help"),))
    say = () if heard.flags else (Spoken(notice="unknown_number"),)
    return Decision(say=say, matters=_pictures(text))


def _with_red_flags(decision: Decision, heard: Heard, facts: Facts, *, only_emergency: bool = False) -> Decision:
    """The instruction comes first, whatever else is said."""
    tier = facts.table.tier(heard.concerns)
    if tier is None:
        return _with_review(decision, heard)
    urgent = tier is Tier.EMERGENCY
    spoken = tuple(
        Spoken(text=wording, urgent=urgent) for wording in facts.table.tells(heard.concerns, in_hours=facts.in_hours)
    )
    if urgent or not only_emergency:
        decision = replace(decision, say=(*spoken, *decision.say))
    return _matters_only(decision, heard, facts)


def _matters_only(decision: Decision, heard: Heard, facts: Facts) -> Decision:
    tier = facts.table.tier(heard.concerns)
    if tier is not None:
        decision = _add(decision, Matter(tier, Cause.FREE_TEXT, heard.concerns, _why(heard.flags)), first=True)
    return _with_review(decision, heard)


def _with_review(decision: Decision, heard: Heard) -> Decision:
    if not heard.review:
        return decision
    return _add(
        decision, Matter(Tier.ROUTINE, Cause.REVIEW, tuple(flag.concern for flag in heard.review), _why(heard.review))
    )


def _with_pictures(decision: Decision, text: Text, facts: Facts) -> Decision:
    """A picture is never judged by us: staff look at it the same day."""
    if not text.pictures:
        return decision
    decision = replace(decision, matters=(*decision.matters, *_pictures(text)))
    return _saying(decision, _hours(facts, "picture_received"))


def _pictures(text: Text) -> tuple[Matter, ...]:
    return (Matter(Tier.SAME_DAY, Cause.PICTURE),) if text.pictures else ()


def _hours(facts: Facts, notice: str) -> str:
    return notice if facts.in_hours else f"{notice}_out_of_hours"


def _saying(decision: Decision, notice: str) -> Decision:
    return replace(decision, say=(*decision.say, Spoken(notice=notice)))


def _add(decision: Decision, matter: Matter, *, first: bool = False) -> Decision:
    matters = (matter, *decision.matters) if first else (*decision.matters, matter)
    return replace(decision, matters=matters)


def _why(flags: tuple[Flag, ...]) -> tuple[str, ...]:
    """Which rules fired, in which version, and what was made of a denial; no word of the patient's."""
    return tuple(dict.fromkeys(f"{flag.rule} v{flag.version}" for flag in flags))


def read_back(given: Answer | None, answer: AnswerClass) -> str:
    """How a reply was understood, for the line under it on staff's screens: "pain = 5"."""
    if given is None:
        return f"not understood: {answer.why}" if isinstance(answer, Unclear) else ""
    match answer:
        case Yes() | No():
            value = "yes" if isinstance(answer, Yes) else "no"
        case Number(number):
            value = f"{number:g}"
        case Chosen(option):
            value = option
        case Words() | _:
            value = "words"
    return f"{given.step} = {value}"
