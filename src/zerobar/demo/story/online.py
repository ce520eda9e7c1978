"""The story's first part, online: wallets, a shop, a phone bill, and a bank that is killed."""

from __future__ import annotations

import httpx

from zerobar.demo.narrator import Deviation
from zerobar.demo.story.books import tell_supply
from zerobar.demo.story.scene import FINAL, TILL_FINAL, Scene, soon
from zerobar.demo.town.device import PhoneDevice
from zerobar.demo.town.people import ALICES_CARD, PIN
from zerobar.demo.town.screens import Json, new_id
from zerobar.purse.money import Fen


def play_online(scene: Scene) -> None:
    """Play a day on which everything has a network; raises Deviation where it goes wrong."""
    _open_in_one_tap(scene)
    _open_by_code(scene)
    card_id = _verify_and_bind(scene)
    _exchange(scene, card_id)
    _transfer(scene)
    _pay_by_shops_code(scene)
    _pay_by_own_code(scene)
    _top_up(scene)
    _kill_the_bank(scene)
    _save(scene, card_id)
    tell_supply(scene)


def _open_in_one_tap(scene: Scene) -> None:
    scene.chapter(
        "Alice opens a wallet in one tap in her telecom's app",
        "小艾在电信 App 里一键开通钱包",
    )
    wallet = scene.alice.screen.open_wallet_in_one_tap()
    scene.check(
        wallet["category"] == 4,
        f"Wallet {wallet['number']}: category IV, anonymous",
        f"钱包 {wallet['number']}：四类，匿名",
    )
    query = {"phone": scene.alice.person.number}
    sent = httpx.get(f"{scene.town.there.sandbox.url}/sms/messages", params=query, timeout=20)
    scene.check(
        sent.json() == [],
        "The telecom vouched for her number: no code was sent or typed",
        "电信已为号码担保：没有发送或输入验证码",
    )


def _open_by_code(scene: Scene) -> None:
    scene.chapter(
        "Bo opens a wallet in the same way, Mo by the code that is sent to him",
        "小博同样一键开通，小莫用短信验证码开通",
    )
    # One code a minute reaches a number, and Bo will need one when he loses his phone.
    wallet = scene.bo.screen.open_wallet_in_one_tap()
    _is_anonymous(scene, scene.bo, wallet)
    number = scene.mo.person.number
    scene.mo.screen.post("/sms-codes", phone=number)
    code = scene.town.there.sandbox.newest_code(number)
    _is_anonymous(scene, scene.mo, scene.mo.screen.open_wallet_by_code(number, code))


def _is_anonymous(scene: Scene, phone: PhoneDevice, wallet: Json) -> None:
    name = phone.person.name
    scene.check(
        wallet["category"] == 4,
        f"{name}: wallet {wallet['number']}",
        f"{name.zh}：钱包 {wallet['number']}",
    )


def _verify_and_bind(scene: Scene) -> str:
    scene.chapter(
        "Alice chooses a PIN, says who she is and binds a bank card",
        "小艾设置支付密码、实名认证并绑定银行卡",
    )
    screen, card = scene.alice.screen, ALICES_CARD
    screen.choose_pin(PIN)
    person = screen.post("/verification", name=card.holder, resident_id=card.resident_id)
    scene.check(person["verified"], "Her name is verified", "实名认证通过")
    bound = screen.post("/cards", id=new_id(), number=card.number, phone=card.phone)
    scene.tell(f"Card {bound['number']}", f"银行卡 {bound['number']}")
    screen.put("/category", category=3)
    wallet = screen.put("/category", category=2)
    scene.equal("her wallet's category", "钱包类别", wallet["category"], 2)
    return str(bound["card_id"])


def _exchange(scene: Scene, card_id: str) -> None:
    scene.chapter("She exchanges ¥500.00", "小艾换数币 ¥500.00")
    _is_done(scene.alice.screen.exchange(card_id, Fen(500_00)))
    scene.in_wallet(scene.alice, 500_00)


def _transfer(scene: Scene) -> None:
    scene.chapter("She sends Bo ¥20.00", "小艾转给小博 ¥20.00")
    scene.done(scene.alice.screen.pay("phone", scene.bo.person.number, Fen(20_00)))
    scene.in_wallet(scene.alice, 480_00)
    scene.in_wallet(scene.bo, 20_00)


def _pay_by_shops_code(scene: Scene) -> None:
    scene.chapter("She scans the till's code", "小艾扫收银机上的收款码")
    till, alice = scene.till.screen, scene.alice.screen
    sale_id = till.begin(Fen(32_00))
    text = till.step(sale_id, "code")["text"]
    found = alice.post("/scans", text=text)
    scene.equal("the code asks for", "收款码金额", Fen(found["amount_fen"]), Fen(32_00))
    payee = found["payee"]
    alice.pay(payee["kind"], payee["value"], Fen(32_00))
    sale = till.step(sale_id, "ask")
    scene.is_paid(sale, TILL_FINAL)
    scene.equal("the till says aloud", "收银机播报", sale["spoken"]["zh"], "收款32元")
    scene.refused(
        lambda: alice.pay(payee["kind"], payee["value"], Fen(32_00)),
        "not-payable",
        "The same order cannot be paid twice",
        "同一订单不能重复付款",
    )


def _pay_by_own_code(scene: Scene) -> None:
    scene.chapter(
        "The till scans the code on her phone, then gives ¥5.00 back",
        "收银机扫小艾的付款码，随后退款 ¥5.00",
    )
    till, alice = scene.till.screen, scene.alice.screen
    alice.post("/code/enrolment")
    sale_id, digits = till.begin(Fen(18_00)), alice.get("/code")["digits"]
    scene.is_paid(till.step(sale_id, "scan", text=digits), TILL_FINAL)
    again = till.step(till.begin(Fen(1_00)), "scan", text=digits)
    scene.check(again["state"] != "paid", "Her code works only once", "付款码只能用一次")
    refund = till.put(f"/refunds/{new_id()}", sale_id=sale_id, amount_fen=5_00)
    scene.check(refund["state"] == "done", "¥5.00 went back", "已退款 ¥5.00")
    scene.refused(
        lambda: till.put(f"/refunds/{new_id()}", sale_id=sale_id, amount_fen=15_00),
        "not-refundable",
        "More than was paid does not go back",
        "退款不能超过已付金额",
    )
    scene.in_wallet(scene.alice, 435_00)
    balance = scene.town.people.noodles.balance(scene.town.bank.url)
    scene.equal("the shop's balance", "商户余额", balance, Fen(45_00))


def _top_up(scene: Scene) -> None:
    scene.chapter("She tops her phone bill up with ¥50.00", "小艾用钱包充话费 ¥50.00")
    alice, number = scene.alice.screen, scene.alice.person.number
    top_up_id = new_id()
    asked = alice.post("/top-ups", id=top_up_id, number=number, amount_fen=50_00)
    scene.done(alice.pay(asked["payee"]["kind"], asked["payee"]["value"], Fen(50_00)))
    top_up = soon(lambda: alice.get(f"/top-ups/{top_up_id}"), lambda seen: seen["state"] == "paid")
    scene.equal("the telecom's order", "电信订单", top_up["state"], "paid")
    line = alice.get("/line")
    scene.equal("her line's balance", "话费余额", Fen(line["balance_fen"]), Fen(50_00))
    scene.in_wallet(scene.alice, 385_00)


def _kill_the_bank(scene: Scene) -> None:
    scene.chapter(
        "The bank's program is killed, started again, and asked for the same payment twice",
        "银行程序被强制终止后重启，同一笔付款请求两次",
    )
    payment_id, bo = new_id(), scene.bo.person.number
    first = scene.alice.screen.pay("phone", bo, Fen(1_00), payment_id)
    scene.town.bank.kill()
    scene.town.bank.start()
    second = scene.alice.screen.pay("phone", bo, Fen(1_00), payment_id)
    scene.check(first == second, "The same answer, and one payment", "答复相同，只付一笔")
    scene.in_wallet(scene.alice, 384_00)


def _save(scene: Scene, card_id: str) -> None:
    scene.chapter("She saves ¥100.00 to her bank", "小艾存银行 ¥100.00")
    _is_done(scene.alice.screen.save(card_id, Fen(100_00)))
    scene.in_wallet(scene.alice, 284_00)


def _is_done(answer: Json) -> None:
    if answer["finality"] != FINAL:
        raise Deviation(f"the order to the card is not done: {answer}")


def give_pin(phone: PhoneDevice) -> None:
    """Enter the payment PIN once more: payments are possible for five minutes."""
    phone.screen.enter_pin(PIN)
