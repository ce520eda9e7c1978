"""Sync: what a purse says comes in whole or not at all, and is acknowledged by the same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.syncing.village import Village, Villager, ack_of
from zerobar.bank.purses.errors import PurseUnknown
from zerobar.bank.settlement import Outcome
from zerobar.bank.syncing import (
    CertificatesNeeded,
    LogRefused,
    StateRefused,
    Upload,
    known_entry,
    sync,
)
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen


def test_a_credit_in_the_payees_log_settles_a_voucher_whoever_syncs_first(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    first = village.pay(alice, bob, 12_50).accept()
    second = village.pay(alice, shop, 30_00).accept()
    village.sync(bob)
    assert village.life(first).outcome is Outcome.SETTLED
    village.sync(alice)
    assert village.life(second).outcome is None
    village.sync(shop)
    assert village.life(second).outcome is Outcome.SETTLED
    assert village.flagged() == {}
    assert village.float() == alice.funds() + bob.funds() + shop.funds() == 200_00


def test_the_purse_is_acknowledged_and_can_go_on(village: Village, alice: Villager) -> None:
    answer = village.sync(alice)
    state = alice.state()
    assert state.base == state.entry == answer.known_entry == 1


def test_the_same_state_is_acknowledged_by_the_same_bytes(
    village: Village, alice: Villager, shop: Villager, clock: Clock
) -> None:
    village.pay(alice, shop, 10_00).accept()
    upload = village.upload(alice)
    first = sync(village.bank, upload)
    clock.advance(hours=1)
    assert bytes(ack_of(sync(village.bank, upload))) == bytes(ack_of(first))
    without_log = replace(upload, entries=())
    assert bytes(ack_of(sync(village.bank, without_log))) == bytes(ack_of(first))


def test_entries_that_do_not_lead_to_the_state_are_the_terminals_fault(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    village.pay(alice, shop, 10_00).accept()
    village.pay(alice, bob, 10_00).accept()
    upload = village.upload(alice)
    entries = list(upload.entries)
    spoilt = replace(entries[1], payload=entries[2].payload)
    for wrong in (
        [],
        entries[1:],
        entries[:-1],
        [entries[0], entries[2], entries[1]],
        [entries[0], spoilt, entries[2]],
    ):
        with pytest.raises(LogRefused):
            sync(village.bank, replace(upload, entries=wrong))
    assert village.flagged() == {}
    assert known_entry(village.bank, alice.id) == 0
    sync(village.bank, upload)
    assert known_entry(village.bank, alice.id) == 3


def test_a_spoilt_signature_is_refused_and_never_held_against_the_purse(
    village: Village, alice: Villager, shop: Villager
) -> None:
    village.pay(alice, shop, 10_00).accept()
    upload = village.upload(alice)
    entries = list(upload.entries)
    payload = entries[1].payload[:-1] + bytes((entries[1].payload[-1] ^ 1,))
    with pytest.raises(LogRefused):
        sync(
            village.bank,
            replace(upload, entries=[entries[0], replace(entries[1], payload=payload)]),
        )
    assert village.flagged() == {}


def test_balances_that_a_terminal_writes_into_entries_count_for_nothing(
    village: Village, alice: Villager
) -> None:
    upload = village.upload(alice)
    lying = [replace(entry, balance=Fen(1), held=Fen(7)) for entry in upload.entries]
    sync(village.bank, replace(upload, entries=lying))
    assert village.flagged() == {}


def test_a_state_that_the_purse_did_not_sign_is_refused(village: Village, alice: Villager) -> None:
    upload = village.upload(alice)
    forged = replace(upload.state, balance=Fen(1))
    with pytest.raises(StateRefused):
        sync(village.bank, replace(upload, state=forged))
    with pytest.raises(StateRefused):
        sync(village.bank, upload, nonce=b"another!")


def test_a_purse_that_is_not_registered_is_turned_away(village: Village) -> None:
    stranger = village.stranger("Stranger")
    with pytest.raises(PurseUnknown):
        village.sync(stranger)


def test_the_certificate_of_a_payer_that_is_not_known_is_asked_for(
    village: Village, alice: Villager, shop: Villager
) -> None:
    stranger = village.stranger("Stranger")
    village.load(alice, 100_00)
    village.pay(alice, stranger, 50_00).accept()
    village.pay(stranger, shop, 20_00).accept()
    with pytest.raises(CertificatesNeeded) as needed:
        village.sync(shop)
    assert needed.value.purse_ids == (stranger.id,)
    village.sync(shop, [stranger.certificate])
    assert village.flagged() == {}


def test_an_older_state_that_comes_late_is_no_sign_of_a_cheat(
    village: Village, alice: Villager, shop: Villager
) -> None:
    old = village.upload(alice)
    village.pay(alice, shop, 10_00).accept()
    village.sync(alice)
    late = sync(village.bank, old)
    assert (ack_of(late).entry, late.known_entry) == (1, 2)
    assert village.flagged() == {}


def test_a_sync_goes_on_after_its_answer_was_lost(
    village: Village, alice: Villager, shop: Villager
) -> None:
    village.pay(alice, shop, 10_00).accept()
    sync(village.bank, village.upload(alice))
    alice.card.reset()
    village.pay(alice, shop, 5_00).accept()
    village.sync(alice)
    assert alice.state().base == 3
    village.sync(shop)
    assert village.flagged() == {}


def test_what_was_not_delivered_is_brought_by_the_next_sync(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    village.sync(alice)
    answer = village.sync(shop)
    assert answer.deliveries == ((paid.voucher, alice.certificate),)
    assert shop.funds() == 10_00
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.SETTLED


def test_a_load_that_never_reached_its_purse_is_delivered(
    village: Village, alice: Villager
) -> None:
    village.charge(alice, alice.ask(50_00, Kind.LOAD))
    village.sync(alice)
    assert alice.funds() == 250_00


def test_a_thousand_entries_at_most_come_at_once(village: Village, alice: Villager) -> None:
    upload = village.upload(alice)
    with pytest.raises(LogRefused):
        sync(village.bank, replace(upload, entries=list(upload.entries) * 1_025))


def test_the_part_of_the_log_that_is_held_may_come_again(
    village: Village, alice: Villager, shop: Villager
) -> None:
    village.sync(alice)
    village.pay(alice, shop, 10_00).accept()
    village.pay(alice, shop, 10_00).accept()
    alice.card.reset()
    state = alice.state()
    sync(village.bank, Upload(state, alice.log()))
    assert known_entry(village.bank, alice.id) == 3
    assert village.flagged() == {}
