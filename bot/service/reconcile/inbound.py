"""Texts that the carrier logged for our numbers and whose webhook never reached us: each is taken in once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.enrollment import Channel
from bot.service import receive
from bot.service.parts import Arrived, Parts
from bot.service.receive import Inbound
from bot.service.talk import Moment
from bot.store import inbox
from bot.store.database import StoreBusy

log = logging.getLogger(__name__)

ITS_WEBHOOKS = timedelta(seconds=20)
"""A text this young is its webhook's, which answers it in the same breath (15 s, and a retry)."""

LARGEST_SKEW = timedelta(minutes=5)
"""How far the carrier's clock may be ahead of ours. A text from further ahead was stamped while ours was wrong."""

BUSY = "the store was busy"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """`newest` by the carrier's clock, of what is ours now; `left`: texts that their webhooks may yet bring;
    `missing`: why there may be more, empty when all was read."""

    texts: tuple[Arrived, ...] = ()
    newest: datetime | None = None
    left: int = 0
    missing: str = ""


def take_in(parts: Parts, moment: Moment, *, since: datetime, even_partly: bool) -> TakenIn:
    """In order. `even_partly`: also when a page could not be read, and older texts may come after these."""
    arrivals = parts.carriers[Channel.SMS].arrived(since)
    if arrivals.missing:
        log.warning("the carrier's list of texts could not be read whole: %s", arrivals.missing)
        if not even_partly:
            return TakenIn(missing=arrivals.missing)
    known = parts.database.read(lambda tx: inbox.known_sids(tx, [each.sid for each in arrivals.texts]))
    unknown = [each for each in arrivals.texts if each.sid not in known]
    ours = [each for each in unknown if not _is_its_webhooks(each, moment.now)]
    taken, missing = _take_each(parts, ours, moment)
    heard = [each.sent_at for each in arrivals.texts if each.sid in known or each in taken]
    return TakenIn(tuple(taken), max(heard, default=None), len(unknown) - len(ours), arrivals.missing or missing)


def _is_its_webhooks(text: Arrived, now: datetime) -> bool:
    return -LARGEST_SKEW < now - text.sent_at < ITS_WEBHOOKS


def _take_each(parts: Parts, texts: list[Arrived], moment: Moment) -> tuple[list[Arrived], str]:
    """Those that are ours now. One that cannot be kept holds up no other: the next reading brings it again."""
    taken, missing = [], ""
    for text in texts:
        try:
            receive.receive(parts, _inbound(text), moment)
            taken.append(text)
        except StoreBusy:
            return taken, BUSY
        except Exception as error:  # noqa: BLE001 - it is still in the carrier's list
            log.error("a text in the carrier's list could not be kept (%s)", type(error).__name__)  # noqa: TRY400 - a traceback could quote the patient
            missing = f"a text could not be kept ({type(error).__name__})"
    if taken:
        log.warning("%d texts were taken in from the carrier's list", len(taken))
    return taken, missing


def _inbound(text: Arrived) -> Inbound:
    return Inbound(
        sid=text.sid,
        phone=text.phone,
        body=inbox.fit(text.body),
        media_count=text.media_count,
        sent_at=text.sent_at,
    )
