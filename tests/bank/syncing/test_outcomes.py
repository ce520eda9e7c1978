"""Every voucher ends once, in the way that logs, states and statements prove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from tests.bank.closing import close_purse
from tests.bank.holders import balance
from tests.bank.syncing.village import IN_WALLET, Paid, Village, Villager
from zerobar.bank.checking import check_books
from zerobar.bank.fraud import blocklist
from zerobar.bank.purses import host_payee, issue_request
from zerobar.bank.settlement import Batch, Outcome, settle_batch
from zerobar.bank.settlement.outcomes import declare_nowhere
from zerobar.bank.settlement.owing import note_paid, owed_to
from zerobar.bank.settlement.posting import settle_due
from zerobar.bank.syncing import StatementRefused, sync, take_statement
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Kind, PurseClass, Request
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import P256


def slide(who: Villager, numbers: int = 64) -> None:
    """Prepare so many requests that older ones leave the window."""
    for _ in range(numbers):
        who.ask(1)


def finish(village: Village, payer: Villager) -> None:
    """Let the payer sync twice: the second state says that the first was acknowledged."""
    village.sync(payer)
    village.sync(payer)


def test_a_voided_payment_that_its_payer_takes_back_is_undone(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    statement = shop.card.void(paid.voucher, paid.certificate)
    alice.card.undo(statement, shop.certificate)
    village.sync(alice)
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.UNDONE
    assert alice.funds() == 200_00 == village.float()
    assert village.flagged() == {}


def test_a_voided_payment_is_taken_back_by_a_statement_that_a_sync_brings(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    village.void(shop, paid.voucher, paid.certificate)
    village.sync(shop)
    answer = village.sync(alice)
    assert len(answer.undos) == 1 and alice.funds() == 200_00
    village.sync(alice)
    assert village.life(paid).outcome is Outcome.UNDONE
    assert village.flagged() == {}


def test_a_voided_payment_is_refunded_only_once_its_payer_cannot_take_it_back(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    shop.card.void(paid.voucher, paid.certificate)
    village.sync(shop)
    village.sync(alice)
    assert village.life(paid).outcome is None
    village.sync(alice)
    assert village.life(paid).outcome is Outcome.REFUNDED
    assert balance(village.bank, alice.wallet) == IN_WALLET - 200_00 + 10_00
    assert village.float() == alice.funds() == 190_00


def test_two_payers_of_one_request_are_told_apart(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    village.load(bob, 50_00)
    request = shop.ask(10_00)
    one = Paid(*alice.card.pay(request), shop)
    two = Paid(*bob.card.pay(request), shop)
    one.accept()
    finish(village, bob)
    village.sync(alice)
    assert village.life(two).outcome is None
    village.sync(shop)
    assert village.life(one).outcome is Outcome.SETTLED
    assert village.life(two).outcome is Outcome.REFUNDED
    assert balance(village.bank, bob.wallet) == IN_WALLET - 50_00 + 10_00


def test_a_request_that_never_was_is_refunded_by_its_payees_word(
    village: Village, alice: Villager, shop: Villager
) -> None:
    shop.ask(10_00)
    forged = Request(
        kind=Kind.PAYMENT,
        payee_id=shop.id,
        number=1,
        amount=Fen(20_00),
        currency=CNY,
        tag=b"fake",
        reference=bytes(8),
    )
    paid = Paid(*alice.card.pay(forged), shop)
    finish(village, alice)
    assert village.life(paid).outcome is None
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.REFUNDED


def test_a_request_that_slid_out_of_the_window_is_redirected_to_its_payees_wallet(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    slide(shop)
    finish(village, alice)
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.REDIRECTED
    assert balance(village.bank, shop.wallet) == 10_00
    assert village.float() == alice.funds() == 190_00


def test_nothing_is_redirected_before_it_is_final_and_out_of_the_window(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    slide(shop, 63)
    finish(village, alice)
    village.void(shop, paid.voucher, paid.certificate)
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.REFUNDED, "it was voided inside the window"


def test_what_was_credited_before_its_request_got_old_is_settled(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00).accept()
    slide(shop)
    finish(village, alice)
    village.void(shop, paid.voucher, paid.certificate)
    assert village.life(paid).outcome is None
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.SETTLED
    assert village.flagged() == {}


def test_a_voided_load_goes_back_to_the_wallet_that_paid_for_it(
    village: Village, alice: Villager
) -> None:
    signed = village.charge(alice, alice.ask(50_00, Kind.LOAD))
    alice.card.void(*signed)
    village.sync(alice)
    assert village.life(Paid(*signed, alice)).outcome is Outcome.REFUNDED
    assert balance(village.bank, alice.wallet) == IN_WALLET - 200_00
    assert village.float() == 200_00


def test_a_request_that_a_payee_refuses_again_and_again_is_let_slide_away(
    village: Village, alice: Villager, shop: Villager
) -> None:
    village.load(alice, 100_00)
    paid = village.pay(alice, shop, 10_00)
    # The shop hears that the payer is blocked before it sees the voucher.
    with village.bank.transaction() as connection:
        blocklist.add(connection, [alice.id], village.bank.clock())
    village.sync(shop)
    finish(village, alice)
    slides = [village.sync_without_voiding(shop).slide_to for _ in range(6)]
    assert max(slides) > 64 and slides[-1] == 0
    village.sync(shop)
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.REDIRECTED
    assert village.flagged() == {}


def test_what_is_paid_to_an_id_that_exists_nowhere_goes_back(
    village: Village, alice: Villager
) -> None:
    forged = Request(
        kind=Kind.PAYMENT,
        payee_id=b"nowhere!",
        number=1,
        amount=Fen(20_00),
        currency=CNY,
        tag=b"fake",
        reference=bytes(8),
    )
    paid = Paid(*alice.card.pay(forged), alice)
    finish(village, alice)
    assert village.life(paid).outcome is None
    with village.bank.transaction() as connection:
        declare_nowhere(connection, b"nowhere!", village.bank.clock())
    village.sync(alice)
    assert village.life(paid).outcome is Outcome.REFUNDED


def test_what_a_closed_purse_left_in_flight_is_final(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    shop.card.void(paid.voucher, paid.certificate)
    settle_batch(village.bank, Batch.of([paid.record]))
    close_purse(village.bank, alice.id)
    village.sync(shop)
    assert village.life(paid).outcome is Outcome.REFUNDED


def test_an_unload_of_a_purse_without_a_wallet_is_owed_as_a_load(
    village: Village, alice: Villager
) -> None:
    nobody = village.anonymous("Nobody")
    village.pay(alice, nobody, 50_00).accept()
    village.unload(nobody, 30_00)
    village.sync(nobody)
    request = nobody.ask(30_00, Kind.LOAD)
    voucher = village.keys.operator.voucher(request, 1_000, bytes(16))
    with village.bank.transaction() as connection:
        assert owed_to(connection, nobody.id) == 30_00
        note_paid(connection, voucher, village.bank.clock())
        note_paid(connection, voucher, village.bank.clock())
        assert owed_to(connection, nobody.id) == 0
    assert village.float() == 200_00


def test_a_hosted_payees_stray_voucher_is_refunded_once_it_is_final(
    village: Village, alice: Villager, shop: Villager
) -> None:
    key = P256.private_key(bytes(39) + b"\x01")
    certificate = village.keys.authority.certify(
        P256.public_key(key), PurseClass.SERVICE, Validity(20_000, 30_000)
    )
    host_payee(village.bank, certificate, shop.wallet)
    issued = Request(
        kind=Kind.PAYMENT,
        payee_id=certificate.id,
        number=1,
        amount=Fen(20_00),
        currency=CNY,
        tag=b"bill",
        reference=bytes(8),
    )
    issue_request(village.bank, issued)
    one = Paid(*alice.card.pay(issued), shop)
    bob = village.person("Bob")
    village.load(bob, 50_00)
    two = Paid(*bob.card.pay(issued), shop)
    village.sync(alice)
    for _ in range(2):
        sync(village.bank, village.upload(bob))
    assert village.life(one).outcome is Outcome.SETTLED
    assert village.life(two).outcome is None, "it could still be taken back"
    finish(village, bob)
    assert village.life(two).outcome is Outcome.REFUNDED
    assert balance(village.bank, bob.wallet) == IN_WALLET - 50_00 + 20_00


def test_a_statement_that_its_payee_did_not_sign_is_refused(
    village: Village, alice: Villager, bob: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    statement = shop.card.void(paid.voucher, paid.certificate)
    forged = bytes(statement)[:-1] + bytes((bytes(statement)[-1] ^ 1,))
    with pytest.raises(StatementRefused):
        take_statement(village.bank, type(statement).parse(forged), [shop.certificate])


def test_a_stray_voucher_of_a_closed_purse_is_refunded_at_once(
    village: Village, alice: Villager, shop: Villager
) -> None:
    key = P256.private_key(bytes(39) + b"\x02")
    certificate = village.keys.authority.certify(
        P256.public_key(key), PurseClass.SERVICE, Validity(20_000, 30_000)
    )
    host_payee(village.bank, certificate, shop.wallet)
    stray = replace(shop.ask(20_00), payee_id=certificate.id)
    paid = Paid(*alice.card.pay(stray), shop)
    close_purse(village.bank, alice.id)
    settle_batch(village.bank, Batch.of([paid.record]))
    assert settle_due(village.bank) == 1
    assert village.life(paid).outcome is Outcome.REFUNDED
    village.sync(alice)


@pytest.mark.slow
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_outcome_does_not_depend_on_the_order_of_syncs(
    village: Village, alice: Villager, shop: Villager, order: tuple[int, ...]
) -> None:
    voided, old = village.pay(alice, shop, 10_00), village.pay(alice, shop, 5_00)
    shop.card.void(voided.voucher, voided.certificate)
    slide(shop)
    steps: list[Callable[[], object]] = [
        lambda: village.sync(alice),
        lambda: finish(village, alice),
        lambda: village.sync(shop),
        lambda: village.void(shop, old.voucher, old.certificate),
    ]
    for step in order:
        steps[step]()
    village.sync_all(2)
    assert village.life(voided).outcome is Outcome.REFUNDED
    assert village.life(old).outcome is Outcome.REDIRECTED
    assert village.float() == alice.funds() + shop.funds()
    assert village.flagged() == {}


def test_the_books_and_the_records_agree_after_all_of_it(
    village: Village, alice: Villager, shop: Villager
) -> None:
    paid = village.pay(alice, shop, 10_00)
    slide(shop)
    village.pay(alice, shop, 5_00).accept()
    village.sync_all()
    assert village.life(paid).outcome is Outcome.REDIRECTED
    told = [check for check in check_books(village.bank) if check.deviations]
    assert [check for check in told if "voucher" in check.name or "purse" in check.name] == []
