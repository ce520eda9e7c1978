from __future__ import annotations

import itertools
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ledger.conftest import BEGINNING, Clock, Connect, Connection
from tests.ledger.plain import PlainLedger
from tests.ledger.worlds import (
    ACCOUNTS,
    KEYS,
    SOURCE,
    WALLETS,
    Step,
    alone,
    funding,
    histories,
)
from zerobar.ledger import (
    Account,
    AccountConflict,
    AnotherPoster,
    Balance,
    Closing,
    Counter,
    Posted,
    Poster,
    Posting,
    Result,
    Transfer,
    TransferKind,
    balance,
    balance_at,
    open_accounts,
    read_counter,
    read_counters,
    statement,
    trial_balance,
)
from zerobar.ledger.recent import Recent
from zerobar.purse.money import Fen

ALICE, BO, CAFE, DEPOT = WALLETS


def transfer(number: int, debit: UUID, credit: UUID, amount: int) -> Transfer:
    return Transfer(UUID(int=number), debit, credit, Fen(amount))


def results(poster: Poster, *transfers: Transfer) -> list[Result]:
    return [told[0].result for told in answers(poster, *map(alone, transfers))]


def answers(poster: Poster, *postings: Posting) -> list[list[Posted]]:
    told = poster.post(postings)
    return [answer for answer in told if isinstance(answer, list)]


def test_a_group_is_judged_in_its_order(poster: Poster, reading: Connection) -> None:
    told = results(
        poster,
        transfer(1, ALICE, BO, 30),
        transfer(2, SOURCE, ALICE, 100),
        transfer(3, ALICE, BO, 70),
        transfer(4, ALICE, BO, 31),
        transfer(5, BO, CAFE, 70),
    )
    below = Result.BELOW_FLOOR
    assert told == [below, Result.POSTED, Result.POSTED, below, Result.POSTED]
    assert balance(reading, ALICE) == Balance(30, 0, 2)
    assert balance(reading, CAFE) == Balance(70, 0, 1)
    assert trial_balance(reading).balanced


def test_the_same_transfer_gets_the_first_answer(poster: Poster, reading: Connection) -> None:
    ((first,),) = answers(poster, alone(transfer(1, SOURCE, ALICE, 100)))
    ((again,),) = answers(poster, alone(transfer(1, SOURCE, ALICE, 100)))
    assert again.repeated and (again.result, again.posted_at) == (Result.POSTED, first.posted_at)
    assert balance(reading, ALICE).balance == 100


def test_a_refusal_is_the_first_answer_too(poster: Poster) -> None:
    assert results(poster, transfer(1, ALICE, BO, 5)) == [Result.BELOW_FLOOR]
    results(poster, transfer(2, SOURCE, ALICE, 100))
    assert results(poster, transfer(1, ALICE, BO, 5)) == [Result.BELOW_FLOOR]


def test_invalid_other_content_under_a_known_id(poster: Poster, reading: Connection) -> None:
    results(poster, transfer(1, SOURCE, ALICE, 100))
    told = results(poster, transfer(1, SOURCE, ALICE, 101), transfer(1, SOURCE, BO, 100))
    assert told == [Result.OTHER_CONTENT] * 2
    assert balance(reading, ALICE).balance == 100


def test_answers_are_known_after_a_restart(
    poster: Poster, opened: Connect, reading: Connection, clock: Clock
) -> None:
    results(poster, transfer(1, SOURCE, ALICE, 100), transfer(2, BO, ALICE, 1))
    poster.close()
    later = Poster(opened, clock)
    known = transfer(1, SOURCE, ALICE, 100), transfer(2, BO, ALICE, 1), transfer(1, SOURCE, BO, 7)
    told = results(later, *known, transfer(3, ALICE, BO, 100))
    posted, other = Result.POSTED, Result.OTHER_CONTENT
    assert told == [posted, Result.BELOW_FLOOR, other, posted]
    assert balance(reading, BO).balance == 100
    later.close()


def test_a_hold_is_known_after_a_restart(
    poster: Poster, opened: Connect, reading: Connection, clock: Clock
) -> None:
    hold = Transfer(UUID(int=2), ALICE, BO, Fen(60), kind=TransferKind.HOLD)
    results(poster, transfer(1, SOURCE, ALICE, 100), hold)
    poster.close()
    later = Poster(opened, clock)
    commit = {"kind": TransferKind.COMMIT, "hold": hold.id}
    assert results(
        later,
        transfer(3, ALICE, CAFE, 41),
        Transfer(UUID(int=4), ALICE, BO, Fen(60), **commit),  # type: ignore[arg-type]
        Transfer(UUID(int=5), ALICE, BO, Fen(60), **commit),  # type: ignore[arg-type]
    ) == [Result.BELOW_FLOOR, Result.POSTED, Result.HOLD_ENDED]
    assert balance(reading, ALICE) == Balance(40, 0, 3)
    later.close()


_worlds = itertools.count(1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    history=histories,
    sizes=st.lists(st.integers(1, 9), min_size=1),
    between=st.sampled_from(["nothing", "a restart", "old age"]),
)
def test_the_database_agrees_with_a_plain_ledger(
    poster: Poster,
    reading: Connection,
    history: list[Step],
    sizes: list[int],
    between: str,
) -> None:
    world = next(_worlds)
    accounts = [replace(a, id=_in_world(a.id, world)) for a in ACCOUNTS]
    open_accounts(reading, accounts, BEGINNING)
    plain = PlainLedger({a.id: a for a in accounts})
    for group in _grouped([_step_in_world(step, world) for step in history], sizes):
        _take_group(poster, plain, group)
        if between == "a restart":
            poster.reopen()
        elif between == "old age":
            poster._judge.recent = Recent()
    for account in accounts:
        now = balance(reading, account.id)
        money = (plain.balance(account.id), plain.held(account.id))
        assert (now.balance, now.held) == money
    named = [(_in_world(key, world), period) for key in KEYS for period in (0, 20261125)]
    assert read_counters(reading, named) == {name: plain.total(*name) for name in named}
    assert trial_balance(reading).balanced


def _take_group(poster: Poster, plain: PlainLedger, steps: list[Step]) -> None:
    """Post the chains of a group together, and then close what it closes."""
    postings = [step for step in steps if isinstance(step, Posting)]
    expected = [plain.post(posting) for posting in postings]
    told = answers(poster, *postings)
    assert [[p.result for p in answer] for answer in told] == expected
    for posted in (p for answer in told for p in answer):
        if posted.result is not Result.OTHER_CONTENT and posted.transfer_id in plain.answers:
            assert posted.counter == plain.counter(posted.transfer_id)
    for account in (step for step in steps if isinstance(step, UUID)):
        assert poster.close_account(account).result is plain.close(account)


def _in_world(name: UUID, world: int) -> UUID:
    """Return another id for each example, so that all of them share one database."""
    return UUID(int=world << 64 | name.int)


def _step_in_world(step: Step, world: int) -> Step:
    if isinstance(step, UUID):
        return _in_world(step, world)
    chain = tuple(
        replace(
            t,
            id=_in_world(t.id, world),
            debit=_in_world(t.debit, world),
            credit=_in_world(t.credit, world),
            hold=t.hold and _in_world(t.hold, world),
        )
        for t in step.transfers
    )
    return Posting(chain, tuple(replace(c, key=_in_world(c.key, world)) for c in step.counters))


def _grouped(history: list[Step], sizes: list[int]) -> list[list[Step]]:
    groups, rest, turn = [], list(history), 0
    while rest:
        size = sizes[turn % len(sizes)]
        groups.append(rest[:size])
        rest, turn = rest[size:], turn + 1
    return groups


@pytest.mark.usefixtures("poster")
def test_only_one_process_posts(opened: Connect, clock: Clock) -> None:
    with pytest.raises(AnotherPoster, match="Stop it first"):
        Poster(opened, clock)


@pytest.mark.parametrize(
    "table", ["transfer", "entry", "hold_end", "counter", "account_end", "posting_group"]
)
@pytest.mark.parametrize("change", ["DELETE FROM", "TRUNCATE"])
def test_invalid_nothing_is_ever_taken_back(
    poster: Poster, reading: Connection, table: str, change: str
) -> None:
    results(poster, transfer(1, SOURCE, ALICE, 100))
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        reading.execute(f"{change} ledger.{table}")


def test_invalid_an_entry_is_not_rewritten(poster: Poster, reading: Connection) -> None:
    results(poster, transfer(1, SOURCE, ALICE, 100))
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        reading.execute("UPDATE ledger.entry SET balance_fen = 0")


def test_a_balance_of_any_moment_can_be_told(poster: Poster, reading: Connection) -> None:
    for number in range(1, 21):
        results(poster, transfer(number, SOURCE, ALICE, number))
    for number in range(21):
        moment = BEGINNING + timedelta(seconds=number)
        expected = Balance(number * (number + 1) // 2, 0, number)
        assert balance_at(reading, ALICE, moment) == expected
    assert balance_at(reading, BO, BEGINNING) == Balance(0, 0, 0)


def test_a_statement_comes_in_pages_newest_first(poster: Poster, reading: Connection) -> None:
    poster.post(funding)
    for number in range(1, 8):
        results(poster, transfer(number, ALICE, BO, number))
    first = statement(reading, ALICE, limit=5)
    rest = statement(reading, ALICE, before=first[-1].number, limit=5)
    assert [entry.amount for entry in first + rest] == [-7, -6, -5, -4, -3, -2, -1, 100]
    assert [entry.balance for entry in rest] == [97, 99, 100]
    assert [entry.number for entry in first] == [8, 7, 6, 5, 4]


def test_the_trial_balance_finds_a_balance_that_is_no_sum(
    poster: Poster, reading: Connection
) -> None:
    poster.post(funding)
    assert trial_balance(reading).balanced
    reading.execute(
        "INSERT INTO ledger.entry SELECT account_id, number + 1, transfer_id, 1, balance_fen,"
        " 0, posted_at FROM ledger.entry WHERE account_id = %s",
        (ALICE,),
    )
    assert not trial_balance(reading).balanced


def test_an_account_is_opened_once(reading: Connection) -> None:
    account = Account(UUID(int=77), 2)
    open_accounts(reading, [account], BEGINNING)
    open_accounts(reading, [account], BEGINNING)
    with pytest.raises(AccountConflict, match="another code, floor or currency"):
        open_accounts(reading, [Account(account.id, 3)], BEGINNING)


def test_an_account_opened_while_the_poster_runs_can_be_paid(
    poster: Poster, reading: Connection
) -> None:
    late = UUID(int=78)
    assert results(poster, transfer(1, SOURCE, late, 1)) == [Result.CREDIT_UNKNOWN]
    open_accounts(reading, [Account(late, 2)], BEGINNING)
    assert results(poster, transfer(2, SOURCE, late, 1)) == [Result.POSTED]


def _once(number: int, key: UUID = KEYS[0]) -> Posting:
    return Posting((transfer(number, SOURCE, ALICE, 1),), (Counter(key, 0, 1, 1),))


def test_a_repeated_chain_counts_once(poster: Poster, reading: Connection) -> None:
    told = answers(poster, _once(1), _once(1), _once(2))
    assert [(p.result, p.repeated, p.counter) for (p,) in told] == [
        (Result.POSTED, False, None),
        (Result.POSTED, True, None),
        (Result.COUNTER_EXCEEDED, False, 0),
    ]
    assert read_counter(reading, KEYS[0], 0) == 1 and read_counter(reading, KEYS[1], 0) == 0


def test_counters_and_what_exceeded_them_are_known_after_a_restart(poster: Poster) -> None:
    answers(poster, _once(1), _once(2))
    poster.reopen()
    told = answers(poster, _once(3), _once(2), _once(1))
    assert [(p.result, p.repeated, p.counter) for (p,) in told] == [
        (Result.COUNTER_EXCEEDED, False, 0),
        (Result.COUNTER_EXCEEDED, True, 0),
        (Result.POSTED, True, None),
    ]


def test_of_a_chain_with_an_exceeded_counter_the_first_transfer_says_so(poster: Poster) -> None:
    answers(poster, _once(1))
    chain = transfer(2, SOURCE, ALICE, 1), transfer(3, SOURCE, BO, 1)
    ((first, second),) = answers(poster, Posting(chain, (Counter(KEYS[0], 0, 1, 1),)))
    assert (first.result, first.counter) == (Result.COUNTER_EXCEEDED, 0)
    assert (second.result, second.counter) == (Result.CHAIN_BROKEN, None)


def test_a_closed_account_stays_closed_after_a_restart(poster: Poster) -> None:
    assert poster.close_account(ALICE).ok
    poster.reopen()
    again = poster.close_account(ALICE)
    assert again.ok and again.repeated
    assert results(poster, transfer(1, SOURCE, ALICE, 1)) == [Result.CREDIT_CLOSED]
    results(poster, transfer(2, SOURCE, BO, 1))
    assert poster.close_account(BO).result is Closing.BALANCE_LEFT
