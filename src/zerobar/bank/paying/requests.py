"""Asking somebody for money: the asked pay, decline, or let it expire; who asked may cancel.

Whatever ends a request takes its one place in the ledger's counters, so it ends once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.paying import records, store
from zerobar.bank.paying.errors import NotPayable, OwnWallet, RequestUnknown
from zerobar.bank.paying.marking import mark
from zerobar.bank.paying.model import MoneyRequest, Notice, NoticeKind, Payee, RequestState
from zerobar.bank.paying.payees import find_wallet, wallet_named
from zerobar.bank.paying.targets import request_condition
from zerobar.bank.people import store as people
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.bank.people.wallets import open_wallet_of, wallet_of
from zerobar.database import Connection
from zerobar.ledger import Result, Row
from zerobar.purse.money import Fen

OPEN_FOR: Final = timedelta(days=3)


def ask_for_money(
    bank: Bank,
    person_id: UUID,
    wallet_id: UUID,
    request_id: UUID,
    asked: Payee,
    terms: tuple[Fen, str],
) -> MoneyRequest:
    """Ask the holder of a wallet for money; the same again returns the same request.

    Args:
        wallet_id: where the money is to go.
        request_id: made by whoever asks, once.
        asked: who, by wallet number or phone number.
        terms: amount and memo.

    Raises WalletUnknown, WalletFrozen, WalletClosed, PayeeUnknown, PayeeNotOpen, OwnWallet,
    TooMany or IdUsed.
    """
    with bank.connection() as connection:
        open_wallet_of(connection, person_id, wallet_id)
        known = store.requests_by_id(connection, [request_id]).get(request_id)
        if known is not None:
            return _same(connection, known, wallet_id, asked, terms)
    # Counted before anybody is looked up, and kept whatever comes of it: numbers are not to be
    # listed by asking them for money.
    with bank.transaction() as connection:
        count_attempt(connection, AttemptKind.ASK_FOR_MONEY, str(person_id), bank.clock())
    with bank.transaction() as connection:
        payer_id, payer_wallet_id = _asked(connection, asked, wallet_id)
        request = _request(bank, request_id, (wallet_id, payer_wallet_id), terms)
        if not store.insert_request(connection, request):
            raise IdUsed
        told = _notice(bank, (payer_id, payer_wallet_id), NoticeKind.ASKED, request)
        store.insert_notice(connection, told)
    return request


def _same(
    connection: Connection,
    known: MoneyRequest,
    wallet_id: UUID,
    asked: Payee,
    terms: tuple[Fen, str],
) -> MoneyRequest:
    """Return a request that is asked for again; a number that nobody has is just another one."""
    payer = find_wallet(connection, asked)
    if payer is None or (wallet_id, payer.id, *terms) != (
        known.payee_wallet_id,
        known.payer_wallet_id,
        known.amount,
        known.memo,
    ):
        raise IdUsed
    return known


def _asked(connection: Connection, asked: Payee, wallet_id: UUID) -> tuple[UUID, UUID]:
    """Return who is asked, and which wallet; raises PayeeUnknown, PayeeNotOpen and so on."""
    payer = wallet_named(connection, asked)
    if payer.id == wallet_id:
        raise OwnWallet
    if payer.person_id is None:
        # A merchant is not asked this way.
        raise RequestUnknown
    return payer.person_id, payer.id


def _request(
    bank: Bank, request_id: UUID, wallets: tuple[UUID, UUID], terms: tuple[Fen, str]
) -> MoneyRequest:
    now = bank.clock()
    return MoneyRequest(request_id, *wallets, *terms, now, now + OPEN_FOR, None, None)


def _notice(bank: Bank, whom: tuple[UUID, UUID], kind: NoticeKind, request: MoneyRequest) -> Notice:
    person_id, wallet_id = whom
    return Notice(
        person_id,
        bank.new_id(),
        wallet_id,
        kind,
        request.id,
        request.amount,
        request.memo,
        bank.clock(),
        None,
    )


def decline_request(bank: Bank, person_id: UUID, request_id: UUID) -> MoneyRequest:
    """Refuse to pay; again, nothing changes. Raises RequestUnknown or NotPayable."""
    return _end(bank, person_id, request_id, RequestState.DECLINED)


def cancel_request(bank: Bank, person_id: UUID, request_id: UUID) -> MoneyRequest:
    """Take back a request; again, nothing changes. Raises RequestUnknown or NotPayable."""
    return _end(bank, person_id, request_id, RequestState.CANCELLED)


def read_request(bank: Bank, person_id: UUID, request_id: UUID) -> MoneyRequest:
    """Return a request to either side; raises RequestUnknown."""
    with bank.connection() as connection:
        request = store.requests_by_id(connection, [request_id]).get(request_id)
        if request is None:
            raise RequestUnknown
        sides = [request.payee_wallet_id, request.payer_wallet_id]
        if person_id not in {_person_of(connection, wallet_id) for wallet_id in sides}:
            raise RequestUnknown
    return request


def requests_of(
    bank: Bank, person_id: UUID, wallet_id: UUID, *, asked: bool, page: tuple[UUID | None, int]
) -> list[MoneyRequest]:
    """Return what a wallet has asked for, or was asked for; the newest first.

    Args:
        page: below which id, and how many.

    Raises WalletUnknown.
    """
    before, limit = page
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        return store.requests_of_wallet(
            connection, wallet_id, asked=asked, before=before, limit=limit
        )


def _end(bank: Bank, person_id: UUID, request_id: UUID, end: RequestState) -> MoneyRequest:
    request = read_request(bank, person_id, request_id)
    _check_side(bank, person_id, request, end)
    state = request.state(bank.clock())
    if state is end:
        return request
    if state is not RequestState.OPEN:
        raise NotPayable(str(state))
    posted = mark(
        bank,
        derived_id(Word.REQUEST_END, request_id, str(end)),
        (request.payer_wallet_id, request.payee_wallet_id),
        (request_condition(request_id),),
        _end_rows(bank, request, end),
    )
    if posted is not Result.POSTED:
        raise NotPayable(str(read_request(bank, person_id, request_id).state(bank.clock())))
    return read_request(bank, person_id, request_id)


def _check_side(bank: Bank, person_id: UUID, request: MoneyRequest, end: RequestState) -> None:
    declines = end is RequestState.DECLINED
    wallet_id = request.payer_wallet_id if declines else request.payee_wallet_id
    with bank.connection() as connection:
        if _person_of(connection, wallet_id) != person_id:
            raise RequestUnknown


def _end_rows(bank: Bank, request: MoneyRequest, end: RequestState) -> tuple[Row, ...]:
    ended = records.request_end_row(request.id, end, bank.clock())
    if end is not RequestState.DECLINED:
        return (ended,)
    with bank.connection() as connection:
        asker = _person_of(connection, request.payee_wallet_id)
    assert asker is not None, "only people ask"
    whom = asker, request.payee_wallet_id
    return ended, records.notice_row(_notice(bank, whom, NoticeKind.REQUEST_DECLINED, request))


def _person_of(connection: Connection, wallet_id: UUID) -> UUID | None:
    wallet = people.wallet(connection, wallet_id)
    return wallet.person_id if wallet else None
