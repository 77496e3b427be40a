"""The carrier is asked to forget what it carried, as often as it takes; the rows say what is still to be asked."""

from __future__ import annotations

import logging

from bot.core.enrollment import Channel
from bot.service.parts import Forgetful, NotSent, Parts
from bot.service.talk import Moment
from bot.store.safekeeping import forgetting
from bot.store.safekeeping.forgetting import Carried

log = logging.getLogger(__name__)

BATCH = 32
UNKNOWN_THERE = (404, 20404)
"""The carrier has no such message: it was deleted before, or never was."""


def due(parts: Parts, moment: Moment) -> int:
    """One batch. Returns how many the carrier has forgotten."""
    carrier = parts.carriers.get(Channel.SMS)
    if not isinstance(carrier, Forgetful):
        return 0
    claimed = parts.database.write(lambda tx: forgetting.claim(tx, real=moment.real, limit=BATCH))
    return sum(_forget(parts, carrier, each) for each in claimed)


def _forget(parts: Parts, carrier: Forgetful, carried: Carried) -> bool:
    try:
        carrier.forget(carried.sid, whole=carried.whole)
    except NotSent as failure:
        if failure.code not in UNKNOWN_THERE:
            log.warning("the carrier has not forgotten %s yet: %s", carried.sid, failure.detail)
            reason = failure.detail
            parts.database.write(lambda tx: forgetting.refused(tx, carried.sid, reason))
            return False
    parts.database.write(lambda tx: forgetting.done(tx, carried.sid))
    return True
