"""A phone is lost: it is reported from another one, and after a month its money comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from zerobar.client.purses import PurseState
from zerobar.demo.story.books import tell_supply
from zerobar.demo.story.online import give_pin
from zerobar.demo.story.scene import TILL_UNKNOWN, Scene, purse_balance, soon
from zerobar.demo.town.building import new_phone
from zerobar.demo.town.device import PhoneDevice
from zerobar.demo.town.screens import Json
from zerobar.purse.money import Fen

_LATER: Final = timedelta(days=31)
"""The bank waits thirty days for whoever the purse may have paid."""


def play_losing(scene: Scene) -> None:
    """Play it; raises Deviation where it goes wrong."""
    _pay_and_lose(scene)
    phone = new_phone(scene.town, scene.bo.person, "bo-second", scene.stage.origin)
    scene.stage.welcome(phone)
    _report(scene, phone)
    _vouchers_count(scene)
    _wait(scene, phone)
    _money_is_back(scene, phone)


def _pay_and_lose(scene: Scene) -> None:
    scene.chapter(
        "Bo pays the shop ¥4.00 without a network, and then loses his phone",
        "小博离线付给商户 ¥4.00，随后手机丢失",
    )
    scene.stage.set_network("till", silent=True)
    scene.stage.set_network("bo", silent=True)
    scene.sell_by_tap("bo", scene.till, 4_00)
    scene.in_purse(scene.bo, 2_00)
    scene.stage.set_power("bo", on=False)


def _report(scene: Scene, phone: PhoneDevice) -> None:
    scene.chapter(
        "He reports it lost from another phone: his line works again, so the code reaches him",
        "他用另一部手机挂失：号码已复机，能收到验证码",
    )
    number, screen = scene.bo.person.number, phone.screen
    screen.post("/sms-codes", phone=number)
    code = scene.town.there.sandbox.newest_code(number)
    wallet = screen.post("/session", phone=number, code=code)
    scene.tell(f"Wallet {wallet['number']}", f"钱包 {wallet['number']}")
    give_pin(phone)
    shown = screen.post("/purses/loss", purse_id=scene.town.purse_ids["bo"].hex())
    scene.check(
        shown["state"] == PurseState.LOST.value and shown["horizon_at"] is not None,
        f"Lost; what is in it comes back on {shown['horizon_at'][:10]}",
        f"已挂失，余额将于 {shown['horizon_at'][:10]} 退回钱包",
    )
    scene.is_in_sync(scene.other_till)
    _refuse_and_give_back(scene)


def _refuse_and_give_back(scene: Scene) -> None:
    till = scene.other_till
    sale_id = till.screen.begin(Fen(1_00))
    scene.ended(scene.tap("bo", till, sale_id), TILL_UNKNOWN)
    scene.in_purse(scene.bo, 1_00)
    with scene.stage.held("bo", till.id):
        given_back = till.screen.step(sale_id, "void")
    scene.ended(given_back, "none")
    scene.in_purse(scene.bo, 2_00)


def _vouchers_count(scene: Scene) -> None:
    scene.chapter("What he paid before still counts", "丢失前的付款仍然有效")
    scene.stage.set_network("till", silent=False)
    scene.is_in_sync(scene.till)
    newest = scene.till.screen.get("/sales")[0]
    scene.is_paid(newest, "final-now")
    scene.in_purse(scene.till, 118_50)


def _wait(scene: Scene, phone: PhoneDevice) -> None:
    scene.chapter(
        "A month passes: the bank starts again with its clock set ahead",
        "一个月过去：银行以拨快的时钟重新启动",
    )
    scene.town.bank.let_pass(_LATER)
    scene.town.people.officer.sign_in()
    balance = phone.screen.balance()
    scene.check(
        balance >= Fen(21_00),
        "Bo's phone was told what time it is, and the bank takes what it signs with that",
        "小博的手机获知银行时间并据此签名，银行予以受理",
    )


def _money_is_back(scene: Scene, phone: PhoneDevice) -> None:
    scene.chapter("The lost purse's money is in Bo's wallet", "丢失硬钱包里的钱回到小博的钱包")
    soon(phone.screen.balance, lambda seen: seen == Fen(23_00))
    scene.in_wallet(phone, 23_00)
    states = {each["purse_id"]: each["state"] for each in _purses(phone)}
    scene.equal(
        "the purse",
        "该硬钱包",
        states[scene.town.purse_ids["bo"].hex()],
        PurseState.CLOSED.value,
    )
    officer = scene.town.people.officer
    honest = Fen(sum(purse_balance(device) for device in (scene.alice, scene.till)))
    soon(lambda: Fen(officer.supply().float_fen), lambda seen: seen == honest)
    supply = tell_supply(scene)
    scene.equal(
        "behind the purses of those who are honest, also for what the thief spent",
        "为诚实用户的硬钱包备付（含被盗刷部分）",
        Fen(supply.float_fen),
        honest,
    )


def _purses(phone: PhoneDevice) -> list[Json]:
    found: list[Json] = phone.screen.get("/purses")
    return found
