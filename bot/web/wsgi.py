"""What the web server loads: the clinic joined from the environment."""

from __future__ import annotations

import os

from bot import app as joining
from bot import settings as reading
from bot.web.site import Site, create
from bot.worker import bell


def _make() -> Site:
    settings = reading.read(os.environ)
    return Site(
        parts=joining.join(settings, bell=bell.Bell(settings.redis_url)),
        clock=joining.clock(settings),
        tokens=joining.webhook_tokens(settings),
        has_bell=lambda: bell.is_there(settings.redis_url),
        pretend_url=None if settings.twilio else lambda: joining.pretend_url(settings.data),
        data=settings.data,
    )


app = create(_make())
