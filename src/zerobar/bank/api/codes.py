"""Customers' codes over HTTP: enrolling a device, the limit, and what waits to be confirmed."""

from __future__ import annotations

from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Session, Signed
from zerobar.bank.api.paying_showing import holder_of, show_code, show_confirmation
from zerobar.bank.context import Bank
from zerobar.bank.paying.charging import decline_charge, waiting_for
from zerobar.bank.paying.codes import end_codes, enrol_code, limit_for, set_limit
from zerobar.client.paying import (
    CodeLimitShown,
    CodeSecretShown,
    ConfirmationShown,
    NewCodeLimit,
)
from zerobar.purse.money import Fen


@post("/v1/wallets/{wallet_id:uuid}/code-secret", sync_to_thread=True)
def enrol_code_secret(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], wallet_id: FromPath[UUID]
) -> CodeSecretShown:
    """Give the device that signs what it derives codes from; needs the PIN."""
    return show_code(enrol_code(bank, holder_of(signed), wallet_id, signed.key.id, signed.id))


@delete("/v1/wallets/{wallet_id:uuid}/code-secret", sync_to_thread=True)
def end_code_secret(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> None:
    """Let this device show no more codes."""
    end_codes(bank, session.person_id, wallet_id, session.key_id)


@get("/v1/wallets/{wallet_id:uuid}/code-limit", sync_to_thread=True)
def read_code_limit(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> CodeLimitShown:
    """Show what a wallet's codes pay without confirmation."""
    return CodeLimitShown(limit_fen=int(limit_for(bank, session.person_id, wallet_id)))


@put("/v1/wallets/{wallet_id:uuid}/code-limit", sync_to_thread=True)
def change_code_limit(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    wallet_id: FromPath[UUID],
    data: JSONBody[NewCodeLimit],
) -> CodeLimitShown:
    """Choose what a wallet's codes pay without confirmation; needs the PIN."""
    set_limit(bank, holder_of(signed), wallet_id, signed.key.id, Fen(data.limit_fen))
    return CodeLimitShown(limit_fen=data.limit_fen)


@get("/v1/wallets/{wallet_id:uuid}/confirmations", sync_to_thread=True)
def list_confirmations(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> list[ConfirmationShown]:
    """List what tills wait for, the newest first."""
    found = waiting_for(bank, session.person_id, wallet_id)
    return [show_confirmation(waiting) for waiting in found]


@post("/v1/confirmations/{payment_id:uuid}/decline", status_code=204, sync_to_thread=True)
def decline_confirmation(
    bank: NamedDependency[Bank], session: NamedDependency[Session], payment_id: FromPath[UUID]
) -> None:
    """Refuse to pay what a till has charged."""
    decline_charge(bank, session.person_id, payment_id)


CODE_ROUTES: list[object] = [
    enrol_code_secret,
    end_code_secret,
    read_code_limit,
    change_code_limit,
    list_confirmations,
    decline_confirmation,
]
