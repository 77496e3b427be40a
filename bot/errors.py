"""Mistakes a person can mend: each is one sentence that says what is wrong and what to do."""

from __future__ import annotations


class UserError(Exception):
    """Shown as a sentence, never as a traceback. `exit_code` 2 is wrong use; 1 means that the answer is "no"."""

    exit_code = 2


class Refused(UserError):
    """The request was understood and the answer is no (already there, not allowed, nothing found)."""

    exit_code = 1
