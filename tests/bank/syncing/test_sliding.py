"""What is answered to purses that are paid forged requests, and to opened and cloned ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.syncing.village import CARD_PIN, Village, Villager
from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.syncing import LogRefused, PurseForked, Upload, sync
from zerobar.purse.money import Fen
from zerobar.purse.suites import P256


def forged(village: Village, payer: Villager, payee: Villager, number: int) -> None:
    """Let a purse pay a request that its payee never made."""
    request = replace(payee.ask(1), number=number, tag=b"\1\2\3\4")
    payer.card.verify_pin(CARD_PIN)
    voucher, certificate = payer.card.pay(request)
    take_vouchers(village.bank, [bytes(voucher) + bytes(certificate)])


@pytest.mark.parametrize("number", [50_000, 1])
def test_a_forged_request_slides_nobodys_window(
    village: Village, alice: Villager, bob: Villager, number: int
) -> None:
    bob.ask(1)
    forged(village, alice, bob, number)
    for _ in range(5):
        village.load(bob, 1)
        answer = village.sync(bob)
        assert answer.slide_to == 0


def test_a_clone_that_branched_off_before_the_end_of_the_log_is_found_by_all_it_has(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    village.sync(alice)
    twin = village.clone(alice)
    village.pay(alice, shop, 1_00).accept()
    village.sync(alice)
    for _ in range(3):
        village.pay(twin, bob, 2_00)
    with pytest.raises(LogRefused) as refused:
        sync(village.bank, village.upload(twin))
    state = twin.state()
    entries = [
        twin.card.read_log(entry) for entry in range(refused.value.read_from, state.entry + 1)
    ]
    assert refused.value.read_from == state.base + 1
    with pytest.raises(PurseForked):
        sync(village.bank, Upload(state, entries))
    assert village.flagged() == {alice.id: {FraudTest.OTHER_LOG}}


def test_a_first_state_of_the_beginning_with_another_chain_is_a_cheats(
    village: Village, bob: Villager
) -> None:
    state = replace(bob.state(), chain=b"\1" * 16)
    purse = bob.applet._purse
    assert purse is not None
    key = purse.store.identity.value.private_key
    with pytest.raises(PurseForked):
        sync(village.bank, Upload(state.signed(lambda body: P256.sign(key, body))))
    assert bob.id in village.flagged()
    assert state.balance == Fen(0)
