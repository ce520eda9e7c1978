"""Unloads that were forgotten, loads that no card has, and loads that never were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.holders import balance
from tests.bank.safekeeping.restored import (
    LOADED,
    Drill,
    drill,
    faults,
    gap_of,
    load_from,
    of_vault,
)
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import IN_WALLET, Paid, Village, Villager
from zerobar.bank.control.verifying import check_signatures
from zerobar.bank.purses.recovering import recover_loads
from zerobar.bank.purses.unloading import unload_request
from zerobar.bank.settlement import Batch, Outcome, settle_batch
from zerobar.bank.settlement.owing import owed_to
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.money import Fen

__all__ = ["alice", "bob", "drill", "keys", "shop", "village"]

pytestmark = pytest.mark.slow


def test_what_was_unloaded_comes_to_the_wallet_once_more_and_only_once(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    voucher = village.unload(alice, 70_00)
    village.sync(alice)
    with drill.restored() as bank:
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        record = bytes(voucher) + bytes(alice.certificate)
        for _ in range(2):
            settle_batch(bank, Batch.of([record]))
            village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED + 70_00
        assert faults(bank) == [] and village.books().is_exact


def test_a_purse_that_paid_an_unload_which_was_forgotten_pays_the_next_one(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    forgotten = unload_request(village.bank, alice.id, village.bank.new_id(), Fen(10_00))
    alice.card.pay(forgotten)
    with drill.restored() as bank:
        again = unload_request(bank, alice.id, bank.new_id(), Fen(20_00))
        assert again.request.number > forgotten.request.number
        alice.card.pay(again)
        village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED + 30_00
        assert faults(bank) == [] and village.books().is_exact


def test_a_forgotten_load_that_its_card_has_voided_costs_and_gives_nobody_anything(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    voucher, certificate = village.charge(alice, alice.ask(50_00, Kind.LOAD))
    alice.card.void(voucher, certificate)
    with drill.restored() as bank:
        before = of_vault(bank)
        settle_batch(bank, Batch.of([bytes(voucher) + bytes(certificate)]))
        for _ in range(2):
            village.sync(alice)
        assert village.life(Paid(voucher, certificate, alice)).outcome is Outcome.REFUNDED
        with bank.connection() as connection:
            assert owed_to(connection, alice.id) == 0
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED and of_vault(bank) == before
        assert faults(bank) == [] and village.books().is_exact


def test_a_voucher_that_reached_the_bank_and_not_its_card_is_delivered_and_then_booked(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    signed = village.charge(alice, alice.ask(50_00, Kind.LOAD))
    with drill.restored() as bank:
        settle_batch(bank, Batch.of([bytes(signed)]))
        assert recover_loads(bank) == 0, "the card has not said that it has it"
        village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        village.sync(alice)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert alice.funds() == LOADED + 50_00
        assert faults(bank) == [] and village.books().is_exact


@pytest.mark.parametrize("syncs_first", [True, False])
def test_a_load_that_the_phone_asks_for_again_is_paid_once(
    drill: Drill, village: Village, alice: Villager, syncs_first: bool
) -> None:
    drill.back_up()
    request = alice.ask(50_00, Kind.LOAD)
    alice.card.accept(*load_from(village, alice, request))
    with drill.restored() as bank:
        if syncs_first:
            village.sync(alice)
        again = load_from(village, alice, request)
        for _ in range(3):
            village.sync(alice)
        assert village.life(Paid(*again, alice)).outcome is Outcome.REFUNDED
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert alice.funds() == LOADED + 50_00
        assert faults(bank) == [] and village.books().is_exact


def forged(village: Village, who: Villager, entry: int, amount: int = 90_00) -> Voucher:
    """Load a purse as whoever has stolen the operator's key, and hand the voucher in."""
    operator = village.keys.operator
    made = operator.voucher(who.ask(amount, Kind.LOAD), entry, bytes(16))
    settle_batch(village.bank, Batch.of([bytes(made) + bytes(operator.certificate)]))
    return made


def test_a_stolen_key_takes_no_wallets_money_by_numbers_that_were_never_passed_over(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    with drill.restored() as bank:
        made = forged(village, alice, gap_of(bank)[1] + 500_000)
        alice.card.accept(made, village.keys.operator.certificate)
        village.sync(alice)
        assert recover_loads(bank) == 0
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        assert check_signatures(bank).deviations[0].endswith("9000 fen")


def test_a_stolen_key_takes_no_wallets_money_for_what_its_card_has_not_credited(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    with drill.restored() as bank:
        operator, first = village.keys.operator, gap_of(bank)[0]
        request = replace(alice.ask(90_00, Kind.LOAD), tag=bytes(4))
        made = operator.voucher(request, first + 7, bytes(16))
        settle_batch(bank, Batch.of([bytes(made) + bytes(operator.certificate)]))
        for _ in range(3):
            village.sync(alice)
        paid = Paid(made, operator.certificate, alice)
        assert village.life(paid).outcome is Outcome.REFUNDED
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED
        with bank.connection() as connection:
            assert owed_to(connection, alice.id) == 0
        assert faults(bank) == [] and village.books().is_exact


def test_a_load_that_the_bank_remembers_is_never_booked_again_whatever_was_passed_over(
    village: Village, alice: Villager
) -> None:
    operator = village.keys.operator.id
    with village.bank.connection() as connection:
        connection.execute("INSERT INTO bank.signing_gap VALUES (%s, 1, 1000000)", (operator,))
    village.sync(alice)
    assert recover_loads(village.bank) == 0
    assert balance(village.bank, alice.wallet) == IN_WALLET - LOADED


def test_a_clone_of_a_card_makes_its_wallet_pay_a_load_once(
    drill: Drill, village: Village, alice: Villager
) -> None:
    drill.back_up()
    signed = village.charge(alice, alice.ask(50_00, Kind.LOAD))
    clone = village.clone(alice)
    for card in (alice, clone):
        card.card.accept(*signed)
    with drill.restored() as bank:
        village.sync(alice)
        village.sync(clone)
        assert balance(bank, alice.wallet) == IN_WALLET - LOADED - 50_00
        assert faults(bank) == [] and village.books().is_exact
