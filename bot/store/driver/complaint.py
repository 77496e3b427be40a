"""Why a database takes nothing, in a few words: told from what its driver calls the error, never from its sentence."""

from __future__ import annotations

SQLITE = {
    "SQLITE_FULL": "its disk is full",
    "SQLITE_READONLY": "it is read-only",
    "SQLITE_BUSY": "it is locked",
    "SQLITE_LOCKED": "it is locked",
    "SQLITE_IOERR": "its disk fails",
    "SQLITE_CANTOPEN": "its file cannot be opened",
    "SQLITE_CORRUPT": "its file is damaged",
    "SQLITE_NOTADB": "its file is damaged",
}
POSTGRES = {
    "25006": "it is read-only",
    "53100": "its disk is full",
    "53300": "it has no connection left",
    "55P03": "it is locked",
    "57014": "it takes too long",
    "57P03": "it is starting or stopping",
    "28P01": "it refuses our password",
    "42P01": "it is not of this version: run `mendline release`",
}


def complaint(error: BaseException) -> str:
    """Looks through what an error came of."""
    cause: BaseException | None = error
    while cause is not None:
        name = str(getattr(cause, "sqlite_errorname", ""))
        known = next((words for code, words in SQLITE.items() if name.startswith(code)), "") or POSTGRES.get(
            str(getattr(cause, "sqlstate", "")), ""
        )
        if known:
            return known
        cause = cause.__cause__ or getattr(cause, "orig", None)
    return "it does not answer"
