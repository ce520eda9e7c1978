"""Loads that a bank which was put back to a backup has forgotten, and who pays for them."""

from __future__ import annotations

import pytest

from tests.bank.holders import balance, fill, grant
from tests.bank.merchants.test_tap_abuse import flagged
from tests.bank.purses.conftest import by
from tests.bank.safekeeping.restored import (
    LOADED,
    VALUE_OUT,
    Drill,
    drill,
    faults,
    load_from,
    of_vault,
    pay_offline,
    recoveries,
    spend,
    told,
)
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import IN_WALLET, Village, Villager, ack_of
from zerobar.bank.context import Bank
from zerobar.bank.control.verifying import check_signatures
from zerobar.bank.paying.model import NoticeKind
from zerobar.bank.purses.losing import report_lost
from zerobar.bank.purses.owed_loads import load_owed
from zerobar.bank.purses.recovering import recover_loads
from zerobar.bank.settlement.lost import pay_out_lost
from zerobar.bank.settlement.owing import owed_to
from zerobar.bank.syncing import sync
from zerobar.purse.messages import Kind
from zerobar.purse.money import CNY, Fen

__all__ = ["alice", "bob", "drill", "keys", "shop", "village"]

pytestmark = pytest.mark.slow


def test_a_forgotten_load_is_taken_from_its_wallet_once_when_the_purse_syncs(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    village.load(alice, 50_00)
    village.sync(alice)
    with drill.restored() as bank:
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        upload = village.upload(alice)
        answer = sync(bank, upload)
        assert ack_of(sync(bank, upload)) == ack_of(answer)
        village.carry(alice, answer)
        village.sync(alice)
        assert recover_loads(bank) == 0
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        (notice,) = told(bank, alice)
        assert (notice.kind, notice.amount) == (NoticeKind.LOAD_RECOVERED, 50_00)
        (detail,) = recoveries(bank)
        assert alice.id.hex() in detail and str(alice.wallet) in detail and "5000" in detail
        assert faults(bank) == [] and village.books().is_exact and village.flagged() == {}


def test_what_the_wallet_has_not_any_more_the_vault_pays_and_its_holder_owes(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    village.load(alice, 500_00)
    with drill.restored() as bank:
        spend(bank, alice.wallet, left=20_00)
        before = of_vault(bank)
        village.sync(alice)
        assert balance(bank, alice.wallet) == 0
        assert of_vault(bank) == before - 480_00
        assert faults(bank) == [] and village.books().is_exact
        fill(bank, alice.wallet, Fen(300_00))
        assert pay_out_lost(bank) == 1, "its debt is collected as that of a lost purse"
        village.unload(alice, 600_00)
        village.sync(alice)
        assert pay_out_lost(bank) == 1 and pay_out_lost(bank) == 0
        assert balance(bank, alice.wallet) == 600_00 - 180_00
        assert of_vault(bank) == before - 300_00, "which is what the test gave away"
        assert faults(bank) == [] and village.books().is_exact


def test_beyond_what_a_purse_may_pay_between_syncs_two_risk_officers_decide(
    drill: Drill, village: Village, alice: Villager, bob: Villager
) -> None:
    drill.back_up()
    for _ in range(2):
        village.load(alice, 800_00)
        for _ in range(2):
            village.pay(alice, bob, 400_00).accept()
        village.sync(alice)
        village.sync(bob)
        village.unload(bob, 800_00)
        village.sync(bob)
    with drill.restored() as bank:
        spend(bank, alice.wallet)
        village.sync(bob)
        village.sync(alice)
        (line,) = check_signatures(bank).deviations
        assert line.endswith(f"{1_600_00 - VALUE_OUT} fen") and village.books().is_exact
        assert recover_loads(bank) == 0
        approve(bank, alice, VALUE_OUT + 100_00)
        assert recover_loads(bank) == 1
        assert check_signatures(bank).deviations[0].endswith(f"{500_00} fen")
        fill(bank, alice.wallet, Fen(700_00))
        assert recover_loads(bank) == 1, "what the wallet gets is taken without anybody's leave"
        assert balance(bank, alice.wallet) == 200_00
        assert faults(bank) == [] and village.books().is_exact
        assert len(recoveries(bank)) == 4


def approve(bank: Bank, who: Villager, ceiling_fen: int) -> None:
    """Write down what two risk officers decided."""
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.cover_ceiling (purse_id, approval_id, ceiling_fen, approved_at)"
            " VALUES (%s, %s, %s, %s)",
            (who.id, bank.new_id(), ceiling_fen, bank.clock()),
        )


def test_a_till_that_was_paid_keeps_its_money_though_nobody_knows_who_paid(
    drill: Drill, village: Village, alice: Villager, shop: Villager
) -> None:
    fill(village.bank, shop.wallet, Fen(10_00))
    drill.back_up()
    pay_offline(village, alice, shop, 30_00).accept()
    with drill.restored() as bank:
        before = of_vault(bank)
        village.sync(shop)
        village.sync(alice)
        assert pay_out_lost(bank) == 0, "nobody owes anything"
        assert shop.funds() == 30_00 and of_vault(bank) == before - 30_00
        assert balance(bank, shop.wallet) == 10_00
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        assert faults(bank) == [] and village.books().is_exact


def test_a_card_without_a_wallet_that_somebody_loaded_is_made_good(
    drill: Drill, village: Village, alice: Villager
) -> None:
    cash = village.anonymous("Cash")
    drill.back_up()
    cash.card.accept(*load_from(village, alice, cash.ask(40_00, Kind.LOAD)))
    village.sync(cash)
    with drill.restored() as bank:
        before = of_vault(bank)
        village.sync(cash)
        assert of_vault(bank) == before - 40_00
        assert faults(bank) == [] and village.books().is_exact


def test_a_card_without_a_wallet_has_not_twice_what_it_was_owed(
    drill: Drill, village: Village, alice: Villager
) -> None:
    cash = village.anonymous("Cash")
    cash.card.accept(*load_from(village, alice, cash.ask(40_00, Kind.LOAD)))
    village.sync(cash)
    drill.back_up()
    village.unload(cash, 40_00)
    village.sync(cash)
    asked = cash.card.prepare_signed(Kind.LOAD, Fen(40_00), CNY, bytes(8))
    cash.card.accept(*load_owed(village.bank, asked))
    with drill.restored() as bank:
        before = of_vault(bank)
        for _ in range(2):
            village.sync(cash)
        with bank.connection() as connection:
            assert owed_to(connection, cash.id) == 0
        assert cash.funds() == 40_00 and of_vault(bank) == before
        assert faults(bank) == [] and village.books().is_exact
        assert len(recoveries(bank)) == 1


def test_the_vault_pays_nothing_for_a_card_whose_unload_waits_for_it_to_hear_of_a_cheat(
    drill: Drill, village: Village, alice: Villager
) -> None:
    cash = village.anonymous("Cash")
    village.sync(alice)
    drill.back_up()
    village.pay(alice, cash, 40_00).accept()
    village.unload(cash, 40_00)
    village.sync(cash)
    asked = cash.card.prepare_signed(Kind.LOAD, Fen(40_00), CNY, bytes(8))
    cash.card.accept(*load_owed(village.bank, asked))
    with drill.restored() as bank:
        flagged(bank, alice.id)
        before = of_vault(bank)
        for _ in range(2):
            village.sync(cash)
        with bank.connection() as connection:
            assert owed_to(connection, cash.id) == 0
        assert cash.funds() == 40_00 and of_vault(bank) == before
        assert len(recoveries(bank)) == 1 and village.books().is_exact


def test_a_lost_purse_that_is_found_after_its_end_is_paid_out_what_was_forgotten_once(
    drill: Drill, village: Village, alice: Villager
) -> None:
    village.sync(alice)
    drill.back_up()
    village.load(alice, 50_00)
    with drill.restored() as bank:
        assert alice.holder is not None
        grant(bank, alice.holder)
        report_lost(bank, by(alice.holder), alice.id)
        drill.clock.advance(days=31)
        while pay_out_lost(bank):
            pass
        assert balance(bank, alice.wallet) == IN_WALLET
        village.sync(alice)
        while pay_out_lost(bank):
            pass
        assert balance(bank, alice.wallet) == IN_WALLET, "the load is booked, and paid out"
        assert len(recoveries(bank)) == 1
        assert faults(bank) == [] and village.books().is_exact
