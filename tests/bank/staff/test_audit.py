"""The audit trail: complete, and unchanged since it was written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.bank.employees import found
from zerobar.bank.context import Bank
from zerobar.bank.staff import audit
from zerobar.bank.staff.errors import TrailBroken
from zerobar.bank.staff.model import Role


def write(bank: Bank, number: int) -> None:
    with bank.transaction() as connection:
        audit.append(bank, connection, audit.INSTALLER, "test", number=number)


def test_an_empty_trail_is_whole(bank: Bank) -> None:
    assert audit.verify_trail(bank).entries == 0


def test_what_staff_does_is_written_down_in_order(bank: Bank) -> None:
    head = found(bank, "Head", Role.ADMINISTRATOR)
    with bank.connection() as connection:
        entries = audit.entries_before(connection, None, 10)
    assert [(e.number, e.action, e.staff_id) for e in entries] == [
        (2, "enrol", head.id),
        (1, "found-member", audit.INSTALLER),
    ]
    assert audit.verify_trail(bank) == (2, entries[0].seal)


def test_entries_are_read_page_by_page(bank: Bank) -> None:
    for number in range(5):
        write(bank, number)
    with bank.connection() as connection:
        assert [e.number for e in audit.entries_before(connection, None, 2)] == [5, 4]
        assert [e.number for e in audit.entries_before(connection, 4, 2)] == [3, 2]


def test_many_at_once_make_one_chain(bank: Bank) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: write(bank, number), range(40)))
    assert audit.verify_trail(bank).entries == 40


def test_the_database_refuses_to_change_it(bank: Bank) -> None:
    write(bank, 1)
    for statement in ("UPDATE bank.audit_entry SET action = ''", "DELETE FROM bank.audit_entry"):
        with bank.connection() as connection, pytest.raises(psycopg.errors.RaiseException):
            connection.execute(statement)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE bank.audit_entry SET action = 'other' WHERE number = 2",
        "UPDATE bank.audit_entry SET at = at + interval '1 microsecond' WHERE number = 2",
        "UPDATE bank.audit_entry SET details = '{}' WHERE number = 2",
        "DELETE FROM bank.audit_entry WHERE number = 2",
        "UPDATE bank.audit_entry SET seal = '' WHERE number = 2",
    ],
)
def test_whoever_switches_the_guard_off_is_still_noticed(bank: Bank, tampering: str) -> None:
    for number in range(3):
        write(bank, number)
    with bank.connection() as connection:
        connection.execute("ALTER TABLE bank.audit_entry DISABLE TRIGGER written_once")
        connection.execute(tampering.encode())
    with pytest.raises(TrailBroken) as broken:
        audit.verify_trail(bank)
    assert broken.value.number == 2


def test_an_action_that_fails_leaves_no_entry(bank: Bank) -> None:
    def fail() -> None:
        with bank.transaction() as connection:
            audit.append(bank, connection, audit.INSTALLER, "test")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert audit.verify_trail(bank).entries == 0
