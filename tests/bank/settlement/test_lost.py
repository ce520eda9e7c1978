"""Lost purses: paid out after the horizon, closed for ever, and made up with what comes later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import balance, move
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import IN_WALLET, Village, Villager
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.fraud.covering import cover_losses
from zerobar.bank.purses import purse
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement import Batch, Outcome, settle_batch
from zerobar.bank.settlement.lost import pay_out_lost
from zerobar.purse.money import Fen

__all__ = ["alice", "bob", "keys", "shop", "village"]


def lose(village: Village, who: Villager) -> None:
    """Report a purse lost; its horizon is in a day."""
    with village.bank.connection() as connection:
        connection.execute(
            "UPDATE bank.purse SET status = %s, lost_at = %s, horizon_at = %s WHERE purse_id = %s",
            (
                PurseStatus.BLOCKED,
                village.bank.clock(),
                village.bank.clock() + timedelta(days=1),
                who.id,
            ),
        )


def loss_of(village: Village) -> int:
    """What the operator paid from its own vault."""
    with village.bank.connection() as connection:
        row = connection.execute(
            "SELECT coalesce(sum(amount_fen), 0) FROM ledger.transfer WHERE code = %s",
            (TransferCode.LOSS_COVERED,),
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def lost(village: Village, alice: Villager, shop: Villager, clock: Clock) -> Villager:
    """Alice's purse: 200 were loaded, 30 paid to the shop, all of it known; then it was lost."""
    village.pay(alice, shop, 30_00).accept()
    for who in (alice, shop):
        village.sync(who)
    lose(village, alice)
    return alice


def test_nothing_is_paid_before_the_horizon(village: Village, lost: Villager) -> None:
    assert pay_out_lost(village.bank) == 0
    assert purse(village.bank, lost.id).status is PurseStatus.BLOCKED


def test_what_is_known_to_be_in_it_is_paid_to_the_wallet_once(
    village: Village, lost: Villager, clock: Clock
) -> None:
    clock.advance(days=1)
    assert pay_out_lost(village.bank) > 0
    assert pay_out_lost(village.bank) == 0
    assert balance(village.bank, lost.wallet) == IN_WALLET - 30_00
    assert village.float() == 30_00
    assert purse(village.bank, lost.id).status is PurseStatus.CLOSED


def test_a_pay_out_that_the_float_cannot_pay_is_paid_later(
    village: Village, lost: Villager, clock: Clock
) -> None:
    clock.advance(days=1)
    float_ = operator_account(village.bank.operator_id, AccountCode.FLOAT)
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    move(village.bank, float_, vault, Fen(100_00), TransferCode.UNLOAD)
    pay_out_lost(village.bank)
    assert balance(village.bank, lost.wallet) == IN_WALLET - 200_00
    move(village.bank, vault, float_, Fen(100_00), TransferCode.UNLOAD)
    pay_out_lost(village.bank)
    assert balance(village.bank, lost.wallet) == IN_WALLET - 30_00


def test_what_was_on_its_way_to_it_goes_to_the_wallet(
    village: Village, lost: Villager, bob: Villager, clock: Clock
) -> None:
    village.load(bob, 50_00)
    paid = village.pay(bob, lost, 20_00)
    clock.advance(days=1)
    pay_out_lost(village.bank)
    village.sync(bob)
    assert village.life(paid).outcome is None
    village.sync(bob)
    assert village.life(paid).outcome is Outcome.REDIRECTED
    assert balance(village.bank, lost.wallet) == IN_WALLET - 30_00 + 20_00


def test_what_it_spends_later_is_charged_to_its_holder(
    village: Village, lost: Villager, shop: Villager, clock: Clock
) -> None:
    late = village.pay(lost, shop, 40_00)
    clock.advance(days=1)
    pay_out_lost(village.bank)
    late.accept()
    village.sync(shop)
    assert village.life(late).outcome is Outcome.SETTLED
    assert pay_out_lost(village.bank) == 1
    assert pay_out_lost(village.bank) == 0
    assert balance(village.bank, lost.wallet) == IN_WALLET - 30_00 - 40_00
    assert village.float() == shop.funds() == 70_00
    assert loss_of(village) == 0


def test_what_the_holder_cannot_pay_is_the_operators_loss(
    village: Village, lost: Villager, shop: Villager, clock: Clock
) -> None:
    late = village.pay(lost, shop, 40_00)
    clock.advance(days=1)
    pay_out_lost(village.bank)
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    left = balance(village.bank, lost.wallet)
    move(village.bank, lost.wallet, vault, Fen(left - 15_00), TransferCode.SAVE_TO_BANK)
    settle_batch(village.bank, Batch.of([late.record]))
    pay_out_lost(village.bank)
    assert balance(village.bank, lost.wallet) == 0
    assert loss_of(village) == 25_00
    assert village.float() == 70_00


def test_what_it_unloads_later_stays_with_the_operator(
    village: Village, lost: Villager, clock: Clock
) -> None:
    clock.advance(days=1)
    pay_out_lost(village.bank)
    before = balance(village.bank, lost.wallet)
    village.unload(lost, 100_00)
    village.sync(lost)
    pay_out_lost(village.bank)
    assert balance(village.bank, lost.wallet) == before
    assert loss_of(village) == 0


def test_what_it_takes_back_later_makes_up_for_what_it_spends(
    village: Village, lost: Villager, shop: Villager, clock: Clock
) -> None:
    open_ = village.pay(lost, shop, 10_00)
    settle_batch(village.bank, Batch.of([open_.record]))
    clock.advance(days=1)
    pay_out_lost(village.bank)
    late = village.pay(lost, shop, 10_00)
    statement = shop.card.void(open_.voucher, open_.certificate)
    late.accept()
    lost.card.undo(statement, shop.certificate)
    for who in (lost, shop):
        village.sync(who)
    assert village.life(open_).outcome is Outcome.UNDONE
    assert village.life(late).outcome is Outcome.SETTLED
    pay_out_lost(village.bank)
    assert balance(village.bank, lost.wallet) == IN_WALLET - 30_00 - 10_00


def test_a_holder_who_was_paid_by_a_clone_gets_that_as_well(
    village: Village, alice: Villager, bob: Villager, shop: Villager, clock: Clock
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 30_00).accept()
    village.pay(clone, bob, 35_00).accept()
    for who in (shop, bob):
        village.sync(who)
    before = balance(village.bank, bob.wallet)
    held = bob.card.state(bytes(8)).balance
    lose(village, bob)
    clock.advance(days=1)
    cover_losses(village.bank)
    pay_out_lost(village.bank)
    assert held >= 35_00
    assert balance(village.bank, bob.wallet) == before + held
