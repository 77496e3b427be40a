"""What the clinic answered to a text: the messages it wants sent, read from TwiML."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

XML_TYPES = ("text/xml", "application/xml", "application/rss+xml")


class BadTwiml(Exception):
    """`code` is Twilio's number for the mistake."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Said:
    """One <Message>. None for `to` and `sender` means: back the way the text came."""

    body: str
    media: int = 0
    to: str | None = None
    sender: str | None = None
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """The whole answer; `redirect` is where to ask on, once the messages are sent."""

    messages: tuple[Said, ...] = ()
    redirect: str | None = None


def read(body: bytes, *, content_type: str, base_url: str) -> Script:
    """Raises BadTwiml. Addresses inside are taken relative to `base_url`, where the answer came from."""
    if not body.strip():
        return Script()
    if content_type.split(";", maxsplit=1)[0].strip().lower() not in XML_TYPES:
        raise BadTwiml(12300, "the answer is not XML by its Content-Type")
    try:
        root = ET.fromstring(body)  # noqa: S314 - the clinic's own answer, and this is no real phone company
    except ET.ParseError:
        raise BadTwiml(12100, "the answer cannot be parsed as XML") from None
    if root.tag != "Response":
        raise BadTwiml(12200, "the answer's root is not <Response>")
    return _script(root, base_url)


def _script(root: ET.Element, base_url: str) -> Script:
    messages: list[Said] = []
    for verb in root:
        if verb.tag == "Message":
            messages.append(_said(verb, base_url))
        elif verb.tag == "Redirect":
            return Script(tuple(messages), urljoin(base_url, (verb.text or "").strip()))
        else:
            raise BadTwiml(12200, f"<{verb.tag}> is not a verb of messaging")
    return Script(tuple(messages))


def _said(verb: ET.Element, base_url: str) -> Said:
    bodies = [child.text or "" for child in verb if child.tag == "Body"]
    strangers = {child.tag for child in verb} - {"Body", "Media"}
    if strangers:
        raise BadTwiml(12200, f"<Message> may not hold <{min(strangers)}>")
    callback = verb.get("statusCallback")
    return Said(
        body="".join(bodies) if bodies else (verb.text or "").strip(),
        media=sum(child.tag == "Media" for child in verb),
        to=verb.get("to"),
        sender=verb.get("from"),
        status_callback=urljoin(base_url, callback) if callback else None,
    )
