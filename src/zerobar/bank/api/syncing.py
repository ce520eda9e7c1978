"""Syncs over HTTP: purses' logs, void statements, vouchers, and what became of them.

Whatever device or till is known here may bring them, for what is brought is signed by purses; and
what is answered is for the purse whose signed state was shown.
"""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Signed, StaffSession
from zerobar.bank.api.purse_showing import read_purse_id
from zerobar.bank.api.sync_showing import (
    read_part,
    read_statement,
    read_upload,
    show_answer,
    show_life,
    show_told,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, Unavailable
from zerobar.bank.fraud.blocklist import newest_epoch
from zerobar.bank.purses import linking
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.settlement import life_of
from zerobar.bank.settlement.life import VoucherUnknown
from zerobar.bank.settlement.telling import Told, take_vouchers
from zerobar.bank.syncing import StateRefused, known_entry, sync, take_part, take_statement
from zerobar.bank.syncing.asking import holds_any
from zerobar.bank.watching.vouchers import read_life
from zerobar.client.syncing import (
    LogPartShown,
    NewLogPart,
    NewStatement,
    NewStatements,
    NewSync,
    NewVouchers,
    SyncBegun,
    SyncShown,
    VoucherLife,
    VouchersTold,
)
from zerobar.reader.sentences import Sentence

LARGEST_UPLOAD: Final = 1024 * 1024
"""Bytes; a whole ring of entries with as many certificates, or 1,000 vouchers, in hexadecimal."""
_NONCE_LENGTH: Final = 8
_STATEMENT_KEPT: Final = Sentence("It is kept.", zh="已收存。")
_STATEMENT_REFUSED: Final = "此作废声明未被接受："
_LAST_ENTRY: Final = 0xFFFFFFFF


@get("/v1/purses/{purse_id:str}/sync", sync_to_thread=True, tags=["syncing"])
def begin_sync(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], purse_id: FromPath[str]
) -> SyncBegun:
    """Say to its holder up to where a purse's log is held, with a query for its state.

    Whoever carries a purse without a wallet is told as well, without a query. Of others' purses
    nobody is told: how often somebody pays is nobody else's business.
    """
    id_ = read_purse_id(purse_id)
    operator = issuing_keys(bank).operator
    with bank.connection() as connection:
        epoch = newest_epoch(connection)
        is_holder = holds_any(connection, signed.key, [id_])
        if not is_holder:
            linking.check_unlinked(connection, id_)
    query = operator.state_query(id_, bank.random(_NONCE_LENGTH)) if is_holder else None
    return SyncBegun(
        known_entry=known_entry(bank, id_),
        epoch=epoch,
        query=None if query is None else query.hex(),
    )


@post(
    "/v1/purses/{purse_id:str}/syncs",
    status_code=200,
    sync_to_thread=True,
    tags=["syncing"],
    request_max_body_size=LARGEST_UPLOAD,
)
def sync_purse(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    purse_id: FromPath[str],
    data: JSONBody[NewSync],
) -> SyncShown:
    """Take in a purse's state and log, and answer with what to carry to the purse."""
    upload = read_upload(data)
    if upload.state.id != read_purse_id(purse_id):
        raise StateRefused("it is another purse's")
    return show_answer(sync(bank, upload))


@post(
    "/v1/purses/{purse_id:str}/log-parts",
    status_code=200,
    sync_to_thread=True,
    tags=["syncing"],
    request_max_body_size=LARGEST_UPLOAD,
)
def keep_log_part(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    purse_id: FromPath[str],
    data: JSONBody[NewLogPart],
) -> LogPartShown:
    """Keep a part of a purse's log, so that a sync that is cut need not begin anew."""
    state, entries = read_part(data)
    if state.id != read_purse_id(purse_id):
        raise StateRefused("it is another purse's")
    return LogPartShown(known_entry=take_part(bank, state, entries))


@post(
    "/v1/vouchers",
    status_code=200,
    sync_to_thread=True,
    tags=["syncing"],
    request_max_body_size=LARGEST_UPLOAD,
)
def bring_vouchers(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewVouchers]
) -> VouchersTold:
    """Take vouchers that a phone or till carries; one answer for each, in order."""
    told = take_vouchers(bank, [bytes.fromhex(record) for record in data.records])
    return VouchersTold(items=[show_told(each) for each in told])


@post("/v1/void-statements", status_code=200, sync_to_thread=True, tags=["syncing"])
def bring_statements(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewStatements]
) -> VouchersTold:
    """Take payees' words that they will never credit a voucher; one answer for each, in order."""
    return VouchersTold(items=[show_told(_take(bank, each)) for each in data.items])


@get("/v1/vouchers/{payer_id:str}/{entry:int}", sync_to_thread=True, tags=["syncing"])
def read_voucher(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    payer_id: FromPath[str],
    entry: FromPath[int],
) -> VoucherLife:
    """Show what became of a voucher to who paid it or was paid by it."""
    life = life_of(bank, *_key(payer_id, entry))
    parties = [life.voucher.payer_id, life.voucher.payee_id]
    with bank.connection() as connection:
        is_party = holds_any(connection, signed.key, parties)
    if not is_party:
        raise VoucherUnknown(life.voucher.payer_id, entry)
    return show_life(life)


@get("/v1/staff/vouchers/{payer_id:str}/{entry:int}", sync_to_thread=True, tags=["syncing"])
def read_voucher_as_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    payer_id: FromPath[str],
    entry: FromPath[int],
) -> VoucherLife:
    """Show what became of a voucher, and write down who looked; for operations and risk."""
    return show_life(read_life(bank, staff, *_key(payer_id, entry)))


def _key(payer_id: str, entry: int) -> tuple[bytes, int]:
    id_ = read_purse_id(payer_id)
    if not 0 < entry <= _LAST_ENTRY:
        raise VoucherUnknown(id_, entry)
    return id_, entry


def _take(bank: Bank, data: NewStatement) -> Told:
    """Take one statement; what is wrong with one is no reason to refuse the others."""
    undo = read_statement(data)
    try:
        take_statement(bank, undo.statement, [undo.certificate])
    except Unavailable:
        raise
    except BankError as error:
        said = f"{error.what_happened} {error.next_step}"
        return Told(False, Sentence(said, zh=f"{_STATEMENT_REFUSED}{said}"))
    return Told(True, _STATEMENT_KEPT)


ROUTES: list[object] = [
    begin_sync,
    sync_purse,
    keep_log_part,
    bring_vouchers,
    bring_statements,
    read_voucher,
    read_voucher_as_staff,
]
