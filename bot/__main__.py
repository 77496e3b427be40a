"""`python3 -m bot` and `mendline`: the one way in.

Nothing third-party is imported before we know that it is there.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Runs one command. May start this process again inside `.venv`, after installing what is missing."""
    from bot import bootstrap  # noqa: PLC0415 - after the docstring's promise: an old Python must get this far

    bootstrap.enter(sys.argv[1:])
    from bot.cli import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
