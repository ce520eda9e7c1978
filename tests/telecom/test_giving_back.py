"""A voucher that belongs to no line goes back to whoever paid it, or onto the line it was for."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.postgres import NewDatabase
from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, PLAN, TOKEN, Clock
from tests.telecom.purses import Purse, new_purse
from zerobar.database import Database, connect, open_pool
from zerobar.database.migrations import migrate, version_table
from zerobar.purse.money import Fen
from zerobar.telecom import Line, Source, Telecom, open_line, top_ups, unplaced
from zerobar.telecom import line as line_now
from zerobar.telecom.apart import ApartState, Unplaced, find_unplaced
from zerobar.telecom.bank import Bank
from zerobar.telecom.errors import (
    AskedJustNow,
    BankAway,
    LineUnknown,
    NoWayBack,
    UnplacedDecided,
    UnplacedUnknown,
)
from zerobar.telecom.giving_back import (
    finish_returns,
    give_back_unplaced,
    look_at_return,
    place_unplaced,
)
from zerobar.telecom.model import Terms
from zerobar.telecom.topping import is_known, take_money, voucher_top_up_id
from zerobar.telecom.vouchers import (
    VoucherState,
    bring_now,
    collect_settled,
    take_record,
)

PACKAGE = "zerobar.telecom.migrations"
NOBODY = "+8613899999999"
AMOUNT = Fen(800)
OWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def apart(telecom: Telecom, bank: Bank, books: TestBank, purse: Purse) -> Unplaced:
    """A voucher that names no line, settled at the bank and kept apart here."""
    books.take(purse.push(AMOUNT, NOBODY))
    assert collect_settled(telecom, bank) == 1
    (kept,) = unplaced(telecom, 9)
    return kept


def times_given_back(books: TestBank) -> int:
    return sum(books.given_back.values())


def test_a_voucher_for_no_line_goes_back_by_itself_on_its_day(
    telecom: Telecom, bank: Bank, books: TestBank, apart: Unplaced, clock: Clock
) -> None:
    assert apart.state is ApartState.KEPT and apart.give_back_at is not None
    clock.advance(days=telecom.terms.give_back_after_days, seconds=-1)
    assert finish_returns(telecom, bank) == 0 and times_given_back(books) == 0
    clock.advance(seconds=1)
    assert finish_returns(telecom, bank) == 1 and times_given_back(books) == 1
    assert finish_returns(telecom, bank) == 0
    ended = find_unplaced(telecom, apart.id)
    assert (ended.state, ended.given_to) == (ApartState.RETURNED, "wallet")
    assert unplaced(telecom, 9) == []


def test_whoever_asks_for_it_has_it_given_back_at_once_and_once(
    telecom: Telecom, bank: Bank, books: TestBank, apart: Unplaced
) -> None:
    for _ in range(2):
        ended = give_back_unplaced(telecom, bank, apart.id)
        assert ended.state is ApartState.RETURNED
    assert times_given_back(books) == 1
    assert is_known(telecom, apart.id), "the bank's list does not bring it again"
    assert collect_settled(telecom, bank) == 0


def test_a_bank_that_was_restored_and_forgot_it_is_asked_again_by_hand(
    telecom: Telecom, bank: Bank, books: TestBank, apart: Unplaced, clock: Clock
) -> None:
    first = give_back_unplaced(telecom, bank, apart.id)
    books.given_back.clear()
    clock.advance(days=9)
    assert finish_returns(telecom, bank) == 0
    assert give_back_unplaced(telecom, bank, apart.id).ended_at == first.ended_at
    assert times_given_back(books) == 1


def test_an_answer_that_got_lost_is_asked_for_again_and_gives_back_once(
    telecom: Telecom, bank: Bank, books: TestBank, apart: Unplaced, clock: Clock
) -> None:
    books.lose_answers(20)
    assert give_back_unplaced(telecom, bank, apart.id).state is ApartState.ASKED
    assert times_given_back(books) == 1
    with pytest.raises(UnplacedDecided):
        place_unplaced(telecom, apart.id, NUMBER, "they called")
    books.lose_answers(0)
    clock.advance(minutes=11)
    assert finish_returns(telecom, bank) == 1
    assert find_unplaced(telecom, apart.id).state is ApartState.RETURNED
    assert times_given_back(books) == 1


def test_a_program_that_ended_before_the_bank_was_asked_goes_on(
    telecom: Telecom, bank: Bank, books: TestBank, apart: Unplaced, clock: Clock
) -> None:
    books.lose_requests(20)
    assert give_back_unplaced(telecom, bank, apart.id).state is ApartState.ASKED
    assert times_given_back(books) == 0
    books.lose_requests(0)
    assert finish_returns(telecom, bank) == 1, "it is due from the beginning"
    assert times_given_back(books) == 1


def test_what_the_bank_refuses_for_good_waits_for_somebody(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, apart: Unplaced, clock: Clock
) -> None:
    books.refuse_returns = "payer-out-of-reach"
    refused = give_back_unplaced(telecom, bank, apart.id)
    assert (refused.state, refused.refusal) == (ApartState.KEPT, "payer-out-of-reach")
    clock.advance(days=30)
    assert finish_returns(telecom, bank) == 0
    placed = place_unplaced(telecom, apart.id, NUMBER, "the payer has shown the card")
    assert (placed.state, placed.number) == (ApartState.PLACED, NUMBER)
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT


@pytest.mark.parametrize("problem", ["insufficient-balance", "payer-unproved"])
def test_what_the_bank_refuses_for_now_is_asked_again_and_may_be_put_on_a_line_meanwhile(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, clock: Clock, problem: str
) -> None:
    purse, ids = new_purse(2), []
    for _ in range(2):
        voucher = purse.voucher(AMOUNT, NOBODY)
        books.take(purse.record(voucher))
        ids.append(voucher_top_up_id(voucher.payer_id, voucher.entry))
    collect_settled(telecom, bank)
    books.refuse_returns = problem
    for id_ in ids:
        waits = give_back_unplaced(telecom, bank, id_)
        assert (waits.state, waits.refusal) == (ApartState.KEPT, problem)
    clock.advance(minutes=59)
    place_unplaced(telecom, ids[1], line.number, "they called")
    books.refuse_returns = None
    assert finish_returns(telecom, bank) == 0
    clock.advance(minutes=1)
    assert finish_returns(telecom, bank) == 1
    ended = find_unplaced(telecom, ids[0])
    assert (ended.state, ended.refusal) == (ApartState.RETURNED, "")
    assert times_given_back(books) == 1 and line_now(telecom, line.number).balance_fen == AMOUNT


def test_whoever_says_which_line_it_was_for_tops_that_line_up_once(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, apart: Unplaced, clock: Clock
) -> None:
    for _ in range(2):
        place_unplaced(telecom, apart.id, NUMBER, "they called")
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT
    (top_up,) = top_ups(telecom, NUMBER, 9)
    assert (top_up.id, top_up.source) == (apart.id, Source.VOUCHER)
    assert find_unplaced(telecom, apart.id).note == "they called"
    other = open_line(telecom, "+8613800000002", PLAN.name).number
    with pytest.raises(UnplacedDecided):
        place_unplaced(telecom, apart.id, other, "no, they meant this one")
    with pytest.raises(UnplacedDecided):
        give_back_unplaced(telecom, bank, apart.id)
    clock.advance(days=30)
    assert finish_returns(telecom, bank) == 0 and times_given_back(books) == 0


@pytest.mark.slow
def test_of_two_who_decide_at_once_only_one_does(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse
) -> None:
    for round_ in range(1, 9):
        voucher = purse.voucher(AMOUNT, NOBODY)
        books.take(purse.record(voucher))
        collect_settled(telecom, bank)
        id_ = voucher_top_up_id(voucher.payer_id, voucher.entry)

        def place(id_: UUID = id_) -> None:
            with suppress(UnplacedDecided, AskedJustNow):
                place_unplaced(telecom, id_, NUMBER, "they called")

        def give_back(id_: UUID = id_) -> None:
            with suppress(UnplacedDecided):
                give_back_unplaced(telecom, bank, id_)

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(act) for act in (place, give_back) * 2]:
                done.result()
        on_lines = line_now(telecom, NUMBER).balance_fen // AMOUNT
        assert on_lines + times_given_back(books) == round_
    assert unplaced(telecom, 9) == []


def test_a_line_that_is_not_there_takes_nothing(telecom: Telecom, apart: Unplaced) -> None:
    with pytest.raises(LineUnknown):
        place_unplaced(telecom, apart.id, NOBODY, "they called")
    with pytest.raises(UnplacedUnknown):
        place_unplaced(telecom, uuid4(), NUMBER, "they called")
    assert find_unplaced(telecom, apart.id) == apart


def test_while_a_lost_request_may_still_arrive_no_line_gets_it(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, apart: Unplaced, clock: Clock
) -> None:
    books.refuse_returns = "wallet-closed"
    give_back_unplaced(telecom, bank, apart.id)
    clock.advance(minutes=14)
    with pytest.raises(AskedJustNow):
        place_unplaced(telecom, apart.id, line.number, "they called")
    clock.advance(minutes=1)
    place_unplaced(telecom, apart.id, line.number, "they called")


def test_whoever_brings_the_voucher_again_hears_what_became_of_it(
    telecom: Telecom, bank: Bank, purse: Purse
) -> None:
    record = purse.push(AMOUNT, NOBODY)
    kept = bring_now(telecom, bank, take_record(telecom, bank, record))
    assert kept.state is VoucherState.SETTLED and "is given back" in kept.sentence
    give_back_unplaced(telecom, bank, kept.top_up_id)
    again = take_record(telecom, bank, record)
    assert again.state is VoucherState.SETTLED and "was given back" in again.sentence


def test_money_that_came_by_no_voucher_is_put_on_a_line_or_stays(
    telecom: Telecom, bank: Bank, line: Line, clock: Clock
) -> None:
    id_ = uuid4()
    take_money(telecom, id_, bytes(8), AMOUNT, Source.ORDER)
    with pytest.raises(NoWayBack):
        give_back_unplaced(telecom, bank, id_)
    clock.advance(days=30)
    assert finish_returns(telecom, bank) == 0
    place_unplaced(telecom, id_, line.number, "the memo was a name")
    (top_up,) = top_ups(telecom, line.number, 9)
    assert top_up.source is Source.ORDER


def test_what_an_earlier_version_kept_goes_back_when_somebody_says_so(
    telecom: Telecom, bank: Bank, books: TestBank, apart: Unplaced, clock: Clock
) -> None:
    with telecom.connection() as connection:
        connection.execute(
            "UPDATE telecom.unplaced SET payer_id = NULL, entry = NULL, give_back_at = NULL"
        )
    clock.advance(days=365)
    assert finish_returns(telecom, bank) == 0
    books.is_listing = False
    with pytest.raises(BankAway):
        give_back_unplaced(telecom, bank, apart.id)
    books.is_listing = True
    assert give_back_unplaced(telecom, bank, apart.id).state is ApartState.RETURNED
    assert times_given_back(books) == 1


def test_the_days_are_data(
    new_database: NewDatabase, telecom: Telecom, bank: Bank, books: TestBank, purse: Purse
) -> None:
    at_once = Telecom(telecom.pool, telecom.clock, telecom.random, Terms(give_back_after_days=0))
    books.take(purse.push(AMOUNT, NOBODY))
    collect_settled(at_once, bank)
    assert finish_returns(at_once, bank) == 1 and times_given_back(books) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.sampled_from("gpfdlrR"), max_size=12))
def test_whatever_happens_in_whichever_order_it_is_in_one_place(
    telecom: Telecom, bank: Bank, books: TestBank, purse: Purse, clock: Clock, steps: list[str]
) -> None:
    number = open_line(telecom, NUMBER, PLAN.name).number
    voucher = purse.voucher(AMOUNT, NOBODY)
    books.take(purse.record(voucher))
    before = line_now(telecom, number).balance_fen
    given_before = times_given_back(books)
    collect_settled(telecom, bank)
    apart = find_unplaced(telecom, voucher_top_up_id(voucher.payer_id, voucher.entry))
    acts: dict[str, Callable[[], object]] = {
        "g": lambda: give_back_unplaced(telecom, bank, apart.id),
        "p": lambda: place_unplaced(telecom, apart.id, number, "they called"),
        "f": lambda: finish_returns(telecom, bank),
        "d": lambda: clock.advance(days=1),
        "l": lambda: books.lose_answers(7),
        "r": lambda: setattr(books, "refuse_returns", "wallet-closed"),
        "R": lambda: setattr(books, "refuse_returns", None),
    }
    for step in steps:
        try:
            acts[step]()
        except (UnplacedDecided, AskedJustNow):
            continue
    books.lose_answers(0)
    books.refuse_returns = None
    clock.advance(days=9)
    finish_returns(telecom, bank)
    look_at_return(telecom, bank, apart.id)
    on_line = line_now(telecom, number).balance_fen - before
    back = times_given_back(books) - given_before
    ended = find_unplaced(telecom, apart.id)
    assert (on_line, back) in {(AMOUNT, 0), (0, 1), (0, 0)}
    assert (on_line == AMOUNT) == (ended.state is ApartState.PLACED)
    assert (back == 1) == (ended.state is ApartState.RETURNED)


@pytest.mark.usefixtures("line", "apart")
def test_staff_see_it_and_decide_over_http(
    url: str, telecom: Telecom, books: TestBank, bank: Bank, purse: Purse
) -> None:
    books.take(purse.push(Fen(300), NOBODY))
    collect_settled(telecom, bank)
    with httpx.Client(base_url=url, headers=OWN) as http:
        listed = http.get("/v1/unplaced").json()
        first, second = sorted(listed, key=lambda each: str(each["voucher"]))
        assert first["state"] == "kept" and first["give_back_at"] is not None
        assert first["voucher"] == f"{purse.certificate.id.hex()}/1"
        path = f"/v1/unplaced/{first['top_up_id']}"
        assert http.post(f"{path}/return").json()["state"] == "returned"
        asked = {"number": NUMBER, "note": "they called"}
        assert http.put(f"{path}/line", json=asked).status_code == 409
        other = f"/v1/unplaced/{second['top_up_id']}"
        assert http.put(f"{other}/line", json={"number": NUMBER}).status_code == 400
        assert http.put(f"{other}/line", json=asked).json()["number"] == NUMBER
        assert http.get("/v1/unplaced").json() == []
        assert http.get(path).json()["given_to"] == "wallet"
        assert http.get(f"/v1/unplaced/{uuid4()}").status_code == 404
    with httpx.Client(base_url=url) as anybody:
        for answer in (anybody.get(path), anybody.post(f"{path}/return")):
            assert answer.status_code == 401
        assert anybody.put(f"{path}/line", json=asked).status_code == 401


OLD = """
    INSERT INTO telecom.unplaced (top_up_id, reference, amount_fen, reason, came_at) VALUES
        (%(pushed)s, '\\x01', 100, 'line-unknown', now()),
        (%(refunded)s, '\\x02', 200, 'line-closed', now()),
        (%(asked)s, '\\x03', 300, 'line-closed', now()),
        (%(refused)s, '\\x04', 400, 'line-closed', now());
"""


@pytest.fixture
def old(new_database: NewDatabase) -> Database:
    """A telecom's tables as they were before anything was given back."""
    database = new_database()
    steps = [import_module(f"{PACKAGE}.versions.{step}") for step in ("0001_lines", "0002_bank")]
    with connect(database, "tests", autocommit=True) as connection:
        for step in steps:
            connection.execute(step._TABLES)
        table = version_table(PACKAGE)
        connection.execute(f"CREATE TABLE {table} (version_num text PRIMARY KEY)")
        connection.execute(f"INSERT INTO {table} VALUES ('0002')")
    return database


def test_what_was_kept_before_comes_through_the_migration(old: Database) -> None:
    ids = {name: uuid4() for name in ("pushed", "refunded", "asked", "refused")}
    with connect(old, "tests", autocommit=True) as connection:
        connection.execute(OLD, ids)
        for state, name in enumerate(("asked", "refunded", "refused"), 1):
            connection.execute(
                "INSERT INTO telecom.bank_refund (refund_id, order_id, top_up_id, amount_fen,"
                " from_line, state, reason, made_at)"
                " VALUES (gen_random_uuid(), gen_random_uuid(), %s, 5, false, %s, 'why', now())",
                (ids[name], state),
            )
    migrate(old, PACKAGE)
    with open_pool(old, "tests", autocommit=True) as pool:
        telecom = Telecom(pool, Clock(), random.Random(1).randbytes)
        found = {name: find_unplaced(telecom, id_) for name, id_ in ids.items()}
    states = {name: (each.state, each.refusal, each.source) for name, each in found.items()}
    assert states == {
        "pushed": (ApartState.KEPT, "", Source.VOUCHER),
        "asked": (ApartState.ASKED, "", Source.ORDER),
        "refunded": (ApartState.RETURNED, "", Source.ORDER),
        "refused": (ApartState.KEPT, "why", Source.ORDER),
    }
    assert all(each.give_back_at is None for each in found.values())
