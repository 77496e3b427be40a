"""The database opened for one command and closed after it; whatever is wrong with it is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot import app
from bot.core.enrollment import Lane
from bot.errors import Refused, UserError
from bot.service.parts import Parts
from bot.service.scripts import NothingPublished
from bot.settings import Settings
from bot.store import migrate
from bot.store.database import Database, StoreBusy
from bot.store.vault import KeyMissing

RELEASE_FIRST = "run `mendline release` once (`mendline up` does so too)"


@dataclass(frozen=True, slots=True)
class Knock:
    """The doorbell of a command, which ends before a thread would ring; loaded by the few that do ring."""

    redis_url: str

    def ring(self, lane: Lane) -> None:
        from bot.worker import bell

        bell.ring_at_once(self.redis_url, lane)


@contextmanager
def opened(found: Settings, *, may_be_new: bool = False) -> Iterator[Parts]:
    """Raises UserError when the database or its keys cannot be used, and Refused when it is busy or out of reach.

    `may_be_new`: a database that is not there yet is made.
    """
    parts = _joined(found, may_be_new=may_be_new)
    try:
        yield parts
    except NothingPublished:
        raise UserError(f"No flows that can be read are published yet: {RELEASE_FIRST}.") from None
    except KeyMissing as error:
        raise UserError(_sentence(str(error))) from None
    except (StoreBusy, DBAPIError) as error:
        raise _why(parts.database, error) from None
    finally:
        parts.database.close()


def _joined(found: Settings, *, may_be_new: bool) -> Parts:
    wrong = "DATABASE_URL cannot be used ({}): set it to postgresql://user:password@host/name, or leave it out."
    try:
        if not may_be_new:
            _refuse_missing(found)
        return app.join(found, bell=Knock(found.redis_url))
    except (ArgumentError, ValueError):
        raise UserError(wrong.format("it is no database's address")) from None
    except OSError as error:
        raise UserError(wrong.format(error.strerror)) from None


def _refuse_missing(found: Settings) -> None:
    """SQLite would quietly make an empty database, wherever one happens to stand."""
    path = make_url(found.database_url).database if found.is_sqlite else None
    if path and path != ":memory:" and not Path(path).exists():
        raise UserError(f"There is no database {path} yet: {RELEASE_FIRST}, or set MENDLINE_DATA to where it is.")


def _why(database: Database, error: Exception) -> UserError:
    try:
        is_current = migrate.is_current(database)
    except (StoreBusy, DBAPIError):
        is_current = True
    if not is_current:
        return UserError(f"The database is not of this version: {RELEASE_FIRST}.")
    return Refused(f"The database did not take it ({_kind(error)}): see that it runs and that DATABASE_URL is right.")


def _kind(error: Exception) -> str:
    """Never a driver's own words: they hold the statement and what was in it."""
    return type(error.orig).__name__ if isinstance(error, DBAPIError) else str(error)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
