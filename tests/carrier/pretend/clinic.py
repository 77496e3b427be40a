"""The other side of the webhooks: it hears, and answers what it is told to."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

from bot.carrier.pretend.transport import Answer, Lost, NoAnswer, Request

NOTHING = Answer(200, "text/xml", b"<Response/>")


def says(*bodies: str, callback: str = "") -> Answer:
    """A TwiML answer with these messages."""
    attribute = f' statusCallback="{callback}"' if callback else ""
    messages = "".join(f"<Message{attribute}>{body}</Message>" for body in bodies)
    return Answer(200, "text/xml", f"<Response>{messages}</Response>".encode())


class Clinic:
    """`answers` are given to texts in turn, the last one for ever; a Lost among them is a clinic out of reach."""

    webhook = "https://clinic.example/sms/inbound"
    status = "https://clinic.example/sms/status?d=41"

    def __init__(self) -> None:
        self.answers: list[Answer | Lost] = [NOTHING]
        self.requests: list[Request] = []
        self._lock = threading.Lock()

    def transport(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if urlsplit(request.url).path == "/sms/status":
                return Answer(204, "", b"")
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Lost):
            raise NoAnswer(answer)
        return answer

    @property
    def texts(self) -> list[dict[str, str]]:
        """What came in at the webhook."""
        return [dict(r.fields) for r in self.requests if urlsplit(r.url).path != "/sms/status"]

    @property
    def statuses(self) -> list[str]:
        """The statuses told by callbacks, in the order heard."""
        return [dict(r.fields)["MessageStatus"] for r in self.requests if urlsplit(r.url).path == "/sms/status"]
