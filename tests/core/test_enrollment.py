"""Who may be texted what: our own ledger decides, and each refusal has its reason."""

from __future__ import annotations

import itertools

import pytest

from bot.core.enrollment import LANES, NEEDS_JOINED, Consent, Lane, MessageKind, refusal

CASES = {
    (kind, consent, blocked): refusal(kind, consent, is_blocked=blocked)
    for kind, consent, blocked in itertools.product(MessageKind, Consent, (False, True))
}


@pytest.mark.parametrize("kind", MessageKind)
def test_nothing_goes_to_who_has_stopped(kind: MessageKind) -> None:
    assert CASES[kind, Consent.STOPPED, False] == "stopped"


@pytest.mark.parametrize("kind", sorted(NEEDS_JOINED))
@pytest.mark.parametrize("consent", [Consent.NONE, Consent.ASKED])
def test_what_we_begin_needs_a_yes(kind: MessageKind, consent: Consent) -> None:
    assert CASES[kind, consent, False] == "no consent"
    assert CASES[kind, Consent.JOINED, False] == ""
    assert CASES[kind, Consent.JOINED, True] == "number cannot be reached"


@pytest.mark.parametrize("kind", [MessageKind.REPLY, MessageKind.NOTICE, MessageKind.PAGE])
@pytest.mark.parametrize("consent", [Consent.NONE, Consent.ASKED, Consent.JOINED])
def test_an_answer_or_a_page_needs_none(kind: MessageKind, consent: Consent) -> None:
    assert (CASES[kind, consent, False], CASES[kind, consent, True]) == ("", "")


def test_every_kind_has_a_lane_and_only_pages_have_theirs() -> None:
    assert set(LANES) == set(MessageKind)
    assert [kind for kind, lane in LANES.items() if lane is Lane.PAGE] == [MessageKind.PAGE]
