"""The story with a network on one side only."""

from __future__ import annotations

from zerobar.client.taps import TapPays
from zerobar.demo.story.online import give_pin
from zerobar.demo.story.scene import AT_SYNC, TILL_FINAL, Scene
from zerobar.demo.town.screens import new_id
from zerobar.purse.money import Fen


def play_helped(scene: Scene) -> None:
    """Play it, from a phone with a network to a till with one; raises Deviation."""
    _phone_has_network(scene)
    _till_has_network(scene)


def _phone_has_network(scene: Scene) -> None:
    scene.chapter(
        "Alice has a network, the till has none: her bank pays the till by a code",
        "小艾有网，收银机没网：银行用一段码向收银机付款",
    )
    alice, till = scene.alice.screen, scene.till.screen
    give_pin(scene.alice)
    sale_id = till.begin(Fen(18_00))
    shown = till.step(sale_id, "request")["text"]
    scene.tell(f"The till shows {shown[:40]}…", f"收银机显示 {shown[:40]}…")
    found = alice.post("/scans", text=shown)
    scene.equal("which Alice's phone takes for", "小艾的手机识别为", found["kind"], "till-request")
    paid = alice.post("/till-payments", id=new_id(), text=shown)
    scene.done(paid, AT_SYNC)
    answer = paid["text"]
    scene.tell(f"Her phone shows {answer[:40]}…", f"手机显示 {answer[:40]}…")
    scene.check(scene.is_cut_off(scene.till), "The till still gets no answer", "收银机仍然没有应答")
    scene.is_paid(till.step(sale_id, "scan", text=answer))
    scene.in_purse(scene.till, 84_50)
    scene.in_wallet(scene.alice, 16_00)
    scene.stage.set_network("alice", silent=True)


def _till_has_network(scene: Scene) -> None:
    scene.chapter(
        "The till has a network, Alice has none: it scans the code that her phone makes by itself",
        "收银机有网，小艾没网：扫描手机离线生成的付款码",
    )
    till = scene.till.screen
    scene.stage.set_network("till", silent=False)
    digits = scene.alice.screen.get("/code")["digits"]
    scene.is_paid(till.step(till.begin(Fen(6_00)), "scan", text=digits), TILL_FINAL)
    scene.chapter(
        "Or she taps, and the wallet behind her card pays; what is in the card stays there",
        "或者碰一碰：由卡片绑定的钱包付款，卡内余额不变",
    )
    sale_id = till.begin(Fen(4_00))
    with scene.stage.held("alice", scene.till.id):
        paid = till.step(sale_id, "hosted-tap", pays=TapPays.SHARED_BALANCE.value)
    scene.is_paid(paid, TILL_FINAL)
    scene.in_purse(scene.alice, 88_50)
    scene.check(
        scene.is_cut_off(scene.alice), "Her phone still gets no answer", "她的手机仍然没有应答"
    )
