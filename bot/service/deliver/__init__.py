"""Messages leave: claim a batch, commit, call the carrier with no transaction open, record what came of it."""

from bot.service.deliver.sending import SENDERS, drain

__all__ = ["SENDERS", "drain"]
