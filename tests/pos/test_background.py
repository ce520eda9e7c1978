"""What a till does by itself, and what it tells while it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.pos.test_selling import TornAway
from tests.pos.town import Town
from zerobar.device import synchronise
from zerobar.device.feed import EventFeed, Other, RecordingLink
from zerobar.pos import online, purse_road
from zerobar.pos.background import SYNC_WHILE_TORN_EVERY_S, Background
from zerobar.pos.finality import finality_of
from zerobar.pos.line import STALE_AFTER_S
from zerobar.pos.model import Finality, SaleState
from zerobar.pos.till import Till


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_round_without_network_says_why_and_the_next_one_settles(town: Town, till: Till) -> None:
    sale = town.sale()
    town.offline()
    purse_road.tap(till, sale.id, town.person().in_field)
    background = Background(till, town.line)
    assert not background.go_round()
    assert background.last.error == "The operator cannot be reached."
    assert finality_of(till, town.read(sale)) is Finality.AT_SYNC
    town.online()
    assert background.go_round() and background.last.error == ""
    assert finality_of(till, town.read(sale)) is Finality.NOW


def test_a_torn_tap_is_synced_for_sooner(town: Town, till: Till) -> None:
    background = Background(till, town.line)
    assert background.go_round()
    sale, payer = town.sale(), town.person()
    purse_road.tap(till, sale.id, lambda: TornAway(payer.in_field()))
    synchronise(payer.device)
    background.go_round()
    assert town.read(sale).state is SaleState.UNKNOWN
    town.clock.now += SYNC_WHILE_TORN_EVERY_S
    background.go_round()
    assert town.read(sale).state is SaleState.PAID


def test_it_runs_by_itself_and_survives_a_mistake(
    town: Town, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = town.sale()
    online.show_order_code(till, sale.id)
    town.bank.pay_by_code(sale.id)
    real, mistakes = Background.go_round, iter([KeyError("a mistake")])

    def go_round(self: Background) -> bool:
        for mistake in mistakes:
            raise mistake
        return real(self)

    monkeypatch.setattr(Background, "go_round", go_round)
    with Background(till, town.line, pause_s=0.01):
        until(lambda: town.read(sale).state is SaleState.PAID)


def test_the_feed_counts_bytes_and_keeps_the_newest(town: Town) -> None:
    feed = EventFeed(town.clock)
    with RecordingLink(town.person().in_field(), feed, Other.CARD) as link:
        answer = link.exchange(bytes.fromhex("00A40400095A05A45524F4241520100"[:30]))
    sent, received = feed.after(0)
    assert (sent.size, received.size) == (15, len(answer))
    assert sent.step == received.step == "SELECT"
    assert sent.words == "select the purse" and "refused" in received.words
    assert feed.after(sent.number) == [received]
    feed.close()
    assert feed.after(received.number, wait_s=60) == []


def test_who_heard_nothing_for_long_asks_and_knows_again_how_the_line_is(
    town: Town, till: Till
) -> None:
    background = Background(till, town.line)
    assert background.go_round() and town.line.answers
    town.offline()
    assert background.go_round(), "nothing was to be asked"
    town.clock.now += STALE_AFTER_S
    assert not background.go_round() and not town.line.answers
    town.online()
    assert background.go_round() and town.line.answers
