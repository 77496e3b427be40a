"""A member of staff at a browser: follows links, fills the page's own forms in, and has an authenticator app."""

from __future__ import annotations

import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.core.sign_in import code_at, counter_of
from bot.service.console import signing_in
from tests.clinic import Clinic, Handset

PASSWORD = "correct horse battery staple"
FIELD = re.compile(r'<input type="hidden" name="form_token" value="([0-9a-f]{64})">')


class Desk:
    """`secret` is what the authenticator app was given."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.browser: FlaskClient = clinic.app.test_client()
        self.secret = b""
        self.name = ""
        self.recovery_codes: list[str] = []
        self._step = 0

    def sees(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.headers.get("Location"))
        return unescape(answer.text)

    def sends(self, path: str, *, form_on: str = "", **fields: str) -> TestResponse:
        """Fill in the form of a page (the same path unless said otherwise) and send it."""
        token = FIELD.search(self.browser.get(form_on or path).text)
        return self.browser.post(path, data={"form_token": token[1] if token else "", **fields})

    def code(self) -> str:
        """What the app shows. The clinic's real clock goes on to the next code, as people wait for one."""
        step = max(counter_of(self.clinic.clock.real()), self._step + 1)
        self._step = step
        ahead = step * 30 - self.clinic.clock.real().timestamp()
        if ahead > 0:
            self.clinic.clock.wait_real(seconds=ahead)
        return code_at(self.secret, counter_of(self.clinic.clock.real()))

    def sets_up(self, link: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        path = link.removeprefix(self.clinic.parts.base_url)
        page = self.browser.get(path).text
        key = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page)
        if key:
            import base64

            plain = key[1].replace(" ", "")
            self.secret = base64.b32decode(plain + "=" * (-len(plain) % 8))
        answer = self.sends(path, password=password, code=self.code(), **fields)
        self.recovery_codes = re.findall(r"<li>([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})</li>", answer.text)
        return answer

    def signs_in(self, name: str, password: str = PASSWORD, code: str | None = None, **more: str) -> TestResponse:
        return self.sends("/sign-in", name=name, password=password, code=self.code() if code is None else code, **more)

    def signs_out(self) -> None:
        self.browser.delete_cookie("mendline")

    def elsewhere(self) -> Desk:
        """The same person at another browser."""
        other = Desk(self.clinic)
        other.secret, other.name, other._step = self.secret, self.name, self._step
        return other


def desk_of(clinic: Clinic, member: Handset) -> Desk:
    """Somebody of the team with an account, signed in."""
    desk = Desk(clinic)
    desk.name = member.number
    link = signing_in.link_for(clinic.parts, member.id, clinic.clock.real())
    answer = desk.sets_up(link)
    assert answer.status_code == 200, answer.text
    return desk
