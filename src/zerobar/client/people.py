"""People on the wire: opening wallets, signing in, devices, names, limits, the payment PIN."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE, LabelText, NewDevice

PhoneText: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=20, pattern=r"^\+?[0-9 -]+$", description="+86 and 11 digits")
]
SmsCodeText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=6, max_length=6, pattern="^[0-9]{6}$")
]
PinText: TypeAlias = Annotated[str, msgspec.Meta(min_length=6, max_length=6, pattern="^[0-9]{6}$")]
NameText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=50, pattern=PRINTABLE)]
ResidentIdText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=18, max_length=18, pattern="^[0-9]{17}[0-9Xx]$")
]
CategoryNumber: TypeAlias = Annotated[
    int, msgspec.Meta(ge=1, le=4, description="1 is the most, 4 is anonymous")
]
AssertionText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=2_048, pattern=r"^[A-Za-z0-9_.-]+$")
]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the bank; much of it is secret, so none of it shows in logs."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class SmsCodeWanted(_Asked, frozen=True, kw_only=True):
    """A phone number that a code is to be sent to."""

    phone: PhoneText


class BySmsCode(_Asked, frozen=True, kw_only=True, tag_field="by", tag="sms-code"):
    """The phone number is shown by the code that was sent to it."""

    phone: PhoneText
    code: SmsCodeText


class ByAssertion(_Asked, frozen=True, kw_only=True, tag_field="by", tag="phone-assertion"):
    """The phone number is shown by a partner's signed assertion (JWT)."""

    assertion: AssertionText


class FirstWallet(_Asked, frozen=True, kw_only=True):
    """A first wallet to be opened, with the device that opens it."""

    evidence: BySmsCode | ByAssertion
    device: NewDevice
    label: LabelText = "Wallet"


class FurtherWallet(_Asked, frozen=True, kw_only=True):
    """Another wallet of somebody who is signed in."""

    label: LabelText


class SignIn(_Asked, frozen=True, kw_only=True):
    """A device on which somebody signs in."""

    phone: PhoneText
    code: SmsCodeText
    device: NewDevice


class Verification(_Asked, frozen=True, kw_only=True):
    """Who somebody is, as on the identity card."""

    name: NameText
    resident_id: ResidentIdText


class CategoryWanted(_Asked, frozen=True, kw_only=True):
    """The category that a wallet is to be raised to."""

    category: CategoryNumber


class FirstPin(_Asked, frozen=True, kw_only=True):
    """A person's first PIN."""

    pin: PinText


class PinChange(_Asked, frozen=True, kw_only=True):
    """A PIN in place of another."""

    old_pin: PinText
    new_pin: PinText


class PinReset(_Asked, frozen=True, kw_only=True):
    """A PIN in place of one that was forgotten.

    Attributes:
        code: sent by POST /v1/people/me/sms-codes.
        resident_id: of who is verified.
    """

    code: SmsCodeText
    new_pin: PinText
    resident_id: ResidentIdText | None = None


class PinGiven(_Asked, frozen=True, kw_only=True):
    """The PIN, to open a grant."""

    pin: PinText


class NewLabel(_Asked, frozen=True, kw_only=True):
    """A wallet's name for its holder."""

    label: LabelText


class MainWallet(_Asked, frozen=True, kw_only=True):
    """The wallet that receives what is sent to the phone number."""

    wallet_id: UUID


class WalletStatus(StrEnum):
    """Whether a wallet can be used."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


class WalletShown(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet.

    Attributes:
        number: 16 digits, by which others send to it.
        auto_top_up: whether a shortfall is taken from a bank card.
    """

    wallet_id: UUID
    number: str
    label: str
    category: CategoryNumber
    status: WalletStatus
    main: bool
    auto_top_up: bool
    opened_at: datetime
    closed_at: datetime | None = None


class SessionOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A session; `token` is sent as `Authorization: Bearer`, and shown only here."""

    session_id: UUID
    person_id: UUID
    key_id: UUID
    expires_at: datetime
    token: str

    def __repr__(self) -> str:
        return f"SessionOpened(session_id={self.session_id!r}, ...)"


class WalletOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A first wallet, and the session of the device that opened it."""

    wallet: WalletShown
    session: SessionOpened


class PersonShown(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in.

    Attributes:
        phone: with its middle hidden.
        name: all but its last character hidden; null until verified.
    """

    person_id: UUID
    phone: str
    name: str | None
    verified: bool
    main_wallet_id: UUID | None
    wallets: list[WalletShown]


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A device whose key signs for a person."""

    key_id: UUID
    label: str
    enrolled_at: datetime
    revoked_at: datetime | None
    current: bool


class BalanceShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a wallet: `available_fen` is the balance less what is held."""

    balance_fen: int
    held_fen: int
    available_fen: int


class LimitUse(msgspec.Struct, frozen=True, kw_only=True):
    """A limit over time; null: none, and then nothing is counted."""

    limit_fen: int | None
    used_fen: int
    left_fen: int | None


class LimitsShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a wallet may hold and spend, in fen; null: no limit. Days and years are China's."""

    category: CategoryNumber
    balance_fen: int | None
    per_payment_fen: int | None
    per_day: LimitUse
    per_year: LimitUse
    bank_withdrawal: bool


class GrantOpened(msgspec.Struct, frozen=True, kw_only=True):
    """Until when the device may pay from the wallet."""

    expires_at: datetime
