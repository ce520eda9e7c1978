"""A bank that was put back gives out no number of a request again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bank.holders import Holder, grant
from tests.bank.merchants.trading import Trader, begin, new_order
from tests.bank.purses.conftest import (
    Sim,
    consent,
    keys,
    make_card,
    offering,
    sim,
)
from tests.bank.safekeeping.conftest import CHEAP, PASSPHRASE
from tests.postgres import NewDatabase
from zerobar.bank.context import Bank
from zerobar.bank.merchants.tapping import tap_request
from zerobar.bank.purses.charging import load
from zerobar.bank.safekeeping.backing_up import KEY, SETTINGS, write_backup
from zerobar.bank.safekeeping.crate import read_crate
from zerobar.bank.safekeeping.dumping import restore
from zerobar.bank.safekeeping.reopening import SKIPPED_NUMBERS, reopen
from zerobar.bank.safekeeping.restoring import dump_of, read_files
from zerobar.database import Database, open_pool
from zerobar.purse.messages import Kind, SignedRequest

__all__ = ["keys", "make_card", "offering", "sim"]

pytestmark = pytest.mark.slow


@pytest.fixture
def card(offering: Bank, anna: Holder, sim: Sim) -> Sim:
    """Anna's card with 200.00."""
    grant(offering, anna)
    sim.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(200_00)))
    return sim


@pytest.fixture
def shop(offering: Bank) -> Trader:
    return begin(offering)


def put_back(kept: Path, database: Database) -> Database:
    with kept.open("rb") as source:
        pieces = read_crate(source, PASSPHRASE)
        read_files(pieces)
        restore(database, dump_of(pieces))
    return database


def asked(bank: Bank, shop: Trader, number: str) -> SignedRequest:
    return tap_request(bank, shop.till, new_order(bank, shop, 30_00, number).id, Kind.PAYMENT)


def test_a_card_that_paid_a_request_which_was_forgotten_pays_the_next_one(
    offering: Bank, shop: Trader, card: Sim, bank_database: Database, new_database: NewDatabase,
    tmp_path: Path,
) -> None:  # fmt: skip
    asked(offering, shop, "A-1")
    kept = tmp_path / "kept.backup"
    source = (bank_database, offering.clock())
    write_backup(kept, PASSPHRASE, {SETTINGS: b"{}", KEY: b"00"}, source, os.urandom, **CHEAP)
    forgotten = asked(offering, shop, "A-2")
    card.card.pay(forgotten)
    database = put_back(kept, new_database())
    with open_pool(database, "reopening tests", autocommit=True) as pool:
        bank = replace(offering, pool=pool)
        reopen(bank, bank.clock())
        again = asked(bank, shop, "A-3")
    assert again.request.number == forgotten.request.number + SKIPPED_NUMBERS
    card.card.pay(again)
