"""The carrier's doors: a patient's text comes in, and what became of ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, request

from bot.carrier.signature import FORM, form_of, is_signed
from bot.service import receipt, receive
from bot.service.receive import Inbound, Reply
from bot.store import inbox
from bot.store.database import StoreBusy

if TYPE_CHECKING:
    from bot.web.site import Site

log = logging.getLogger(__name__)

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
RETRY_AFTER_SECONDS = "2"


class Turned(Exception):
    """A request that goes no further; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def doors(site: Site) -> Blueprint:
    blueprint = Blueprint("sms", __name__)

    @blueprint.post("/sms/inbound")
    def inbound() -> Response:
        try:
            form = _signed_form(site)
            return _take_in(site, _text(form))
        except Turned as turned:
            return Response(status=turned.status)

    @blueprint.post("/sms/status")
    def status() -> Response:
        try:
            form = _signed_form(site)
        except Turned as turned:
            return Response(status=turned.status)
        return _record(site, form)

    return blueprint


def _signed_form(site: Site) -> dict[str, str]:
    """The form's first values, once it is sure that our carrier sent them over our public address.

    The address is the configured one with the path and query as they came: Host and X-Forwarded-* are anybody's.
    """
    raw = request.get_data(cache=False)
    query = request.query_string.decode("latin-1")
    content_type = request.content_type or ""
    form = _form(raw, content_type)
    if not is_signed(
        url=site.parts.base_url + request.path + (f"?{query}" if query else ""),
        raw_body=raw,
        content_type=content_type,
        signature=request.headers.get("X-Twilio-Signature"),
        tokens=site.tokens,
        form=form,
    ):
        raise Turned(403)
    return {name: values[0] for name, values in form.items()}


def _form(raw: bytes, content_type: str) -> dict[str, list[str]]:
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise Turned(403)
    try:
        return form_of(raw)
    except ValueError:
        raise Turned(403) from None


def _text(form: dict[str, str]) -> Inbound:
    sid, phone = form.get("MessageSid", ""), form.get("From", "")
    if not (sid.isascii() and sid.isalnum()) or len(sid) > 34 or not phone.isprintable() or not 0 < len(phone) <= 64:
        raise Turned(400)
    count = _number(form.get("NumMedia", ""))
    return Inbound(
        sid=sid,
        phone=phone,
        body=inbox.fit(form.get("Body", "")),
        media_count=count,
        media_types=tuple(_plain(form.get(f"MediaContentType{place}", ""))[:80] for place in range(min(count, 10))),
        opt_out_type=_plain(form.get("OptOutType", ""))[:8],
    )


def _take_in(site: Site, text: Inbound) -> Response:
    moment = site.moment()
    try:
        replies = receive.receive(site.parts, text, moment)
    except StoreBusy:
        log.warning("a text could not be kept in time; the carrier is asked to come again")
        return Response(status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
    return Response(twiml(site, replies), mimetype="text/xml")


def twiml(site: Site, replies: list[Reply]) -> str:
    """The answer that carries the replies. Each names its outbox row, so that any callback is its receipt."""
    if not replies:
        return EMPTY
    messages = "".join(_message(site, reply) for reply in replies)
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{messages}</Response>'


def _message(site: Site, reply: Reply) -> str:
    callback = f" statusCallback={quoteattr(site.parts.callback(reply.outbox_id))}" if reply.outbox_id else ""
    return f"<Message{callback}>{escape(reply.body)}</Message>"


def _record(site: Site, form: dict[str, str]) -> Response:
    outbox_id = _plain(request.args.get("d", ""))[:26] or None
    try:
        receipt.record(
            site.parts,
            outbox_id=outbox_id,
            sid=form.get("MessageSid", "")[:34],
            status=form.get("MessageStatus", form.get("SmsStatus", ""))[:20],
            error_code=_number(form.get("ErrorCode", "")),
            moment=site.moment(),
        )
    except StoreBusy:
        return Response(status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
    return Response(status=204)


def _plain(text: str) -> str:
    """Without the one character that no database takes."""
    return text.replace("\x00", "")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0
