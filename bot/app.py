"""The one place where parts are joined: settings in, a working clinic out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.carrier.message import Arrivals, Listed, Outgoing
from bot.clock import Clock, clock_from
from bot.core.enrollment import Channel, Lane
from bot.service.parts import Bell, Carrier, Forgetful, Parts
from bot.settings import PRETEND_ACCOUNT, PRETEND_NUMBER, Settings, Twilio
from bot.store.database import Database
from bot.store.ids import new_id
from bot.store.vault import Vault

PRETEND_PAGE_NUMBER = "+15075550199"
TOKEN_BYTES = 16


class Silent:
    """A bell that nobody hears: the clock comes by every second anyway."""

    def ring(self, lane: Lane) -> None:
        del lane


class SmsCarrier:
    """Twilio, or the pretend carrier wherever it listens now. The client is slow to import: it is made at the first
    call, or by `prepare` in a process that lives to send."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made_for: Twilio | None = None
        self._carrier: Carrier | None = None

    def send(self, message: Outgoing) -> str:
        return self._current().send(message)

    def sent_to(self, phone: str, since: datetime) -> Sequence[Listed]:
        return self._current().sent_to(phone, since)

    def forget(self, sid: str, *, whole: bool) -> None:
        carrier = self._current()
        if isinstance(carrier, Forgetful):
            carrier.forget(sid, whole=whole)

    def sent(self, since: datetime) -> Sequence[Listed]:
        return self._current().sent(since)

    def arrived(self, since: datetime) -> Arrivals:
        return self._current().arrived(since)

    def prepare(self) -> None:
        """Make the client now, so that the first page does not wait for it."""
        self._current()

    def _current(self) -> Carrier:
        account = account_of(self._settings)
        if self._carrier is None or account != self._made_for:
            from bot.carrier.twilio import TwilioCarrier  # noqa: PLC0415

            self._made_for, self._carrier = account, TwilioCarrier(account)
        return self._carrier


def clock(settings: Settings) -> Clock:
    return clock_from(settings.clock_file)


def join(
    settings: Settings,
    *,
    bell: Bell | None = None,
    carriers: dict[Channel, Carrier] | None = None,
    is_sender: bool = False,
) -> Parts:
    """Everything the verbs need. Nothing connects yet. `is_sender`: this process lives to call the carrier."""
    from bot.service.scripts import Scripts  # noqa: PLC0415 - whoever joins no clinic needs no conversations

    database = Database(settings.database_url)
    return Parts(
        database=database,
        vault=Vault(database, settings.keys),
        scripts=Scripts(database),
        carriers=carriers_of(settings, is_sender=is_sender) if carriers is None else carriers,
        bell=bell or Silent(),
        base_url=settings.public_base_url,
        is_live=settings.is_live,
        ids=new_id,
        token=lambda: secrets.token_urlsafe(TOKEN_BYTES),
        pick=secrets.randbelow,
    )


def webhook_tokens(settings: Settings) -> tuple[str, ...]:
    """The secrets that may sign webhooks."""
    return settings.twilio.tokens if settings.twilio else (settings.pretend_token,)


def pretend_url(data: Path) -> str:
    """Where the pretend carrier listens; empty while it never did."""
    try:
        return str(json.loads((data / "carrier.json").read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def account_of(settings: Settings) -> Twilio:
    """Twilio's, or that of the pretend carrier wherever it listens now."""
    return settings.twilio or pretend_account(settings, pretend_url(settings.data))


def pretend_account(settings: Settings, url: str) -> Twilio:
    return Twilio(
        account_sid=PRETEND_ACCOUNT,
        tokens=(settings.pretend_token,),
        api_key="",
        api_secret="",
        from_number=PRETEND_NUMBER,
        messaging_service="",
        page_from_number=PRETEND_PAGE_NUMBER,
        api_base_url=url or "http://127.0.0.1:9",
    )


def carriers_of(settings: Settings, *, is_sender: bool) -> dict[Channel, Carrier]:
    """SMS through Twilio or the pretend carrier; e-mail where a mail server is set."""
    sms = SmsCarrier(settings)
    if is_sender:
        sms.prepare()
    carriers: dict[Channel, Carrier] = {Channel.SMS: sms}
    if settings.smtp_url:
        from bot.carrier.mail import MailCarrier  # noqa: PLC0415

        carriers[Channel.EMAIL] = MailCarrier(settings.smtp_url)
    return carriers
