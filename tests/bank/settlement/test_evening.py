"""Purses that ended, and what is learned of them later: their holders get all of it, once."""

from __future__ import annotations

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import balance, fill, move
from tests.bank.settlement.test_lost import lose, loss_of
from tests.bank.syncing.conftest import alice, bob, keys, shop, village
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.halting import halt
from zerobar.bank.settlement import Batch, Outcome, Waiting, look_again, post_due, settle_batch
from zerobar.bank.settlement.lost import pay_out_lost
from zerobar.bank.settlement.posting import settle_due
from zerobar.bank.settlement.verdicts import not_paid_out
from zerobar.purse.money import Fen

__all__ = ["alice", "bob", "keys", "shop", "village"]


@pytest.fixture
def friend(village: Village) -> Villager:
    made = village.person("Friend")
    village.load(made, 400_00)
    return made


def emptied(village: Village, who: Villager) -> None:
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    all_of_it = Fen(balance(village.bank, who.wallet))
    move(village.bank, who.wallet, vault, all_of_it, TransferCode.ISSUE)


def wrong(village: Village) -> list[str]:
    return [check.name for check in check_books(village.bank) if check.deviations]


@pytest.fixture
def indebted(
    village: Village, bob: Villager, friend: Villager, shop: Villager, clock: Clock
) -> Villager:
    """Bob, who spent what a friend had paid him, and whom the vault had to help out."""
    village.pay(friend, bob, 400_00).accept()
    village.pay(bob, shop, 400_00).accept()
    lose(village, bob)
    village.sync(shop)
    emptied(village, bob)
    clock.advance(days=1)
    pay_out_lost(village.bank)
    assert loss_of(village) == 400_00
    return bob


def test_what_comes_back_to_an_owner_pays_first_what_the_operator_paid_for_the_purse(
    village: Village, indebted: Villager, friend: Villager
) -> None:
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    before = balance(village.bank, vault)
    for _ in range(2):
        village.sync(friend)
    pay_out_lost(village.bank)
    assert balance(village.bank, indebted.wallet) == 0
    assert balance(village.bank, vault) == before + 400_00
    assert not wrong(village)


def test_a_debt_is_taken_from_the_wallet_when_it_has_money_again(
    village: Village, indebted: Villager
) -> None:
    fill(village.bank, indebted.wallet, Fen(150_00))
    assert pay_out_lost(village.bank) == 1
    assert balance(village.bank, indebted.wallet) == 0
    fill(village.bank, indebted.wallet, Fen(300_00))
    assert pay_out_lost(village.bank) == 1
    assert pay_out_lost(village.bank) == 0
    assert balance(village.bank, indebted.wallet) == 50_00
    assert not wrong(village)


@pytest.mark.parametrize("first", ["the friend", "the found card"])
def test_income_that_is_learned_after_the_pay_out_is_paid_whoever_syncs_first(
    village: Village, bob: Villager, friend: Villager, clock: Clock, first: str
) -> None:
    paid = village.pay(friend, bob, 100_00).accept()
    lose(village, bob)
    clock.advance(days=1)
    pay_out_lost(village.bank)
    before = balance(village.bank, bob.wallet)
    if first == "the friend":
        for _ in range(2):
            village.sync(friend)
    village.sync(bob, [friend.certificate])
    village.unload(bob, bob.funds())
    village.sync(bob)
    village.sync(friend)
    pay_out_lost(village.bank)
    assert pay_out_lost(village.bank) == 0
    assert village.life(paid).outcome in (Outcome.SETTLED, Outcome.REDIRECTED)
    assert balance(village.bank, bob.wallet) == before + 100_00
    assert not wrong(village)


def test_an_unload_that_waits_when_its_purse_is_paid_out_is_paid_with_the_rest(
    village: Village, alice: Villager, clock: Clock
) -> None:
    village.sync(alice)
    before = balance(village.bank, alice.wallet)
    float_ = operator_account(village.bank.operator_id, AccountCode.FLOAT)
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    move(village.bank, float_, vault, Fen(150_00), TransferCode.UNLOAD)
    village.unload(alice, 100_00)
    village.sync(alice)
    lose(village, alice)
    clock.advance(days=1)
    move(village.bank, vault, float_, Fen(150_00), TransferCode.UNLOAD)
    pay_out_lost(village.bank)
    look_again(village.bank)
    post_due(village.bank)
    pay_out_lost(village.bank)
    assert balance(village.bank, alice.wallet) == before + 200_00
    assert village.float() == 0


def test_no_unload_posts_once_its_purse_is_being_paid_out(
    village: Village, alice: Villager, clock: Clock
) -> None:
    village.sync(alice)
    before = balance(village.bank, alice.wallet)
    lose(village, alice)
    clock.advance(days=1)
    halt(village.bank, not_paid_out(alice.id))
    voucher = village.unload(alice, 50_00)
    record = bytes(voucher) + bytes(alice.certificate)
    report = settle_batch(village.bank, Batch.of([record]))
    assert report.outcomes.waiting == {Waiting.PURSE_ENDING: 1}
    pay_out_lost(village.bank)
    assert settle_due(village.bank) == 1
    assert balance(village.bank, alice.wallet) == before + 200_00
    assert not wrong(village)


def test_one_purse_whose_wallet_takes_nothing_holds_up_no_other(
    village: Village, alice: Villager, bob: Villager, clock: Clock
) -> None:
    village.load(bob, 50_00)
    for who in (alice, bob):
        village.sync(who)
        lose(village, who)
    with village.bank.connection() as connection:
        connection.execute(
            "UPDATE bank.purse SET wallet_id = %s WHERE purse_id = %s",
            (village.bank.new_id(), min(alice.id, bob.id)),
        )
    clock.advance(days=1)
    other = max(alice, bob, key=lambda who: who.id)
    before = balance(village.bank, other.wallet)
    pay_out_lost(village.bank)
    assert balance(village.bank, other.wallet) > before
