"""A village's bank that is backed up and put back elsewhere, while its cards live on.

drill = Drill(village, database, new_database, clock, path)
drill.back_up()                        what the bank remembers, from here on it forgets
with drill.restored() as bank:         the village is served by the bank that was put back
faults(bank)                           what `bank verify` finds
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from tests.bank.conftest import TABLES, Clock
from tests.bank.holders import balance, grant, move
from tests.bank.syncing.village import Paid, Village, Villager
from tests.postgres import NewDatabase
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.control.verifying import verify_bank
from zerobar.bank.paying.model import Notice
from zerobar.bank.paying.reading import notices_of
from zerobar.bank.purses.charging import load, pay_purse
from zerobar.bank.purses.model import Consent, SignedVoucher
from zerobar.bank.purses.payees import Asked
from zerobar.bank.safekeeping.backing_up import KEY, MADE_AT, SETTINGS, write_backup
from zerobar.bank.safekeeping.crate import read_crate
from zerobar.bank.safekeeping.dumping import restore
from zerobar.bank.safekeeping.reopening import reopen
from zerobar.bank.safekeeping.restoring import dump_of, read_files
from zerobar.bank.staff import audit
from zerobar.database import Database, connect, open_pool
from zerobar.ledger import GroupingPoster, Poster
from zerobar.purse.messages import Request
from zerobar.purse.money import Fen

LOADED = 200_00
"""Into Alice's purse, before any backup."""
VALUE_OUT = 1_000_00
"""Of a person's purse between two syncs: what the vault pays without being told to."""
PASSPHRASE = "six words chosen by dice"
CHEAP = {"cost": 10}


def back_up(bank: Bank, database: Database, path: Path) -> Path:
    files = {SETTINGS: b"{}", KEY: b"00"}
    write_backup(path, PASSPHRASE, files, (database, bank.clock()), os.urandom, **CHEAP)
    return path


def put_back(path: Path, database: Database) -> datetime:
    """Put a backup back; return when it was made."""
    with path.open("rb") as source:
        pieces = read_crate(source, PASSPHRASE)
        files = read_files(pieces)
        assert set(files) == {MADE_AT, SETTINGS, KEY}
        restore(database, dump_of(pieces))
    return datetime.fromisoformat(files[MADE_AT].decode())


@contextmanager
def bank_on(database: Database, bank: Bank, clock: Clock) -> Iterator[Bank]:
    """Put the same bank together on another database."""
    poster = Poster(lambda: connect(database, "drill", autocommit=True), clock, tables=TABLES)
    with (
        open_pool(database, "drill", autocommit=True) as pool,
        GroupingPoster(poster) as ledger,
    ):
        yield replace(bank, pool=pool, ledger=ledger)


@dataclass
class Drill:
    """A bank's backup, and the ways to put it back."""

    village: Village
    database: Database
    new_database: NewDatabase
    clock: Clock
    path: Path

    def back_up(self) -> None:
        """Keep the bank as it is now."""
        self.path.unlink(missing_ok=True)
        back_up(self.village.bank, self.database, self.path)

    @contextmanager
    def restored(self) -> Iterator[Bank]:
        """Serve the village by the bank as it was; afterwards by the one before."""
        before, database = self.village.bank, self.new_database()
        made_at = put_back(self.path, database)
        self.clock.advance(seconds=1)
        with bank_on(database, before, self.clock) as bank:
            reopen(bank, made_at)
            self.village.bank = bank
            try:
                yield bank
            finally:
                self.village.bank = before


def faults(bank: Bank) -> list[str]:
    """Return what `bank verify` finds."""
    return [text for check in verify_bank(bank) for text in (check.name, *check.deviations)
            if check.many]  # fmt: skip


@pytest.fixture
def drill(
    village: Village, bank_database: Database, new_database: NewDatabase, clock: Clock,
    tmp_path: Path,
) -> Drill:  # fmt: skip
    return Drill(village, bank_database, new_database, clock, tmp_path / "bank.backup")


def spend(bank: Bank, wallet_id: UUID, left: int = 0) -> None:
    """Let a wallet's money go elsewhere, past all rules."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    gone = Fen(balance(bank, wallet_id) - left)
    move(bank, wallet_id, vault, gone, TransferCode.ISSUE)


def of_vault(bank: Bank) -> int:
    return balance(bank, operator_account(bank.operator_id, AccountCode.VAULT))


def consent_of(who: Villager) -> Consent:
    assert who.holder is not None
    signed, key = b"what the device signed", who.holder.key
    return Consent(who.holder.person, key.id, signed, key.sign(signed))


def load_from(village: Village, payer: Villager, request: Request) -> SignedVoucher:
    """Let anybody's wallet load a purse."""
    assert payer.holder is not None
    grant(village.bank, payer.holder)
    return load(village.bank, consent_of(payer), village.bank.new_id(), payer.wallet, request)


def told(bank: Bank, who: Villager) -> list[Notice]:
    assert who.holder is not None
    return notices_of(bank, who.holder.person, (None, 10))


def recoveries(bank: Bank) -> list[str]:
    """Return what the audit trail says of loads that were booked."""
    with bank.connection() as connection:
        entries = audit.entries_before(connection, None, 100)
    return [entry.details for entry in entries if entry.action == "recover-load"]


def gap_of(bank: Bank) -> tuple[int, int]:
    with bank.connection() as connection:
        row = connection.execute("SELECT first_entry, last_entry FROM bank.signing_gap").fetchone()
    assert row is not None
    return row


def pay_offline(village: Village, payer: Villager, payee: Villager, amount: int) -> Paid:
    """Let a wallet pay a purse that has no network."""
    assert payer.holder is not None
    grant(village.bank, payer.holder)
    asked = Asked(payee.ask(amount), payee.certificate)
    id_ = village.bank.new_id()
    return Paid(*pay_purse(village.bank, consent_of(payer), id_, payer.wallet, asked), payee)
