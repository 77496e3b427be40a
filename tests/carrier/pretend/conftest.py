"""A clinic small enough to see through, and a phone company that posts straight into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from twilio.rest import Client

from bot.carrier.pretend.company import PretendCarrier
from tests.carrier.pretend.clinic import Clinic

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


@pytest.fixture
def carrier(clinic: Clinic) -> Iterator[PretendCarrier]:
    with PretendCarrier(now=lambda: NOW, transport=clinic.transport).start(clinic.webhook) as carrier:
        yield carrier


@pytest.fixture
def client(carrier: PretendCarrier) -> Client:
    """The official client, as the clinic itself uses it."""
    client = Client(carrier.account_sid, carrier.token)
    client.api.base_url = carrier.url
    return client
