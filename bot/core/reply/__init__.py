"""What a typed reply means as an answer to the question that waits."""

from bot.core.reply.understand import understand
from bot.core.text import normalise

__all__ = ["normalise", "understand"]
