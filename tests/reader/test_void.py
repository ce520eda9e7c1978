from __future__ import annotations

import pytest

from tests.reader.fields import LossyLink, field, nobody
from tests.reader.world import NONCE, OPERATOR, REFERENCE, VALIDITY, Purse, new_purse
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import CNY, Fen
from zerobar.reader import void as void_module
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.errors import CardTorn, NoCard
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.refusals import AlreadySettled, EntryNotInLog, RequestNotMine, SelectionLost
from zerobar.reader.tap import deliver
from zerobar.reader.void import VoidOutcome, VoidStatus, undo, void_and_undo


@pytest.fixture
def customer() -> Purse:
    return new_purse(balance=100)


@pytest.fixture
def till() -> Purse:
    return new_purse(PurseClass.MERCHANT)


@pytest.fixture
def payment(customer: Purse, till: Purse) -> Payment:
    return customer.card().pay(till.card().prepare(Kind.PAYMENT, Fen(30), CNY, REFERENCE))


def arrived(payment: Payment) -> TapOutcome:
    return TapOutcome(TapStatus.TORN_AFTER_PAY, None, *payment)


def test_a_payment_in_flight_is_given_back_once(
    customer: Purse, till: Purse, payment: Payment
) -> None:
    for _ in range(2):
        outcome = void_and_undo(field(customer), till.card(), payment)
        assert outcome.status is VoidStatus.GIVEN_BACK
        assert outcome.what_happened == "¥0.30 is back in the customer's purse."
        assert (customer.balance, till.balance) == (100, 0)
    refused = deliver(till.card(), arrived(payment))
    assert isinstance(refused.error, AlreadySettled)


def test_a_payment_that_was_credited_is_not_voided(
    customer: Purse, till: Purse, payment: Payment
) -> None:
    assert deliver(till.card(), arrived(payment)).is_final
    outcome = void_and_undo(field(customer), till.card(), payment)
    assert outcome.status is VoidStatus.NOT_VOIDED
    assert isinstance(outcome.error, AlreadySettled)
    assert outcome.statement is None
    assert (customer.balance, till.balance) == (70, 30)


def test_a_payer_that_left_taps_again_and_gets_it_once(
    customer: Purse, till: Purse, payment: Payment
) -> None:
    outcome = void_and_undo(nobody(NoCard()), till.card(), payment)
    assert outcome.status is VoidStatus.VOIDED
    assert outcome.statement is not None and outcome.payee_certificate is not None
    torn = undo(lambda: LossyLink(field(customer)(), 1), outcome)
    assert torn.status is VoidStatus.VOIDED
    assert isinstance(torn.error, CardTorn)
    assert undo(field(customer), torn).status is VoidStatus.GIVEN_BACK
    assert customer.balance == 100


def test_a_lost_void_is_made_again(customer: Purse, till: Purse, payment: Payment) -> None:
    payee = PurseCard(LossyLink(till.card().link, 1))
    outcome = void_and_undo(field(customer), payee, payment)
    assert outcome.status is VoidStatus.NOT_VOIDED
    assert isinstance(outcome.error, CardTorn)
    assert void_and_undo(field(customer), till.card(), payment).status is VoidStatus.GIVEN_BACK


def test_another_card_does_not_get_the_money(till: Purse, payment: Payment) -> None:
    other = new_purse()
    outcome = void_and_undo(field(other), till.card(), payment)
    assert outcome.status is VoidStatus.REFUSED_BY_PAYER
    assert isinstance(outcome.error, RequestNotMine)
    assert "Tap the card that paid" in outcome.next_step
    assert other.balance == 0


def test_a_payer_that_has_synced_gets_it_from_its_operator(
    customer: Purse, till: Purse, payment: Payment
) -> None:
    card = customer.card()
    state = card.state(NONCE)
    card.sync_ack(OPERATOR.acknowledge(state, VALIDITY.not_before_day * 86400))
    outcome = void_and_undo(field(customer), till.card(), payment)
    assert outcome.status is VoidStatus.REFUSED_BY_PAYER
    assert isinstance(outcome.error, EntryNotInLog)
    assert "its operator gives the money back" in outcome.next_step


def test_a_card_in_another_field_has_refused_nothing(
    customer: Purse, till: Purse, payment: Payment
) -> None:
    busy = bytes.fromhex("6999")
    outcome = void_and_undo(
        lambda: LossyLink(field(customer)(), 0, lambda _: busy), till.card(), payment
    )
    assert outcome.status is VoidStatus.VOIDED
    assert isinstance(outcome.error, SelectionLost)


@pytest.mark.parametrize("status", VoidStatus)
def test_every_outcome_says_what_happened_and_what_to_do_in_both_languages(
    status: VoidStatus, payment: Payment
) -> None:
    outcome = VoidOutcome(status, payment, error=NoCard())
    assert set(void_module._SENTENCES) == set(VoidStatus)
    for sentence in (outcome.what_happened, outcome.next_step):
        assert sentence[0] in "¥" or sentence[0].isupper()
        assert sentence.endswith(".") and sentence.zh.endswith("。")
        assert "{" not in sentence + sentence.zh
