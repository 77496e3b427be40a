"""What the web server loads: the clinic joined from the environment."""

from __future__ import annotations

import gc
import os

from bot import app as joining
from bot import settings as reading
from bot import signs
from bot.web.site import Site, create
from bot.worker import bell

COLLECT_AFTER = (20_000, 20, 20)
"""Objects made before the youngest are collected, and so on; a text makes some thousand and leaves none."""


def _make() -> Site:
    settings = reading.read(os.environ)
    signs.Signs(settings.data, "web").beat_on("serve")
    return Site(
        parts=joining.join(settings, bell=bell.Bell(settings.redis_url)),
        clock=joining.clock(settings),
        tokens=joining.webhook_tokens(settings),
        has_bell=lambda: bell.is_there(settings.redis_url),
        pretend_url=None if settings.twilio else lambda: joining.pretend_url(settings.data),
        data=settings.data,
    )


def _spare_the_collector() -> None:
    """What is loaded now stays: it need not be searched for garbage again and again while texts come in."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


app = create(_make())
_spare_the_collector()
