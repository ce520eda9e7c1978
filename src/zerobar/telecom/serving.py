"""The telecom's program: its interface, what it does by itself, and its binding to the SMSC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import uvicorn

from zerobar.database.worker import Worker
from zerobar.serving.programs import until_told
from zerobar.telecom.api.access import Desk
from zerobar.telecom.api.app import create_app
from zerobar.telecom.bank import Bank
from zerobar.telecom.batches import EXPECTED
from zerobar.telecom.context import Telecom
from zerobar.telecom.installation import Installation
from zerobar.telecom.jobs import jobs
from zerobar.telecom.messages import Inbox
from zerobar.telecom.running import open_bank, open_telecom
from zerobar.telecom.smpp.receiver import Receiver

_STOP_PATIENCE_S: Final = 20


def serve(installation: Installation, host: str, port: int) -> None:
    """Serve until interrupted."""
    with ExitStack() as stack:
        telecom = stack.enter_context(open_telecom(installation))
        bank = stack.enter_context(open_bank(installation))
        stack.enter_context(Worker(jobs(telecom, bank), EXPECTED))
        stack.enter_context(receiving(installation, telecom, bank))
        stack.enter_context(until_told())
        uvicorn.run(
            create_app(desk_of(installation, telecom, bank)),
            host=host,
            port=port,
            ws="none",
            # Requests may hold secrets in their headers; problems are logged by the API.
            access_log=False,
            log_config=None,
            server_header=False,
            # The header that names a line is believed by the sender's address: its own, no other.
            proxy_headers=False,
            timeout_graceful_shutdown=_STOP_PATIENCE_S,
        )


def desk_of(installation: Installation, telecom: Telecom, bank: Bank | None) -> Desk:
    """Return what the application is made of."""
    settings = installation.settings
    return Desk(
        telecom,
        bank,
        None if settings.joined is None else settings.joined.operator_id,
        installation.guarantor,
        installation.api_token,
        settings.gateways,
    )


@contextmanager
def receiving(installation: Installation, telecom: Telecom, bank: Bank | None) -> Iterator[None]:
    """Receive vouchers by SMS for as long as the context lasts, if there is an SMSC."""
    access = installation.settings.smsc
    if access is None or bank is None:
        yield
        return
    with Receiver(access, Inbox(telecom, bank).take):
        yield
