"""The story's first part, online: two wallets, a shop, a bank that is killed, and its books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid4

from zerobar.client.errors import BankSaysNo
from zerobar.client.funding import CardOrderShown, CardOrderStatus, CardShown
from zerobar.client.merchants import OrderStateName, RefundStateName
from zerobar.client.paying import PayeeNamedBy
from zerobar.demo.books import tell_supply
from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.phone import Phone
from zerobar.demo.programs import SandboxProgram
from zerobar.demo.town import Town
from zerobar.purse.money import Fen
from zerobar.reader import Sentence

_NAME: Final = "林安娜"
_RESIDENT_ID: Final = "110101199003071233"
_CARD: Final = "6299900000000016"
_PHONE_OF_CARD: Final = "+8613800000001"
"""Of the sandbox's first test person."""


def play_online(narrator: Narrator, town: Town) -> None:
    """Play a day on which everything has a network; raise Deviation where it goes wrong."""
    _open_wallets(narrator, [town.alice, town.bo], town.sandbox)
    card = _verify_and_bind(narrator, town.alice)
    _exchange(narrator, town.alice, card)
    _transfer(narrator, town)
    _pay_by_shops_code(narrator, town)
    _pay_by_own_code(narrator, town)
    _kill_the_bank(narrator, town)
    _save(narrator, town.alice, card)
    tell_supply(narrator, town)


def _open_wallets(narrator: Narrator, phones: list[Phone], sandbox: SandboxProgram) -> None:
    narrator.chapter(
        Sentence(
            "Alice and Bo open wallets, each with a phone number", zh="小艾和小博用手机号开通钱包"
        )
    )
    for phone in phones:
        wallet = phone.open_wallet(sandbox.newest_code)
        narrator.check(
            wallet.category == 4,
            Sentence(
                f"Wallet {wallet.number}: category IV, anonymous",
                zh=f"钱包 {wallet.number}：四类，匿名",
            ),
        )


def _verify_and_bind(narrator: Narrator, alice: Phone) -> CardShown:
    narrator.chapter(
        Sentence(
            "Alice chooses a PIN, says who she is and binds a bank card",
            zh="小艾设置支付密码、实名认证并绑定银行卡",
        )
    )
    alice.choose_pin()
    verified = alice.bank.verify(_NAME, _RESIDENT_ID)
    narrator.check(verified.verified, Sentence("Her name is verified", zh="实名认证通过"))
    card = alice.bind_card(_CARD, _PHONE_OF_CARD)
    narrator.tell(Sentence(f"Card {card.number}", zh=f"银行卡 {card.number}"))
    alice.raise_category(3)
    wallet = alice.raise_category(2)
    narrator.equal(Sentence("her wallet's category", zh="钱包类别"), wallet.category, 2)
    return card


def _exchange(narrator: Narrator, alice: Phone, card: CardShown) -> None:
    narrator.chapter(Sentence("She exchanges ¥500.00", zh="小艾换数币 ¥500.00"))
    _is_done(alice.exchange(card.card_id, Fen(50000)))
    _balance(narrator, alice, Fen(50000))


def _transfer(narrator: Narrator, town: Town) -> None:
    narrator.chapter(Sentence("She sends Bo ¥20.00", zh="小艾转给小博 ¥20.00"))
    town.alice.pay(PayeeNamedBy.PHONE, town.bo.number, Fen(2000))
    _balance(narrator, town.alice, Fen(48000))
    narrator.equal(Sentence("Bo's balance", zh="小博余额"), town.bo.balance(), Fen(2000))


def _pay_by_shops_code(narrator: Narrator, town: Town) -> None:
    narrator.chapter(Sentence("She scans the shop's code", zh="小艾扫商户码付款"))
    order = town.shop.order(Fen(3200))
    read = town.alice.bank.read_merchant_code(town.shop.code_of(order.order_id))
    narrator.equal(Sentence("the code asks for", zh="收款码金额"), Fen(read.amount_fen or 0), 3200)
    assert read.order_id is not None
    town.alice.pay(PayeeNamedBy.ORDER, str(read.order_id), Fen(3200))
    _is_paid(narrator, town, order.order_id)
    _refused(
        narrator,
        lambda: town.alice.pay(PayeeNamedBy.ORDER, str(order.order_id), Fen(3200)),
        "not-payable",
        Sentence("The same order cannot be paid twice", zh="同一订单不能重复付款"),
    )


def _pay_by_own_code(narrator: Narrator, town: Town) -> None:
    narrator.chapter(
        Sentence(
            "The till scans the code on her phone, then gives ¥5.00 back",
            zh="收银机扫小艾的付款码，随后退款 ¥5.00",
        )
    )
    town.alice.enrol_codes()
    order, code = town.shop.order(Fen(1800)), town.alice.show_code()
    town.shop.charge(order.order_id, code)
    _is_paid(narrator, town, order.order_id)
    another = town.shop.order(Fen(100))
    _refused(
        narrator,
        lambda: town.shop.charge(another.order_id, code),
        "code-used",
        Sentence("Her code works only once", zh="付款码只能用一次"),
    )
    refund = town.shop.refund(order.order_id, Fen(500))
    narrator.check(
        refund.state is RefundStateName.DONE,
        Sentence("¥5.00 went back", zh="已退款 ¥5.00"),
    )
    _refused(
        narrator,
        lambda: town.shop.refund(order.order_id, Fen(1500)),
        "refund-exceeds-payment",
        Sentence("More than was paid does not go back", zh="退款不能超过已付金额"),
    )
    _balance(narrator, town.alice, Fen(43500))
    narrator.equal(Sentence("the shop's balance", zh="商户余额"), town.shop.balance(), Fen(4500))


def _kill_the_bank(narrator: Narrator, town: Town) -> None:
    narrator.chapter(
        Sentence(
            "The bank's program is killed, started again, and asked for the same payment twice",
            zh="银行程序被强制终止后重启，同一笔付款请求两次",
        )
    )
    payment_id = uuid4()
    first = town.alice.pay(PayeeNamedBy.PHONE, town.bo.number, Fen(100), payment_id)
    town.bank.kill()
    town.bank.start()
    second = town.alice.pay(PayeeNamedBy.PHONE, town.bo.number, Fen(100), payment_id)
    narrator.check(
        first == second, Sentence("The same answer, and one payment", zh="答复相同，只付一笔")
    )
    _balance(narrator, town.alice, Fen(43400))


def _save(narrator: Narrator, alice: Phone, card: CardShown) -> None:
    narrator.chapter(Sentence("She saves ¥100.00 to her bank", zh="小艾存银行 ¥100.00"))
    _is_done(alice.save(card.card_id, Fen(10000)))
    _balance(narrator, alice, Fen(33400))


def _is_done(order: CardOrderShown) -> None:
    if order.status is not CardOrderStatus.DONE:
        raise Deviation(f"the order to the card is {order.status} {order.reason}")


def _is_paid(narrator: Narrator, town: Town, order_id: UUID) -> None:
    state = town.shop.look(order_id).state
    narrator.check(
        state is OrderStateName.PAID, Sentence("The till says: paid", zh="收银机显示：已付款")
    )


def _refused(narrator: Narrator, ask: Callable[[], object], problem: str, fact: Sentence) -> None:
    """Check that the bank says no, and for the right reason."""
    try:
        ask()
    except BankSaysNo as error:
        if error.problem != problem:
            raise Deviation(f"{fact}: {error.problem} instead of {problem}") from error
        narrator.check(True, fact)
    else:
        raise Deviation(f"not so: {fact}")


def _balance(narrator: Narrator, alice: Phone, expected: Fen) -> None:
    narrator.equal(Sentence("Alice's balance", zh="小艾余额"), alice.balance(), expected)
