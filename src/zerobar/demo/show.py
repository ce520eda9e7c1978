"""The show: a stage that is served, a town on it, and the story for whoever asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import httpx

from zerobar.client.errors import ClientError
from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.stage.plot import Plot, PlotState
from zerobar.demo.stage.serving import DEFAULT_PORT, served
from zerobar.demo.stage.stage import Stage
from zerobar.demo.story.moving_in import move_in
from zerobar.demo.story.play import play
from zerobar.demo.town.building import Around, build
from zerobar.demo.town.folder import new_folder
from zerobar.demo.town.town import Town
from zerobar.reader import CardError, Sentence

_LOOK_EVERY_S: Final = 1.0


@contextmanager
def show(narrator: Narrator, port: int | None = None) -> Iterator[Show]:
    """Serve a stage for as long as the context lasts.

    Args:
        port: None for the usual one, 0 for any free one.

    Raises StageCannotListen.
    """
    stage, plot = Stage(), Plot()
    narrator.listen(_Heard(stage, plot))
    with served(stage, plot, DEFAULT_PORT if port is None else port) as origin:
        stage.origin = origin
        yield Show(narrator, stage, plot)


class _Heard:
    """Tells the stage's page what the narrator tells."""

    def __init__(self, stage: Stage, plot: Plot) -> None:
        self._stage, self._plot = stage, plot

    def chapter(self, title: Sentence) -> None:
        """Begin a chapter there too."""
        self._plot.enter(title)
        self._stage.feed.note("chapter", title)

    def fact(self, fact: Sentence) -> None:
        """Tell a fact there too."""
        self._stage.feed.note("fact", fact)


class Show:
    """A stage that is served, and what is played on it."""

    def __init__(self, narrator: Narrator, stage: Stage, plot: Plot) -> None:
        self._narrator, self._stage, self._plot = narrator, stage, plot

    def play_once(self) -> None:
        """Play the story in a town of its own, and end; raises Deviation."""
        with self._town(ExitStack()) as town:
            self._tell_story(town)

    def stay(self, *, freely: bool) -> None:
        """Play the story, or let people move in; then stay, and play it for whoever asks.

        Ends with KeyboardInterrupt.
        """
        while True:
            with self._town(ExitStack()) as town:
                if freely:
                    self._free(town)
                else:
                    self._try_story(town)
                self._tell_addresses(town)
                while not self._plot.wait_until_wanted(_LOOK_EVERY_S):
                    pass
            freely = False

    @contextmanager
    def _town(self, stack: ExitStack) -> Iterator[Town]:
        with stack:
            town = Town(new_folder(stack))
            stack.callback(town.close)
            stack.callback(self._stage.leave)
            self._stage.open(town)
            around = Around(self._stage.origin, self._stage.tear.springs, self._stage.welcome)
            self._narrator.address("stage", self._stage.origin)
            build(town, around)
            yield town

    def _try_story(self, town: Town) -> None:
        """Play the story; where it goes wrong, say so and let people look around."""
        try:
            self._tell_story(town)
        except Deviation as deviation:
            self._narrator.fail(deviation)

    def _tell_story(self, town: Town) -> None:
        self._plot.begin()
        try:
            _play(self._narrator, self._stage, town)
        except BaseException:
            self._plot.end(PlotState.FAILED)
            raise
        self._plot.end(PlotState.DONE)

    def _free(self, town: Town) -> None:
        move_in(town)
        self._narrator.tell(
            Sentence(
                "Everybody has a wallet, and ¥100.00 on the SIM.",
                zh="人人都有钱包，SIM 上各有 ¥100.00。",
            )
        )

    def _tell_addresses(self, town: Town) -> None:
        self._narrator.chapter(Sentence("Play freely; Ctrl-C ends it", zh="自由试玩，Ctrl-C 结束"))
        told = {"stage": self._stage.origin, "bank": town.there.bank.url + "/docs"}
        told["bank's console"] = f"{town.bank.origin}/ (enrol with {town.people.code})"
        told["logs, for zerobar trace"] = str(town.folder)
        told["telecom"] = town.there.telecom.url + "/docs"
        for device in town.devices.values():
            told[device.id] = device.screen_url
        for name, url in told.items():
            self._narrator.address(name, url)


def _play(narrator: Narrator, stage: Stage, town: Town) -> None:
    """Play the story; whatever is not as in the story is a Deviation."""
    try:
        play(narrator, stage, town)
    except (ClientError, CardError, httpx.HTTPError) as error:
        raise Deviation(f"{type(error).__name__}: {error}") from error
