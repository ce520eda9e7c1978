"""A phone or till with all that belongs to it: program, card, reader's field, roads, screen."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from typing import Self

from zerobar.demo.stage.field import Field
from zerobar.demo.stage.relay import Relay
from zerobar.demo.town.devices import CardProgram, DeviceProgram, PhoneProgram, TillProgram
from zerobar.demo.town.people import CASHIER, CASHIERS_PIN, Person
from zerobar.demo.town.screens import Screen, TillScreen, WalletScreen
from zerobar.reader import Sentence


class Kind(StrEnum):
    """What a device is."""

    PHONE = "phone"
    TILL = "till"


class Device:
    """A phone or till; a context manager that stops all of it.

    Attributes:
        card: its own purse; None: it has none.
        field: of its reader.
        roads: to the bank, and to the telecom.
    """

    kind: Kind
    program: DeviceProgram
    screen: Screen

    def __init__(self, id_: str, name: Sentence, field: Field, roads: tuple[Relay, ...]) -> None:
        self.id = id_
        self.name = name
        self.field = field
        self.roads = roads
        self.card: CardProgram | None = None
        self.is_silent = False

    @property
    def screen_url(self) -> str:
        """Where its screen is."""
        return self.program.url

    @property
    def shown(self) -> dict[str, str]:
        """The headers that let somebody hear what it sends and receives."""
        return {}

    def go_silent(self) -> None:
        """Let no road of it answer any more."""
        self.is_silent = True
        for road in self.roads:
            road.go_silent()

    def come_back(self) -> None:
        """Let its roads answer again."""
        self.is_silent = False
        for road in self.roads:
            road.come_back()

    def switch_on(self) -> None:
        """Start its program, and let its screen in."""
        self.program.start()
        self.enter()

    def enter(self) -> None:
        """Let its screen in."""

    def close(self) -> None:
        """Stop all of it."""
        with ExitStack() as closing:
            for road in self.roads:
                closing.callback(road.close)
            closing.callback(self.field.close)
            if self.card is not None:
                closing.callback(self.card.stop)
            closing.callback(self.program.stop)
            closing.callback(self.screen.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PhoneDevice(Device):
    """A person's phone."""

    kind = Kind.PHONE

    def __init__(
        self, person: Person, program: PhoneProgram, field: Field, roads: tuple[Relay, Relay]
    ) -> None:
        super().__init__(program.name, person.name, field, roads)
        self.person = person
        self.program: PhoneProgram = program
        self.screen: WalletScreen = WalletScreen(program.url)

    @property
    def screen_url(self) -> str:
        """Where its screen is, with what lets it in, which no server is told."""
        return f"{self.program.url}/#token={self.program.token}"

    @property
    def shown(self) -> dict[str, str]:
        """The headers that let somebody hear what it sends and receives."""
        return {"authorization": f"Bearer {self.program.token}"}

    def enter(self) -> None:
        """Let its screen in, by its token."""
        self.screen.show(self.program.token)


class TillDevice(Device):
    """A shop's till."""

    kind = Kind.TILL

    def __init__(
        self, name: Sentence, program: TillProgram, field: Field, roads: tuple[Relay, ...]
    ) -> None:
        super().__init__(program.name, name, field, roads)
        self.program: TillProgram = program
        self.screen: TillScreen = TillScreen(program.url)

    def enter(self) -> None:
        """Sign the cashier in."""
        self.screen.sign_in(CASHIER, CASHIERS_PIN)
