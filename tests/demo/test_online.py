from __future__ import annotations

import io
from uuid import UUID

import pytest
from rich.console import Console

from zerobar.client.paying import PayeeNamedBy, PaymentShown
from zerobar.demo import Deviation, Narrator
from zerobar.demo.online import play_online
from zerobar.demo.phone import Phone
from zerobar.demo.town import open_town
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


def test_the_online_story_stops_where_a_fen_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    pay = Phone.pay

    def short(
        phone: Phone, kind: PayeeNamedBy, value: str, amount: Fen, payment_id: UUID | None = None
    ) -> PaymentShown:
        return pay(phone, kind, value, Fen(amount - 1), payment_id)

    monkeypatch.setattr(Phone, "pay", short)
    told = Narrator(Console(file=io.StringIO(), width=200), chinese=True)
    with pytest.raises(Deviation, match=r"480\.01"), open_town(told) as town:
        play_online(told, town)
