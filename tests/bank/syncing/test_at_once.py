"""Syncs at the same time: of one purse from two terminals, and of purses that paid each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.bank.syncing.village import Village, Villager, ack_of
from zerobar.bank.settlement import Batch, Outcome, settle_batch
from zerobar.bank.syncing import sync
from zerobar.issuer import SyncAnswer

pytestmark = pytest.mark.slow


def at_once(acts: Sequence[Callable[[], SyncAnswer]]) -> list[SyncAnswer]:
    with ThreadPoolExecutor(len(acts)) as threads:
        return [done.result() for done in [threads.submit(act) for act in acts]]


def test_one_state_from_many_terminals_is_acknowledged_by_one_ack(
    village: Village, alice: Villager, shop: Villager
) -> None:
    village.pay(alice, shop, 10_00).accept()
    upload = village.upload(alice)
    answers = at_once([lambda: sync(village.bank, upload)] * 8)
    assert len({bytes(ack_of(answer)) for answer in answers}) == 1
    alice.card.sync_ack(ack_of(answers[0]))


def test_two_states_of_one_purse_are_taken_in_whatever_order(
    village: Village, alice: Villager, shop: Villager
) -> None:
    first = village.upload(alice)
    village.pay(alice, shop, 10_00).accept()
    second = village.upload(alice)
    answers = at_once([lambda: sync(village.bank, first), lambda: sync(village.bank, second)])
    assert sorted(ack_of(answer).entry for answer in answers) == [1, 2]
    assert village.flagged() == {}


def test_purses_that_paid_each_other_sync_at_once_and_every_payment_ends(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    village.load(bob, 200_00)
    everybody = [alice, bob, shop]
    paid = []
    for _ in range(2):
        for payer, payee in ((alice, bob), (bob, alice), (alice, shop), (bob, shop)):
            paid.append(village.pay(payer, payee, 10_00).accept())
    late = village.pay(alice, shop, 5_00)
    shop.card.void(late.voucher, late.certificate)
    village.sync(alice)
    uploads = [village.upload(who) for who in everybody]
    batch = Batch.of([one.record for one in paid])

    def settle() -> SyncAnswer:
        settle_batch(village.bank, batch)
        return sync(village.bank, uploads[0])

    acts = [partial(sync, village.bank, upload) for upload in uploads]
    at_once([*acts, *acts, settle])
    assert {village.life(one).outcome for one in paid} == {Outcome.SETTLED}
    assert village.life(late).outcome is Outcome.REFUNDED
    assert village.flagged() == {}


def test_a_clone_whose_two_vouchers_come_in_at_once_is_found(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 10_00).accept()
    village.pay(clone, bob, 11_00).accept()
    uploads = [village.upload(who) for who in (shop, bob)]
    at_once([partial(sync, village.bank, upload) for upload in uploads])
    assert set(village.flagged()) == {alice.id}


def test_a_log_and_a_voucher_that_contradicts_it_find_each_other_at_once(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    village.load(bob, 100_00)
    clone = village.clone(alice)
    village.pay(bob, alice, 5_00).accept()
    stray = village.pay(clone, shop, 11_00)
    village.sync(bob)
    upload = village.upload(alice)

    def settle() -> SyncAnswer:
        settle_batch(village.bank, Batch.of([stray.record]))
        return sync(village.bank, upload)

    at_once([lambda: sync(village.bank, upload), settle])
    assert set(village.flagged()) == {alice.id}
