"""What follows from a text that reaches us after its question was closed: the host was down, or the webhook lost."""

from __future__ import annotations

from dataclasses import replace

from bot.core.alert import Cause
from bot.core.reception import Decision, Matter, Spoken, Standing, Text, decide
from bot.core.redflag.screen import Heard
from bot.core.redflag.table import Tier
from bot.core.session import Facts


def decide_late(text: Text, heard: Heard, standing: Standing, facts: Facts, *, is_answered: bool) -> Decision:
    """`standing.waiting` is how the question waited when the text was sent; `is_answered`: by another text since.

    A red flag counts as ever. An answer is kept, without asking on; what is none, or a second one, a person reads.
    """
    decision = decide(text, heard, standing, facts)
    turn, waiting = decision.turn, standing.waiting
    if waiting is None:
        return decision
    if turn is None:  # a picture, for one: the question is not asked again
        return replace(decision, say=tuple(spoken for spoken in decision.say if spoken.text is None or spoken.urgent))
    is_kept = turn.answer is not None and not is_answered
    tells = facts.table.tells(turn.red_flags, in_hours=facts.in_hours) if turn.red_flags else ()
    closed = replace(
        decision,
        say=tuple(spoken for spoken in decision.say if spoken.text is not None and spoken.text in tells),
        turn=replace(turn, session=waiting.session, answer=turn.answer if is_kept else None, scores=()),
        understood=f"late: {decision.understood}",
    )
    return closed if is_kept or decision.matters else _for_a_person(closed, facts)


def _for_a_person(decision: Decision, facts: Facts) -> Decision:
    notice = "staff_will_read" if facts.in_hours else "staff_will_read_out_of_hours"
    matters = (*decision.matters, Matter(Tier.ROUTINE, Cause.NOT_UNDERSTOOD))
    return replace(decision, matters=matters, say=(*decision.say, Spoken(notice=notice)))
