"""What a carrier raises when a message was not taken, or may not have been."""

from __future__ import annotations

from bot.core.delivery import ErrorRule


class NotSent(Exception):
    """`rule` says what follows; `detail` names the error by its `code` (0: none), and is safe to log and to show."""

    def __init__(self, rule: ErrorRule, detail: str, code: int = 0) -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail
        self.code = code
