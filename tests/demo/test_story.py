from __future__ import annotations

import io
from uuid import UUID

import pytest
from rich.console import Console

from zerobar.demo import Deviation, Narrator
from zerobar.demo import street as street_module
from zerobar.demo.online import play_online
from zerobar.demo.story import play
from zerobar.demo.street import open_street
from zerobar.demo.town import open_town
from zerobar.device import Device, HolderOperator, load
from zerobar.purse.messages import Receipt
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


def narrator(*, chinese: bool = False) -> tuple[Narrator, io.StringIO]:
    written = io.StringIO()
    return Narrator(Console(file=written, width=200), chinese=chinese), written


def test_the_story_ends_with_every_fen_accounted_for() -> None:
    told, written = narrator()
    play(told)
    text = written.getvalue()
    assert told.checked >= 110
    assert text.count("Every record agrees with the books") == 3
    for turn in (
        "Alice's phone and the till ask the bank, and get no answer",
        "Tap the same card again. It is charged at most once.",
        "It gives the very same voucher for the same request",
        "The paying purse is on the blocklist.",
        "Bo's wallet: ¥36.00",
    ):
        assert turn in text


@pytest.mark.deep
def test_the_story_stops_where_money_is_missing_on_a_card(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def short_load(device: Device, holder: HolderOperator, load_id: UUID, amount: Fen) -> Receipt:
        return load(device, holder, load_id, Fen(amount - 1))

    monkeypatch.setattr(street_module, "load", short_load)
    told, written = narrator(chinese=True)
    with open_town(told) as town:
        play_online(told, town)
        with pytest.raises(Deviation, match=r"199\.99"), open_street(told, town):
            pytest.fail("nobody goes on with a fen less")
    assert "空白 SIM 卡成为本行的硬钱包" in written.getvalue()
