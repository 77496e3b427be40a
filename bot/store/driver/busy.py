"""What callers are told when the store is locked, full or away, and when a statement fails."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError, OperationalError


class StoreBusy(Exception):
    """The store could not take it in time. Nothing was decided; the caller may try again."""


def refuse_busy(error: DBAPIError) -> None:
    """A store that is away, locked or full is busy to its callers; any other error is theirs to see."""
    if error.connection_invalidated or isinstance(error, OperationalError):
        raise StoreBusy(plainly(error)) from error


def plainly(error: DBAPIError) -> str:
    """What the driver said, without the statement and its parameters."""
    return type(error.orig).__name__


def wrapped(error: Exception, dialect: Dialect) -> DBAPIError:
    """A driver's error as the library's, without the values: of a statement that the library knows nothing of."""
    made = DBAPIError.instance(None, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)
    assert isinstance(made, DBAPIError)  # noqa: S101
    return made


def raise_wrapped(tx: Connection, error: BaseException) -> NoReturn:
    """As `tx.execute` does: without the values, and with a dead connection taken out of the pool."""
    tx._handle_dbapi_exception(error, None, None, None, None)  # noqa: SLF001
