"""SIM cards become hard wallets: linked, loaded, and the tills' purses with them."""

from __future__ import annotations

from zerobar.client.purses import PurseState
from zerobar.demo.story.online import give_pin
from zerobar.demo.story.scene import Scene
from zerobar.demo.town.device import TillDevice
from zerobar.demo.town.people import PIN
from zerobar.purse.money import Fen


def play_purses(scene: Scene) -> None:
    """Play it; raises Deviation where it goes wrong."""
    _fund_mo(scene)
    _link(scene)
    _load(scene)


def _fund_mo(scene: Scene) -> None:
    scene.chapter("Alice sends Mo ¥50.00", "小艾转给小莫 ¥50.00")
    give_pin(scene.alice)
    scene.alice.screen.pay("phone", scene.mo.person.number, Fen(50_00))
    scene.in_wallet(scene.mo, 50_00)
    scene.in_wallet(scene.alice, 234_00)


def _link(scene: Scene) -> None:
    scene.chapter(
        "Each links a purse to a wallet: with the PIN, and a state that the chip signs",
        "各自把 SIM 硬钱包关联到钱包：输入支付密码，芯片签名证明在手",
    )
    for phone in (scene.bo, scene.mo):
        phone.screen.choose_pin(PIN)
    for phone in (scene.alice, scene.bo, scene.mo):
        linked, name = phone.screen.post("/purse/link"), phone.person.name
        scene.check(
            linked["state"] == PurseState.ACTIVE.value,
            f"{name}: purse {linked['purse_id']}",
            f"{name.zh}：硬钱包 {linked['purse_id']}",
        )
    scene.tell("Two of the bank's staff have linked the tills'.", "收银机由银行两名员工共同关联。")
    for till in (scene.till, scene.other_till):
        _is_linked(scene, till)


def _is_linked(scene: Scene, till: TillDevice) -> None:
    staff = scene.town.people
    shown = staff.officer.purse(scene.town.purse_ids[till.id])
    scene.check(
        shown.state is PurseState.ACTIVE and shown.wallet_id == staff.noodles.merchant.wallet_id,
        f"{till.name}: purse {shown.purse_id}",
        f"{till.name.zh}：硬钱包 {shown.purse_id}",
    )


def _load(scene: Scene) -> None:
    scene.chapter(
        "Alice loads ¥200.00 from her wallet onto her SIM, Mo ¥40.00",
        "小艾从钱包圈存 ¥200.00 到 SIM，小莫圈存 ¥40.00",
    )
    for phone, amount, left in ((scene.alice, 200_00, 34_00), (scene.mo, 40_00, 10_00)):
        scene.done(phone.screen.load(Fen(amount)))
        scene.in_purse(phone, amount)
        scene.in_wallet(phone, left)
