"""A request that the bank answers: followed as in every program, and counted."""

from __future__ import annotations

from zerobar.bank.health.metrics import count_request
from zerobar.tracing.requests import Followed


class Counted(Followed):
    """One request, whose answer is counted for `/metrics` as well."""

    __slots__ = ()

    def end(self, route: str, status: int) -> None:
        """Count and log the answer, and close the span; see Followed."""
        count_request(self.method, route, status, self.took_s)
        super().end(route, status)
