"""How the watchdog reaches people: straight to the carrier and the mail server, without outbox, lane or worker."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from bot.core.enrollment import Channel, Lane
from bot.service.parts import Carrier, NotSent, Outgoing
from bot.worker.watchdog.memory import Person

log = logging.getLogger(__name__)

AT_ONCE = 16
SUBJECT = "Mendline watchdog: something is wrong"


class Pager:
    def __init__(self, carriers: Mapping[Channel, Carrier], base_url: str) -> None:
        self._carriers = carriers
        self._callback = f"{base_url}/sms/status?d=watchdog"

    def tell(self, people: Collection[Person], words: str) -> bool:
        """On every way to everybody, at once. True when at least one carrier took at least one of them."""
        messages = [pair for person in people for pair in self._to(person, words)]
        if not messages:
            log.error("watchdog: there is nobody who can be told: %s", words)
            return False
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="tell") as senders:
            return any(list(senders.map(lambda pair: self._send(*pair), messages)))

    def _to(self, person: Person, words: str) -> Iterator[tuple[Channel, Outgoing]]:
        if person.phone and Channel.SMS in self._carriers:
            yield Channel.SMS, Outgoing(person.phone, words, self._callback, Lane.PAGE)
        if person.email and Channel.EMAIL in self._carriers:
            yield Channel.EMAIL, Outgoing(person.email, words, "", Lane.PAGE, subject=SUBJECT)

    def _send(self, channel: Channel, message: Outgoing) -> bool:
        try:
            self._carriers[channel].send(message)
        except NotSent as failure:
            log.warning("watchdog: a page by %s was not taken: %s", channel.value, failure.detail)
            return False
        except Exception as error:  # noqa: BLE001 - the others must hear of it all the same
            log.error("watchdog: a page by %s failed (%s)", channel.value, type(error).__name__)  # noqa: TRY400 - a traceback could quote a number
            return False
        return True
