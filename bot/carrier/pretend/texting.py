"""From a handset to the clinic: post the webhook, read the TwiML, and show the answer on the handset."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urldefrag, urljoin

from bot.carrier.pretend import twiml
from bot.carrier.pretend.account import Account
from bot.carrier.pretend.caller import Caller, Fields
from bot.carrier.pretend.faults import Faults, Stage
from bot.carrier.pretend.later import Soon
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.orders import LONGEST_BODY
from bot.carrier.pretend.records import Message, Plan, Shown
from bot.carrier.pretend.segments import segments
from bot.carrier.pretend.sending import Sending
from bot.carrier.pretend.transport import Answer, Lost

MOST_REDIRECTS = 5
STOP_WORDS = frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"})
START_WORDS = frozenset({"start", "yes", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
OPT_OUT_ANSWERS = {
    "STOP": "You have been unsubscribed and will receive no more messages. Reply START to resubscribe.",
    "START": "You have been resubscribed. Reply HELP for help, STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe.",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """`state` is answered, failed, lost or due (late); `received` is what the answer put on the handset."""

    sid: str
    state: str
    received: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Texting:
    account: Account
    ledger: Ledger
    faults: Faults
    later: Soon
    caller: Caller
    sending: Sending
    overtaken: list[Message] = field(default_factory=list)

    def text(self, number: str, body: str, *, media: int = 0, to: str | None = None) -> Exchange:
        """Write it down and carry it to the clinic, all before returning (unless a fault makes it late)."""
        return self.carry(self.write(number, body, media=media, to=to).sid)

    def write(self, number: str, body: str, *, media: int = 0, to: str | None = None) -> Message:
        """The person pressed send: the handset shows it, the clinic does not know yet."""
        now = self.ledger.now()
        message = Message(
            sid=("MM" if media else "SM") + self.account.new_id(),
            direction="inbound",
            sender=number,
            recipient=to or self.ledger.last_caller(number) or self.account.senders[0],
            body=body,
            status="received",
            created=now,
            updated=now,
            sent=now,
            media=media,
        )
        return self.ledger.add(message, shown=True)

    def carry(self, sid: str) -> Exchange:
        """Post the webhook of a text that was written, with whatever fault awaits it."""
        message = self._message(sid)
        fault = self.faults.take_one(Stage.WEBHOOK, _facts(message))
        kind = fault.kind if fault else ""
        if kind == "lost_webhook":
            return self._ended(message, "lost")
        if fault and kind == "late_webhook":
            self.later.put(partial(self._deliver, message), seconds=fault.seconds)
            return Exchange(sid, "due")
        if kind == "overtaken_webhook":
            self.overtaken.append(message)
            return Exchange(sid, "due")
        exchange = self._carried(message, kind)
        self._bring_the_overtaken(message.sender)
        return exchange

    def _carried(self, message: Message, kind: str) -> Exchange:
        sid = message.sid
        if kind == "concurrent_webhook":
            return self._twice_at_once(message)
        if kind == "doubled_webhook":
            first = self._deliver(message)
            second = self._deliver(message)
            return Exchange(sid, second.state, first.received + second.received)
        return self._deliver(message, is_answer_lost=kind == "lost_answer")

    def _twice_at_once(self, message: Message) -> Exchange:
        """Two posts of one text, neither waiting for the other; the handset shows what both brought."""
        with ThreadPoolExecutor(2) as posting:
            first, second = posting.map(lambda _: self._deliver(message), range(2))
        return Exchange(message.sid, second.state, first.received + second.received)

    def _bring_the_overtaken(self, number: str) -> None:
        """A newer text of this handset has arrived: now the older ones do."""
        for message in [each for each in self.overtaken if each.sender == number]:
            self.overtaken.remove(message)
            self._deliver(message)

    def again(self, sid: str) -> Exchange:
        """The same webhook once more, as Twilio sometimes does."""
        return self._deliver(self._message(sid))

    def _message(self, sid: str) -> Message:
        message = self.ledger.find(sid)
        if message is None or not message.is_inbound:
            raise KeyError(sid)
        return message

    def _deliver(self, message: Message, *, is_answer_lost: bool = False) -> Exchange:
        opt_out = self._filter_opt_out(message)
        answer = self._ask(message, opt_out)
        if answer is None or is_answer_lost:
            return self._ended(message, "failed")
        url, heard = answer
        received = self._obey(message, url, heard)
        return self._ended(message, "failed" if received is None else "answered", received or ())

    def _ended(self, message: Message, state: str, received: tuple[Shown, ...] = ()) -> Exchange:
        self.ledger.mark(message, state)
        return Exchange(message.sid, state, received)

    def _ask(self, message: Message, opt_out: str) -> tuple[str, Answer] | None:
        """The first good answer and where it came from: the webhook's, else the fallback's."""
        fields = webhook_fields(message, self.account, opt_out)
        if not self.account.webhook:
            return None
        outcome = self._call(self.account.webhook, fields, "webhook", message.sid)
        if isinstance(outcome, Answer) and outcome.status < 400:
            return self.account.webhook, outcome
        if not self.account.fallback:
            return None
        why = 11205 if outcome is Lost.CONNECT else 11200
        told = [*fields, ("ErrorCode", str(why)), ("ErrorUrl", urldefrag(self.account.webhook).url)]
        outcome = self._call(self.account.fallback, told, "fallback", message.sid)
        good = isinstance(outcome, Answer) and outcome.status < 400
        return (self.account.fallback, outcome) if good and isinstance(outcome, Answer) else None

    def _call(self, url: str, fields: Fields, kind: str, sid: str) -> Answer | Lost:
        return self.caller.call(url, fields, kind=kind, sid=sid)

    def _obey(self, message: Message, url: str, answer: Answer) -> tuple[Shown, ...] | None:
        """Send what the TwiML says; None when it cannot be read or redirects for ever."""
        received: tuple[Shown, ...] = ()
        fields = webhook_fields(message, self.account, "")
        for _ in range(MOST_REDIRECTS):
            script = self._read(message, url, answer)
            if script is None:
                return None
            for said in script.messages:
                received += self._say(message, said)
            if script.redirect is None:
                return received
            url = urljoin(urldefrag(url).url, script.redirect)
            outcome = self._call(url, fields, "redirect", message.sid)
            if not isinstance(outcome, Answer) or outcome.status >= 400:
                return None
            answer = outcome
        return None

    def _read(self, message: Message, url: str, answer: Answer) -> twiml.Script | None:
        base = urldefrag(url).url
        try:
            return twiml.read(answer.body, content_type=answer.content_type, base_url=base)
        except twiml.BadTwiml as wrong:
            self.ledger.note_post(
                kind="problem", sid=message.sid, url=base, attempt=0, said="", outcome=str(wrong.code)
            )
            return None

    def _say(self, text: Message, said: twiml.Said) -> tuple[Shown, ...]:
        """One <Message>: recorded, shown at once, and its callbacks set going."""
        to, sender = said.to or text.sender, said.sender or text.recipient
        plan, shown = self._reply_plan(to, sender, said.body)
        now = self.ledger.now()
        message = self.ledger.add(
            Message(
                sid=("MM" if said.media else "SM") + self.account.new_id(),
                direction="outbound-reply",
                sender=sender,
                recipient=to,
                body=said.body,
                status="queued",
                created=now,
                updated=now,
                media=said.media,
                callback=said.status_callback,
                reply_to=text.sid,
                plan=plan,
            ),
            shown=shown,
        )
        self.sending.set_out(message)
        if not shown or to != text.sender:
            return ()
        return tuple(line for line in self.ledger.inbox(to, last=20) if line.sid == message.sid)

    def _reply_plan(self, to: str, sender: str, body: str) -> tuple[Plan, bool]:
        if self.ledger.is_blocked(to, sender):
            return Plan(final="failed", error=21610), False
        if len(body) > LONGEST_BODY:
            return Plan(final="failed", error=21617), False
        plan = self.sending.plan(to=to, sender=sender, body=body)
        return plan, plan.error is None and not plan.held_seconds

    def _filter_opt_out(self, message: Message) -> str:
        """With the carrier's own filter on, it keeps the block and answers; the webhook is told by OptOutType."""
        opt_out = _opt_out(message.body) if self.account.stop_filter else ""
        if opt_out == "STOP":
            self._say(message, twiml.Said(OPT_OUT_ANSWERS["STOP"]))
            self.ledger.block(message.sender, message.recipient)
        elif opt_out:
            if opt_out == "START":
                self.ledger.unblock(message.sender, message.recipient)
            self._say(message, twiml.Said(OPT_OUT_ANSWERS[opt_out]))
        return opt_out


def _facts(message: Message) -> dict[str, str]:
    return {"to": message.recipient, "from": message.sender, "body": message.body}


def _opt_out(body: str) -> str:
    word = body.strip().casefold()
    kinds = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
    return next((kind for kind, words in kinds.items() if word in words), "")


def webhook_fields(message: Message, account: Account, opt_out: str) -> list[tuple[str, str]]:
    """Every field Twilio always sends, blank places included, and the media's addresses."""
    fields = [
        ("ToCountry", "US"),
        ("ToState", "MN"),
        ("SmsMessageSid", message.sid),
        ("NumMedia", str(message.media)),
        ("ToCity", ""),
        ("FromZip", ""),
        ("SmsSid", message.sid),
        ("FromState", "MN"),
        ("SmsStatus", "received"),
        ("FromCity", ""),
        ("Body", message.body),
        ("FromCountry", "US"),
        ("To", message.recipient),
        ("ToZip", ""),
        ("NumSegments", str(segments(message.body))),
        ("MessageSid", message.sid),
        ("AccountSid", account.sid),
        ("From", message.sender),
        ("ApiVersion", "2010-04-01"),
    ]
    for index in range(message.media):
        fields.append((f"MediaContentType{index}", "image/png"))
        fields.append((f"MediaUrl{index}", media_url(account, message.sid, index)))
    if opt_out:
        fields.append(("OptOutType", opt_out))
    return fields


def media_url(account: Account, sid: str, index: int) -> str:
    media = f"ME{sid[2:30]}{index:04x}"
    return f"{account.url}/2010-04-01/Accounts/{account.sid}/Messages/{sid}/Media/{media}"
