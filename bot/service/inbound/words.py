"""The words that a text is answered with: rows of the outbox whose first attempt is the webhook's own answer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from bot.core import flood
from bot.core.enrollment import Consent, Lane, MessageKind
from bot.core.reception import Decision, Sender, Spoken
from bot.service.inbound.case import Case, Reply, Who
from bot.store import contacts, outbox
from bot.store.outbox import Draft

ANSWER_DEADLINE = timedelta(seconds=30)
"""Real time without a receipt after which a reply in a webhook's answer is looked for in the carrier's list."""

NOTICES = frozenset({"joined", "stopped", "restarted", "help", "staff_stopped"})
"""Standard texts that are notices; every other thing said in answer is a reply."""


def say(
    case: Case, tx: Connection, who: Who, decision: Decision, *, is_repeat: bool, is_new: bool
) -> tuple[list[Reply], frozenset[Lane]]:
    """Returns the webhook's answer, and the lane to ring where the words must leave in another way.

    `is_new`: a concern was heard that stood in no alert yet.
    """
    wanted = [spoken for spoken in decision.say if not (is_repeat and spoken.urgent)]
    if not wanted or not _may_reply(case, tx, who, decision, wanted, is_new=is_new):
        return [], frozenset()
    languages = (decision.language,) if decision.language else who.languages(case.body)
    drafts = [
        _draft(case, who, place, spoken, body)
        for place, (spoken, body) in enumerate(_worded(case, wanted, languages, decision.consent))
    ]
    outbox.write_all(tx, case.parts.vault, drafts)
    if not case.by_answer:
        return [], frozenset({Lane.TALK})
    return [Reply(draft.id, draft.body) for draft in drafts], frozenset()


def _may_reply(case: Case, tx: Connection, who: Who, decision: Decision, wanted: list[Spoken], *, is_new: bool) -> bool:
    """Up to a number, so that no loop is ours (`bot.core.flood`)."""
    moved_on = decision.turn is not None and decision.turn.answer is not None
    pace = flood.answer(
        who.contact.pace,
        is_stranger=who.sender is Sender.UNKNOWN,
        instructs=any(spoken.urgent for spoken in wanted) or any(matter.concerns for matter in decision.matters),
        moves_on=is_new or moved_on or decision.consent is not None or bool(decision.language),
        now=case.moment.now,
    )
    if pace is not None:
        contacts.set_pace(tx, who.contact.id, pace)
    return pace is not None


def _worded(
    case: Case, wanted: list[Spoken], languages: tuple[str, ...], consent: Consent | None
) -> list[tuple[Spoken, str]]:
    """Two messages at most, because a phone may show them in any order: the emergency's, and the rest.

    After STOP a single text may go out, so the instruction and the confirmation share it.
    """
    words = [(spoken, body) for spoken in wanted if (body := _words(case, spoken, languages))]
    if consent is Consent.STOPPED:
        groups = [words]
    else:
        groups = [[pair for pair in words if pair[0].urgent], [pair for pair in words if not pair[0].urgent]]
    return [(group[0][0], "\n".join(body for _, body in group)) for group in groups if group]


def _words(case: Case, spoken: Spoken, languages: tuple[str, ...]) -> str:
    """Empty for a standard text while none can be read: STOP is honoured in silence then."""
    if spoken.text is not None:
        said = [case.script.say(spoken.text, language) for language in languages]
    elif case.script.notices:
        said = [case.script.notice(spoken.notice, language) for language in languages]
    else:
        said = []
    return "\n".join(said)


def _draft(case: Case, who: Who, place: int, spoken: Spoken, body: str) -> Draft:
    now, real = case.moment.now, case.moment.real
    return Draft(
        id=case.parts.ids(),
        kind=MessageKind.NOTICE if spoken.notice in NOTICES else MessageKind.REPLY,
        contact_id=who.contact.id,
        occurrence=f"reply:{case.kept.id}:{case.kept.attempts}.{place}",
        body=body,
        due_at=now,
        created_at=now,
        patient_id=who.patient.id if who.patient else None,
        inbox_id=case.kept.id,
        urgent=spoken.urgent,
        answered_at=real if case.by_answer else None,
        answer_lease=real + ANSWER_DEADLINE if case.by_answer else None,
    )


def acknowledgement(case: Case, tx: Connection, who: Who, notice: str, code: str) -> list[Reply]:
    """To a nurse; not to one who has stopped our texts."""
    if who.contact.consent is Consent.STOPPED:
        return []
    body = _acknowledged(case, notice, who.contact.language, code)
    draft = _draft(case, who, 0, Spoken(notice=notice), body)
    outbox.write_all(tx, case.parts.vault, [draft])
    return [Reply(draft.id, body)] if case.by_answer else []


def _acknowledged(case: Case, notice: str, language: str, code: str) -> str:
    """An acknowledgement counts, and is answered, also while the notices cannot be read."""
    if case.script.notices is None:
        return f"Mendline: {notice.removeprefix('staff_').replace('_', ' ')} {code}".strip()
    return case.script.notice(notice, language, {"code": code})
