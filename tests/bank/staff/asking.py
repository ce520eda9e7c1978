"""The bank's application, asked as one of its staff asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.testing import TestClient

from tests.bank.api.serving import application
from zerobar.bank.context import Bank

Client = TestClient[Litestar]


@contextmanager
def asked(bank: Bank) -> Iterator[Client]:
    """Run the application for as long as the context lasts."""
    with application(bank) as app, TestClient(app, raise_server_exceptions=False) as client:
        yield client


def as_(token: str, id_: UUID | None = None) -> dict[str, str]:
    """Return the headers of somebody who is signed in, and who makes something."""
    headers = {"authorization": f"Bearer {token}"}
    return headers | ({"idempotency-key": str(id_)} if id_ else {})


def problem(response: Any, status: int) -> str:
    """Return a problem's stable name."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["type"]).rpartition(":")[2]
