from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given

from tests.ledger.plain import PlainLedger
from tests.ledger.worlds import ACCOUNTS, KEYS, SOURCE, WALLETS, Step, histories
from zerobar.ledger import Account, Closing, Counter, Posting, Result, Transfer, TransferKind
from zerobar.ledger.books import (
    AccountState,
    Books,
    Hold,
    NewEntry,
    Sheet,
    Verdict,
    account_field,
    floor_of,
)
from zerobar.purse.money import Fen

ALICE, BO, CAFE, DEPOT = WALLETS
CODE, DAY, _ = KEYS


def books_of(*closed: UUID) -> Books:
    books = Books()
    for a in ACCOUNTS:
        field, floor = account_field(a.id.int), floor_of(a.floor)
        books.accounts[a.id.int] = AccountState(field, floor, a.currency, a.id in closed)
    return books


def transfer(number: int, debit: UUID, credit: UUID, amount: int) -> Transfer:
    return Transfer(UUID(int=number), debit, credit, Fen(amount))


def hold(number: int, debit: UUID, credit: UUID, amount: int) -> Transfer:
    return Transfer(UUID(int=number), debit, credit, Fen(amount), kind=TransferKind.HOLD)


def commit(number: int, debit: UUID, credit: UUID, amount: int, held: int) -> Transfer:
    ended, kind = UUID(int=held), TransferKind.COMMIT
    return Transfer(UUID(int=number), debit, credit, Fen(amount), kind=kind, hold=ended)


def post(books: Books, *transfers: Transfer, counters: tuple[Counter, ...] = ()) -> Result:
    return books.judge(Posting(transfers, counters), Sheet()).result


def take(books: Books, step: Step) -> tuple[Verdict | None, list[NewEntry]]:
    """Post a chain or close an account; return also the new entries."""
    sheet = Sheet()
    if isinstance(step, UUID):
        books.close(step.int)
        return None, sheet.entries
    return books.judge(step, sheet), sheet.entries


@given(histories)
def test_the_rules_agree_with_a_plain_ledger(history: list[Step]) -> None:
    books, plain = books_of(), PlainLedger({a.id: a for a in ACCOUNTS})
    for step in history:
        if isinstance(step, UUID):
            assert books.close(step.int)[0] is plain.close(step)
        elif any(t.id in plain.answers for t in step.transfers):
            plain.post(step)
        else:
            expected = plain.post(step)
            verdict = books.judge(step, Sheet())
            assert expected[verdict.position] is verdict.result
            assert verdict.counter == plain.counter(step.transfers[verdict.position].id)
    for account in ACCOUNTS:
        state = books.accounts[account.id.int]
        assert state.balance == plain.balance(account.id)
        assert state.held == plain.held(account.id)
        assert account.floor is None or state.balance - state.held >= account.floor
    for (key, period), count in books.counters.items():
        assert count.total == plain.total(UUID(int=key), period)


@given(histories)
def test_what_is_debited_is_credited(history: list[Step]) -> None:
    books = books_of()
    for step in history:
        assert sum(amount for _, _, _, amount, _, _ in take(books, step)[1]) == 0
    assert sum(state.balance for state in books.accounts.values()) == 0


@given(histories)
def test_entries_are_numbered_without_gaps_and_carry_the_balance(history: list[Step]) -> None:
    books, last = books_of(), {a.id.int: (0, 0) for a in ACCOUNTS}
    for step in history:
        for account, number, _, amount, balance, _ in take(books, step)[1]:
            assert (number, balance) == (last[account][0] + 1, last[account][1] + amount)
            last[account] = (number, balance)


@given(histories)
def test_a_counters_rows_are_numbered_without_gaps_and_only_rise(history: list[Step]) -> None:
    books, sheet = books_of(), Sheet()
    for step in history:
        if isinstance(step, Posting):
            books.judge(step, sheet)
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for key, period, number, total, _ in sheet.counts:
        before, least = last.get((key, period), (0, 0))
        assert number == before + 1 and total > least
        last[key, period] = (number, total)


def test_a_hold_lowers_what_is_available_but_not_the_balance() -> None:
    books = books_of()
    post(books, transfer(1, SOURCE, ALICE, 100))
    assert post(books, hold(2, ALICE, BO, 70)) is Result.POSTED
    assert (books.accounts[ALICE.int].balance, books.accounts[ALICE.int].held) == (100, 70)
    assert post(books, transfer(3, ALICE, CAFE, 31)) is Result.BELOW_FLOOR
    assert post(books, transfer(4, ALICE, CAFE, 30)) is Result.POSTED


def test_a_commit_of_less_releases_the_rest() -> None:
    books = books_of()
    post(books, transfer(1, SOURCE, ALICE, 100))
    post(books, hold(2, ALICE, BO, 70))
    assert post(books, commit(3, ALICE, BO, 50, held=2)) is Result.POSTED
    assert (books.accounts[ALICE.int].balance, books.accounts[ALICE.int].held) == (50, 0)
    assert post(books, commit(4, ALICE, BO, 20, held=2)) is Result.HOLD_ENDED


def test_an_account_cannot_overflow() -> None:
    books = books_of()
    books.accounts[BO.int].balance = 2**62 - 10
    assert post(books, transfer(1, SOURCE, BO, 10)) is Result.POSTED
    assert post(books, transfer(2, SOURCE, BO, 1)) is Result.OVERFLOW


def test_a_ceiling_is_reached_and_not_exceeded() -> None:
    books = books_of()

    def up_to(number: int, amount: int, ceiling: int) -> Transfer:
        return Transfer(UUID(int=number), SOURCE, ALICE, Fen(amount), ceiling=ceiling)

    assert post(books, up_to(1, 100, 100)) is Result.POSTED
    assert post(books, up_to(2, 1, 100)) is Result.ABOVE_CEILING
    assert post(books, up_to(3, 1, 101)) is Result.POSTED
    assert up_to(4, 1, 100) == up_to(4, 1, 101) and up_to(4, 1, 100) != up_to(4, 2, 100)


def test_a_chain_that_breaks_leaves_everything_as_it_was() -> None:
    books, sheet = books_of(), Sheet()
    post(books, transfer(1, SOURCE, ALICE, 100))
    chain = (hold(2, ALICE, BO, 60), commit(3, ALICE, BO, 60, 2), transfer(4, ALICE, CAFE, 60))
    verdict = books.judge(Posting(chain, (Counter(CODE, 0, 1, 1),)), sheet)
    assert verdict == Verdict(Result.BELOW_FLOOR, 2)
    assert sheet == Sheet() and books.accounts[ALICE.int].balance == 100
    assert books.accounts[ALICE.int].entries == 1 and 2 not in books.holds
    assert not books.counters


def test_a_counter_lets_through_what_reaches_its_limit_exactly() -> None:
    books = books_of()

    def spend(number: int, add: int) -> Result:
        paid = transfer(number, SOURCE, ALICE, add)
        return post(books, paid, counters=(Counter(DAY, 20261125, add, 100),))

    assert spend(1, 60) is Result.POSTED
    assert spend(2, 41) is Result.COUNTER_EXCEEDED
    assert spend(3, 40) is Result.POSTED
    assert spend(4, 1) is Result.COUNTER_EXCEEDED


def test_a_counter_that_adds_nothing_only_asks() -> None:
    books = books_of()
    open_order = Counter(CODE, 0, 0, 0)
    assert post(books, transfer(1, SOURCE, ALICE, 1), counters=(open_order,)) is Result.POSTED
    assert not books.counters
    mark = Transfer(UUID(int=2), ALICE, ALICE, Fen(1), kind=TransferKind.MARK)
    assert post(books, mark, counters=(Counter(CODE, 0, 1, 1),)) is Result.POSTED
    late = transfer(3, SOURCE, ALICE, 1)
    assert post(books, late, counters=(open_order,)) is Result.COUNTER_EXCEEDED


def test_counters_of_one_chain_add_up_and_the_first_exceeded_is_told() -> None:
    books, sheet = books_of(), Sheet()
    counters = (Counter(DAY, 1, 3, None), Counter(CODE, 0, 3, 5), Counter(CODE, 0, 3, 5))
    verdict = books.judge(Posting((transfer(1, SOURCE, ALICE, 1),), counters), sheet)
    assert verdict == Verdict(Result.COUNTER_EXCEEDED, 0, 2)
    assert sheet == Sheet() and not books.counters


def test_a_mark_moves_nothing() -> None:
    books, sheet = books_of(), Sheet()
    mark = Transfer(UUID(int=1), ALICE, BO, Fen(5), kind=TransferKind.MARK)
    assert books.judge(Posting((mark,)), sheet).result is Result.POSTED
    assert sheet == Sheet()
    nobody = Transfer(UUID(int=2), ALICE, UUID(int=8), Fen(5), kind=TransferKind.MARK)
    assert post(books, nobody) is Result.CREDIT_UNKNOWN


def test_an_account_closes_only_when_it_is_empty_and_then_for_ever() -> None:
    books = books_of()
    post(books, transfer(1, SOURCE, ALICE, 70), hold(2, ALICE, BO, 70))
    assert books.close(ALICE.int) == (Closing.BALANCE_LEFT, False)
    books.accounts[ALICE.int].balance = 0
    assert books.close(ALICE.int) == (Closing.HELD, False)
    books.accounts[ALICE.int].balance = 70
    post(books, commit(3, ALICE, BO, 70, held=2))
    assert books.close(ALICE.int) == (Closing.CLOSED, False)
    assert books.close(ALICE.int) == (Closing.CLOSED, True)
    assert post(books, transfer(4, SOURCE, ALICE, 1)) is Result.CREDIT_CLOSED
    assert books.close(8) == (Closing.ACCOUNT_UNKNOWN, False)


def test_a_closed_account_pays_nothing_even_if_its_floor_would_let_it() -> None:
    books = books_of()
    assert books.close(SOURCE.int) == (Closing.CLOSED, False)
    assert post(books, transfer(1, SOURCE, ALICE, 1)) is Result.DEBIT_CLOSED
    assert post(books, hold(2, SOURCE, ALICE, 1)) is Result.DEBIT_CLOSED


def test_a_hold_for_an_account_that_closed_can_only_be_voided() -> None:
    books = books_of()
    post(books, transfer(1, SOURCE, ALICE, 70), hold(2, ALICE, BO, 70))
    assert books.close(BO.int) == (Closing.CLOSED, False)
    assert post(books, commit(3, ALICE, BO, 70, held=2)) is Result.CREDIT_CLOSED
    void = Transfer(UUID(int=4), ALICE, BO, Fen(70), kind=TransferKind.VOID, hold=UUID(int=2))
    assert post(books, void) is Result.POSTED


def _ended(number: int, amount: int, *, ended: bool) -> tuple[Transfer, Hold]:
    kept = Hold(ALICE.int, BO.int, 5, ended)
    return commit(number, ALICE, BO, amount, held=5), kept


_NOBODY, _NO_ONE = UUID(int=7), UUID(int=8)
_PRECEDENCE = [
    (Result.AMOUNT_OUT_OF_RANGE, transfer(9, ALICE, ALICE, 0), None),
    (Result.SAME_ACCOUNT, transfer(9, _NOBODY, _NOBODY, 1), None),
    (Result.COUNTER_EXCEEDED, transfer(9, _NOBODY, _NO_ONE, 1), None),
    (Result.HOLD_UNKNOWN, commit(9, _NOBODY, BO, 6, held=5), Hold(ALICE.int, BO.int, 5, True)),
    (Result.HOLD_ENDED, *_ended(9, 6, ended=True)),
    (Result.HOLD_EXCEEDED, *_ended(9, 6, ended=False)),
    (Result.DEBIT_UNKNOWN, transfer(9, _NOBODY, _NO_ONE, 1), None),
    (Result.CREDIT_UNKNOWN, transfer(9, ALICE, _NO_ONE, 1), None),
    (Result.CURRENCIES_DIFFER, transfer(9, CAFE, UUID(int=50), 1), None),
    (Result.DEBIT_CLOSED, transfer(9, CAFE, DEPOT, 1), None),
    (Result.CREDIT_CLOSED, transfer(9, ALICE, CAFE, 1), None),
    (Result.BELOW_FLOOR, transfer(9, ALICE, BO, 1), None),
    (Result.OVERFLOW, Transfer(UUID(int=9), SOURCE, BO, Fen(2**62), ceiling=0), None),
    (Result.ABOVE_CEILING, Transfer(UUID(int=9), SOURCE, BO, Fen(1), ceiling=1), None),
]


@pytest.mark.parametrize("row", _PRECEDENCE, ids=lambda row: row[0].name)
def test_the_first_result_that_applies_is_the_answer(
    row: tuple[Result, Transfer, Hold | None],
) -> None:
    result, asked, kept = row
    books = books_of(CAFE, DEPOT)
    books.accounts[BO.int].balance = 1
    if kept is not None:
        books.holds[5] = kept
    exceeded = result <= Result.COUNTER_EXCEEDED
    counters = (Counter(CODE, 0, 1, 0 if exceeded else 1),)
    assert post(books, asked, counters=counters) is result


def test_results_are_in_the_order_of_precedence() -> None:
    assert [r for r, _, _ in _PRECEDENCE] == sorted(r for r, _, _ in _PRECEDENCE)
    told = {r for r, _, _ in _PRECEDENCE}
    assert set(Result) - told == {Result.POSTED, Result.OTHER_CONTENT, Result.CHAIN_BROKEN}


def test_an_account_may_have_a_floor_below_zero() -> None:
    books = books_of()
    assert Account(DEPOT, 3, floor=-50) in ACCOUNTS
    assert post(books, transfer(1, DEPOT, BO, 50)) is Result.POSTED
    assert post(books, transfer(2, DEPOT, BO, 1)) is Result.BELOW_FLOOR
