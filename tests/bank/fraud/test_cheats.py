"""Cheats: what proves one, that the proof is kept as it was signed, and who pays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.holders import balance, move
from tests.bank.syncing.village import CARD_PIN, IN_WALLET, Paid, Village, Villager, ack_of
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.fraud.covering import cover_losses
from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.purses import purse
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement import Batch, Outcome, settle_batch
from zerobar.bank.syncing import PurseForked, Upload, sync, take_statement
from zerobar.purse.messages import (
    EntryKind,
    LogEntry,
    State,
    VoidFlags,
    VoidStatement,
    chain_after,
)
from zerobar.purse.money import Fen
from zerobar.purse.store import Store
from zerobar.purse.suites import P256


def private_key(who: Villager) -> bytes:
    """Open the element."""
    return Store(who.memory).identity.value.private_key


def float_claims(village: Village, honest: list[Villager]) -> int:
    return sum(who.funds() for who in honest)


def test_two_vouchers_under_one_entry_prove_a_clone(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 30_00).accept()
    village.pay(clone, bob, 40_00).accept()
    village.sync(shop)
    assert village.flagged() == {}
    village.sync(bob)
    assert village.flagged() == {alice.id: {FraudTest.TWO_BODIES}}
    assert purse(village.bank, alice.id).status is PurseStatus.BLOCKED


def test_a_clone_that_syncs_another_log_is_found_by_its_two_states(
    village: Village, alice: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 30_00)
    village.pay(clone, shop, 40_00)
    village.sync(alice)
    clone.card.reset()
    state = clone.state()
    with pytest.raises(PurseForked):
        sync(village.bank, Upload(state))
    assert village.flagged() == {alice.id: {FraudTest.OTHER_LOG}}
    with village.bank.connection() as connection:
        row = connection.execute(
            "SELECT first_body || first_signature, second_body || second_signature"
            " FROM bank.fraud_case"
        ).fetchone()
    assert row is not None
    one, other = State.parse(row[0]), State.parse(row[1])
    for kept in (one, other):
        kept.verify(alice.certificate.public_key)
    assert one.entry == other.entry and one.chain != other.chain


def test_a_clone_whose_log_is_longer_is_found_when_all_of_it_is_read(
    village: Village, alice: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 30_00)
    village.pay(clone, shop, 40_00)
    village.pay(clone, shop, 1_00)
    village.sync(alice)
    clone.card.reset()
    state = clone.state()
    with pytest.raises(PurseForked):
        sync(village.bank, Upload(state, clone.log()))
    assert village.flagged() == {alice.id: {FraudTest.OTHER_LOG}}


def test_a_voucher_that_is_not_in_its_payers_log_proves_a_clone(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.load(bob, 100_00)
    village.pay(bob, alice, 5_00).accept()
    village.pay(clone, shop, 40_00).accept()
    village.sync(bob)
    village.sync(alice)
    village.sync(shop)
    assert village.flagged() == {alice.id: {FraudTest.OTHER_LOG}}


def test_a_voucher_on_another_chain_is_found_when_its_payer_syncs_later(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.load(bob, 100_00)
    village.pay(bob, alice, 5_00).accept()
    stray = village.pay(clone, shop, 40_00)
    settle_batch(village.bank, Batch.of([stray.record]))
    assert village.flagged() == {}
    village.sync(bob)
    village.sync(alice)
    assert village.flagged() == {alice.id: {FraudTest.OTHER_LOG}}


def minted(who: Villager) -> State:
    """Sign a state as an opened element would, with money that its log does not lead to."""
    state = who.state()
    return replace(state, balance=Fen(state.balance + 1_000_00)).signed(
        lambda body: P256.sign(private_key(who), body)
    )


def test_a_state_with_more_money_than_its_log_leads_to_breaks_the_equation(
    village: Village, alice: Villager
) -> None:
    sync(village.bank, Upload(minted(alice), alice.log()))
    assert village.flagged() == {alice.id: {FraudTest.BROKEN_EQUATION}}


def test_a_purse_that_pays_more_than_any_limit_without_syncing_is_found(
    village: Village, alice: Villager, shop: Villager
) -> None:
    village.load(alice, 800_00)
    first = [village.pay(alice, shop, 250_00) for _ in range(4)]
    settle_batch(village.bank, Batch.of([paid.record for paid in first]))
    assert village.flagged() == {}, "a thousand yuan is a person's limit"
    body = replace(first[-1].voucher, entry=first[-1].voucher.entry + 1, amount=Fen(1))
    more = body.signed(lambda raw: P256.sign(private_key(alice), raw))
    settle_batch(village.bank, Batch.of([bytes(more) + bytes(alice.certificate)]))
    assert village.flagged() == {alice.id: {FraudTest.OVERSPENT}}


def test_a_payee_that_voids_what_it_has_credited_is_found(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00).accept()
    lie = VoidStatement(
        flags=VoidFlags.NEVER_MY_REQUEST,
        payee_id=shop.id,
        payee_entry=0,
        payer_id=alice.id,
        payer_entry=paid.voucher.entry,
        number=paid.voucher.number,
        amount=paid.voucher.amount,
        voucher_hash=paid.voucher.hash,
    ).signed(lambda body: P256.sign(private_key(shop), body))
    take_statement(village.bank, lie)
    assert village.flagged() == {}
    village.sync(shop)
    assert village.flagged() == {shop.id: {FraudTest.BROKEN_VOID}}


def test_an_undo_that_no_payee_allowed_is_found(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    forged = VoidStatement(
        flags=VoidFlags.VOIDED,
        payee_id=shop.id,
        payee_entry=1,
        payer_id=alice.id,
        payer_entry=paid.voucher.entry,
        number=paid.voucher.number,
        amount=paid.voucher.amount,
        voucher_hash=paid.voucher.hash,
        signature=bytes(63) + b"\x01",
    )
    alice.card.reset()
    log, before = alice.log(), alice.state()
    undo = LogEntry(
        kind=EntryKind.UNDO,
        entry=before.entry + 1,
        balance=Fen(before.balance + 10_00),
        held=before.held,
        payload=bytes(forged) + bytes(10),
    )
    chain = chain_after(P256, before.chain, EntryKind.UNDO, undo.entry, bytes(forged))
    state = replace(before, entry=undo.entry, balance=undo.balance, chain=chain).signed(
        lambda body: P256.sign(private_key(alice), body)
    )
    sync(village.bank, Upload(state, [*log, undo]))
    assert village.flagged() == {alice.id: {FraudTest.BROKEN_VOID}}


def test_the_payees_of_a_clone_are_made_whole_by_the_operator(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    one = village.pay(alice, shop, 150_00).accept()
    two = village.pay(clone, bob, 150_00).accept()
    for who in (shop, bob):
        village.sync(who)
    assert village.flagged() == {alice.id: {FraudTest.TWO_BODIES}}
    assert village.life(one).outcome is Outcome.SETTLED
    assert float_claims(village, [shop, bob]) == 300_00 > village.float() == 200_00
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    before = balance(village.bank, vault)
    assert cover_losses(village.bank) == 100_00
    assert cover_losses(village.bank) == 0
    assert village.float() == float_claims(village, [shop, bob])
    assert balance(village.bank, vault) == before - 100_00
    assert two.voucher.amount == 150_00


def test_a_loss_waits_until_the_operator_has_the_money(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 150_00).accept()
    village.pay(clone, bob, 150_00).accept()
    for who in (shop, bob):
        village.sync(who)
    vault = operator_account(village.bank.operator_id, AccountCode.VAULT)
    emptied = balance(village.bank, vault)
    move(village.bank, vault, bob.wallet, emptied, TransferCode.EXCHANGE)
    assert cover_losses(village.bank) == 0
    move(village.bank, bob.wallet, vault, emptied, TransferCode.SAVE_TO_BANK)
    assert cover_losses(village.bank) == 100_00


def test_a_credit_settles_only_the_very_voucher_that_was_credited(
    village: Village, alice: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    stored = village.pay(alice, shop, 30_00)
    settle_batch(village.bank, Batch.of([stored.record]))
    village.pay(clone, shop, 40_00).accept()
    sync(village.bank, village.upload(shop))
    assert village.flagged() == {alice.id: {FraudTest.TWO_BODIES}}
    assert village.life(stored).outcome is None
    stored.accept()
    village.sync(shop)
    assert village.life(stored).outcome is Outcome.SETTLED


def test_a_cheats_payee_can_unload_all_that_it_was_paid(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 200_00).accept()
    village.pay(clone, bob, 200_00).accept()
    for who in (shop, bob):
        village.sync(who)
        village.unload(who, 200_00)
        village.sync(who)
    cover_losses(village.bank)
    assert balance(village.bank, bob.wallet) == IN_WALLET + 200_00
    assert balance(village.bank, shop.wallet) == 200_00
    assert village.float() == 0


def test_a_flagged_purse_is_blocked_and_its_vouchers_refused_after_the_next_sync(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    clone = village.clone(alice)
    village.pay(alice, shop, 30_00).accept()
    village.pay(clone, bob, 40_00).accept()
    village.sync(shop)
    village.sync(bob)
    answer = village.sync(alice)
    assert ack_of(answer).flags == 1
    clone.card.reset()
    village.sync(shop)
    clone.card.verify_pin(CARD_PIN)
    late = Paid(*clone.card.pay(shop.ask(1_00)), shop)
    with pytest.raises(Exception, match="block"):
        late.accept()
