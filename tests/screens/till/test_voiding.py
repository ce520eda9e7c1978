"""The last that happens in this shop: the customer's purse is reported lost, and still taps."""

from __future__ import annotations

from tests.phone.conftest import PIN as WALLET_PIN
from tests.screens.till.desk import Desk
from tests.screens.till.shop import Shop


def test_what_the_tills_purse_refuses_goes_back_to_the_card(desk: Desk, shop: Shop) -> None:
    purse_id = shop.phone.get("/purses")[0]["purse_id"]
    # Out of the phone's reach: else its next sync tells the card that it is blocked.
    shop.sim.contact.lose_answer_to(b"")
    shop.phone.post("/grant", pin=WALLET_PIN)
    shop.phone.post("/purses/loss", purse_id=purse_id)
    shop.till.post("/sync")
    desk.charge("4")
    with shop.card_tapped():
        desk.expect("请勿交付商品", "Do not hand over")
    desk.check()
    desk.press("退回给顾客的卡", "Give back to the customer's card")
    desk.expect("款项将退回该卡", "it gets its money back")
    with shop.card_tapped():
        desk.expect("已取消", "Cancelled")
    desk.check()
