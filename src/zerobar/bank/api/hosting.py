"""Hosted payees over HTTP: staff begin them, merchants' servers ask and read."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Signed, StaffSession
from zerobar.bank.api.merchant_showing import find_seller, read_key
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.purse_showing import read_purse_id, read_request
from zerobar.bank.context import Bank
from zerobar.bank.purses import billers
from zerobar.bank.settlement import giving_back
from zerobar.bank.settlement.life import VoucherUnknown
from zerobar.client.hosting import (
    GivenBack,
    GivenBackTo,
    HostedPayeeShown,
    NewHostedPayee,
    NewHostedRequest,
    PayerCertificate,
    SettledVoucher,
)
from zerobar.client.paging import Page

LAST_ENTRY: Final = 0xFFFF_FFFF
"""A purse counts its entries in four bytes."""


@post("/v1/merchants/{merchant_id:uuid}/hosted-payees", sync_to_thread=True, tags=["merchants"])
def host_payee(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
    data: JSONBody[NewHostedPayee],
) -> HostedPayeeShown:
    """Host a payee for a merchant, by the key that signs its requests; for operations."""
    payee = billers.host_biller(bank, staff, merchant_id, read_key(data.public_key))
    return HostedPayeeShown(payee_id=payee.id.hex(), certificate=bytes(payee.certificate).hex())


@post("/v1/hosted-requests", sync_to_thread=True, tags=["merchants"])
def issue_request(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewHostedRequest]
) -> NewHostedRequest:
    """Note a hosted payee's request, before a card is shown it; for the merchant's server."""
    billers.issue_for(bank, find_seller(bank, signed), read_request(data.request))
    return data


@get("/v1/merchant/vouchers", sync_to_thread=True, tags=["merchants"])
def list_settled(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[SettledVoucher]:
    """List what cards have paid to the merchant's hosted payees, the last first."""
    last = read_cursor(cursor)
    before = billers.NEWEST if last is None else min(last.int, billers.NEWEST)
    rows = billers.settled_to(bank, find_seller(bank, signed), before, limit + 1)
    return page_of(rows, limit, lambda row: UUID(int=row.number), _shown)


@post(
    "/v1/merchant/vouchers/{payer_id:str}/{entry:int}/return",
    status_code=200,
    sync_to_thread=True,
    tags=["merchants"],
)
def give_back_voucher(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    payer_id: FromPath[str],
    entry: FromPath[int],
) -> GivenBack:
    """Give what a card has paid to a hosted payee back to whoever paid, all of it and once.

    It goes to the wallet behind the card; if there is none, to the card itself, with its next load.
    """
    id_ = read_purse_id(payer_id)
    if not 0 < entry <= LAST_ENTRY:
        raise VoucherUnknown(id_, entry)
    made = giving_back.give_back_voucher(bank, find_seller(bank, signed), id_, entry)
    return GivenBack(
        payer_id=made.payer_id.hex(),
        entry=made.entry,
        amount_fen=int(made.amount),
        to=GivenBackTo.CARD if made.wallet_id is None else GivenBackTo.WALLET,
        given_back_at=made.made_at,
    )


@get(
    "/v1/certificates/{payer_id:str}/{certificate_hash:str}",
    sync_to_thread=True,
    tags=["merchants"],
)
def read_certificate(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    payer_id: FromPath[str],
    certificate_hash: FromPath[str],
) -> PayerCertificate:
    """Show a payer's certificate to a merchant's server that has its hash from a voucher."""
    found = billers.certificate_for(
        bank, find_seller(bank, signed), read_purse_id(payer_id), read_purse_id(certificate_hash)
    )
    return PayerCertificate(certificate=bytes(found).hex())


def _shown(row: billers.SettledVoucher) -> SettledVoucher:
    voucher = row.voucher
    return SettledVoucher(
        payer_id=voucher.payer_id.hex(),
        entry=voucher.entry,
        payee_id=voucher.payee_id.hex(),
        amount_fen=int(row.amount),
        reference=voucher.reference.hex(),
        settled_at=row.settled_at,
        given_back_at=row.given_back_at,
    )


ROUTES: list[object] = [
    host_payee,
    issue_request,
    list_settled,
    give_back_voucher,
    read_certificate,
]
