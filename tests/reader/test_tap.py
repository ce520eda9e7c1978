from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reader.fields import LossyLink, field, nobody
from tests.reader.world import NONCE, OPERATOR, PIN, REFERENCE, WIDE, Purse, load, new_purse
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import Kind, PurseClass, Receipt, Request, SignedRequest
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.reader import outcome as outcome_module
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.counting import CountingLink
from zerobar.reader.errors import BadAnswer, CardTorn, FieldBusy, NoCard
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.refusals import (
    AlreadySettled,
    CardWornOut,
    InsufficientBalance,
    NotAPurse,
    PayerBlocklisted,
    PinNeeded,
    SelectionLost,
    TooMuchValue,
)
from zerobar.reader.scripted import ScriptedLink
from zerobar.reader.tap import Terms, collect, resume, tap

PRICE = Fen(12_50)
TERMS = Terms(PRICE, REFERENCE)
OK = bytes.fromhex("9000")


@pytest.fixture
def customer() -> Purse:
    return new_purse(balance=100_00)


@pytest.fixture
def till() -> Purse:
    return new_purse(PurseClass.MERCHANT)


def counted(purse: Purse, links: list[CountingLink]) -> CountingLink:
    links.append(CountingLink(InProcessLink(purse.applet, Interface.CONTACTLESS)))
    return links[-1]


def test_a_tap_pays_and_is_final(customer: Purse, till: Purse) -> None:
    outcome = tap(field(customer), till.card(), TERMS)
    assert outcome.status is TapStatus.PAID and outcome.is_final
    assert outcome.request is not None and outcome.request.amount == PRICE
    assert outcome.voucher is not None and outcome.voucher.number == outcome.request.number
    assert outcome.certificate is not None and outcome.certificate.id == outcome.voucher.payer_id
    assert outcome.receipt is not None and outcome.receipt.amount == PRICE
    assert outcome.error is None
    assert outcome.what_happened == "Received ¥12.50. Final now."
    assert outcome.what_happened.zh == "收款¥12.50，已最终到账。"
    assert (customer.balance, till.balance) == (87_50, 12_50)


def test_the_payer_is_in_the_field_for_two_commands_and_342_bytes(
    customer: Purse, till: Purse
) -> None:
    links: list[CountingLink] = []
    assert tap(lambda: counted(customer, links), till.card(), TERMS).is_final
    assert [(link.apdus, link.bytes_in_all) for link in links] == [(2, 342)]


def test_the_payer_has_left_before_the_payee_is_given_the_voucher(
    customer: Purse, till: Purse
) -> None:
    events: list[str] = []

    class Watched(InProcessLink):
        def close(self) -> None:
            events.append("payer left")
            super().close()

    class WatchedTill(PurseCard):
        def accept(self, *args: object) -> Receipt:
            events.append("accept")
            return super().accept(*args)  # type: ignore[arg-type]

    payee = WatchedTill(till.card().link)
    tap(lambda: Watched(customer.applet, Interface.CONTACTLESS), payee, TERMS)
    assert events == ["payer left", "accept"]


def test_a_signed_request_costs_no_more_commands(customer: Purse, till: Purse) -> None:
    links: list[CountingLink] = []
    outcome = tap(lambda: counted(customer, links), till.card(), replace(TERMS, signed=True))
    assert outcome.is_final
    assert isinstance(outcome.order, SignedRequest)
    assert outcome.request == outcome.order.request
    assert [(link.apdus, link.bytes_in_all) for link in links] == [(2, 342 + 201)]


def test_a_refund_is_a_tap_the_other_way(customer: Purse, till: Purse) -> None:
    tap(field(customer), till.card(), TERMS)
    refund = Terms(PRICE, REFERENCE, kind=Kind.REFUND)
    assert tap(field(till), customer.card(), refund).is_final
    assert (customer.balance, till.balance) == (100_00, 0)


def test_what_is_over_the_holding_limit_is_held_and_said_so(customer: Purse) -> None:
    till = new_purse(limits=replace(WIDE, holding=10_00))
    outcome = tap(field(customer), till.card(), TERMS)
    assert outcome.status is TapStatus.PAID_PARTLY_HELD and outcome.is_final
    state = till.state()
    assert (state.balance, state.held) == (10_00, 2_50)


# --- nothing moved ----------------------------------------------------------------------------


def test_a_till_that_may_take_no_more_asks_for_nothing(customer: Purse) -> None:
    till = new_purse(limits=replace(WIDE, value_in=10_00))
    outcome = tap(field(customer), till.card(), TERMS)
    assert outcome.status is TapStatus.NOT_PREPARED
    assert isinstance(outcome.error, TooMuchValue)
    assert outcome.request is None
    assert outcome.next_step == outcome.error.next_step
    assert "Nothing has moved." in outcome.what_happened
    assert resume(field(customer), till.card(), outcome) is outcome
    assert customer.balance == 100_00


def test_a_till_whose_purse_is_gone_asks_for_nothing(customer: Purse) -> None:
    select = bytes.fromhex("00A4040009F05A45524F4241520100")
    outcome = tap(field(customer), PurseCard(ScriptedLink([(select, CardTorn())])), TERMS)
    assert outcome.status is TapStatus.NOT_PREPARED
    assert isinstance(outcome.error, CardTorn)


@pytest.mark.parametrize("error", [NoCard(), FieldBusy()])
def test_when_no_card_comes_nothing_was_charged_and_the_request_stays_open(
    customer: Purse, till: Purse, error: NoCard | FieldBusy
) -> None:
    payee = till.card()
    outcome = tap(nobody(error), payee, TERMS)
    assert outcome.status is TapStatus.NOT_TAPPED
    assert outcome.error is error
    assert outcome.next_step == error.next_step
    assert resume(field(customer), payee, outcome).is_final
    assert customer.balance == 87_50


def test_some_other_card_is_not_asked_to_pay(till: Purse) -> None:
    select = bytes.fromhex("00A4040009F05A45524F4241520100")
    other = ScriptedLink([(select, bytes.fromhex("6A82"))])
    outcome = tap(lambda: other, till.card(), TERMS)
    assert outcome.status is TapStatus.NOT_TAPPED
    assert isinstance(outcome.error, NotAPurse)
    assert other.closed
    other.done()


def test_a_payer_without_money_refuses_and_can_pay_the_same_request_later(till: Purse) -> None:
    customer, payee = new_purse(), till.card()
    outcome = tap(field(customer), payee, TERMS)
    assert outcome.status is TapStatus.REFUSED_BY_PAYER
    assert isinstance(outcome.error, InsufficientBalance)
    assert "Nothing was charged" in outcome.what_happened
    assert "余额不足" in outcome.what_happened.zh
    load(customer.card(), 20_00)
    assert resume(field(customer), payee, outcome).is_final
    assert customer.balance == 7_50


def test_a_payer_who_has_to_agree_arms_the_card_and_taps_again(till: Purse) -> None:
    customer = new_purse(limits=DEFAULT_LIMITS[PurseClass.PERSON], balance=400_00)
    payee = till.card()
    outcome = tap(field(customer), payee, Terms(Fen(300_00), REFERENCE))
    assert outcome.status is TapStatus.REFUSED_BY_PAYER
    assert isinstance(outcome.error, PinNeeded)
    contact = customer.card()
    contact.verify_pin(PIN)
    contact.arm(Fen(300_00))
    assert resume(field(customer), payee, outcome).is_final


# --- torn -------------------------------------------------------------------------------------


def test_a_lost_answer_to_pay_is_unknown_and_the_same_card_is_charged_once(
    customer: Purse, till: Purse
) -> None:
    payee = till.card()
    torn = tap(lambda: LossyLink(field(customer)(), 1), payee, TERMS)
    assert torn.status is TapStatus.TORN_BEFORE_PAY
    assert torn.what_happened == (
        "The card left too early. Whether the customer has paid ¥12.50 is not known yet."
    )
    assert "at most once" in torn.next_step
    assert customer.balance == 87_50
    again = resume(lambda: LossyLink(field(customer)(), 1), payee, torn)
    assert again.status is TapStatus.TORN_BEFORE_PAY
    assert resume(field(customer), payee, again).is_final
    assert (customer.balance, till.balance) == (87_50, 12_50)


def test_a_lost_answer_to_accept_needs_no_payer_any_more(customer: Purse, till: Purse) -> None:
    # The till's own link: SELECT and PREPARE arrive, the answer to ACCEPT does not.
    payee = PurseCard(LossyLink(till.card().link, 2))
    torn = tap(field(customer), payee, TERMS)
    assert torn.status is TapStatus.TORN_AFTER_PAY
    assert torn.voucher is not None and torn.receipt is None
    assert "Do not charge again" in torn.next_step
    done = resume(nobody(NoCard()), till.card(), torn)
    assert done.status is TapStatus.PAID and done.error is None
    assert resume(nobody(NoCard()), till.card(), done) is done
    assert (customer.balance, till.balance) == (87_50, 12_50)


def test_a_terminal_stores_what_it_needs_before_every_step_that_may_tear(
    customer: Purse, till: Purse
) -> None:
    kept: list[TapOutcome] = []
    assert tap(field(customer), till.card(), TERMS, kept.append).is_final
    asked, paid = kept
    assert asked.request is not None and asked.voucher is None
    assert paid.voucher is not None and paid.receipt is None
    stored = Request.parse(bytes(asked.request))
    remembered = TapOutcome(TapStatus.TORN_BEFORE_PAY, order=stored)
    assert resume(field(customer), till.card(), remembered).is_final
    assert resume(nobody(NoCard()), till.card(), paid).is_final
    assert (customer.balance, till.balance) == (87_50, 12_50)


def test_the_same_request_shown_to_two_cards_is_credited_once(till: Purse) -> None:
    first, second, payee = new_purse(balance=50_00), new_purse(balance=50_00), till.card()
    torn = tap(lambda: LossyLink(field(first)(), 1), payee, TERMS)
    assert resume(field(second), payee, torn).is_final
    late = resume(field(first), payee, torn)
    assert late.status is TapStatus.REFUSED_BY_PAYEE
    assert isinstance(late.error, AlreadySettled)
    assert till.balance == 12_50


# --- cards that lie ---------------------------------------------------------------------------


def test_an_old_voucher_does_not_pass_for_a_new_payment(customer: Purse, till: Purse) -> None:
    payee = till.card()
    old = tap(field(customer), payee, TERMS)
    assert old.voucher is not None and old.certificate is not None
    shown = bytes(old.voucher) + bytes(old.certificate) + OK
    outcome = tap(lambda: LossyLink(field(customer)(), 1, lambda _: shown), payee, TERMS)
    assert outcome.status is TapStatus.TORN_BEFORE_PAY
    assert isinstance(outcome.error, BadAnswer)
    assert outcome.voucher is None


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": Kind.REFUND},
        {"payee_id": b"somebody"},
        {"number": 99},
        {"amount": Fen(1)},
        {"currency": 840},
        {"tag": b"tag?"},
        {"reference": b"order-02"},
    ],
)
def test_a_voucher_that_differs_from_the_request_in_anything_is_no_payment(
    customer: Purse, till: Purse, changed: dict[str, object]
) -> None:
    def other(answer: bytes) -> bytes:
        voucher, certificate = Payment.parse(answer[:-2])
        altered = replace(voucher, **changed)  # type: ignore[arg-type]
        return bytes(Payment(altered, certificate)) + OK

    outcome = tap(lambda: LossyLink(field(customer)(), 1, other), till.card(), TERMS)
    assert outcome.status is TapStatus.TORN_BEFORE_PAY
    assert isinstance(outcome.error, BadAnswer)


def test_a_receipt_for_something_else_confirms_nothing(customer: Purse, till: Purse) -> None:
    first = tap(field(customer), till.card(), TERMS)
    receipt = bytes(first.receipt) + OK if first.receipt else b""
    payee = PurseCard(LossyLink(till.card().link, 2, lambda _: receipt))
    outcome = tap(field(customer), payee, TERMS)
    assert outcome.status is TapStatus.TORN_AFTER_PAY
    assert isinstance(outcome.error, BadAnswer)


def test_an_answer_that_is_no_voucher_leaves_it_open_whether_the_card_has_paid(
    customer: Purse, till: Purse
) -> None:
    payee = till.card()
    garbled = tap(lambda: LossyLink(field(customer)(), 1, lambda _: b"??" + OK), payee, TERMS)
    assert garbled.status is TapStatus.TORN_BEFORE_PAY
    assert resume(field(customer), payee, garbled).is_final
    assert customer.balance == 87_50


def test_a_worn_out_card_may_have_paid_before_it_noticed(customer: Purse, till: Purse) -> None:
    payee = till.card()
    worn = tap(
        lambda: LossyLink(field(customer)(), 1, lambda _: bytes.fromhex("6581")), payee, TERMS
    )
    assert worn.status is TapStatus.TORN_BEFORE_PAY
    assert isinstance(worn.error, CardWornOut)


def test_a_till_purse_in_another_field_has_refused_nothing(customer: Purse, till: Purse) -> None:
    busy = bytes.fromhex("6999")
    payee = PurseCard(LossyLink(till.card().link, 2, lambda _: busy))
    outcome = tap(field(customer), payee, TERMS)
    assert outcome.status is TapStatus.TORN_AFTER_PAY
    assert isinstance(outcome.error, SelectionLost)
    assert resume(nobody(NoCard()), till.card(), outcome).is_final


# --- refused by the payee ---------------------------------------------------------------------


def test_a_blocklisted_payer_s_money_is_refused_and_stays_in_flight(
    customer: Purse, till: Purse
) -> None:
    payee = till.card()
    payee.blocklist(OPERATOR.blocklist(0, 1, (customer.card().get_certificate().id,)))
    outcome = tap(field(customer), payee, TERMS)
    assert outcome.status is TapStatus.REFUSED_BY_PAYEE
    assert isinstance(outcome.error, PayerBlocklisted)
    assert outcome.voucher is not None
    assert "The money is safe" in outcome.what_happened
    assert "void the payment" in outcome.next_step
    assert (customer.balance, till.balance) == (87_50, 0)


def test_collecting_alone_leaves_the_voucher_with_the_terminal(
    customer: Purse, till: Purse
) -> None:
    request = till.card().prepare(Kind.PAYMENT, PRICE, CNY, REFERENCE)
    outcome = collect(field(customer), request)
    assert outcome.status is TapStatus.TORN_AFTER_PAY
    assert outcome.voucher is not None
    assert till.card().state(NONCE).balance == 0


@pytest.mark.parametrize("status", TapStatus)
def test_every_outcome_says_what_happened_and_what_to_do_in_both_languages(
    status: TapStatus,
) -> None:
    outcome = TapOutcome(status, error=NoCard())
    assert set(outcome_module._SENTENCES) == set(TapStatus)
    for sentence in (outcome.what_happened, outcome.next_step):
        assert sentence[0].isupper() and sentence.endswith(".")
        assert "{" not in sentence + sentence.zh
        assert sentence.zh.endswith("。")
