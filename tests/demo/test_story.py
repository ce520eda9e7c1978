"""The whole story with the real programs, and stories that go wrong."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from zerobar.demo import Deviation, Narrator
from zerobar.demo.show import show
from zerobar.demo.story import play as story
from zerobar.demo.story.books import tell_supply
from zerobar.demo.story.moving_in import move_in
from zerobar.demo.story.scene import Scene
from zerobar.demo.town.screens import Json, WalletScreen
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


# `make demo-check` is the same, and part of what each change has to pass.
@pytest.mark.deep
def test_the_story_ends_with_every_fen_accounted_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zerobar", "demo", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    text = " ".join(done.stdout.split())
    assert int(text.rpartition(" facts checked")[0].rpartition(" ")[2]) >= 140
    assert text.count("Every record agrees with the books") == 3
    for turn in (
        "no code was sent or typed",
        "Alice asks the bank, and gets no answer",
        "Tap the same card again. It is charged at most once.",
        "It is dead, in the middle of the sale",
        "Bo and the till have had no network meanwhile",
        "The paying purse is on the blocklist.",
        "Bo's wallet: ¥23.00",
    ):
        assert turn in text, turn


# What a deviation is, and that it stops the story, test_telling shows without a town.
@pytest.mark.deep
def test_the_story_stops_where_a_fen_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = WalletScreen.exchange

    def short(screen: WalletScreen, card_id: str, amount: Fen) -> Json:
        return exchange(screen, card_id, Fen(amount - 1))

    monkeypatch.setattr(WalletScreen, "exchange", short)
    written = io.StringIO()
    told = Narrator(Console(file=written, width=200), chinese=True)
    with show(told, port=0) as shown, pytest.raises(Deviation, match=r"499\.99"):
        shown.play_once()
    assert "小艾在电信 App 里一键开通钱包" in written.getvalue()


@pytest.mark.deep
def test_the_story_stops_where_money_has_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(scene: Scene) -> None:
        move_in(scene.town)
        officer: Any = scene.town.people.officer
        supply = officer.supply()
        monkeypatch.setattr(officer, "supply", lambda: _less(supply))
        tell_supply(scene)

    monkeypatch.setattr(story, "CHAPTERS", (lie,))
    told = Narrator(Console(file=io.StringIO(), width=200))
    with show(told, port=0) as shown, pytest.raises(Deviation, match="not so"):
        shown.play_once()


def _less(supply: Any) -> Any:
    return type(supply)(
        **{name: getattr(supply, name) for name in supply.__struct_fields__} | {"difference_fen": 1}
    )
