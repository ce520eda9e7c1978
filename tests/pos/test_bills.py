"""Bills that a till collects for a biller: charged once, whatever tears, brought to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from tests.device.test_collecting import Biller as HostedBiller
from tests.pos.test_closing import text_of
from tests.pos.test_selling import TornAway
from tests.pos.town import Town
from zerobar.device import OperatorRefused, Told, push, send_all
from zerobar.pos import bills
from zerobar.pos.bill_store import Bill, Biller
from zerobar.pos.errors import BillConflict, BillerUnknown, BillUnknown, BillUnpaid, WrongNumber
from zerobar.pos.model import Finality
from zerobar.pos.receipts import bill_receipt_of
from zerobar.pos.till import Till
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH
from zerobar.reader import CardLink, NoCard, Payment, Sentence

LINE = "+8613900000002"
PIN = "1234"


@pytest.fixture
def biller(town: Town) -> Biller:
    hosted = HostedBiller(town.operator, bytes(range(KEY_SEED_LENGTH)))
    return Biller(biller_id=hosted.certificate.id.hex(), name="Telecom")


def begun(town: Town, till: Till, biller: Biller) -> UUID:
    bill = Bill(town.new_id(), biller, LINE, Fen(39_00), "Mei", int(town.clock()))
    till.store.bills.add(bill)
    return bill.id


def _torn(card: CardLink) -> CardLink:
    """A card that leaves after SELECT and VERIFY, with the PAY done and not answered."""
    torn = TornAway(card)
    torn.left = 3
    return torn


def nobody() -> CardLink:
    raise NoCard


def test_without_a_network_the_bill_is_paid_for_good_and_pending(
    town: Town, till: Till, biller: Biller
) -> None:
    payer = town.person()
    town.offline()
    bill_id = begun(town, till, biller)
    step = bills.tap(till, bill_id, payer.in_field, PIN)
    assert step.finality is Finality.AT_SYNC
    assert step.words.spoken.zh == "账单已付39元，待入账"
    assert payer.balance() == 161_00
    town.online()
    send_all(till.device)
    assert bills.step_of(till, bill_id).finality is Finality.NOW


def test_the_voucher_names_biller_and_line(town: Town, till: Till, biller: Biller) -> None:
    payer = town.person()
    bill_id = begun(town, till, biller)
    paid = bills.tap(till, bill_id, payer.in_field, PIN).bill.payment
    assert paid is not None and paid.voucher.kind is Kind.PUSH
    assert paid.voucher.payee_id.hex() == biller.biller_id
    assert paid.voucher.reference.hex() == "8613900000002fff"


def test_a_torn_tap_is_tapped_again_and_charges_once(
    town: Town, till: Till, biller: Biller
) -> None:
    payer = town.person()
    bill_id = begun(town, till, biller)
    torn = bills.tap(till, bill_id, lambda: _torn(payer.in_field()), PIN)
    assert torn.finality is Finality.UNKNOWN and payer.balance() == 161_00
    # Neither looking for a card in vain nor a restart makes it forget.
    till = town.restart()
    assert bills.tap(till, bill_id, nobody, None).finality is Finality.UNKNOWN
    done = bills.tap(till, bill_id, payer.in_field, PIN)
    assert done.bill.payment is not None and payer.balance() == 161_00
    again = bills.tap(till, bill_id, payer.in_field, PIN)
    assert again.bill.payment == done.bill.payment and payer.balance() == 161_00


def test_a_card_that_refuses_leaves_the_bill_unpaid(town: Town, till: Till, biller: Biller) -> None:
    payer = town.person()
    bill_id = begun(town, till, biller)
    refused = bills.tap(till, bill_id, payer.in_field, None)
    assert refused.finality is Finality.NONE and refused.words.next_step
    assert bills.tap(till, bill_id, nobody, None).finality is Finality.NONE
    assert payer.balance() == 200_00


def test_two_bills_of_one_line_in_the_same_second_are_two_payments(
    town: Town, till: Till, biller: Biller
) -> None:
    payer = town.person()
    for left in (161_00, 122_00):
        bill_id = begun(town, till, biller)
        assert bills.tap(till, bill_id, payer.in_field, PIN).bill.payment is not None
        assert payer.balance() == left


def test_an_id_is_for_one_bill(town: Town, till: Till, biller: Biller) -> None:
    bill_id = begun(town, till, biller)
    kept = till.store.bills.bill(bill_id)
    till.store.bills.add(kept)
    with pytest.raises(BillConflict):
        till.store.bills.add(Bill(bill_id, biller, LINE, Fen(1), "Mei", 0))
    with pytest.raises(BillUnknown):
        till.store.bills.bill(town.new_id())


def test_a_till_collects_for_its_own_billers_and_for_phone_numbers_only(biller: Biller) -> None:
    assert bills.biller_named([biller], biller.biller_id) is biller
    with pytest.raises(BillerUnknown):
        bills.biller_named([biller], "00" * 8)
    assert bills.line_of("139 0000 0002") == LINE
    with pytest.raises(WrongNumber):
        bills.line_of("noodles")


def test_a_bank_that_refuses_the_till_leaves_the_bill_paid(
    town: Town, till: Till, biller: Biller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperatorRefused("time-off", "The clock is off.", "Set it.")

    payer = town.person()
    bill_id = begun(town, till, biller)
    monkeypatch.setattr(type(till.device.operator), "take_vouchers", refuse)
    assert bills.tap(till, bill_id, payer.in_field, PIN).finality is Finality.AT_SYNC
    assert payer.balance() == 161_00
    monkeypatch.undo()
    send_all(till.device)
    assert bills.step_of(till, bill_id).finality is Finality.NOW


def test_a_card_whose_voucher_the_bank_refuses_for_good_has_paid_nothing(
    town: Town, till: Till, biller: Biller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, payments: Sequence[Payment]) -> list[Told]:
        return [Told(taken=False, sentence=Sentence("Nobody signed it.", zh="")) for _ in payments]

    payer = town.person()
    town.offline()
    bill_id = begun(town, till, biller)
    assert bills.tap(till, bill_id, payer.in_field, PIN).finality is Finality.AT_SYNC
    town.online()
    monkeypatch.setattr(type(till.device.operator), "take_vouchers", refuse)
    send_all(till.device)
    step = bills.step_of(till, bill_id)
    assert step.finality is Finality.NONE and step.is_refused
    assert "refused" in step.words.what_happened
    assert not step.words.spoken
    with pytest.raises(BillUnpaid):
        bill_receipt_of(till, bill_id)


def test_a_power_cut_after_the_voucher_was_kept_leaves_the_bill_paid(
    town: Town, till: Till, biller: Biller
) -> None:
    payer = town.person()
    bill_id = begun(town, till, biller)
    till.store.bills.expose(bill_id, exposed=True)
    bill = till.store.bills.bill(bill_id)
    push(till.device, bill.push, payer.in_field, pin=PIN)
    assert bills.step_of(till, bill_id).bill.payment is not None


def test_a_receipt_says_pending_until_the_billers_bank_has_it(
    town: Town, till: Till, biller: Biller
) -> None:
    payer = town.person()
    town.offline()
    bill_id = begun(town, till, biller)
    with pytest.raises(BillUnpaid):
        bill_receipt_of(till, bill_id)
    bills.tap(till, bill_id, payer.in_field, PIN)
    first = text_of(bill_receipt_of(till, bill_id))
    for words in ("小面馆", LINE, "¥39.00", "待入账", "pending: Telecom books it", "Cashier Mei"):
        assert words in first
    assert payer.certificate.id.hex()[-6:] in first and "REPRINT" not in first
    town.online()
    send_all(till.device)
    again = text_of(bill_receipt_of(till, bill_id))
    assert "重印 REPRINT" in again and "bank has it" in again and "pending" not in again


def test_a_torn_bill_is_found_again_among_the_newest(
    town: Town, till: Till, biller: Biller
) -> None:
    payer = town.person()
    torn, other = (begun(town, till, biller) for _ in range(2))
    bills.tap(till, torn, lambda: _torn(payer.in_field()), PIN)
    with pytest.raises(BillUnpaid):
        bill_receipt_of(till, torn)
    found = {bill.id: bill.exposed for bill in till.store.bills.newest(9)}
    assert found == {torn: True, other: False}
