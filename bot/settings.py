"""Every environment variable: typed, read once, and refused with a sentence that says what to set."""

from __future__ import annotations

import base64
import binascii
import difflib
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import UserError

NAMES = (
    "MENDLINE_HOST",
    "MENDLINE_DATA",
    "MENDLINE_FLOWS",
    "MENDLINE_HEARTBEAT_URL",
    "MENDLINE_KEYS",
    "MENDLINE_CLOCK",
    "MENDLINE_TRUSTED_PROXIES",
    "MENDLINE_REQUIRE_BROWSER",
)
"""All MENDLINE_ names there are; the last is for the tests alone."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TWILIO_API = "https://api.twilio.com"
PRETEND_ACCOUNT = "AC" + "0" * 32
PRETEND_NUMBER = "+15075550100"


class SettingsError(UserError):
    """A setting that cannot be used; the sentence names it and says what to set."""


@dataclass(frozen=True, slots=True)
class Twilio:
    """How to reach the carrier. `secrets` are the Auth Tokens, newest first: webhooks may be signed by any of them."""

    account_sid: str
    tokens: tuple[str, ...]
    api_key: str
    api_secret: str
    from_number: str
    messaging_service: str
    page_from_number: str
    api_base_url: str

    @property
    def credentials(self) -> tuple[str, str]:
        """User and password for REST: the API key when there is one."""
        return (self.api_key, self.api_secret) if self.api_key else (self.account_sid, self.tokens[0])


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """`twilio` is None while the pretend carrier runs. `keys` are 32 bytes each, newest first. `proxies`: whose
    X-Forwarded-For is believed."""

    host: str
    port: int
    public_base_url: str
    database_url: str
    redis_url: str
    data: Path
    flows: Path
    twilio: Twilio | None
    smtp_url: str
    heartbeat_url: str
    keys: tuple[bytes, ...]
    clock_file: Path | None
    proxies: tuple[Network, ...] = ()

    @property
    def is_live(self) -> bool:
        """Real people are at the other end: the carrier's host is not this machine."""
        return self.twilio is not None and urlsplit(self.twilio.api_base_url).hostname not in LOOPBACK

    @property
    def pretend_token(self) -> str:
        """The secret between the pretend carrier and us: made from our own key, so that nothing need be set."""
        return hashlib.sha256(b"pretend carrier" + b"".join(self.keys[:1])).hexdigest()[:32]

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingsError with every problem found, one sentence a line."""
    return _Reader(environment).settings()


class _Reader:
    """Collects all problems before it complains, so that an operator mends them in one go."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def settings(self) -> Settings:
        self._refuse_unknown_names()
        data = Path(self._text("MENDLINE_DATA", "./data")).absolute()
        host = self._text("MENDLINE_HOST", "127.0.0.1")
        port = self._port()
        settings = Settings(
            host=host,
            port=port,
            public_base_url=self._url("PUBLIC_BASE_URL", f"http://{_bracketed(host)}:{port}"),
            database_url=self._database(data),
            redis_url=self._schemes("REDIS_URL", ("redis", "rediss", "unix"), "redis://localhost:6379/0"),
            data=data,
            flows=Path(self._text("MENDLINE_FLOWS", "./flows")).absolute(),
            twilio=self._twilio(),
            smtp_url=self._schemes("SMTP_URL", ("smtp", "smtps"), "smtp://user:password@mail.example:587"),
            heartbeat_url=self._schemes("MENDLINE_HEARTBEAT_URL", ("http", "https"), "https://ping.example/abc"),
            keys=self._keys(data),
            clock_file=self._clock_file(),
            proxies=self._proxies(),
        )
        self._refuse_half_a_live_system(settings)
        if self._problems:
            raise SettingsError("\n".join(self._problems))
        return settings

    def _text(self, name: str, default: str = "") -> str:
        return self._environment.get(name, "").strip() or default

    def _refuse_unknown_names(self) -> None:
        for name in sorted(self._environment):
            if name.startswith("MENDLINE_") and name not in NAMES:
                near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.6)
                hint = f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(NAMES)}."
                self._problems.append(f"{name} is not a setting of Mendline.{hint}")

    def _port(self) -> int:
        text = self._text("PORT", "8000")
        if text.isdecimal() and 0 < int(text) < 65536:
            return int(text)
        self._problems.append(f"PORT is {text!r}: set it to a whole number from 1 to 65535.")
        return 0

    def _url(self, name: str, default: str) -> str:
        text = self._schemes(name, ("http", "https"), "https://texts.clinic.example") or default
        return text.rstrip("/")

    def _schemes(self, name: str, schemes: tuple[str, ...], example: str) -> str:
        text = self._text(name)
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            good = parts.scheme in schemes and (parts.netloc or parts.path) and (parts.port or True)
        except ValueError:
            good = False
        if not good or (parts.scheme in ("http", "https") and (not parts.hostname or parts.query or parts.fragment)):
            self._problems.append(f"{name} is not a URL that can be used: set it to something like {example}.")
        return text

    def _database(self, data: Path) -> str:
        text = self._text("DATABASE_URL") or f"sqlite:///{data / 'mendline.db'}"
        scheme = text.partition("://")[0]
        plain = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
        if scheme in plain:
            return plain[scheme] + text[len(scheme) :]
        if scheme not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg") or "://" not in text:
            self._problems.append(
                "DATABASE_URL is not a database that Mendline knows: set it to "
                "postgresql://user:password@host/name, or to sqlite:////full/path/mendline.db."
            )
        return text

    def _twilio(self) -> Twilio | None:
        account = self._text("TWILIO_ACCOUNT_SID")
        if not account:
            return None
        tokens = tuple(filter(None, (part.strip() for part in self._text("TWILIO_AUTH_TOKEN").split(","))))
        twilio = Twilio(
            account_sid=account,
            tokens=tokens,
            api_key=self._text("TWILIO_API_KEY"),
            api_secret=self._text("TWILIO_API_SECRET"),
            from_number=self._text("TWILIO_FROM_NUMBER"),
            messaging_service=self._text("TWILIO_MESSAGING_SERVICE_SID"),
            page_from_number=self._text("TWILIO_PAGE_FROM_NUMBER"),
            api_base_url=self._schemes("TWILIO_API_BASE_URL", ("http", "https"), TWILIO_API).rstrip("/") or TWILIO_API,
        )
        self._refuse_half_a_carrier(twilio)
        return twilio

    def _refuse_half_a_carrier(self, twilio: Twilio) -> None:
        if not twilio.tokens:
            self._problems.append("TWILIO_AUTH_TOKEN is missing: webhooks cannot be checked without it.")
        if bool(twilio.api_key) != bool(twilio.api_secret):
            self._problems.append("TWILIO_API_KEY and TWILIO_API_SECRET go together: set both or neither.")
        if not (twilio.from_number or twilio.messaging_service):
            self._problems.append(
                "Nobody to send as: set TWILIO_FROM_NUMBER (+1...) or TWILIO_MESSAGING_SERVICE_SID (MG...)."
            )
        for name, number in (
            ("TWILIO_FROM_NUMBER", twilio.from_number),
            ("TWILIO_PAGE_FROM_NUMBER", twilio.page_from_number),
        ):
            if number and not (number.startswith("+") and number[1:].isdecimal()):
                self._problems.append(f"{name} is not a phone number like +15075550100.")

    def _keys(self, data: Path) -> tuple[bytes, ...]:
        text = self._text("MENDLINE_KEYS")
        if not text:
            return read_key_file(data)
        keys = []
        for part in text.split(","):
            key = _key(part.strip())
            if key is None:
                self._problems.append(
                    "MENDLINE_KEYS holds something that is not base64 of 32 bytes: make one with "
                    "python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'."
                )
                return ()
            keys.append(key)
        return tuple(keys)

    def _proxies(self) -> tuple[Network, ...]:
        try:
            given = self._text("MENDLINE_TRUSTED_PROXIES").split(",")
            return tuple(ipaddress.ip_network(part.strip()) for part in given if part.strip())
        except ValueError:
            self._problems.append(
                "MENDLINE_TRUSTED_PROXIES takes addresses and networks with commas between, like 127.0.0.1,10.0.0.0/8."
            )
            return ()

    def _clock_file(self) -> Path | None:
        text = self._text("MENDLINE_CLOCK")
        return Path(text).absolute() if text else None

    def _refuse_half_a_live_system(self, settings: Settings) -> None:
        """The decision "Live" of the architecture: what may be tried on a desk may not reach real people."""
        if not settings.is_live:
            return
        if settings.clock_file:
            self._problems.append("MENDLINE_CLOCK moves the clinic's clock: unset it before texting real people.")
        if not self._text("MENDLINE_KEYS"):
            self._problems.append("MENDLINE_KEYS is missing: a live system does not start without its own keys.")
        if urlsplit(settings.public_base_url).scheme != "https":
            self._problems.append("PUBLIC_BASE_URL must begin with https:// before texting real people.")


def key_file(data: Path) -> Path:
    return data / "keys"


def read_key_file(data: Path) -> tuple[bytes, ...]:
    """The keys that `make_key_file` left under the data folder; none when there are none."""
    try:
        lines = key_file(data).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(key for key in map(_key, lines) if key)


def read_key(path: Path) -> bytes:
    """The one key in a file of its own. Raises SettingsError."""
    try:
        key = _key(path.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError):
        key = None
    if key is None:
        raise SettingsError(f"{path} is no file with one key in it: base64 of 32 bytes.")
    return key


def make_key_file(data: Path) -> tuple[Path, bool]:
    """A key for trying things out, readable by its owner alone. Returns its path and whether it is new."""
    path = key_file(data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    except FileExistsError:
        return path, False
    return path, True


def _key(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == 32 else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
