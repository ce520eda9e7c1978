from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given

from tests.ledger.plain import PlainLedger
from tests.ledger.worlds import ACCOUNTS, SOURCE, WALLETS, histories
from zerobar.ledger import Account, Chain, Result, Transfer, TransferKind
from zerobar.ledger.books import AccountState, Books, Hold
from zerobar.purse.money import Fen

ALICE, BO, CAFE, DEPOT = WALLETS


def books_of(*closed: UUID) -> Books:
    books = Books()
    for a in ACCOUNTS:
        books.accounts[a.id] = AccountState(a.floor, a.currency, a.id in closed)
    return books


def post(
    books: Books, number: int, debit: UUID, credit: UUID, amount: int, hold: int | None = None
) -> Result:
    kind = TransferKind.POST if hold is None else TransferKind.COMMIT
    ended = None if hold is None else UUID(int=hold)
    transfer = Transfer(UUID(int=number), debit, credit, Fen(amount), kind=kind, hold=ended)
    return books.judge((transfer,))[0][0]


@given(histories)
def test_the_rules_agree_with_a_plain_ledger(history: list[Chain]) -> None:
    books, plain = books_of(), PlainLedger({a.id: a for a in ACCOUNTS})
    for chain in history:
        fresh = not any(t.id in plain.answers for t in chain)
        expected = plain.post(chain)
        if fresh:
            assert books.judge(chain)[0] == expected
    for account in ACCOUNTS:
        state = books.accounts[account.id]
        assert state.balance == plain.balance(account.id)
        assert state.held == plain.held(account.id)
        assert account.floor is None or state.balance - state.held >= account.floor


@given(histories)
def test_what_is_debited_is_credited(history: list[Chain]) -> None:
    books = books_of()
    for chain in history:
        _, entries = books.judge(chain)
        assert sum(entry.amount for entry in entries) == 0
    assert sum(state.balance for state in books.accounts.values()) == 0


@given(histories)
def test_entries_are_numbered_without_gaps_and_carry_the_balance(history: list[Chain]) -> None:
    books, last = books_of(), {a.id: (0, 0) for a in ACCOUNTS}
    for chain in history:
        for entry in books.judge(chain)[1]:
            number, balance = last[entry.account_id]
            assert (entry.number, entry.balance) == (number + 1, balance + entry.amount)
            last[entry.account_id] = (entry.number, entry.balance)


def test_a_hold_lowers_what_is_available_but_not_the_balance() -> None:
    books = books_of()
    post(books, 1, SOURCE, ALICE, 100)
    hold = Transfer(UUID(int=2), ALICE, BO, Fen(70), kind=TransferKind.HOLD)
    assert books.judge((hold,))[0] == [Result.POSTED]
    assert (books.accounts[ALICE].balance, books.accounts[ALICE].held) == (100, 70)
    assert post(books, 3, ALICE, CAFE, 31) is Result.BELOW_FLOOR
    assert post(books, 4, ALICE, CAFE, 30) is Result.POSTED


def test_a_commit_of_less_releases_the_rest() -> None:
    books = books_of()
    post(books, 1, SOURCE, ALICE, 100)
    books.judge((Transfer(UUID(int=2), ALICE, BO, Fen(70), kind=TransferKind.HOLD),))
    assert post(books, 3, ALICE, BO, 50, hold=2) is Result.POSTED
    assert (books.accounts[ALICE].balance, books.accounts[ALICE].held) == (50, 0)
    assert post(books, 4, ALICE, BO, 20, hold=2) is Result.HOLD_ENDED


def test_a_closed_account_still_sees_its_holds_end() -> None:
    books = books_of()
    post(books, 1, SOURCE, ALICE, 100)
    books.holds[UUID(int=2)] = Hold(ALICE, BO, 70, ended=False)
    books.accounts[ALICE].held = 70
    books.accounts[ALICE].closed = True
    assert post(books, 3, ALICE, BO, 1) is Result.DEBIT_CLOSED
    assert post(books, 4, SOURCE, ALICE, 1) is Result.CREDIT_CLOSED
    assert post(books, 5, ALICE, BO, 70, hold=2) is Result.POSTED


def test_an_account_cannot_overflow() -> None:
    books = books_of()
    books.accounts[BO].balance = 2**62 - 10
    assert post(books, 1, SOURCE, BO, 10) is Result.POSTED
    assert post(books, 2, SOURCE, BO, 1) is Result.OVERFLOW


def test_a_chain_that_breaks_leaves_everything_as_it_was() -> None:
    books = books_of()
    post(books, 1, SOURCE, ALICE, 100)
    chain = (
        Transfer(UUID(int=2), ALICE, BO, Fen(60), kind=TransferKind.HOLD),
        Transfer(UUID(int=3), ALICE, BO, Fen(60), kind=TransferKind.COMMIT, hold=UUID(int=2)),
        Transfer(UUID(int=4), ALICE, CAFE, Fen(60)),
    )
    results, entries = books.judge(chain)
    assert results == [Result.CHAIN_BROKEN, Result.CHAIN_BROKEN, Result.BELOW_FLOOR]
    assert entries == [] and books.accounts[ALICE].balance == 100
    assert books.accounts[ALICE].entries == 1 and UUID(int=2) not in books.holds


_PRECEDENCE = [
    (Result.AMOUNT_OUT_OF_RANGE, Transfer(UUID(int=9), ALICE, ALICE, Fen(0))),
    (Result.SAME_ACCOUNT, Transfer(UUID(int=9), UUID(int=7), UUID(int=7), Fen(1))),
    (Result.DEBIT_UNKNOWN, Transfer(UUID(int=9), UUID(int=7), UUID(int=8), Fen(1))),
    (Result.CREDIT_UNKNOWN, Transfer(UUID(int=9), ALICE, UUID(int=8), Fen(1))),
    (Result.CURRENCIES_DIFFER, Transfer(UUID(int=9), CAFE, UUID(int=50), Fen(1))),
    (Result.DEBIT_CLOSED, Transfer(UUID(int=9), CAFE, DEPOT, Fen(1))),
    (Result.CREDIT_CLOSED, Transfer(UUID(int=9), ALICE, CAFE, Fen(1))),
    (Result.BELOW_FLOOR, Transfer(UUID(int=9), ALICE, BO, Fen(1))),
]


@pytest.mark.parametrize("result,transfer", _PRECEDENCE, ids=lambda v: getattr(v, "name", ""))
def test_the_first_result_that_applies_is_the_answer(result: Result, transfer: Transfer) -> None:
    assert books_of(CAFE, DEPOT).judge((transfer,))[0] == [result]


def test_results_are_in_the_order_of_precedence() -> None:
    assert [r for r, _ in _PRECEDENCE] == sorted(r for r, _ in _PRECEDENCE)


def test_an_account_may_have_a_floor_below_zero() -> None:
    books = books_of()
    assert Account(DEPOT, 3, floor=-50) in ACCOUNTS
    assert post(books, 1, DEPOT, BO, 50) is Result.POSTED
    assert post(books, 2, DEPOT, BO, 1) is Result.BELOW_FLOOR
