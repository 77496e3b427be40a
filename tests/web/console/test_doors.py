"""Every door of the console against every role: who is let in, who is sent away, and whose form is taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from bot.core.sign_in import RIGHTS, Right, Role
from tests.clinic import Clinic
from tests.web.console.desk import Desk, desk_of
from tests.web.console.ward import Ward

ROUTES = {
    ("GET", "/"): Right.SEE,
    ("GET", "/alerts/list"): Right.SEE,
    ("GET", "/alerts/<alert_id>"): Right.SEE,
    ("GET", "/alerts/<alert_id>/live"): Right.SEE,
    ("POST", "/alerts/<alert_id>/acknowledge"): Right.ACT,
    ("POST", "/alerts/<alert_id>/hand-over"): Right.ACT,
    ("POST", "/alerts/<alert_id>/not-reached"): Right.ACT,
    ("POST", "/alerts/<alert_id>/resolve"): Right.ACT,
    ("POST", "/alerts/<alert_id>/useful"): Right.ACT,
    ("POST", "/alerts/<alert_id>/write"): Right.ACT,
    ("POST", "/alerts/<alert_id>/script"): Right.ACT,
    ("POST", "/segments"): Right.ACT,
    ("GET", "/patients"): Right.SEE,
    ("GET", "/patients/new"): Right.ACT,
    ("POST", "/patients/new"): Right.ACT,
    ("GET", "/patients/import"): Right.ACT,
    ("POST", "/patients/import"): Right.ACT,
    ("GET", "/patients/<patient_id>"): Right.SEE,
    ("POST", "/patients/<patient_id>/pause"): Right.ACT,
    ("POST", "/patients/<patient_id>/go-on"): Right.ACT,
    ("POST", "/patients/<patient_id>/stop"): Right.ACT,
    ("POST", "/patients/<patient_id>/surgery"): Right.ACT,
    ("POST", "/patients/<patient_id>/write"): Right.ACT,
    ("POST", "/patients/<patient_id>/script"): Right.ACT,
    ("GET", "/patients/<patient_id>/export"): Right.ACT,
    ("GET", "/schedule"): Right.SEE,
    ("GET", "/on-call"): Right.SEE,
    ("POST", "/on-call/take"): Right.ACT,
    ("POST", "/on-call/overrides/<override_id>/give-back"): Right.ACT,
    ("POST", "/on-call/shifts"): Right.MANAGE,
    ("POST", "/on-call/shifts/<shift_id>/end"): Right.MANAGE,
    ("POST", "/on-call/holidays"): Right.MANAGE,
    ("POST", "/on-call/holidays/<day>/remove"): Right.MANAGE,
    ("POST", "/on-call/rungs/<staff_id>"): Right.MANAGE,
    ("GET", "/outcomes"): Right.SEE,
    ("GET", "/outcomes/<name>.csv"): Right.SEE,
    ("GET", "/team"): Right.MANAGE,
    ("POST", "/team"): Right.MANAGE,
    ("POST", "/team/<staff_id>/link"): Right.MANAGE,
    ("POST", "/team/<staff_id>/end"): Right.MANAGE,
    ("POST", "/team/<staff_id>/close"): Right.MANAGE,
    ("GET", "/team/<staff_id>/remove"): Right.MANAGE,
    ("POST", "/team/<staff_id>/remove"): Right.MANAGE,
    ("GET", "/account"): Right.SEE,
    ("POST", "/account/password"): Right.SEE,
    ("POST", "/account/codes"): Right.SEE,
    ("POST", "/account/theme"): Right.SEE,
    ("POST", "/account/sign-ins/<sign_in_id>/end"): Right.SEE,
    ("GET", "/audit"): Right.MANAGE,
    ("GET", "/flows"): Right.ACT,
    ("GET", "/flows/edit/<path:file>"): Right.MANAGE,
    ("GET", "/flows/words/<path:file>"): Right.MANAGE,
    ("GET", "/flows/state/<path:file>"): Right.MANAGE,
    ("POST", "/flows/check"): Right.MANAGE,
    ("POST", "/flows/save"): Right.MANAGE,
    ("POST", "/flows/drop"): Right.MANAGE,
    ("POST", "/flows/talk"): Right.MANAGE,
    ("POST", "/flows/golden"): Right.MANAGE,
    ("GET", "/flows/wording/<path:file>"): Right.MANAGE,
    ("POST", "/flows/wording/<path:file>"): Right.MANAGE,
    ("POST", "/flows/measure"): Right.MANAGE,
    ("GET", "/flows/translation/<language>.po"): Right.MANAGE,
    ("POST", "/flows/translation"): Right.MANAGE,
    ("GET", "/flows/phrases"): Right.MANAGE,
    ("POST", "/flows/phrases"): Right.MANAGE,
    ("GET", "/flows/plan"): Right.MANAGE,
    ("POST", "/flows/plan"): Right.MANAGE,
    ("GET", "/flows/new"): Right.MANAGE,
    ("POST", "/flows/new"): Right.MANAGE,
    ("POST", "/flows/duplicate"): Right.MANAGE,
    ("POST", "/flows/rename"): Right.MANAGE,
    ("GET", "/flows/publish"): Right.ACT,
    ("POST", "/flows/publish"): Right.MANAGE,
    ("POST", "/flows/goldens"): Right.MANAGE,
    ("POST", "/flows/sign"): Right.ACT,
    ("GET", "/flows/versions"): Right.ACT,
    ("POST", "/flows/versions/<int:version>/roll-back"): Right.MANAGE,
}


class Doors:
    """Every door with real ids in its address, and a desk for each role."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        clinic.flows  # noqa: B018 - the folder that admins edit is copied when it is first asked for
        self.ward = Ward(clinic)
        self.ward.maria.texts("i cant feel when i wipe")
        self.ward.hush()
        self.desks = {
            Role.VIEWER: desk_of(clinic, self.ward.viewer),
            Role.NURSE: desk_of(clinic, self.ward.ana),
            Role.ADMIN: desk_of(clinic, self.ward.chen),
        }

    def path(self, rule: str) -> str:
        ids = {
            "<alert_id>": self.clinic.alert.id,
            "<patient_id>": self.ward.maria.id,
            "<staff_id>": self.ward.james.id,
            "<sign_in_id>": "none",
            "<name>": "replies",
            "<path:file>": "checkins/day-09.yaml",
            "<int:version>": "1",
            "<language>": "es",
        }
        for place, id_ in ids.items():
            rule = rule.replace(place, id_)
        return rule

    def tries(self, desk: Desk, method: str, rule: str, form_token: str = "") -> TestResponse:
        if method == "GET":
            return desk.browser.get(self.path(rule))
        return desk.browser.post(self.path(rule), data={"form_token": form_token})


@pytest.fixture
def doors(clinic: Clinic) -> Iterator[Doors]:
    found = Doors(clinic)
    yield found
    found.ward.hush()


def test_every_door_is_in_the_map_with_the_right_it_asks_for(clinic: Clinic) -> None:
    views = clinic.app.view_functions
    there = {
        (method, rule.rule): views[rule.endpoint].right  # type: ignore[attr-defined]
        for rule in clinic.app.url_map.iter_rules()
        if hasattr(views[rule.endpoint], "right")
        for method in rule.methods or ()
        if method in ("GET", "POST")
    }

    assert there == ROUTES


def test_nobody_comes_in_without_signing_in(doors: Doors) -> None:
    stranger = Desk(doors.clinic)
    answers = {key: doors.tries(stranger, *key) for key in ROUTES}

    assert {key: answer.status_code for key, answer in answers.items()} == dict.fromkeys(ROUTES, 303)
    assert all("/sign-in" in answer.headers["Location"] for answer in answers.values())


@pytest.mark.parametrize("role", Role)
def test_every_role_is_let_in_where_it_may_and_nowhere_else(doors: Doors, role: Role) -> None:
    """Forms are sent without what makes them ours, so nothing is done: refused for the form means let in this far."""
    desk = doors.desks[role]
    for (method, rule), right in ROUTES.items():
        token = _token(desk) if method == "POST" and right not in RIGHTS[role] else ""
        answer = doors.tries(desk, method, rule, token)
        if right in RIGHTS[role]:
            assert answer.status_code == (200 if method == "GET" else 403), (method, rule)
            assert method == "GET" or "This form was open too long" in answer.text
        else:
            assert answer.status_code == 403, (method, rule)
            assert f"more than a {role} may do" in answer.text


def _token(desk: Desk) -> str:
    from bot.service.console.signing_in import form_token

    cookie = desk.browser.get_cookie("mendline")
    assert cookie is not None
    return form_token(cookie.value)


def test_another_sites_page_can_do_nothing_even_with_the_cookie(doors: Doors) -> None:
    desk = doors.desks[Role.ADMIN]
    cross = {"Sec-Fetch-Site": "cross-site"}
    path = doors.path("/alerts/<alert_id>/acknowledge")

    assert desk.browser.post(path, data={"form_token": _token(desk)}, headers=cross).status_code == 403
    assert doors.clinic.alert.state == "open"


def test_a_fragment_asked_for_after_the_end_sends_the_whole_page_to_the_entrance(doors: Doors) -> None:
    stranger = Desk(doors.clinic)
    answer = stranger.browser.get("/alerts/list?live=1", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/sign-in")


def test_what_a_page_asks_for_by_itself_does_not_keep_a_console_open(doors: Doors) -> None:
    desk = doors.desks[Role.NURSE]
    for _ in range(40):
        doors.clinic.clock.wait_real(seconds=60)
        desk.browser.get("/alerts/list?live=1")

    assert desk.browser.get("/").status_code == 303


def test_no_page_holds_a_style_or_a_script_of_its_own(doors: Doors) -> None:
    desk = doors.desks[Role.ADMIN]
    for method, rule in ROUTES:
        if method == "GET" and not rule.endswith((".csv", "/export", ".po")):
            answer = desk.browser.get(doors.path(rule))

            assert " style=" not in answer.text, rule
            assert "<style" not in answer.text, rule
            assert "<script>" not in answer.text, rule
            assert " onclick=" not in answer.text, rule
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert answer.headers["Cache-Control"] == "no-store"


def test_unknown_ids_are_told_in_a_sentence(doors: Doors) -> None:
    desk = doors.desks[Role.ADMIN]
    for path in ("/alerts/nothing", "/patients/nothing", "/outcomes/nothing.csv", "/patients/nothing/export"):
        answer = desk.browser.get(path)

        assert answer.status_code == 404
        assert "nothing here" in answer.text


def test_under_a_prefix_every_link_of_ours_has_it(clinic: Clinic) -> None:
    from dataclasses import replace

    from bot.web.site import create

    parts = replace(clinic.parts, base_url="https://clinic.example/texts")
    browser = create(replace(clinic.site, parts=parts)).test_client()
    page = browser.get("/sign-in")
    away = browser.get("/patients")

    assert 'action="/texts/sign-in"' in page.text
    assert 'href="/texts/static/console.css"' in page.text
    assert away.headers["Location"] == "/texts/sign-in?next=/patients"
    assert all(line.startswith("__Host-") and "Secure" in line for line in page.headers.getlist("Set-Cookie"))
