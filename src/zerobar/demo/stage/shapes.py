"""What the stage's page is shown, and what it sends."""

from __future__ import annotations

from typing import Annotated

import msgspec

from zerobar.demo.stage.events import Happening

LONGEST_HOLD_S = 60.0


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent."""


class Network(_Asked, frozen=True, kw_only=True):
    """How a network is to be."""

    is_silent: bool


class Power(_Asked, frozen=True, kw_only=True):
    """How a device's power is to be."""

    is_on: bool


class NewTap(_Asked, frozen=True, kw_only=True):
    """A card that somebody holds to a reader, both named by their devices."""

    card: str
    reader: str
    hold_s: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_HOLD_S)] = 4.0


class Arming(_Asked, frozen=True, kw_only=True):
    """Whether the next tap is to be torn."""

    armed: bool


class StoryWanted(_Asked, frozen=True, kw_only=True):
    """The story is to be played."""


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A phone or till."""

    id: str
    kind: str
    name: str
    name_zh: str
    screen_url: str
    is_silent: bool
    is_on: bool


class BankShown(msgspec.Struct, frozen=True, kw_only=True):
    """The bank.

    Attributes:
        console_url: where its staff work.
        console_code: with which a visitor enrols a passkey there, once; null: not there yet.
        is_silent: no device's road leads to it.
    """

    url: str
    docs_url: str
    console_url: str
    console_code: str | None
    is_silent: bool


class TelecomShown(msgspec.Struct, frozen=True, kw_only=True):
    """The telecom."""

    url: str


class PinsShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the people on the stage type, for whoever plays them.

    Attributes:
        payment, card: everybody's, of wallet and SIM.
        cashier: a name.
    """

    payment: str
    card: str
    cashier: str
    cashier_pin: str


class InField(msgspec.Struct, frozen=True, kw_only=True):
    """A card in a reader's field, both named by their devices."""

    card: str
    reader: str


class StoryShown(msgspec.Struct, frozen=True, kw_only=True):
    """How far the story is: waiting, playing, done or failed."""

    state: str
    chapter: str
    chapter_zh: str


class StageShown(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is up.

    Attributes:
        bank, telecom: null while they are not up.
    """

    devices: list[DeviceShown]
    bank: BankShown | None
    telecom: TelecomShown | None
    pins: PinsShown
    tear_next: bool
    in_field: list[InField]
    story: StoryShown


class HappeningsShown(msgspec.Struct, frozen=True, kw_only=True):
    """What happened; `last` is what to ask after next."""

    events: list[Happening]
    last: int
