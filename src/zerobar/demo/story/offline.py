"""The story without a network: taps between chips, a torn one, programs killed and switched off."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from zerobar.demo.narrator import Deviation
from zerobar.demo.story.scene import TILL_UNKNOWN, Scene, soon
from zerobar.demo.town.screens import Json, new_id
from zerobar.purse.money import Fen


def play_offline(scene: Scene) -> None:
    """Play what two chips can do between them; raises Deviation where it goes wrong."""
    _cut(scene)
    _pay_the_shop(scene)
    _tear_and_resume(scene)
    _kill_the_till(scene)
    _pay_a_friend(scene)
    _pay_with_the_phone_off(scene)
    _refuse_too_much(scene)


def _cut(scene: Scene) -> None:
    scene.chapter("THE NETWORK GOES DOWN, for everyone", "全网断开，所有设备都没有信号")
    scene.stage.set_all_networks(silent=True)
    for device in (scene.alice, scene.till):
        name = device.name
        scene.check(
            scene.is_cut_off(device),
            f"{name} asks the bank, and gets no answer",
            f"{name.zh}请求银行，没有应答",
        )


def _pay_the_shop(scene: Scene) -> None:
    scene.chapter("Alice taps the shop: two chips and nothing else", "小艾碰一碰付款：只有两枚芯片")
    sale = scene.sell_by_tap("alice", scene.till, 12_50)
    scene.equal("the till says aloud", "收银机播报", sale["spoken"]["zh"], "收款12.5元")
    scene.in_purse(scene.alice, 187_50)
    scene.in_purse(scene.till, 12_50)


def _tear_and_resume(scene: Scene) -> None:
    scene.chapter(
        "The next tap is torn, and then Alice's SIM loses its power",
        "下一次碰一碰中断，随后小艾的 SIM 断电",
    )
    till, sale_id = scene.till, scene.till.screen.begin(Fen(30_00))
    scene.stage.tear.arm(True)
    scene.ended(scene.tap("alice", till, sale_id), TILL_UNKNOWN)
    nobody = till.screen.step(sale_id, "tap")
    scene.check(
        nobody["finality"] == TILL_UNKNOWN,
        "The till looks for a card, finds none, and still says that it may be paid",
        "收银机再次读卡，未发现卡，仍提示可能已付款",
    )
    scene.in_purse(till, 12_50)
    card = scene.alice.card
    assert card is not None
    card.kill()
    card.start()
    scene.tell("Alice taps again.", "小艾再碰一次。")
    scene.is_paid(scene.tap("alice", till, sale_id))
    scene.in_purse(scene.alice, 157_50)
    scene.in_purse(till, 42_50)


def _kill_the_till(scene: Scene) -> None:
    scene.chapter(
        "The till's program is killed the moment that a customer's card has paid",
        "顾客的卡付款瞬间，收银程序被强制终止",
    )
    till, sale_id = scene.till, scene.till.screen.begin(Fen(9_00))
    till.field.when_paid(till.program.kill)
    _no_answer(lambda: scene.tap("alice", till, sale_id))
    is_on = soon(lambda: till.program.is_on, lambda on: not on)
    scene.check(not is_on, "It is dead, in the middle of the sale", "收银程序已终止，交易未完成")
    scene.in_purse(scene.alice, 148_50)
    till.switch_on()
    scene.ended(till.screen.look(sale_id), TILL_UNKNOWN)
    scene.tell("Alice taps once more.", "小艾再碰一次。")
    scene.is_paid(scene.tap("alice", till, sale_id))
    scene.in_purse(scene.alice, 148_50)
    scene.in_purse(till, 51_50)


def _pay_a_friend(scene: Scene) -> None:
    scene.chapter(
        "Alice taps her friend Bo, whose phone's program is killed in the middle",
        "小艾碰一碰转给小博，小博的手机程序中途被强制终止",
    )
    bo, tap_id = scene.bo, new_id()
    bo.field.when_paid(bo.program.kill)
    _no_answer(lambda: scene.take("alice", bo, 60_00, tap_id))
    is_on = soon(lambda: bo.program.is_on, lambda on: not on)
    scene.check(not is_on, "Bo's phone is dead", "小博的手机程序已终止")
    bo.switch_on()
    scene.tell("It is started again; Alice taps once more.", "重启后，小艾再碰一次。")
    scene.done(scene.take("alice", bo, 60_00, tap_id))
    scene.in_purse(scene.alice, 88_50)
    scene.in_purse(bo, 60_00)


def _pay_with_the_phone_off(scene: Scene) -> None:
    scene.chapter(
        "Bo's battery is empty; his SIM spends the money at once",
        "小博的手机没电关机，SIM 立刻花掉刚收到的钱",
    )
    scene.stage.set_power("bo", on=False)
    scene.sell_by_tap("bo", scene.till, 15_00)
    scene.in_purse(scene.bo, 45_00)
    scene.in_purse(scene.till, 66_50)
    scene.stage.set_power("bo", on=True)
    shown = scene.bo.screen.purse_balance()
    scene.equal("switched on, his phone shows", "开机后手机显示", shown, Fen(45_00))


def _refuse_too_much(scene: Scene) -> None:
    scene.chapter("Bo wants to pay more than he has", "小博想付的钱超过余额")
    sale = scene.tap("bo", scene.till, scene.till.screen.begin(Fen(99_00)))
    scene.ended(sale, "none")
    scene.in_purse(scene.bo, 45_00)


def _no_answer(ask: Callable[[], Json]) -> None:
    """Ask a program that dies of it; its screen is not answered."""
    try:
        answer = ask()
    except httpx.TransportError:
        return
    raise Deviation(f"it was to be killed, and has answered: {answer}")
