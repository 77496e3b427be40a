"""Am I alive, can I do my job, and how much of it is there."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text

from bot.store import marks
from bot.store.vault import Vault
from bot.store.watchdogs import ALIVE, Trouble, Word, said
from bot.web.site import create
from tests.clinic import Clinic


def ready(clinic: Clinic) -> tuple[int, dict[str, object]]:
    answer = clinic.browser.get("/readyz")
    assert answer.json is not None
    return answer.status_code, answer.json


def alive(clinic: Clinic) -> None:
    for name in ("clock", "worker-page", "worker-talk"):
        at = clinic.clock.real()
        clinic.parts.database.write(lambda tx, sign=name, at=at: marks.leave(tx, f"alive:{sign}", "1", at))
    watches(clinic)


def watches(clinic: Clinic, *troubles: Trouble) -> None:
    """A watchdog has looked just now, and found these."""
    at = clinic.clock.real()
    word = said(Word("vm", at, troubles, canary_at=at))
    clinic.parts.database.write(lambda tx: marks.leave(tx, f"{ALIVE}1", word, at))


def test_alive_needs_nothing(clinic: Clinic) -> None:
    assert clinic.browser.get("/healthz").data == b"ok\n"


def test_ready_when_everything_is_there(clinic: Clinic) -> None:
    clinic.nurse()
    alive(clinic)
    clinic.app = create(replace(clinic.site, has_bell=lambda: True))

    status, said = ready(clinic)

    assert (status, said["missing"], said["degraded"]) == (200, [], [])


def test_redis_gone_is_worse_and_not_missing(clinic: Clinic) -> None:
    clinic.nurse()
    alive(clinic)

    status, said = ready(clinic)

    assert (status, said["state"]) == (200, "degraded")
    assert "Redis" in str(said["degraded"])


def test_nobody_on_call_is_said(clinic: Clinic) -> None:
    _, said = ready(clinic)

    assert "nobody is on call" in str(said["degraded"])


def test_a_process_that_went_quiet_is_named(clinic: Clinic) -> None:
    alive(clinic)
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=1)

    _, said = ready(clinic)

    assert "no sign of life from clock" in str(said["degraded"])
    clinic.sends_by_itself = True


def test_a_carriers_list_that_nobody_reads_is_said(clinic: Clinic) -> None:
    clinic.settle()
    clinic.sends_by_itself = False
    clinic.clock.forward(minutes=4)

    _, said = ready(clinic)

    assert "the carrier's list was not read" in str(said["degraded"])
    clinic.sends_by_itself = True


def test_wrong_keys_are_missing(clinic: Clinic) -> None:
    clinic.app = create(
        replace(clinic.site, parts=replace(clinic.parts, vault=Vault(clinic.parts.database, (b"x" * 32,))))
    )

    status, said = ready(clinic)

    assert status == 503
    assert "MENDLINE_KEYS" in str(said["missing"])


def test_an_older_schema_is_missing(clinic: Clinic) -> None:
    clinic.parts.database.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = 'older'")))

    status, said = ready(clinic)

    assert status == 503
    assert "mendline release" in str(said["missing"])


def test_metrics_count_and_name_nobody(clinic: Clinic) -> None:
    nurse, patient = clinic.nurse(), clinic.patient(name="Maria Delgado")
    patient.texts("i cant breathe")

    said = clinic.browser.get("/metrics").get_data(as_text=True)

    assert 'mendline_alerts{state="open",tier="emergency"} 1.0' in said
    assert "mendline_oldest_page_seconds 0.0" in said
    assert not [secret for secret in ("Maria", patient.number, nurse.number, "breathe") if secret in said]
    nurse.forgets()
    patient.forgets()


def test_what_the_watchdog_found_is_said_and_counted(clinic: Clinic) -> None:
    clinic.nurse()
    alive(clinic)
    watches(clinic, Trouble("worker-page", "The worker for pages on vm is dead or hangs", clinic.clock.real()))

    status, told = ready(clinic)
    metrics = clinic.browser.get("/metrics").text

    assert status == 200
    assert "watchdog: The worker for pages on vm is dead or hangs (since 19:30 UTC)" in told["degraded"]  # type: ignore[operator]
    assert 'mendline_watchdog_trouble{part="worker-page"} 1.0' in metrics
    assert "mendline_watchdog_canary_timestamp_seconds 1." in metrics


def test_a_watchdog_that_fell_silent_is_missed(clinic: Clinic) -> None:
    alive(clinic)
    clinic.clock.wait_real(minutes=1)

    assert "no sign of life from watchdog" in ready(clinic)[1]["degraded"]  # type: ignore[operator]
