"""Purses over HTTP: linking, limits, loads, unloads, orders, loss, ending, a new PIN."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Session, Signed, StaffSession
from zerobar.bank.api.funding import holder_of
from zerobar.bank.api.purse_showing import (
    CLASSES,
    read_asked,
    read_limits,
    read_proof,
    read_purse_id,
    read_request,
    read_signed_request,
    show_challenge,
    show_order,
    show_purse,
    show_purses,
    show_unload,
    show_voucher,
)
from zerobar.bank.context import Bank
from zerobar.bank.purses import ending, linking, losing, ordering, proving, unblocking, unloading
from zerobar.bank.purses.charging import load, pay_purse
from zerobar.bank.purses.model import Consent, Holder
from zerobar.bank.purses.owed_loads import load_owed
from zerobar.client.purses import (
    ChallengeShown,
    NewCardPin,
    NewLink,
    NewLoad,
    NewOwedLoad,
    NewPurseOrder,
    NewPursePayment,
    NewUnload,
    PurseLimitsWanted,
    PurseOrderShown,
    PurseOrdersShown,
    PurseProof,
    PurseShown,
    PursesShown,
    StockOrder,
    UnblockShown,
    UnloadShown,
    VoucherShown,
)
from zerobar.client.staff import Freezing
from zerobar.purse.money import Fen


@post("/v1/purse-challenges", sync_to_thread=True, tags=["purses"])
def ask_purse(bank: NamedDependency[Bank], session: NamedDependency[Session]) -> ChallengeShown:
    """Ask for something that a purse is to answer with its signed state."""
    return show_challenge(proving.challenge(bank, session.person_id))


@post("/v1/wallets/{wallet_id:uuid}/purses", sync_to_thread=True, tags=["purses"])
def link_purse(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    wallet_id: FromPath[UUID],
    data: JSONBody[NewLink],
) -> PurseShown:
    """Link a purse that one has at hand to a wallet, and choose its limits."""
    limits = None if data.limits is None else read_limits(data.limits)
    proof = read_proof(data.proof)
    return show_purse(bank, linking.link_purse(bank, _holder(signed), wallet_id, proof, limits))


@get("/v1/wallets/{wallet_id:uuid}/purses", sync_to_thread=True, tags=["purses"])
def list_purses(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> PursesShown:
    """List a wallet's purses, closed ones too."""
    return show_purses(bank, linking.purses_of(bank, session.person_id, wallet_id))


@get("/v1/purses/{purse_id:str}", sync_to_thread=True, tags=["purses"])
def read_purse(
    bank: NamedDependency[Bank], session: NamedDependency[Session], purse_id: FromPath[str]
) -> PurseShown:
    """Show one of one's purses."""
    with bank.connection() as connection:
        found = linking.purse_of(connection, session.person_id, read_purse_id(purse_id))
    return show_purse(bank, found)


@put("/v1/purses/{purse_id:str}/limits", sync_to_thread=True, tags=["purses"])
def change_purse_limits(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    purse_id: FromPath[str],
    data: JSONBody[PurseLimitsWanted],
) -> PurseShown:
    """Choose other limits for a purse, which its next sync brings; needs the PIN."""
    holder, id_ = _holder(signed), read_purse_id(purse_id)
    linking.change_limits(bank, holder, id_, read_limits(data))
    with bank.connection() as connection:
        found = linking.purse_of(connection, holder.person_id, id_)
    return show_purse(bank, found)


@post("/v1/loads", sync_to_thread=True, tags=["purses"])
def load_purse(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewLoad]
) -> VoucherShown:
    """Load a purse from its wallet; needs the PIN. The same again gives the same voucher."""
    request = read_request(data.request)
    return show_voucher(load(bank, _consent(signed), signed.id, data.wallet_id, request))


@post("/v1/owed-loads", sync_to_thread=True, tags=["purses"])
def load_what_is_owed(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewOwedLoad]
) -> VoucherShown:
    """Load a purse without a wallet with what is owed to it, by whichever device or till."""
    # Whose device it is does not matter: the card itself has signed.
    del signed
    return show_voucher(load_owed(bank, read_signed_request(data.request)))


@post("/v1/purse-payments", sync_to_thread=True, tags=["purses"])
def pay_offline_purse(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewPursePayment]
) -> VoucherShown:
    """Pay a till that has no network; needs the PIN. The same again gives the same voucher."""
    asked = read_asked(data)
    return show_voucher(pay_purse(bank, _consent(signed), signed.id, data.wallet_id, asked))


@post("/v1/purses/{purse_id:str}/unload-requests", sync_to_thread=True, tags=["purses"])
def ask_to_unload(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    purse_id: FromPath[str],
    data: JSONBody[NewUnload],
) -> UnloadShown:
    """Fetch what a purse pays to give money to its wallet: by its till, or after the PIN."""
    id_ = read_purse_id(purse_id)
    with bank.transaction() as connection:
        linking.unloadable_by(bank, connection, signed.key, id_)
    return show_unload(unloading.unload_request(bank, id_, signed.id, Fen(data.amount_fen)))


@post("/v1/purse-orders", sync_to_thread=True, tags=["purses"])
def order_purse(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewPurseOrder]
) -> PurseOrderShown:
    """Order a purse for a wallet; needs the PIN."""
    replaces = None if data.replaces is None else bytes.fromhex(data.replaces)
    holder = _holder(signed)
    return show_order(ordering.order_purse(bank, holder, signed.id, data.wallet_id, replaces))


@get("/v1/wallets/{wallet_id:uuid}/purse-orders", sync_to_thread=True, tags=["purses"])
def list_purse_orders(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> PurseOrdersShown:
    """List what was ordered for a wallet, the newest first."""
    orders = ordering.orders_of(bank, session.person_id, wallet_id)
    return PurseOrdersShown(items=[show_order(order) for order in orders])


@post("/v1/purses/{purse_id:str}/loss", status_code=200, sync_to_thread=True, tags=["purses"])
def report_purse_lost(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], purse_id: FromPath[str]
) -> PurseShown:
    """Report a purse lost, from whichever device; needs the PIN. It is blocked at once."""
    lost = losing.report_lost(bank, _holder(signed), read_purse_id(purse_id))
    return show_purse(bank, lost)


@post("/v1/purses/{purse_id:str}/finding", status_code=200, sync_to_thread=True, tags=["purses"])
def report_purse_found(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], purse_id: FromPath[str]
) -> PurseShown:
    """Take back that a purse is lost, before its horizon; needs the PIN."""
    found = losing.report_found(bank, _holder(signed), read_purse_id(purse_id))
    return show_purse(bank, found)


@post(
    "/v1/purses/{purse_id:str}/termination", status_code=200, sync_to_thread=True, tags=["purses"]
)
def end_purse(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    purse_id: FromPath[str],
    data: JSONBody[PurseProof],
) -> PurseShown:
    """End an empty purse that has just synced, for ever."""
    person_id, id_ = holder_of(signed), read_purse_id(purse_id)
    return show_purse(bank, ending.terminate_purse(bank, person_id, id_, read_proof(data)))


@post("/v1/purses/{purse_id:str}/new-pin", status_code=200, sync_to_thread=True, tags=["purses"])
def set_purse_pin(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    purse_id: FromPath[str],
    data: JSONBody[NewCardPin],
) -> UnblockShown:
    """Choose a new PIN for a purse, once two of the staff agreed; needs the wallet's PIN."""
    message = unblocking.new_pin(bank, _holder(signed), read_purse_id(purse_id), data.pin)
    return UnblockShown(message=bytes(message).hex())


@post("/v1/staff/purse-orders", sync_to_thread=True, tags=["purses"])
def order_stock(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[StockOrder],
) -> PurseOrderShown:
    """Order a purse for stock; for operations."""
    purse_class = CLASSES[data.kind]
    return show_order(ordering.order_stock(bank, staff, idempotency_key, purse_class))


@get("/v1/staff/purses/{purse_id:str}", sync_to_thread=True, tags=["purses"])
def read_purse_for_staff(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], purse_id: FromPath[str]
) -> PurseShown:
    """Show whichever purse somebody holds; for operations and risk."""
    return show_purse(bank, linking.purse_for_staff(bank, staff, read_purse_id(purse_id)))


@post("/v1/staff/purses/{purse_id:str}/loss", status_code=200, sync_to_thread=True, tags=["purses"])
def report_lost_by_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    purse_id: FromPath[str],
    data: JSONBody[Freezing],
) -> PurseShown:
    """Report a purse lost for a holder who called; for operations and risk."""
    found = losing.report_lost_by_staff(bank, staff, read_purse_id(purse_id), data.reason)
    return show_purse(bank, found)


def _holder(signed: Signed) -> Holder:
    return Holder(holder_of(signed), signed.key.id)


def _consent(signed: Signed) -> Consent:
    return Consent(holder_of(signed), signed.key.id, signed.signed_bytes, signed.signature)


ROUTES: list[Any] = [
    ask_purse,
    link_purse,
    list_purses,
    read_purse,
    change_purse_limits,
    load_purse,
    load_what_is_owed,
    pay_offline_purse,
    ask_to_unload,
    order_purse,
    list_purse_orders,
    report_purse_lost,
    report_purse_found,
    end_purse,
    set_purse_pin,
    order_stock,
    read_purse_for_staff,
    report_lost_by_staff,
]
