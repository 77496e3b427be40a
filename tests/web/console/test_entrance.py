"""Signing in to the console: by password and authenticator, by a one-time link, and in no other way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.sign_in import IDLE, LINK_HOLDS, LONGEST
from bot.service.console import signing_in
from bot.store import staff
from bot.store.console.tables import account, account_link, recovery_code, sign_in
from tests.clinic import Clinic, Handset
from tests.web.console.desk import PASSWORD, Desk, desk_of


@pytest.fixture
def ana(clinic: Clinic) -> Handset:
    return clinic.nurse(name="Ana Ruiz")


@pytest.fixture
def desk(clinic: Clinic, ana: Handset) -> Desk:
    return desk_of(clinic, ana)


def is_in(desk: Desk) -> bool:
    return signing_in.visitor(desk.clinic.parts, cookie(desk), desk.clinic.clock.real()) is not None


def cookie(desk: Desk, name: str = "mendline") -> str:
    found = desk.browser.get_cookie(name)
    return found.value if found else ""


def test_the_first_admin_comes_in_by_a_link_that_works_once(clinic: Clinic) -> None:
    link = signing_in.first_link(clinic.parts, clinic.clock.real())
    desk = Desk(clinic)
    answer = desk.sets_up(link, name="Dr. Wei Chen", phone="(507) 555-0123", email="chen@clinic.example")

    assert answer.status_code == 200
    assert len(desk.recovery_codes) == 8
    assert is_in(desk)
    (member,) = clinic.parts.database.read(staff.every)
    assert (member.role, member.name(clinic.parts.vault), member.rung) == ("admin", "Dr. Wei Chen", None)
    assert Desk(clinic).sets_up(link, name="Mallory", phone="+15075550999").status_code == 404
    assert signing_in.first_link(clinic.parts, clinic.clock.real()) == ""


def test_looking_at_a_link_uses_nothing_up(clinic: Clinic) -> None:
    """Preview robots follow links."""
    link = signing_in.first_link(clinic.parts, clinic.clock.real())
    for _ in range(3):
        Desk(clinic).sees(link.removeprefix(clinic.parts.base_url))

    assert Desk(clinic).sets_up(link, name="Dr. Chen", phone="+15075550123").status_code == 200


def test_a_link_is_good_for_a_day_and_a_newer_one_ends_it(clinic: Clinic, ana: Handset) -> None:
    first = signing_in.link_for(clinic.parts, ana.id, clinic.clock.real())
    second = signing_in.link_for(clinic.parts, ana.id, clinic.clock.real())
    assert Desk(clinic).sets_up(first).status_code == 404

    clinic.clock.wait_real(seconds=LINK_HOLDS.total_seconds())

    assert Desk(clinic).sets_up(second).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " ", "phone": "+15075550123"}, "a name is needed"),
        ({"name": "Wei", "phone": "12"}, "not a phone number"),
        ({"name": "Wei", "phone": "+15075550123", "email": "wei"}, "not an address"),
        ({"name": "Wei", "phone": "+15075550123", "password": "short"}, "at least 12"),
        ({"name": "Wei", "phone": "+15075550123", "code": "000000"}, "six digits"),
    ],
)
def test_a_mistake_while_setting_up_is_said_and_the_link_stays_good(
    clinic: Clinic, fields: dict[str, str], said: str
) -> None:
    link = signing_in.first_link(clinic.parts, clinic.clock.real())
    path = link.removeprefix(clinic.parts.base_url)
    wrong = Desk(clinic).sends(path, **{"password": PASSWORD, "code": "1", **fields})

    assert wrong.status_code == 422
    assert said in wrong.text
    assert Desk(clinic).sets_up(link, name="Wei", phone="+15075550123").status_code == 200


@pytest.mark.parametrize("written", ["+1 (507) 556-0001", "5075560001", " +15075560001 "])
def test_a_nurse_signs_in_by_her_number_however_written(clinic: Clinic, desk: Desk, written: str) -> None:
    desk.signs_out()

    assert desk.signs_in(written).status_code == 303
    assert is_in(desk)


def test_or_by_her_address(clinic: Clinic) -> None:
    nurse = clinic.nurse(name="Ana Ruiz", email="Ana@clinic.example")
    desk = desk_of(clinic, nurse)
    desk.signs_out()

    assert desk.signs_in("ana@clinic.example").status_code == 303


@pytest.mark.parametrize("what", ["name", "password", "code", "used code"])
def test_whichever_is_wrong_the_answer_is_the_same(desk: Desk, ana: Handset, what: str) -> None:
    good = desk.code()
    wrong = {"name": "+15075569999"} if what == "name" else {"password": "x" * 12} if what == "password" else {}
    used = {"code": "123456"} if what == "code" else {}
    desk.signs_out()
    if what == "used code":
        desk.sends("/sign-in", name=ana.number, password=PASSWORD, code=good)
        desk.signs_out()
    answer = desk.sends("/sign-in", **{"name": ana.number, "password": PASSWORD, "code": good, **wrong, **used})

    assert answer.status_code == 401
    assert "The name, the password or the code is not right" in answer.text
    assert not is_in(desk)


def test_a_recovery_code_stands_in_for_the_app_once(desk: Desk, ana: Handset) -> None:
    desk.signs_out()
    code = desk.recovery_codes[3]
    assert desk.signs_in(ana.number, code=code.upper().replace("-", " ")).status_code == 303
    desk.signs_out()

    assert desk.signs_in(ana.number, code=code).status_code == 401


def test_strangers_who_guess_slow_themselves_down_and_not_the_owner(desk: Desk, ana: Handset) -> None:
    desk.signs_out()
    stranger = Desk(desk.clinic)
    statuses = [stranger.signs_in(ana.number, password=f"guess number {n}", code="1").status_code for n in range(8)]

    assert statuses == [401] * 5 + [429] * 3
    assert desk.signs_in(ana.number).status_code == 303


def test_after_a_wait_a_stranger_may_guess_again_and_a_link_comes_past_any_wait(desk: Desk, ana: Handset) -> None:
    clinic, stranger = desk.clinic, Desk(desk.clinic)
    for n in range(12):
        stranger.signs_in(ana.number, password=f"guess number {n}", code="1")
    late = stranger.signs_in(ana.number, password="another guess here", code="1")
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) <= 60

    new_phone = Desk(clinic)
    assert new_phone.sets_up(signing_in.link_for(clinic.parts, ana.id, clinic.clock.real())).status_code == 200
    clinic.clock.wait_real(seconds=61)
    assert stranger.signs_in(ana.number, password="one more guess", code="1").status_code == 401


def test_an_idle_console_closes_and_a_busy_one_after_a_shift(desk: Desk) -> None:
    clock = desk.clinic.clock
    clock.wait_real(seconds=IDLE.total_seconds() - 1)
    assert is_in(desk)
    clock.wait_real(seconds=1)

    assert not is_in(desk)
    assert timedelta(hours=12) == LONGEST


def test_signing_out_ends_it_in_the_database_and_not_only_in_the_browser(desk: Desk) -> None:
    stolen = cookie(desk)
    answer = desk.browser.post("/sign-out", data={"form_token": signing_in.form_token(stolen)})

    assert answer.status_code == 303
    assert signing_in.visitor(desk.clinic.parts, stolen, desk.clinic.clock.real()) is None


def test_another_sites_form_signs_nobody_in_or_out(desk: Desk, ana: Handset) -> None:
    assert desk.browser.post("/sign-out", data={}).status_code == 403
    assert is_in(desk)
    stranger = Desk(desk.clinic)
    forged = stranger.browser.post("/sign-in", data={"name": ana.number, "password": PASSWORD, "code": desk.code()})

    assert forged.status_code == 403
    cross = {"Sec-Fetch-Site": "cross-site"}
    fields = {"form_token": signing_in.form_token(cookie(desk))}
    assert desk.browser.post("/sign-out", data=fields, headers=cross).status_code == 403


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_after_signing_in_nobody_is_led_elsewhere(desk: Desk, ana: Handset, next_: str) -> None:
    desk.signs_out()

    assert desk.signs_in(ana.number, next=next_).headers["Location"] == "/"


def test_secrets_are_kept_as_hashes_or_sealed(desk: Desk) -> None:
    clinic = desk.clinic
    kept = repr([clinic.rows(table) for table in (account, account_link, recovery_code, sign_in)])

    assert PASSWORD not in kept
    assert "$argon2id$" in kept
    for secret in (cookie(desk), desk.secret.hex(), repr(desk.secret), *desk.recovery_codes):
        assert secret not in kept


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(clinic: Clinic, ana: Handset) -> None:
    desk = Desk(clinic)
    answer = desk.sets_up(signing_in.link_for(clinic.parts, ana.id, clinic.clock.real()))
    cookies = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookies["mendline"].split("; "))
    assert "Max-Age" not in cookies["mendline"]  # ends with the browser, and with the limits


def test_a_new_link_ends_every_older_way_in(desk: Desk, ana: Handset) -> None:
    clinic, old_code = desk.clinic, desk.recovery_codes[0]
    Desk(clinic).sets_up(
        signing_in.link_for(clinic.parts, ana.id, clinic.clock.real()), password="another long passphrase"
    )

    assert not is_in(desk)
    assert desk.signs_in(ana.number).status_code == 401
    assert desk.signs_in(ana.number, password="another long passphrase", code=old_code).status_code == 401


def test_every_sign_in_and_refusal_stands_in_the_audit_log(desk: Desk, ana: Handset) -> None:
    desk.signs_out()
    desk.signs_in(ana.number, code="1")
    desk.signs_in(ana.number)
    acts = [(row["act"], row["staff_id"]) for row in desk.clinic.rows_of("audit_entry")]

    assert acts == [("account set up", ana.id), ("sign-in refused", None), ("signed in", ana.id)]
