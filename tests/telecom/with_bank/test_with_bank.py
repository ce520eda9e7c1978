"""What the telecom takes for the bank's word is what the real bank says."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.bank.holders import Holder, balance, move
from tests.bank.merchants.trading import pay
from tests.telecom.conftest import NUMBER, OPERATOR, Clock
from tests.telecom.purses import Purse
from tests.telecom.serving import served
from tests.telecom.with_bank.conftest import VALIDITY
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank as RealBank
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.delivery import Delivery
from zerobar.bank.merchants.sending import HttpSender
from zerobar.bank.people.assertions import read_assertion, register_partner
from zerobar.bank.purses import register_purse
from zerobar.client.errors import BankSaysNo
from zerobar.client.hosting import HostingClient
from zerobar.client.http import BankHttp
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import Kind, PurseClass, Request
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.telecom import Line, Telecom, assert_number, reference_of, top_ups, unplaced
from zerobar.telecom import line as line_now
from zerobar.telecom.apart import ApartState
from zerobar.telecom.api.access import Desk
from zerobar.telecom.api.app import create_app
from zerobar.telecom.bank import Bank
from zerobar.telecom.binary_sms import VoucherMessage, read_message, write_message
from zerobar.telecom.giving_back import give_back_unplaced
from zerobar.telecom.orders import (
    Asked,
    OrderState,
    ask_order,
    code_of,
    find_order,
    finish_orders,
)
from zerobar.telecom.refunding import AskedRefund, RefundState, give_back
from zerobar.telecom.vouchers import (
    VoucherState,
    bring_now,
    collect_settled,
    take_message,
    take_record,
)

pytestmark = pytest.mark.slow
AMOUNT = Fen(50_00)


def pay_order(real_bank: RealBank, payer: Holder, telecom: Telecom, bank: Bank) -> None:
    """Have a top-up ordered by the telecom, and paid from a wallet."""
    order_id = uuid4()
    assert ask_order(telecom, bank, order_id, Asked(NUMBER, AMOUNT)).state is OrderState.OPEN
    assert code_of(telecom, bank, order_id).startswith("000201")
    with real_bank.connection() as connection:
        order = order_store.order(connection, order_id)
    assert order is not None and order.memo == NUMBER
    pay(real_bank, payer, order)


def test_a_wallet_tops_a_line_up_and_gets_a_part_back(
    real_bank: RealBank,
    anna: Holder,
    telecom: Telecom,
    bank: Bank,
    line: Line,
    clock: Clock,
) -> None:
    pay_order(real_bank, anna, telecom, bank)
    clock.advance(seconds=5)
    assert finish_orders(telecom, bank) == 1
    assert line_now(telecom, line.number).balance_fen == AMOUNT
    (top_up,) = top_ups(telecom, NUMBER, 9)
    given = give_back(telecom, bank, uuid4(), AskedRefund(top_up.id, Fen(20_00)))
    assert given.state is RefundState.DONE
    assert line_now(telecom, line.number).balance_fen == 30_00
    assert balance(real_bank, anna.wallet) == 970_00


@pytest.mark.usefixtures("line")
def test_the_banks_own_notice_tops_a_line_up(
    real_bank: RealBank, anna: Holder, telecom: Telecom, bank: Bank, desk: Desk
) -> None:
    sender = HttpSender(loopback=True)
    try:
        with served(create_app(desk)) as url, Delivery(sender) as delivery:
            bank.merchant.set_webhook(f"{url}/v1/notices")
            pay_order(real_bank, anna, telecom, bank)
            assert delivery.begin_due(real_bank) == 1
    finally:
        sender.close()
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT
    (event,) = bank.merchant.events()
    assert event.delivered_at is not None


def new_payer(real_bank: RealBank, anna: Holder, keys: TestAuthority) -> Purse:
    """Give somebody a purse, and the purses of this bank money."""
    private_key = P256.private_key(b"anna's SIM".ljust(KEY_SEED_LENGTH, b"."))
    certificate = keys.authority.certify(P256.public_key(private_key), PurseClass.PERSON, VALIDITY)
    register_purse(real_bank, certificate, anna.wallet)
    vault = operator_account(real_bank.operator_id, AccountCode.VAULT)
    float_ = operator_account(real_bank.operator_id, AccountCode.FLOAT)
    move(real_bank, vault, float_, Fen(1_000_00), TransferCode.ISSUE)
    return Purse(private_key, certificate)


@pytest.mark.usefixtures("line")
def test_a_voucher_that_the_bank_settles_tops_a_line_up(
    real_bank: RealBank, anna: Holder, keys: TestAuthority, telecom: Telecom, bank: Bank
) -> None:
    purse = new_payer(real_bank, anna, keys)
    voucher = purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id)
    kept = take_record(telecom, bank, purse.record(voucher))
    assert bring_now(telecom, bank, kept).state is VoucherState.SETTLED
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT
    assert bank.merchant.money().balance_fen == AMOUNT
    forged = purse.forged(purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id))
    kept = take_record(telecom, bank, purse.record(forged))
    assert bring_now(telecom, bank, kept).state is VoucherState.REFUSED


@pytest.mark.usefixtures("line")
def test_a_voucher_that_came_by_sms_finds_its_certificate_at_the_bank(
    real_bank: RealBank, anna: Holder, keys: TestAuthority, telecom: Telecom, bank: Bank
) -> None:
    purse = new_payer(real_bank, anna, keys)
    voucher = purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id)
    message = read_message(write_message(voucher, purse.certificate))
    kept = take_message(telecom, bank, message)
    assert kept.certificate is None
    assert bring_now(telecom, bank, kept).state is VoucherState.SETTLED
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT


@pytest.mark.usefixtures("line")
def test_a_certificate_that_the_bank_does_not_have_is_waited_for(
    real_bank: RealBank, anna: Holder, keys: TestAuthority, telecom: Telecom, bank: Bank
) -> None:
    purse = new_payer(real_bank, anna, keys)
    assert bank.vouchers.certificate(purse.certificate.id, bytes(8)) is None
    voucher = purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id)
    kept = take_message(telecom, bank, VoucherMessage(voucher, bytes(8)))
    assert bring_now(telecom, bank, kept).state is VoucherState.WAITING


@pytest.mark.usefixtures("line")
def test_vouchers_that_others_brought_are_learnt_from_the_banks_list(
    real_bank: RealBank, anna: Holder, keys: TestAuthority, telecom: Telecom, bank: Bank
) -> None:
    purse = new_payer(real_bank, anna, keys)
    for fen in (10_00, 20_00, 5_00):
        voucher = purse.voucher(Fen(fen), NUMBER, payee_id=bank.biller_id)
        (told,) = bank.vouchers.take_vouchers([purse.record(voucher)])
        assert told.taken
    assert collect_settled(telecom, bank) == 3
    assert line_now(telecom, NUMBER).balance_fen == 35_00
    assert collect_settled(telecom, bank) == 0
    (listed,) = bank.vouchers.settled()
    assert [each.amount_fen for each in listed] == [5_00, 20_00, 10_00]


@pytest.mark.usefixtures("line")
def test_the_banks_own_notice_of_a_voucher_resumes_the_line(
    real_bank: RealBank,
    anna: Holder,
    keys: TestAuthority,
    telecom: Telecom,
    bank: Bank,
    desk: Desk,
) -> None:
    sender = HttpSender(loopback=True)
    try:
        with served(create_app(desk)) as url, Delivery(sender) as delivery:
            bank.merchant.set_webhook(f"{url}/v1/notices")
            purse = new_payer(real_bank, anna, keys)
            voucher = purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id)
            bank.vouchers.take_vouchers([purse.record(voucher)])
            assert delivery.begin_due(real_bank) == 1
    finally:
        sender.close()
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT
    (event,) = bank.merchant.events()
    assert event.kind == "voucher.settled" and event.delivered_at is not None


def test_a_voucher_for_no_line_comes_back_to_the_wallet_of_whoever_pushed_it(
    real_bank: RealBank, anna: Holder, keys: TestAuthority, telecom: Telecom, bank: Bank
) -> None:
    purse = new_payer(real_bank, anna, keys)
    voucher = purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id)
    bank.vouchers.take_vouchers([purse.record(voucher)])
    assert collect_settled(telecom, bank) == 1
    (apart,) = unplaced(telecom, 9)
    before = balance(real_bank, anna.wallet)
    waits = give_back_unplaced(telecom, bank, apart.id)
    assert (waits.state, waits.refusal) == (ApartState.KEPT, "payer-unproved")
    # This purse has no log that shows where its money is from, so risk lets it go.
    with real_bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.voucher_release VALUES (%s, %s, gen_random_uuid(), now())",
            (voucher.payer_id, voucher.entry),
        )
    for _ in range(2):
        ended = give_back_unplaced(telecom, bank, apart.id)
        assert (ended.state, ended.given_to) == (ApartState.RETURNED, "wallet")
    assert balance(real_bank, anna.wallet) - before == AMOUNT
    assert bank.merchant.money().balance_fen == 0


@pytest.mark.usefixtures("line")
def test_a_request_that_the_telecom_has_issued_is_paid_once(
    real_bank: RealBank,
    anna: Holder,
    keys: TestAuthority,
    telecom: Telecom,
    bank: Bank,
    http: BankHttp,
) -> None:
    request = Request(
        kind=Kind.PAYMENT,
        payee_id=bank.biller_id,
        number=1,
        amount=AMOUNT,
        currency=CNY,
        tag=b"tag.",
        reference=reference_of(NUMBER),
    )
    hosting = HostingClient(http)
    for _ in range(2):
        hosting.issue(request)
    purse = new_payer(real_bank, anna, keys)
    paid = purse.signed(
        replace(
            purse.voucher(AMOUNT, NUMBER, payee_id=bank.biller_id),
            kind=Kind.PAYMENT,
            number=request.number,
            tag=request.tag,
        )
    )
    kept = take_record(telecom, bank, purse.record(paid))
    assert bring_now(telecom, bank, kept).state is VoucherState.SETTLED
    assert line_now(telecom, NUMBER).balance_fen == AMOUNT
    with pytest.raises(BankSaysNo, match="used"):
        hosting.issue(replace(request, amount=Fen(1)))


@pytest.mark.usefixtures("line")
def test_the_bank_takes_the_telecoms_word_for_a_number(
    real_bank: RealBank, telecom: Telecom, desk: Desk
) -> None:
    key = desk.guarantor.key
    numbers = key.private_key.public_key().public_numbers()  # type: ignore[union-attr]
    public_key = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    register_partner(real_bank, desk.guarantor.partner, desk.guarantor.key_name, public_key)
    text = assert_number(telecom, desk.guarantor, NUMBER, str(OPERATOR))
    assert read_assertion(real_bank, text).phone == NUMBER


def test_an_order_is_kept_by_the_id_that_both_know(
    telecom: Telecom, bank: Bank, line: Line
) -> None:
    order_id = uuid4()
    first = ask_order(telecom, bank, order_id, Asked(line.number, AMOUNT))
    assert ask_order(telecom, bank, order_id, Asked(line.number, AMOUNT)) == first
    assert find_order(telecom, order_id) == first
