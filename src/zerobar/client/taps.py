"""Taps on the wire: a customer's card at a till that is online, for an order at the bank."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from zerobar.client.purses import SignedRequestText
from zerobar.client.syncing import RecordText


class TapPays(StrEnum):
    """What a card is asked for."""

    SHARED_BALANCE = "shared-balance"
    """The wallet behind the card pays; what is in the card stays there."""
    PURSE = "purse"
    """The card pays the value that is in it."""


class NewTapRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A till that is going to tap a customer's card for an order."""

    pays: TapPays


class TapRequestShown(msgspec.Struct, frozen=True, kw_only=True):
    """A signed request for the order's amount, to be shown to the card: 233 bytes."""

    request: SignedRequestText


class NewTap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the card answered: its voucher and its certificate, 253 bytes."""

    record: RecordText
