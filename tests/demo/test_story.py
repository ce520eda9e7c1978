from __future__ import annotations

import io

import pytest
from rich.console import Console

from zerobar.branch import load
from zerobar.demo import Deviation, Narrator, play
from zerobar.demo import story as story_module
from zerobar.issuer import OperatorDesk
from zerobar.purse.money import Fen
from zerobar.reader import PurseCard


def narrator() -> tuple[Narrator, io.StringIO]:
    written = io.StringIO()
    return Narrator(Console(file=written, width=200)), written


def test_the_story_ends_with_every_fen_accounted_for() -> None:
    told, written = narrator()
    books = play(told)
    assert books.balanced and books.in_flight == 0
    assert told.checked >= 30
    assert "Tap the same card again. It is charged at most once." in written.getvalue()


def test_the_story_stops_where_money_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def short_load(card: PurseCard, desk: OperatorDesk, amount: Fen) -> object:
        return load(card, desk, Fen(amount - 1))

    monkeypatch.setattr(story_module, "load", short_load)
    told, _ = narrator()
    with pytest.raises(Deviation, match=r"199\.99"):
        play(told)


def test_the_story_can_be_told_in_chinese() -> None:
    written = io.StringIO()
    play(Narrator(Console(file=written, width=200), chinese=True))
    assert "每一分钱都有去处" in written.getvalue()
