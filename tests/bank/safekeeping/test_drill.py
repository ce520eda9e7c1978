"""A backup taken under load, put back elsewhere: books, audit trail and every purse's sync."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Self

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import found
from tests.bank.holders import Holder, balance, grant
from tests.bank.paying.orders import order, to
from tests.bank.safekeeping.restored import back_up, bank_on, put_back
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import Village, Villager
from tests.postgres import NewDatabase
from zerobar.bank.context import Bank
from zerobar.bank.control.verifying import verify_bank
from zerobar.bank.fraud.blocklist import newest_epoch
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.safekeeping.errors import BackupDamaged, DatabaseToolFailed
from zerobar.bank.safekeeping.reopening import SKIPPED_EPOCHS, reopen
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role
from zerobar.database import Database, connect
from zerobar.purse.messages import Kind

__all__ = ["alice", "bob", "keys", "shop", "village"]

pytestmark = pytest.mark.slow


@pytest.fixture
def people(alice: Villager, bob: Villager, shop: Villager) -> tuple[Villager, Villager, Villager]:
    return alice, bob, shop


class Traffic:
    """People who pay each other as fast as they can, while something else is done."""

    def __init__(self, bank: Bank, one: Holder, other: Holder) -> None:
        self._bank, self._one, self._other = bank, one, other
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on)
        self.paid = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait_for(self, payments: int) -> None:
        """Wait until so many payments have been made."""
        while self.paid < payments:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def _go_on(self) -> None:
        bank = self._bank
        while not self._stop.is_set():
            grant(bank, self._one)
            pay_now(bank, order(bank, self._one, to(self._other), 1))
            with bank.transaction() as connection:
                audit.append(bank, connection, audit.INSTALLER, "traffic", payments=self.paid)
            self.paid += 1


def test_a_backup_under_load_comes_back_with_balanced_books_a_whole_trail_and_syncing_purses(
    people: tuple[Villager, Villager, Villager], village: Village, bank_database: Database,
    new_database: NewDatabase, clock: Clock, tmp_path: Path,
) -> None:  # fmt: skip
    alice, bob, shop = people
    old = village.bank
    found(old, "Rita", Role.RISK)
    village.pay(alice, bob, 12_00).accept()
    village.sync_all()
    in_flight = village.pay(alice, shop, 3_00)
    village.sync(alice)
    noted = audit.verify_trail(old)
    assert alice.holder is not None and bob.holder is not None
    with Traffic(old, alice.holder, bob.holder) as traffic:
        traffic.wait_for(20)
        path = back_up(old, bank_database, tmp_path / "bank.backup")
        traffic.wait_for(traffic.paid + 20)
    # After the backup life goes on: these payments and acknowledgements will be forgotten.
    for fen in (1_00, 2_00, 4_00):
        village.pay(alice, bob, fen).accept()
    village.pay(bob, shop, 5_00).accept()
    in_flight.accept()
    village.sync_all()
    assert village.books().is_exact

    database = new_database()
    put_back(path, database)
    with bank_on(database, old, clock) as bank:
        clock.advance(seconds=1)
        reopen(bank, clock())
        assert 20 <= audit.verify_trail(bank).entries < audit.verify_trail(old).entries
        village.bank = bank
        for check in verify_bank(bank, noted):
            assert not check.many, (check.name, check.deviations)
        for who in (alice, bob, shop, alice, bob, shop):
            village.sync(who)
        assert village.flagged() == {}
        assert village.books().is_exact
        for who in (alice, bob, shop):
            state = who.state()
            assert state.base == state.entry, "everything is acknowledged again"
        village.pay(bob, alice, 1_50).accept()
        village.sync_all()
        assert village.flagged() == {} and village.books().is_exact
    village.bank = old


def test_a_purse_that_spent_its_limit_twice_is_no_cheat_to_a_bank_that_forgot_the_sync_between(
    village: Village, bank_database: Database, new_database: NewDatabase, clock: Clock,
    tmp_path: Path, bob: Villager,
) -> None:  # fmt: skip
    payer = village.person("Payer")
    village.load(payer, 1_000_00)
    village.sync(payer)
    old = village.bank
    path = back_up(old, bank_database, tmp_path / "bank.backup")
    for one, other in ((payer, bob), (bob, payer), (payer, bob)):
        village.pay(one, other, 300_00).accept()
        village.pay(one, other, 300_00).accept()
        village.sync(one)
    assert village.flagged() == {}, "each was acknowledged in time"
    database = new_database()
    put_back(path, database)
    with bank_on(database, old, clock) as bank:
        clock.advance(seconds=1)
        reopen(bank, clock())
        village.bank = bank
        village.sync(bob)
        village.sync(payer)
        assert village.flagged() == {}
    village.bank = old


def test_nothing_is_signed_again_under_a_number_that_was_given_out(
    village: Village, bank_database: Database, new_database: NewDatabase, clock: Clock,
    tmp_path: Path, alice: Villager,
) -> None:  # fmt: skip
    old = village.bank
    path = back_up(old, bank_database, tmp_path / "bank.backup")
    with old.connection() as connection:
        before = newest_epoch(connection)
    given_out = village.charge(alice, alice.ask(5_00, Kind.LOAD)).voucher
    database = new_database()
    put_back(path, database)
    with bank_on(database, old, clock) as bank:
        clock.advance(seconds=1)
        reopen(bank, clock())
        village.bank = bank
        again = village.charge(alice, alice.ask(5_00, Kind.LOAD)).voucher
        with bank.connection() as connection:
            assert newest_epoch(connection) == before + SKIPPED_EPOCHS
            row = connection.execute(
                "SELECT count(*) FROM bank.staff_session WHERE ended_at IS NULL"
            ).fetchone()
        assert row == (0,)
        assert again.entry > given_out.entry + 1000
        assert balance(bank, alice.wallet) == balance(old, alice.wallet)
    village.bank = old


def test_a_backup_that_was_cut_off_puts_nothing_back(
    village: Village, bank_database: Database, new_database: NewDatabase, tmp_path: Path
) -> None:
    path = back_up(village.bank, bank_database, tmp_path / "bank.backup")
    raw = path.read_bytes()
    path.write_bytes(raw[:-60])
    database = new_database()
    with pytest.raises(BackupDamaged):
        put_back(path, database)
    with connect(database, "drill") as connection:
        assert connection.execute("SELECT to_regclass('bank.operator')").fetchone() == (None,)


def test_a_database_that_has_tables_refuses_what_is_put_back(
    village: Village, bank_database: Database, tmp_path: Path
) -> None:
    path = back_up(village.bank, bank_database, tmp_path / "bank.backup")
    with pytest.raises(DatabaseToolFailed):
        put_back(path, bank_database)
