"""The shapes of the sandbox's HTTP interface."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from zerobar.sandbox.model import Booking, Outcome, Way

Amount = Annotated[int, Meta(ge=1, le=2**53)]
Short = Annotated[str, Meta(min_length=1, max_length=100)]


class Holder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The four elements of a card."""

    card_number: Short
    name: Short
    resident_id: Short
    phone: Short


class Binding(msgspec.Struct, frozen=True):
    """What the bank knows the card by; null if the elements do not belong together."""

    token: str | None


class CardOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money to be moved; the account and the id are in the path."""

    way: Way
    card_token: Short
    amount_fen: Amount


class Statement(msgspec.Struct, frozen=True):
    """What moved in an account on a day."""

    day: str
    lines: list[Booking]


class TransferOutcomes(msgspec.Struct, frozen=True):
    """What became of a file's transfers, by end-to-end id."""

    outcomes: dict[str, Outcome]


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name and a number that may belong together."""

    name: Short
    resident_id: Short


class IdentityAnswer(msgspec.Struct, frozen=True):
    """Whether they do."""

    matches: bool


class NewMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A short message to be sent."""

    phone: Short
    text: Annotated[str, Meta(min_length=1, max_length=1000)]


class Message(msgspec.Struct, frozen=True):
    """A short message in an inbox; `code` is its first number of six digits, if it has one."""

    phone: str
    text: str
    sent_at: str
    code: str | None


class Problem(msgspec.Struct, frozen=True):
    """Why a request was turned away, and what to do now."""

    status: int
    title: str
    next_step: str
