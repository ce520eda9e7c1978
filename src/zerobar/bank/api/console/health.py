"""How the bank is, over HTTP: in words for staff, in figures for Prometheus."""

from __future__ import annotations

import hmac
import os
from ipaddress import ip_address
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from zerobar.bank.api.access import AnyRequest, StaffSession
from zerobar.bank.context import Bank
from zerobar.bank.errors import NotAllowed
from zerobar.bank.health import metrics
from zerobar.bank.health.status import read_status
from zerobar.client.console_control import StatusShown

TOKEN_VARIABLE: Final = "ZEROBAR_METRICS_TOKEN"  # noqa: S105 - the name of a variable

_FORWARDED: Final = ("forwarded", "x-forwarded-for")


class MetricsRefused(NotAllowed):
    """Whoever asks for figures is elsewhere, and shows no token."""

    problem = "metrics-refused"

    def __init__(self) -> None:
        super().__init__(
            "Figures are for the machine of the bank, or for whoever shows the token.",
            f"Set {TOKEN_VARIABLE} and let Prometheus send it as a bearer token.",
        )


@get("/v1/status", sync_to_thread=True)
def show_status(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> StatusShown:
    """Say in words what is wrong with the bank, the worst first; for all staff."""
    return read_status(bank, staff)


@get("/metrics", sync_to_thread=True, include_in_schema=False)
def show_metrics(request: AnyRequest, bank: NamedDependency[Bank]) -> Response[bytes]:
    """Give figures in Prometheus' text format; to this machine, or by a token."""
    _check(request)
    return Response(metrics.text(bank), media_type=metrics.MEDIA_TYPE)


def _check(request: AnyRequest) -> None:
    token = os.environ.get(TOKEN_VARIABLE)
    if token is None:
        if not _is_here(request):
            raise MetricsRefused
        return
    sent = request.headers.get("authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        raise MetricsRefused


def _is_here(request: AnyRequest) -> bool:
    # What a proxy on this machine passes on comes from anywhere.
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


ROUTES: list[object] = [show_status, show_metrics]
