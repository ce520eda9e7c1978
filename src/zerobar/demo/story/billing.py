"""A subscriber who is cut off pays the phone bill by a tap, and a friend carries the voucher."""

from __future__ import annotations

from zerobar.demo.story.scene import AT_SYNC, TILL_AT_SYNC, Scene, soon
from zerobar.demo.town.people import CARD_PIN, MONTHLY_FEN
from zerobar.demo.town.screens import new_id
from zerobar.purse.money import Fen


def play_billing(scene: Scene) -> None:
    """Play it, from a line that is suspended to one that has resumed; raises Deviation."""
    _pay_the_bill(scene)
    _carry(scene)


def _pay_the_bill(scene: Scene) -> None:
    scene.chapter(
        "Bo's line is suspended for arrears: at a till without network his SIM pays the bill",
        "小博欠费停机：在没有网络的收银机上，用 SIM 碰一碰交话费",
    )
    line = scene.line(scene.bo.person.number)
    scene.equal("Bo's line", "小博的号码", line["status"], "suspended_one_way")
    scene.equal("he owes", "欠费", Fen(line["arrears_fen"]), Fen(MONTHLY_FEN))
    till, bill_id = scene.till.screen, new_id()
    biller = till.get("/billers")[0]
    till.put(
        f"/bills/{bill_id}",
        biller_id=biller["biller_id"],
        line=scene.bo.person.number,
        amount_fen=MONTHLY_FEN,
    )
    with scene.stage.held("bo", scene.till.id):
        bill = till.post(f"/bills/{bill_id}/tap", pin=CARD_PIN)
    scene.ended(bill, TILL_AT_SYNC)
    scene.in_purse(scene.bo, 6_00)
    line = scene.line(scene.bo.person.number)
    scene.equal("Bo's line, still", "小博的号码仍为", line["status"], "suspended_one_way")


def _carry(scene: Scene) -> None:
    scene.chapter(
        "Alice's phone takes the voucher along, and is the first to find a network",
        "小艾的手机捎带凭证，并最先恢复网络",
    )
    shown = scene.bo.screen.get("/purse/in-flight")[0]
    scene.equal("Bo's phone shows a voucher of", "小博手机出示凭证", Fen(shown["amount_fen"]), 3900)
    answer = scene.alice.screen.post("/carried-vouchers", id=new_id(), text=shown["text"])
    scene.done(answer, AT_SYNC)
    scene.stage.set_network("alice", silent=False)
    number = scene.bo.person.number
    line = soon(lambda: scene.line(number), lambda seen: seen["status"] == "active")
    scene.equal("Bo's line", "小博的号码", line["status"], "active")
    scene.equal("he owes", "欠费", Fen(line["arrears_fen"]), Fen(0))
    scene.check(
        scene.bo.is_silent and scene.till.is_silent,
        "Bo and the till have had no network meanwhile",
        "其间小博和收银机一直没有网络",
    )
