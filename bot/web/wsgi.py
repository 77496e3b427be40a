"""What the web server loads: the clinic joined from the environment."""

from __future__ import annotations

import gc
import logging
import os
import threading

from bot import app as joining
from bot import settings as reading
from bot import signs
from bot.web.site import Site, create
from bot.worker import bell

log = logging.getLogger(__name__)

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
        proxies=settings.proxies,
        flows=settings.flows,
    )


def _read_ahead(site: Site) -> None:
    """So that the first text need not wait until conversations and phrases are read, and a database that is gone does
    not keep the server from answering."""
    try:
        _ = site.parts.scripts.live().phrases
    except Exception as error:  # noqa: BLE001 - the first text reads them, or is answered as without a database
        log.warning("conversations and phrases could not be read yet (%s)", type(error).__name__)
    _spare_the_collector()


def _spare_the_collector() -> None:
    """What is loaded now stays: it need not be searched for garbage again and again while texts come in."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


_site = _make()
app = create(_site)
threading.Thread(target=_read_ahead, args=(_site,), name="read-ahead", daemon=True).start()
