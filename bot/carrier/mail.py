"""Pages by e-mail over SMTP, so that one carrier account is never the only way to a nurse."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from bot.carrier.error import NotSent
from bot.carrier.message import Arrivals, Listed, Outgoing
from bot.core.delivery import ErrorRule, Verdict

TIMEOUT_SECONDS = 15.0
AGAIN = ErrorRule(
    Verdict.RETRY_LATER,
    "The mail server did not take it; it will be tried again.",
    tries=50,
    backoff=timedelta(seconds=15),
)
REFUSED = ErrorRule(Verdict.STOP_NUMBER, "The mail server refuses this address.")


class MailCarrier:
    """One connection a message: pages are rare, and a kept connection would be dead when it is needed.

    `url`: smtp://user:password@host:587 (STARTTLS where offered) or smtps://host:465; `?from=` sets the sender.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._secure else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = parse_qs(parts.query).get("from", [self._user or f"mendline@{self._host}"])[0]

    def send(self, message: Outgoing) -> str:
        """Raises NotSent. The mail's own id is not kept: receipts by e-mail do not exist."""
        try:
            mail = self._written(message)
        except ValueError as error:
            raise NotSent(REFUSED, "this is no address that mail can be sent to") from error
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSent(REFUSED, "the mail server refuses this address") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(AGAIN, f"the mail server did not take it ({type(error).__name__})") from error
        return ""

    def _written(self, message: Outgoing) -> EmailMessage:
        """Raises ValueError for an address with a line break in it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail["Message-ID"] = make_msgid(domain="mendline.invalid")
        mail.set_content(message.body)
        return mail

    def sent_to(self, phone: str, since: datetime) -> Sequence[Listed]:  # noqa: ARG002 - mail has no list to ask
        return []

    def sent(self, since: datetime) -> Sequence[Listed]:  # noqa: ARG002
        return []

    def arrived(self, since: datetime) -> Arrivals:  # noqa: ARG002
        return Arrivals()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._secure:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        if self._user:
            server.login(self._user, self._password)
        return server
