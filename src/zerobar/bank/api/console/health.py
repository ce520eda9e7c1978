"""How the bank is, over HTTP: in words for staff, in figures for Prometheus."""

from __future__ import annotations

import hmac
import os
from typing import Annotated, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from zerobar.bank.api.access import AnyRequest, StaffSession, provide_staff
from zerobar.bank.asking import SessionUnknown
from zerobar.bank.context import Bank
from zerobar.bank.errors import NotAllowed
from zerobar.bank.health import metrics
from zerobar.bank.health.figures import read_figures
from zerobar.bank.health.status import read_status
from zerobar.bank.staff.errors import StaffNotSignedIn
from zerobar.client.console_control import FiguresHistory, FiguresSpan, StatusShown

Span = Annotated[FiguresSpan, QueryParameter(description="how far back")]
TOKEN_VARIABLE: Final = "ZEROBAR_METRICS_TOKEN"  # noqa: S105 - the name of a variable


class MetricsRefused(NotAllowed):
    """Whoever asks for figures shows no token, and is not of the staff."""

    problem = "metrics-refused"

    def __init__(self) -> None:
        super().__init__(
            "Figures are for staff who are signed in, or for whoever shows the token.",
            f"Set {TOKEN_VARIABLE} and let Prometheus send it as a bearer token.",
        )


@get("/v1/status", sync_to_thread=True)
def show_status(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> StatusShown:
    """Say in words what is wrong with the bank, the worst first; for all staff."""
    return read_status(bank, staff)


@get("/v1/console/figures", sync_to_thread=True)
def show_figures(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], span: Span
) -> FiguresHistory:
    """Say what the bank's figures were, as far back as is asked; for all staff."""
    return read_figures(bank, staff, span)


@get("/metrics", sync_to_thread=True, include_in_schema=False)
def show_metrics(request: AnyRequest, bank: NamedDependency[Bank]) -> Response[bytes]:
    """Give figures in Prometheus' text format; by the token for them, or to any of the staff.

    Where a request comes from proves nothing: what a proxy on this machine passes on looks like
    its own.
    """
    if not _has_token(request):
        _check_staff(request, bank)
    return Response(metrics.text(bank), media_type=metrics.MEDIA_TYPE)


def _has_token(request: AnyRequest) -> bool:
    token = os.environ.get(TOKEN_VARIABLE)
    sent = request.headers.get("authorization", "")
    return bool(token) and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())


def _check_staff(request: AnyRequest, bank: Bank) -> None:
    try:
        provide_staff(request, bank)
    except (SessionUnknown, StaffNotSignedIn):
        raise MetricsRefused from None


ROUTES: list[object] = [show_status, show_figures, show_metrics]
