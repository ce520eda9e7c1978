from __future__ import annotations

import pytest

from tests.device.conftest import NOW_UNIX_S, DeskOperator, Phone
from zerobar.device import carry, collect_for, push, send_all
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Kind, PurseClass, Push, Request, SignedRequest
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256, SignatureRefused


class Biller:
    """A payee that the operator hosts: it has keys, and no secure element."""

    def __init__(self, operator: DeskOperator, seed: bytes) -> None:
        self.key = P256.private_key(seed)
        self.certificate = operator.desk.keys.authority.certify(
            P256.public_key(self.key), PurseClass.SERVICE, Validity.years_from(NOW_UNIX_S, 3)
        )

    def order(self, number: int, kind: Kind = Kind.PAYMENT) -> SignedRequest:
        request = Request(
            kind=kind,
            payee_id=self.certificate.id,
            number=number,
            amount=Fen(3_000),
            currency=CNY,
            tag=b"tag.",
            reference=b"bill  01",
        )
        signature = P256.sign(self.key, bytes(request))
        return SignedRequest(request, signature, self.certificate)


@pytest.fixture
def biller(operator: DeskOperator) -> Biller:
    return Biller(operator, bytes(range(KEY_SEED_LENGTH)))


def test_a_card_pays_a_bill_and_the_operator_hears_of_it_at_once(
    funded: Phone, shop: Phone, biller: Biller, operator: DeskOperator
) -> None:
    done = collect_for(shop.device, biller.order(1), funded.in_field)
    assert done.payment is not None and done.told is not None and done.told.taken
    assert operator.taken == [done.payment.voucher.body]
    assert funded.balance() == 17_000


def test_without_network_the_voucher_waits_and_the_card_is_charged_once(
    funded: Phone, shop: Phone, biller: Biller, operator: DeskOperator
) -> None:
    operator.network.left = 0
    for _ in range(2):
        done = collect_for(shop.device, biller.order(1), funded.in_field)
        assert done.payment is not None and done.told is None
    assert funded.balance() == 17_000
    assert shop.device.store.outgoing.at_risk().count == 1
    operator.network.left = None
    assert [told.taken for _, told in send_all(shop.device)] == [True]
    assert shop.device.store.outgoing.at_risk().count == 0
    (entry,) = shop.device.store.outgoing.history(10)
    assert entry.taken and entry.sentence is not None
    assert (entry.sentence, entry.sentence.zh) == ("It is kept.", "已收存。")


def test_a_shared_balance_leaves_the_card_as_it_is(
    funded: Phone, shop: Phone, biller: Biller
) -> None:
    done = collect_for(shop.device, biller.order(1, Kind.AUTHORISE), funded.in_field)
    assert done.payment is not None and done.payment.voucher.kind is Kind.AUTHORISE
    assert funded.balance() == 20_000


def test_a_request_that_nobody_signed_is_not_shown_to_a_card(
    funded: Phone, shop: Phone, biller: Biller
) -> None:
    order = biller.order(1)
    forged = SignedRequest(order.request, bytes(63) + b"\x01", order.certificate)
    with pytest.raises(SignatureRefused):
        collect_for(shop.device, forged, funded.in_field)
    assert funded.balance() == 20_000


def test_a_bill_is_pushed_where_no_request_can_come_from(
    funded: Phone, shop: Phone, biller: Biller, operator: DeskOperator
) -> None:
    operator.network.left = 0
    what = Push(
        kind=Kind.PUSH,
        payee_id=biller.certificate.id,
        amount=Fen(5_000),
        currency=CNY,
        time=NOW_UNIX_S.to_bytes(4),
        reference=b"13800001",
    )
    refused = push(shop.device, what, funded.in_field)
    assert refused.payment is None and refused.error is not None
    for _ in range(2):
        done = push(shop.device, what, funded.in_field, pin="1234")
        assert done.payment is not None
    assert funded.balance() == 15_000
    assert shop.device.store.outgoing.at_risk().count == 1


def test_a_friend_carries_a_voucher_that_is_not_his(
    funded: Phone, shop: Phone, biller: Biller, operator: DeskOperator
) -> None:
    operator.network.left = 0
    done = collect_for(shop.device, biller.order(1), funded.in_field)
    assert done.payment is not None
    assert carry(funded.device, done.payment) is None
    operator.network.left = None
    for phone in (funded, shop):
        send_all(phone.device)
    assert operator.taken == [done.payment.voucher.body]


def test_an_answer_that_an_older_program_kept_is_shown_in_english(
    funded: Phone, shop: Phone, biller: Biller
) -> None:
    collect_for(shop.device, biller.order(1), funded.in_field)
    shop.device.store.file.execute("UPDATE outgoing SET sentence = 'It was settled.'")
    (entry,) = shop.device.store.outgoing.history(10)
    assert entry.sentence is not None
    assert entry.sentence == entry.sentence.zh == "It was settled."
