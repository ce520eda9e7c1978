"""The one loop for plain chains, against the exact way for any: not a bit may differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.worlds import ACCOUNTS, IDS, NOBODY, SOURCE, WALLETS, Step, histories
from zerobar.ledger import Posting, Result, Row, Transfer, TransferKind, encode_row
from zerobar.ledger.books import AccountState, account_field, floor_of
from zerobar.ledger.judging import Judge
from zerobar.ledger.storing import Group, encode
from zerobar.purse.money import Fen

AT = datetime(2026, 11, 26, 13, tzinfo=UTC)
FUNDS = 100
ALICE, BO, CAFE, DEPOT = WALLETS


def judge_of(*closed: UUID) -> Judge:
    """Return a judge of accounts that hold 100 fen each; nothing was answered long ago."""
    judge = Judge(lambda _: None, lambda _: None)
    for a in ACCOUNTS:
        state = AccountState(account_field(a.id.int), floor_of(a.floor), a.currency, a.id in closed)
        state.balance = FUNDS
        judge.books.accounts[a.id.int] = state
    return judge


def taken(judge: Judge, slices: Sequence[Sequence[Posting]], *, quick: bool) -> Group:
    """Judge slices of one group, and encode what they add."""
    group = Group(7, AT)
    for postings in slices:
        if quick:
            judge.judge(postings, group)
        else:
            group.answers += [judge.answer(posting, group) for posting in postings]
        encode(group)
    return group


def assert_alike(slices: Sequence[Sequence[Posting]], *closed: UUID) -> Group:
    """Judge slices both ways and compare all that there is; return the quick way's group."""
    quick, exact = judge_of(*closed), judge_of(*closed)
    here, there = (taken(quick, slices, quick=True), taken(exact, slices, quick=False))
    assert here.answers == there.answers
    assert sorted(here.transfers) == sorted(there.transfers)
    assert sorted(here.entries) == sorted(there.entries)
    assert here.copies == there.copies and here.rows == there.rows
    assert quick.recent.newer == exact.recent.newer
    assert quick.books.holds == exact.books.holds
    assert quick.books.counters == exact.books.counters
    for account in ACCOUNTS:
        ours, theirs = (j.books.accounts[account.id.int] for j in (quick, exact))
        assert (ours.balance, ours.held, ours.entries) == (
            theirs.balance,
            theirs.held,
            theirs.entries,
        )
    return here


_slices = st.integers(1, 9)


@given(histories, _slices)
def test_any_history_is_judged_alike(history: list[Step], size: int) -> None:
    postings = [step for step in history if isinstance(step, Posting)]
    assert_alike([postings[i : i + size] for i in range(0, len(postings), size)])


_hot = st.builds(
    Transfer,
    st.sampled_from(IDS),
    st.sampled_from((ALICE, BO, DEPOT, SOURCE, CAFE, NOBODY)),
    st.sampled_from((ALICE, BO, DEPOT, CAFE)),
    st.sampled_from((1, 30, 50, FUNDS, FUNDS + 1, FUNDS + 50, 2**62 - FUNDS, 2**62)).map(Fen),
    st.integers(-3, 3),
    reference=st.binary(max_size=3),
    ceiling=st.sampled_from((None, None, FUNDS, 2 * FUNDS)),
)
_rows = st.sampled_from(((), (Row("payment", encode_row(UUID(int=5), 1)),)))
_chains = st.builds(Posting, st.tuples(_hot), rows=_rows, provisional=st.booleans())


@given(st.lists(st.lists(_chains, min_size=1, max_size=12), max_size=4))
def test_slices_that_meet_at_few_accounts_are_judged_alike(slices: list[list[Posting]]) -> None:
    assert_alike(slices, CAFE)


def plain(number: int, debit: UUID, credit: UUID, amount: int) -> Posting:
    return Posting((Transfer(UUID(int=number), debit, credit, Fen(amount)),))


def results(group: Group) -> list[Result]:
    return [posted.result for answer in group.answers for posted in answer]


def test_a_floor_is_reached_and_not_passed_within_a_slice() -> None:
    first, second = plain(1, ALICE, BO, 60), plain(2, ALICE, BO, 41)
    third, fourth = plain(3, ALICE, BO, 40), plain(4, ALICE, BO, 1)
    told = results(assert_alike([[first, second, third, fourth]]))
    assert told == [Result.POSTED, Result.BELOW_FLOOR, Result.POSTED, Result.BELOW_FLOOR]


def test_what_an_account_is_paid_can_be_spent_later_in_the_slice_and_not_earlier() -> None:
    asked = [plain(1, ALICE, BO, 101), plain(2, CAFE, ALICE, 1), plain(3, ALICE, BO, 101)]
    told = results(assert_alike([asked]))
    assert told == [Result.BELOW_FLOOR, Result.POSTED, Result.POSTED]


def test_an_id_that_comes_again_is_answered_again_in_the_slice_and_in_the_next() -> None:
    once, other = plain(1, ALICE, BO, 10), plain(1, ALICE, BO, 9)
    group = assert_alike([[once, once, other], [once]])
    assert [answer[0].repeated for answer in group.answers] == [False, True, False, True]
    assert results(group)[2] is Result.OTHER_CONTENT
    assert len(group.transfers) == 1 and len(group.entries) == 2


def test_an_id_of_the_older_answers_is_known_as_well() -> None:
    judge, once = judge_of(), plain(1, ALICE, BO, 10)
    taken(judge, [[once]], quick=True)
    judge.recent.older, judge.recent.newer = judge.recent.newer, {}
    again = taken(judge, [[once]], quick=True)
    assert again.answers[0][0].repeated and not again.transfers


def test_an_amount_beyond_all_bounds_is_refused_even_if_no_balance_is() -> None:
    told = results(assert_alike([[plain(1, DEPOT, BO, 150), plain(2, SOURCE, DEPOT, 2**62 + 1)]]))
    assert told == [Result.POSTED, Result.AMOUNT_OUT_OF_RANGE]


def test_a_closed_account_pays_nothing() -> None:
    told = results(assert_alike([[plain(1, CAFE, BO, 1), plain(2, BO, CAFE, 1)]], CAFE))
    assert told == [Result.DEBIT_CLOSED, Result.CREDIT_CLOSED]


def test_what_is_held_cannot_be_spent_and_stands_in_the_entries() -> None:
    held = Transfer(UUID(int=1), ALICE, BO, Fen(70), kind=TransferKind.HOLD)
    asked = [Posting((held,)), plain(2, ALICE, BO, 31), plain(3, ALICE, BO, 30)]
    told = results(assert_alike([asked, [plain(4, BO, ALICE, 5)]]))
    assert told == [Result.POSTED, Result.BELOW_FLOOR, Result.POSTED, Result.POSTED]
