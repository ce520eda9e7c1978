"""What the stage tells: its list of happenings, how far the story is, and the narrator's facts."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from zerobar.demo import Deviation, Narrator
from zerobar.demo.stage.errors import StoryPlays
from zerobar.demo.stage.events import MOST_AT_ONCE, StageFeed
from zerobar.demo.stage.plot import Plot, PlotState
from zerobar.reader import Sentence

FACT = Sentence("Two is two", zh="二即是二")


class Heard:
    def __init__(self) -> None:
        self.told: list[str] = []

    def chapter(self, title: Sentence) -> None:
        self.told.append(f"chapter {title}")

    def fact(self, fact: Sentence) -> None:
        self.told.append(f"fact {fact}")


def test_a_fact_that_is_none_ends_the_story_and_is_told_to_nobody() -> None:
    heard, written = Heard(), io.StringIO()
    narrator = Narrator(Console(file=written, width=100), chinese=True)
    narrator.listen(heard)
    narrator.chapter(Sentence("Numbers", zh="数字"))
    narrator.check(True, FACT)
    with pytest.raises(Deviation, match="not so"):
        narrator.check(False, FACT)
    with pytest.raises(Deviation, match="two is 2, it should be 3"):
        narrator.equal(Sentence("two", zh="二"), 2, 3)
    assert heard.told == ["chapter Numbers", "fact Two is two"] and narrator.checked == 1
    assert "✓ 二即是二" in written.getvalue()


def test_happenings_are_numbered_and_asked_for_after_a_number() -> None:
    feed = StageFeed(lambda: 7.0)
    for _ in range(MOST_AT_ONCE + 1):
        feed.note("tap", FACT, device="till", card="bo")
    first = feed.after(0)
    assert [each.number for each in first] == list(range(1, MOST_AT_ONCE + 1))
    (last,) = feed.after(first[-1].number)
    assert (last.at_unix_s, last.device, last.card, last.words_zh) == (7.0, "till", "bo", FACT.zh)
    assert feed.after(last.number) == []


def test_whoever_waits_is_woken_by_the_next_happening_and_by_the_end() -> None:
    feed = StageFeed(lambda: 7.0)
    found: list[int] = []

    def wait(after: int) -> None:
        found.append(len(feed.after(after, 20)))

    waiting = [threading.Thread(target=wait, args=(after,)) for after in (0, 1)]
    for thread in waiting:
        thread.start()
    feed.note("tap", FACT)
    waiting[0].join(10)
    assert found == [1]
    feed.close()
    waiting[1].join(10)
    assert found == [1, 0]


def test_the_story_is_wanted_once_at_a_time() -> None:
    plot = Plot()
    assert not plot.wait_until_wanted(0)
    plot.want()
    with pytest.raises(StoryPlays):
        plot.want()
    assert plot.wait_until_wanted(0)
    plot.begin()
    assert plot.state is PlotState.PLAYING and not plot.wait_until_wanted(0)
    with pytest.raises(StoryPlays):
        plot.want()
    plot.end(PlotState.FAILED)
    plot.want()
