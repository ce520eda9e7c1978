"""Following a request: its id, which it may bring along, how long it took, and what came of it."""

from __future__ import annotations

import logging
import re
import time
from typing import Final
from uuid import UUID, uuid4

from zerobar.bank.health.logs import FIELDS
from zerobar.bank.health.metrics import count_request

REQUEST_ID_HEADER: Final = "x-request-id"
_WRITTEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger(__name__)


class Followed:
    """One request, from its first byte to its answer.

    Attributes:
        id: as whoever asked named it, or a new one.
        payment_id: the id under which something is made, if it is one.
    """

    __slots__ = ("_began", "_method", "id", "payment_id")

    def __init__(self, method: str, sent_id: str, idempotency_key: str) -> None:
        self._began = time.perf_counter()
        self._method = method
        self.id = sent_id if _WRITTEN.fullmatch(sent_id) else str(uuid4())
        self.payment_id = _read_id(idempotency_key)

    def end(self, route: str, status: int) -> None:
        """Count and log the answer; route: as it is declared, so that it holds no id."""
        took_s = time.perf_counter() - self._began
        count_request(self._method, route, status, took_s)
        if _log.isEnabledFor(logging.INFO):
            fields = {
                "request_id": self.id,
                "payment_id": self.payment_id,
                "method": self._method,
                "route": route,
                "status": status,
                "took_ms": round(took_s * 1000, 1),
            }
            _log.info("answered", extra={FIELDS: {k: v for k, v in fields.items() if v}})


def _read_id(text: str) -> str | None:
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None
