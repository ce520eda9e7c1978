"""The network is back: everything settles, and every fen is where it should be."""

from __future__ import annotations

from collections import Counter

from zerobar.demo.story.books import tell_supply
from zerobar.demo.story.online import give_pin
from zerobar.demo.story.scene import Scene, purse_balance, soon
from zerobar.demo.town.device import PhoneDevice
from zerobar.demo.town.people import MONTHLY_FEN
from zerobar.demo.town.screens import new_id
from zerobar.purse.money import Fen


def play_settling(scene: Scene) -> None:
    """Play it; raises Deviation where it goes wrong."""
    _sync(scene)
    _tell_outcomes(scene)
    _unload(scene)
    _tell_bill(scene)
    _account(scene)


def _sync(scene: Scene) -> None:
    scene.chapter("The network is back: everyone syncs", "网络恢复：全部同步")
    scene.stage.set_all_networks(silent=False)
    for device in scene.town.devices.values():
        scene.is_in_sync(device)


def _tell_outcomes(scene: Scene) -> None:
    scene.chapter("What became of each payment by tap", "每笔碰一碰付款的结果")
    for phone, many in ((scene.alice, 5), (scene.bo, 2)):
        name, found = phone.person.name, _outcomes(phone)
        scene.check(
            found == {"settled": many},
            f"{name}: all {many} are settled",
            f"{name.zh}：{many} 笔全部已结算",
        )


def _outcomes(phone: PhoneDevice) -> dict[str, int]:
    def look() -> dict[str, int]:
        phone.screen.post("/sync")
        paid = phone.screen.get("/purse/payments")
        return dict(Counter(str(each["outcome"]) for each in paid))

    found: dict[str, int] = soon(look, lambda seen: set(seen) == {"settled"})
    return found


def _unload(scene: Scene) -> None:
    scene.chapter("Alice puts ¥50.00 from her SIM back into her wallet", "小艾圈提 ¥50.00 回到钱包")
    alice = scene.alice
    scene.in_wallet(alice, 6_00)
    give_pin(alice)
    alice.screen.post("/purse/unloads", id=new_id(), amount_fen=50_00)
    scene.is_in_sync(alice)
    soon(alice.screen.balance, lambda seen: seen == Fen(56_00))
    scene.in_wallet(alice, 56_00)
    scene.in_purse(alice, 38_50)


def _tell_bill(scene: Scene) -> None:
    scene.chapter(
        "The bill was brought by Alice's phone and by the till: it counts once",
        "话费凭证由小艾和收银机各送一次，只入账一次",
    )
    line = scene.line(scene.bo.person.number)
    scene.equal("Bo's line", "小博的号码", line["status"], "active")
    scene.equal("its balance", "话费余额", Fen(line["balance_fen"]), Fen(0))
    balance = scene.town.telecoms_balance()
    scene.equal("the telecom's balance", "电信余额", balance, Fen(50_00 + MONTHLY_FEN))


def _account(scene: Scene) -> None:
    supply = tell_supply(scene)
    scene.in_wallet(scene.bo, 21_00)
    scene.in_purse(scene.bo, 6_00)
    scene.in_purse(scene.mo, 40_00)
    shop = scene.town.people.noodles.balance(scene.town.bank.url)
    scene.equal("the shop's balance", "商户余额", shop, Fen(55_00))
    in_purses = Fen(sum(purse_balance(device) for device in scene.town.devices.values()))
    backed = Fen(supply.float_fen)
    scene.equal("what the bank has behind all purses", "银行为全部硬钱包备付", backed, in_purses)
