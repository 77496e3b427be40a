"""How the answers of a branch are written, for labels and for telling what has changed."""

from __future__ import annotations

from bot.core.flow import When


def answers(when: When) -> str:
    """Which answers a branch takes: "yes", "knee, thigh", "8-10"; empty when it takes any."""
    if when.yes is not None:
        return "yes" if when.yes else "no"
    if when.options:
        return ", ".join(when.options)
    if when.low is None and when.high is None:
        return ""
    low, high = as_written(when.low or 0), when.high or 0
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"


def as_written(end: float) -> float:
    """A range is widened to just above its neighbour when it is read; people wrote the next whole number."""
    whole = float(int(end))
    return whole + 1 if 0 < end - whole < 1e-6 else end
