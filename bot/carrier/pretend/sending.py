"""From the clinic to a handset: take the order, carry it, and tell the clinic what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from bot.carrier.pretend.account import Account
from bot.carrier.pretend.caller import Caller
from bot.carrier.pretend.faults import Fault, Faults, Stage
from bot.carrier.pretend.later import Soon
from bot.carrier.pretend.ledger import Ledger
from bot.carrier.pretend.orders import Order
from bot.carrier.pretend.records import Message, Plan

ENDINGS = {
    "landline": ("undelivered", 30006),
    "undelivered": ("undelivered", 30003),
    "failed": ("failed", 30008),
    "stuck": ("sent", None),
}
"""Faults that decide how a journey ends. "stuck" stays at sent for ever, as on carriers without receipts."""

STEPS = ("accepted", "queued", "sent")


@dataclass(frozen=True, slots=True)
class Sending:
    """`pace` is the seconds between one status and the next."""

    account: Account
    ledger: Ledger
    faults: Faults
    later: Soon
    caller: Caller
    pace: float = 0.0

    def accept(self, order: Order) -> Message:
        """Recorded, and on its way by the time the caller can answer; returns it as it was when recorded."""
        plan = _within(order.validity, self.plan(to=order.to, sender=order.sender, body=order.body))
        status = ("scheduled" if order.send_at else "accepted") if order.service else "queued"
        now = self.ledger.now()
        message = self.ledger.add(
            Message(
                sid=("MM" if order.media else "SM") + self.account.new_id(),
                direction="outbound-api",
                sender=order.sender,
                recipient=order.to,
                body=order.body,
                status=status,
                created=now,
                updated=now,
                media=order.media,
                service=order.service,
                callback=order.callback,
                send_at=order.send_at,
                validity=order.validity,
                plan=plan,
            )
        )
        self.set_out(message)
        return message

    def plan(self, *, to: str, sender: str, body: str) -> Plan:
        """The faults that strike this message decide its whole journey now."""
        struck = self.faults.take(Stage.JOURNEY, {"to": to, "from": sender, "body": body})
        return _plan(struck)

    def set_out(self, message: Message) -> None:
        """Go on from wherever the message is: at first, and again after a restart."""
        if message.status == "scheduled" and message.send_at:
            wait = (message.send_at - self.ledger.now()).total_seconds()
            self.later.put(partial(self._begin, message.sid), seconds=max(0.0, wait))
        elif "early_callback" in message.plan.callbacks:
            while (moved := self._step(message.sid)) and not moved.is_final:
                pass
        elif message.status != message.plan.final:
            held = message.plan.held_seconds if message.sent is None else 0.0
            self.later.put(partial(self._advance, message.sid), seconds=max(held, self.pace))

    def _begin(self, sid: str) -> None:
        message = self.ledger.find(sid)
        if message and message.status == "scheduled":
            self._move(message, "accepted", None)
            self._advance(sid)

    def _advance(self, sid: str) -> None:
        moved = self._step(sid)
        if moved and moved.status != moved.plan.final:
            self.later.put(partial(self._advance, sid), seconds=self.pace)

    def _step(self, sid: str) -> Message | None:
        """One status further. The handset shows the message before anyone is told that it was delivered."""
        message = self.ledger.find(sid)
        if message is None or message.is_final or message.status == message.plan.final:
            return None
        status = _next_status(message)
        error = message.plan.error if status == message.plan.final else None
        return self._move(message, status, error)

    def _move(self, message: Message, status: str, error: int | None) -> Message | None:
        moved = self.ledger.change(
            message.sid,
            unless_final=True,
            showing=status == message.plan.final and status in ("delivered", "sent"),
            status=status,
            error=error,
            sent=self.ledger.now() if status == "sent" else message.sent,
        )
        if moved:
            self._tell(moved)
        return moved

    def _tell(self, message: Message) -> None:
        """Hand the callback to the threads, in the manner of the plan."""
        plan = message.plan.callbacks
        if not message.callback or "lost_callbacks" in plan:
            return
        told = [message.status]
        if "reversed_callbacks" in plan:
            if message.status != message.plan.final:
                return  # told at the end, when there is an order to reverse
            told = [message.status, "sent"] if message.status != "sent" else told
        told = [status for status in told for _ in range(2 if "doubled_callbacks" in plan else 1)]
        if "early_callback" in plan:
            self._post_all(message, told)
        else:
            self.later.put(partial(self._post_all, message, told), seconds=message.plan.late_seconds)

    def _post_all(self, message: Message, told: list[str]) -> None:
        for status in told:
            fields = callback_fields(message, status, self.account.sid)
            self.caller.call(message.callback or "", fields, kind="callback", sid=message.sid, said=status)


def _within(validity: int, plan: Plan) -> Plan:
    """A message that is held in the queue for longer than it is good for is never sent."""
    if plan.held_seconds <= validity:
        return plan
    return replace(plan, final="failed", error=30036, held_seconds=float(validity))


def _plan(struck: list[Fault]) -> Plan:
    ending = next((fault for fault in struck if fault.kind in ENDINGS), None)
    final, error = ENDINGS[ending.kind] if ending else ("delivered", None)
    return Plan(
        final=final,
        error=ending.code or error if ending else None,
        callbacks=tuple(fault.kind for fault in struck if fault.kind not in ENDINGS),
        late_seconds=sum(fault.seconds for fault in struck if fault.kind == "late_callbacks"),
        held_seconds=sum(fault.seconds for fault in struck if fault.kind == "held"),
    )


def _next_status(message: Message) -> str:
    if message.plan.final == "failed":
        return "failed"  # never left the building
    index = STEPS.index(message.status) if message.status in STEPS else -1
    return STEPS[index + 1] if index + 1 < len(STEPS) else message.plan.final


def callback_fields(message: Message, status: str, account: str) -> list[tuple[str, str]]:
    """What a status callback says. It bears no time and no number: its order is nobody's promise."""
    fields = [
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("MessageStatus", status),
        ("SmsStatus", status),
        ("To", message.recipient),
        ("From", message.sender),
        ("AccountSid", account),
        ("ApiVersion", "2010-04-01"),
    ]
    if message.service:
        fields.append(("MessagingServiceSid", message.service))
    if message.error and status == message.status:
        fields.append(("ErrorCode", str(message.error)))
    if status == "delivered":
        fields.append(("RawDlrDoneDate", message.updated.strftime("%y%m%d%H%M")))
    return fields
