"""What operations look at over HTTP: searches, wallets, purses, vouchers, settlement, refunds."""

from __future__ import annotations

import re
from typing import Annotated, Final
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.purse_showing import read_purse_id
from zerobar.bank.context import Bank
from zerobar.bank.settlement.model import Reason
from zerobar.bank.watching import (
    histories,
    merchants,
    purses,
    reach,
    runs,
    searching,
    vouchers,
    wallets,
)
from zerobar.client.console import (
    BlockedShown,
    BlocklistOverview,
    InFlight,
    LogLine,
    MerchantLine,
    PurseOverview,
    PurseStep,
    RefundLine,
    RefundState,
    RejectShown,
    RunShown,
    SearchAsked,
    SearchFound,
    VoucherLine,
    VoucherList,
    WalletOverview,
)
from zerobar.client.paging import Page

_BATCH: Final = re.compile("[0-9a-f]{64}")
_LARGEST_NUMBER: Final = 2**31 - 1
_LARGEST_ENTRY: Final = 2**62

Which = Annotated[VoucherList, QueryParameter(description="which vouchers")]
Progress = Annotated[
    RefundState | None,
    QueryParameter(name="state", description="only refunds that are so far"),
]
ReasonName = Annotated[
    str | None,
    QueryParameter(pattern="^[a-z_]{1,40}$", description="only records refused for this reason"),
]


@post("/v1/console/searches", status_code=200, sync_to_thread=True)
def search(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], data: JSONBody[SearchAsked]
) -> SearchFound:
    """Find by id, number, phone, purse or voucher, and write down who looked; for operations, risk.

    It is a POST so that a phone number stands in no address.
    """
    return SearchFound(items=searching.search(bank, staff, data.query))


@get("/v1/console/wallets/{wallet_id:uuid}", sync_to_thread=True)
def read_wallet(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], wallet_id: FromPath[UUID]
) -> WalletOverview:
    """Show a wallet, its holder masked, and write down who looked; for operations and risk."""
    return wallets.read_wallet(bank, staff, wallet_id)


@get("/v1/console/purses/{purse_id:str}", sync_to_thread=True)
def read_purse(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], purse_id: FromPath[str]
) -> PurseOverview:
    """Show a purse as the bank knows it, and write down who looked; for operations and risk."""
    return purses.read_purse(bank, staff, read_purse_id(purse_id))


@get("/v1/console/purses/{purse_id:str}/history", sync_to_thread=True)
def read_purse_history(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    purse_id: FromPath[str],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[PurseStep]:
    """List all that happened to a purse, newest first; for operations and risk."""
    after = read_cursor(cursor)
    rows = histories.read_history(bank, staff, read_purse_id(purse_id), after, limit + 1)
    return page_of(rows, limit, lambda row: row[0], lambda row: row[1])


@get("/v1/console/purses/{purse_id:str}/log", sync_to_thread=True)
def read_purse_log(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    purse_id: FromPath[str],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[LogLine]:
    """List a purse's log as far as it is held, newest first; for operations and risk."""
    before = _number(cursor, _LARGEST_ENTRY)
    rows = histories.read_log(bank, staff, read_purse_id(purse_id), before, limit + 1)
    return page_of(rows, limit, lambda line: UUID(int=line.entry), lambda line: line)


@get("/v1/console/vouchers", sync_to_thread=True)
def list_vouchers(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    which: Which,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[VoucherLine]:
    """List vouchers that somebody has to look after; for operations and risk.

    Undelivered and due ones come with the oldest first, declined and returned with the newest.
    """
    rows = vouchers.list_vouchers(bank, staff, which, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, vouchers.place_of, lambda line: line)


@get("/v1/console/in-flight", sync_to_thread=True)
def read_in_flight(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> InFlight:
    """Say how much is in vouchers without an outcome, by age; for operations and risk."""
    return vouchers.in_flight(bank, staff)


@get("/v1/console/settlement-runs", sync_to_thread=True)
def list_settlement_runs(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RunShown]:
    """List files of vouchers and how far each is settled, newest first; for operations and risk."""
    rows = runs.list_runs(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, runs.run_place, lambda run: run)


@get("/v1/console/settlement-runs/{batch:str}", sync_to_thread=True)
def read_settlement_run(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], batch: FromPath[str]
) -> RunShown:
    """Say how far a file of vouchers is settled; for operations and risk."""
    return runs.read_run(bank, staff, _batch(batch))


@get("/v1/console/settlement-runs/{batch:str}/rejects", sync_to_thread=True)
def list_rejects(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    batch: FromPath[str],
    reason: ReasonName = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RejectShown]:
    """List what was refused of a file, in its order; for operations and risk."""
    last = _number(cursor, _LARGEST_NUMBER)
    places = -1 if last is None else last, limit + 1
    rows = runs.list_rejects(bank, staff, _batch(batch), _reason(reason), places)
    return page_of(rows, limit, lambda reject: UUID(int=reject.place), lambda reject: reject)


@get("/v1/console/refunds", sync_to_thread=True)
def list_refunds(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    progress: Progress = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RefundLine]:
    """List what merchants give back, newest first; for operations and risk."""
    rows = merchants.list_refunds(bank, staff, progress, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda refund: refund.refund_id, lambda refund: refund)


@get("/v1/console/merchants", sync_to_thread=True)
def list_merchant_lines(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MerchantLine]:
    """List merchants with what they have and how they are; for operations and risk."""
    rows = merchants.list_merchants(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda merchant: merchant.merchant_id, lambda merchant: merchant)


@get("/v1/console/blocklist", sync_to_thread=True)
def read_blocklist(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]
) -> BlocklistOverview:
    """Say how far the blocklist has come; for operations and risk."""
    return reach.read_blocklist(bank, staff)


@get("/v1/console/blocklist/ids", sync_to_thread=True)
def list_blocked(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[BlockedShown]:
    """List what is on the blocklist, newest first; for operations and risk."""
    rows = reach.list_blocked(bank, staff, _number(cursor, _LARGEST_ENTRY), limit + 1)
    return page_of(rows, limit, lambda blocked: UUID(int=blocked.epoch), lambda blocked: blocked)


def _number(cursor: str | None, largest: int) -> int | None:
    last = read_cursor(cursor)
    return None if last is None else min(last.int, largest)


def _batch(text: str) -> bytes:
    if _BATCH.fullmatch(text) is None:
        raise runs.RunUnknown
    return bytes.fromhex(text)


def _reason(name: str | None) -> Reason | None:
    if name is None:
        return None
    if name.upper() not in Reason.__members__:
        raise runs.ReasonUnknown
    return Reason[name.upper()]


ROUTES: list[object] = [
    search,
    read_wallet,
    read_purse,
    read_purse_history,
    read_purse_log,
    list_vouchers,
    read_in_flight,
    list_settlement_runs,
    read_settlement_run,
    list_rejects,
    list_refunds,
    list_merchant_lines,
    read_blocklist,
    list_blocked,
]
