"""Whatever happens twice happens once: a webhook, a tip, an acknowledgement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Barrier, Thread

from bot.service import remind
from bot.store.tables import alert, answer, inbox, outbox, session
from tests.clinic import MORNING, Clinic, Handset


def sid_of(clinic: Clinic) -> str:
    return str(clinic.rows(inbox)[-1]["sid"])


def replies(clinic: Clinic) -> list[dict[str, object]]:
    return [row for row in clinic.rows(outbox) if row["inbox_id"]]


def test_the_same_webhook_before_a_receipt_gets_the_same_answer(clinic: Clinic) -> None:
    clinic.nurse()
    patient = clinic.patient()
    clinic.carrier.fault("lost_callbacks", match={"to": patient.number}, count=None)
    first = patient.texts("i cant breathe")

    second = [shown.body for shown in clinic.carrier.phone(patient.number).repeats(sid_of(clinic))]

    assert first == second
    assert (len(clinic.rows(inbox)), len(clinic.rows(alert)), len(replies(clinic))) == (1, 1, 1)
    for handset in clinic.handsets:
        handset.forgets()


def test_the_same_webhook_after_a_receipt_gets_an_empty_answer(clinic: Clinic) -> None:
    clinic.nurse()
    patient = clinic.patient()
    patient.texts("i cant breathe")

    again = clinic.carrier.phone(patient.number).repeats(sid_of(clinic))

    assert again == []
    assert len(clinic.rows(alert)) == 1
    for handset in clinic.handsets:
        handset.forgets()


def test_a_doubled_answer_does_not_answer_the_next_question(open_clinic: Callable[..., Clinic]) -> None:
    """ "No" posted twice must not deny the next question too."""
    clinic = open_clinic(at=MORNING)
    patient = clinic.patient(day=3)
    clinic.clock.forward(minutes=10)
    patient.texts("4")
    clinic.carrier.fault("doubled_webhook")

    patient.texts("no")

    assert [row["step"] for row in clinic.rows(answer)] == ["pain", "sudden"]
    assert [row["step"] for row in clinic.rows(session)] == ["weak"]
    patient.forgets()


def fields(patient: Handset, body: str, sid: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": patient.number, "To": "+15075550100", "Body": body, "NumMedia": "0"}


def test_the_same_webhook_fifty_times_at_once(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient()
    sent, sid, start = fields(patient, "i cant breathe", "SM" + "5" * 32), "SM" + "5" * 32, Barrier(50)
    answers: list[tuple[int, str]] = []

    def post() -> None:
        start.wait()
        answer = clinic.post("/sms/inbound", sent)
        answers.append((answer.status_code, answer.get_data(as_text=True)))

    threads = [Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(answers)) == 1, Counter(answers)
    assert answers[0][0] == 200
    assert "911" in answers[0][1]
    assert [row["sid"] for row in clinic.rows(inbox)] == [sid]
    assert (len(clinic.rows(alert)), len(replies(clinic))) == (1, 1)
    nurse.hears("EMERGENCY")


def test_fifty_different_texts_at_once_are_all_heard(clinic: Clinic) -> None:
    clinic.nurse()
    patients = [clinic.patient() for _ in range(10)]
    start, statuses = Barrier(50), []

    def post(number: int) -> None:
        start.wait()
        sent = fields(patients[number % 10], "i cant breathe", f"SM{number:032x}")
        statuses.append(clinic.post("/sms/inbound", sent).status_code)

    threads = [Thread(target=post, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(statuses) == {200: 50}
    assert Counter(row["state"] for row in clinic.rows(inbox)) == {"handled": 50}
    assert len(clinic.rows(alert)) == 10
    for handset in clinic.handsets:
        handset.forgets()


def test_the_same_tip_by_two_clocks_is_one_tip(open_clinic: Callable[..., Clinic]) -> None:
    clinic = open_clinic(at=MORNING)
    patients = [clinic.patient(day=3) for _ in range(5)]
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=6)
    clocks, start = [clinic.parts, clinic.another_process()], Barrier(2)

    def tick(parts: object) -> None:
        start.wait()
        for _ in range(3):
            remind.due(parts, clinic.moment)  # type: ignore[arg-type]

    threads = [Thread(target=tick, args=(parts,)) for parts in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    clinic.sends_by_itself = True
    for patient in patients:
        patient.hears("day 3")
        patient.hears_nothing()
    assert len(clinic.rows(session)) == 5


def test_the_same_receipt_twice_is_kept_once(clinic: Clinic) -> None:
    clinic.nurse()
    patient = clinic.patient()
    clinic.carrier.fault("doubled_callbacks", match={"to": patient.number}, count=None)

    patient.texts("i cant breathe")

    assert [row["state"] for row in replies(clinic)] == ["delivered"]
    for handset in clinic.handsets:
        handset.forgets()
