"""What can never matter again is deleted, and nothing else."""

from __future__ import annotations

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.employees import found
from tests.bank.holders import Holder, grant
from tests.bank.people.asking import PHONE, new_code
from zerobar.bank.context import Bank
from zerobar.bank.errors import TooMany
from zerobar.bank.passkeys.ceremonies import sign_in_options
from zerobar.bank.passkeys.model import OwnerKind
from zerobar.bank.paying import code_store
from zerobar.bank.people import store
from zerobar.bank.people.assertions import LONGEST_DRIFT, LONGEST_LIFE, KnownPhone, use_assertion
from zerobar.bank.people.errors import AssertionRefused, CodeOver
from zerobar.bank.people.pruning import REMAINS, prune
from zerobar.bank.people.sessions import VALID_FOR, end_session, session_of
from zerobar.bank.people.sms_codes import Purpose, send_code, use_code
from zerobar.bank.people.staff_reset import permit_reset
from zerobar.bank.settlement import Batch, settle_batch
from zerobar.bank.staff import membership
from zerobar.bank.staff.model import Role

TABLES = sorted({remains.table for remains in REMAINS})


def rows(bank: Bank) -> dict[str, int]:
    """Return how many rows each table has, of those that have any."""
    counted = {}
    with bank.connection() as connection:
        for table in TABLES:
            found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert found is not None
            counted[table] = found[0]
    return {table: many for table, many in counted.items() if many}


@pytest.fixture
def used(bank: Bank, partners: Doubles, anna: Holder) -> Holder:
    """Somebody who has left something in every table."""
    new_code(bank, partners)
    grant(bank, anna)
    use_assertion(bank, KnownPhone("telecom.example", "assertion-1", PHONE), bank.new_id())
    employee = found(bank, "Head", Role.ADMINISTRATOR)
    membership.sign_in(bank, employee.authenticator.get(sign_in_options(bank, OwnerKind.STAFF)))
    hour = int(bank.clock().timestamp()) // 3600
    with bank.connection() as connection:
        code_store.count_failure(connection, anna.key.id, hour)
        person = store.person(connection, anna.person)
    assert person is not None
    permit_reset(bank, bank.new_id(), person, anna.key.id)
    settle_batch(bank, Batch.of([]))
    assert list(rows(bank)) == TABLES
    return anna


def test_nothing_goes_while_it_still_counts(bank: Bank, used: Holder, clock: Clock) -> None:
    before = rows(bank)
    clock.advance(seconds=(LONGEST_LIFE + LONGEST_DRIFT).total_seconds())
    assert prune(bank) == 0
    assert rows(bank) == before
    with pytest.raises(AssertionRefused):
        use_assertion(bank, KnownPhone("telecom.example", "assertion-1", PHONE), bank.new_id())
    clock.advance(days=VALID_FOR.days - 1)
    prune(bank)
    assert session_of(bank, used.token).person_id == used.person


def test_in_the_end_everything_goes(bank: Bank, used: Holder, clock: Clock) -> None:
    left = sum(rows(bank).values())
    clock.advance(days=VALID_FOR.days + 31)
    assert prune(bank) == left
    assert (rows(bank), prune(bank)) == ({}, 0)


def test_each_kind_goes_in_its_time(bank: Bank, used: Holder, clock: Clock) -> None:
    gone: dict[str, int] = {}
    for day in range(1, 70):
        clock.advance(days=1)
        before = rows(bank)
        prune(bank)
        gone |= dict.fromkeys(before.keys() - rows(bank).keys(), day)
    assert gone == {
        "bank.sms_code": 2,
        "bank.pin_grant": 2,
        "bank.attempt": 8,
        "bank.used_assertion": 8,
        "bank.code_failures": 2,
        "bank.session": VALID_FOR.days + 31,
        "bank.staff_session": 31,
        "bank.pin_permit": 31,
        "bank.settlement_batch": 31,
    }


def test_a_session_that_was_ended_goes_before_it_would_have_expired(
    bank: Bank, anna: Holder, clock: Clock
) -> None:
    end_session(bank, session_of(bank, anna.token))
    clock.advance(days=31)
    assert prune(bank) == 1


def test_much_is_deleted_some_at_a_time(bank: Bank, clock: Clock) -> None:
    for number in range(5):
        send_code(bank, f"+861390000000{number}", Purpose.SIGN_IN)
    clock.advance(days=2)
    # Codes alone: the tries that were counted with them are kept longer.
    assert [prune(bank, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_pruning_makes_no_code_and_no_pace_lenient(
    bank: Bank, partners: Doubles, clock: Clock
) -> None:
    code = new_code(bank, partners)
    prune(bank)
    with pytest.raises(TooMany):
        send_code(bank, PHONE, Purpose.SIGN_IN)
    clock.advance(days=3)
    prune(bank)
    with pytest.raises(CodeOver):
        use_code(bank, PHONE, Purpose.SIGN_IN, code, bank.new_id())
