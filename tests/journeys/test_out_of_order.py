"""The carrier tells things doubled, reversed, early, late or never: the message stands where it really is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.store.tables import answer, outbox, receipt
from tests.clinic import MORNING, Clinic


@pytest.mark.parametrize("fault", ["early_callback", "doubled_callbacks", "reversed_callbacks"])
def test_receipts_in_any_order_end_at_delivered(clinic: Clinic, fault: str) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    clinic.carrier.fault(fault, count=None)

    patient.texts("i cant breathe")

    patient.hears("911")
    nurse.hears("EMERGENCY")
    assert [(row["kind"], row["state"]) for row in clinic.rows(outbox)] == [
        ("page", "delivered"),
        ("reply", "delivered"),
    ] or {row["state"] for row in clinic.rows(outbox)} == {"delivered"}


def test_a_callback_that_comes_before_the_answer_brings_the_sid(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.carrier.fault("early_callback", count=1)
    clinic.carrier.fault("accept_then_reset", count=1)

    clinic.clock.forward(minutes=10)

    patient.hears("day 3")
    patient.hears_nothing()
    (checkin,) = clinic.rows(outbox)
    assert checkin["state"] == "delivered"
    assert str(checkin["sid"]).startswith("SM")


def test_a_known_end_is_never_undone_by_an_older_word(clinic: Clinic) -> None:
    clinic.nurse()
    patient = clinic.patient()
    patient.texts("i cant breathe")
    (reply,) = [row for row in clinic.rows(outbox) if row["kind"] == "reply"]

    for status in ("sent", "queued", "failed"):
        told = {"MessageSid": str(reply["sid"]), "MessageStatus": status}
        assert clinic.post(f"/sms/status?d={reply['id']}", told).status_code == 204

    (after,) = [row for row in clinic.rows(outbox) if row["kind"] == "reply"]
    assert after["state"] == "delivered"
    assert "failed" in [row["status"] for row in clinic.rows(receipt)]  # kept all the same
    for handset in clinic.handsets:
        handset.forgets()


def test_a_receipt_for_nobody_is_no_error(clinic: Clinic) -> None:
    for query in ("", "?d=nothing", "?d=" + "0" * 26, "?d=%00"):
        told = {"MessageSid": "SM" + "a" * 32, "MessageStatus": "delivered"}

        assert clinic.post(f"/sms/status{query}", told).status_code == 204


def test_two_quick_texts_are_taken_in_order(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    clinic.sends_by_itself = False

    patient.texts("4")
    patient.texts("no")

    clinic.sends_by_itself = True
    patient.forgets()
    assert [row["step"] for row in clinic.rows(answer)] == ["pain", "sudden"]


def test_a_receipt_that_names_another_row_than_its_sid_harms_neither(clinic: Clinic) -> None:
    clinic.nurse()
    patient = clinic.patient()
    patient.texts("i cant breathe")
    patient.texts("i cant feel when i wipe")
    first, second = [row for row in clinic.rows(outbox) if row["kind"] == "reply"]

    told = {"MessageSid": str(first["sid"]), "MessageStatus": "read"}
    answered = clinic.post(f"/sms/status?d={second['id']}", told)

    assert answered.status_code == 204
    after = {row["id"]: row["sid"] for row in clinic.rows(outbox)}
    assert (after[first["id"]], after[second["id"]]) == (first["sid"], second["sid"])
    for handset in clinic.handsets:
        handset.forgets()
