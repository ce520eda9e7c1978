"""Merchants on the wire: shops, tills, orders, charges, refunds, notices and settlement."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE, Base64Of64, LabelText

MOST_ITEMS: Final = 100
_TERMINAL_DOMAIN: Final = "zerobar-terminal-1"
_SERVER_KEY_DOMAIN: Final = "zerobar-server-key-1"

NameText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=PRINTABLE)]
ShopNameText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=50, pattern=PRINTABLE)
]
LatinNameText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=25, pattern=r"^[\x20-\x7e]+$(?!\n)")
]
LatinCityText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=1, max_length=15, pattern=r"^[\x20-\x7e]+$(?!\n)")
]
UrlText: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=8, max_length=500, pattern=r"^https?://[\x21-\x7e]+$(?!\n)")
]
NumberText: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=25,
        pattern=r"^[0-9A-Za-z_-]+$(?!\n)",
        description="the merchant's own number, never used twice",
    ),
]
MemoText: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=100, pattern=PRINTABLE.replace("]+", "]*"))
]
AmountFen: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=0x7FFFFFFF, description="in fen")]
CustomerCode: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=19, max_length=19, pattern="^01[0-9]{17}$")
]
EnrolmentCode: TypeAlias = Annotated[
    str, msgspec.Meta(min_length=10, max_length=10, pattern="^[0-9A-HJKMNP-TV-Z]{10}$")
]
CodeText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the bank."""


class NewMerchant(_Asked, frozen=True, kw_only=True):
    """A merchant that begins.

    Attributes:
        name: in any script.
        latin_name: in ASCII, for codes that others read.
        category_code: ISO 18245.
        credit_code: unified social credit code.
        bank_code: of the settlement bank, CNAPS.
        webhook_url: where notices go; https.
    """

    name: NameText
    latin_name: LatinNameText
    latin_city: LatinCityText
    category_code: Annotated[str, msgspec.Meta(min_length=4, max_length=4, pattern="^[0-9]{4}$")]
    credit_code: Annotated[
        str, msgspec.Meta(min_length=18, max_length=18, pattern="^[0-9A-Z]{18}$")
    ]
    bank_code: Annotated[str, msgspec.Meta(min_length=12, max_length=12, pattern="^[0-9]{12}$")]
    account_holder: NameText
    account_number: Annotated[
        str, msgspec.Meta(min_length=8, max_length=32, pattern=r"^[0-9]{8,32}$(?!\n)")
    ]
    webhook_url: UrlText | None = None

    def __repr__(self) -> str:
        return f"NewMerchant({self.name!r}, ...)"


class NewServerKey(_Asked, frozen=True, kw_only=True):
    """Another key of a merchant's own program; its id is the request's.

    Attributes:
        public_key: P-256, X||Y.
        proof: the new key's signature over `server_key_bytes`.
    """

    public_key: Base64Of64
    proof: Base64Of64


class ServerKeyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A key of a merchant's own program, in force until it is revoked."""

    key_id: UUID
    public_key: str
    since: datetime
    revoked_at: datetime | None


class Suspension(_Asked, frozen=True, kw_only=True):
    """Whether a merchant's business is stopped."""

    suspended: bool


class MerchantShown(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant.

    Attributes:
        account_masked: the settlement account, its last four digits readable.
        webhook_key: checks the signatures of notices (Ed25519), in base64url.
    """

    merchant_id: UUID
    wallet_id: UUID
    name: str
    latin_name: str
    latin_city: str
    category_code: str
    credit_code: str
    bank_code: str
    account_holder: str
    account_masked: str
    webhook_url: str | None
    webhook_key: str
    opened_at: datetime
    suspended_at: datetime | None


class MerchantMoney(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant has; what is held is on its way to the merchant's bank."""

    balance_fen: int
    held_fen: int
    available_fen: int


class NewShop(_Asked, frozen=True, kw_only=True):
    """A place where a merchant sells."""

    name: ShopNameText
    latin_name: LatinNameText


class ShopShown(msgspec.Struct, frozen=True, kw_only=True):
    """A shop; `code` names it in payments to its standing code."""

    shop_id: UUID
    code: str
    name: str
    latin_name: str
    opened_at: datetime
    closed_at: datetime | None


class NewTerminal(_Asked, frozen=True, kw_only=True):
    """A till to be added to a shop."""

    shop_id: UUID
    label: LabelText


class TerminalShown(msgspec.Struct, frozen=True, kw_only=True):
    """A till; until it is enrolled it has no key."""

    terminal_id: UUID
    shop_id: UUID
    label: str
    key_id: UUID | None
    added_at: datetime
    enrolled_at: datetime | None
    revoked_at: datetime | None


class AddedTerminal(msgspec.Struct, frozen=True, kw_only=True):
    """A till that waits to be enrolled, and the one-time code for it."""

    terminal: TerminalShown
    code: str
    code_expires_at: datetime

    def __repr__(self) -> str:
        return f"AddedTerminal({self.terminal!r}, ...)"


class TillCodeHalf(msgspec.Struct, frozen=True, kw_only=True):
    """Half of the one-time code of a till that two of the staff added: each sees another half.

    Attributes:
        is_first: whether the code begins with it.
        letters: five of its ten.
    """

    terminal_id: UUID
    shop_id: UUID
    label: str
    is_first: bool
    letters: str
    code_expires_at: datetime

    def __repr__(self) -> str:
        return f"TillCodeHalf({self.terminal_id}, ...)"


class TerminalEnrolment(_Asked, frozen=True, kw_only=True):
    """A till's key, with its signature over `terminal_bytes`."""

    code: EnrolmentCode
    public_key: Base64Of64
    proof: Base64Of64

    def __repr__(self) -> str:
        return "TerminalEnrolment(...)"


class EnrolledTerminal(msgspec.Struct, frozen=True, kw_only=True):
    """The id under which a till signs."""

    terminal_id: UUID
    key_id: UUID


class ItemLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an order; the amount is of the whole line."""

    name: NameText
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    amount_fen: AmountFen


class NewOrder(_Asked, frozen=True, kw_only=True):
    """What a merchant asks for.

    Attributes:
        items: none, or all that the amount is made of.
        lasts_s: after which nobody can pay it any more.
    """

    shop_id: UUID
    number: NumberText
    amount_fen: AmountFen
    memo: MemoText = ""
    items: Annotated[list[ItemLine], msgspec.Meta(max_length=MOST_ITEMS)] = []
    lasts_s: Annotated[int, msgspec.Meta(ge=30, le=604_800)] = 900


class OrderStateName(StrEnum):
    """What became of an order."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"
    EXPIRED = "expired"


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands.

    Attributes:
        is_tapped: a card has paid it, by a tap.
    """

    order_id: UUID
    shop_id: UUID
    terminal_id: UUID | None
    number: str
    amount_fen: int
    memo: str
    items: list[ItemLine]
    state: OrderStateName
    created_at: datetime
    expires_at: datetime
    payment_id: UUID | None
    paid_at: datetime | None
    ended_at: datetime | None
    is_tapped: bool = False


class CodeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A text to be drawn as a QR code (EMV merchant-presented mode 1.1)."""

    text: str


class ScannedCode(_Asked, frozen=True, kw_only=True):
    """A merchant's code as a phone read it."""

    text: CodeText


class CodeReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a code asks for.

    Attributes:
        shop_code: whom to pay if there is no order.
        order_id: what to pay; null: the payer chooses the amount.
    """

    merchant_name: str
    shop_name: str
    shop_code: str
    order_id: UUID | None
    order_number: str
    amount_fen: int | None
    memo: str


class NewCharge(_Asked, frozen=True, kw_only=True):
    """A customer's code that is to pay an order; the request's id becomes the payment's."""

    code: CustomerCode

    def __repr__(self) -> str:
        return "NewCharge(...)"


class NewRefund(_Asked, frozen=True, kw_only=True):
    """What is to be given back."""

    number: NumberText
    amount_fen: AmountFen
    reason: MemoText = ""


class RefundStateName(StrEnum):
    """What became of a refund."""

    DONE = "done"
    PENDING = "pending"
    """Not known yet; the bank goes on by itself."""
    REFUSED = "refused"


class RefundShown(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as it stands.

    Attributes:
        refused: the problem that refused it.
    """

    refund_id: UUID
    order_id: UUID
    payment_id: UUID
    number: str
    amount_fen: int
    reason: str
    state: RefundStateName
    refused: str
    asked_at: datetime
    done_at: datetime | None


class WebhookAddress(_Asked, frozen=True, kw_only=True):
    """Where notices go; null: nowhere."""

    url: UrlText | None


class EventShown(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to the merchant's server, and how far its delivery has come.

    Attributes:
        last_outcome: the last attempt's HTTP status, or a word such as `timeout`.
        due_at: the next attempt, unless it was delivered or given up.
    """

    event_id: UUID
    kind: str
    subject_id: UUID
    occurred_at: datetime
    due_at: datetime
    attempts: int
    last_outcome: str
    delivered_at: datetime | None
    given_up_at: datetime | None


class SettlementStateName(StrEnum):
    """How far a settlement has come."""

    MADE = "made"
    HELD = "held"
    DONE = "done"
    REFUSED = "refused"


class SettlementShown(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's money of a day on its way to the merchant's bank."""

    settlement_id: UUID
    merchant_id: UUID
    day: int
    amount_fen: int
    state: SettlementStateName
    reason: str
    made_at: datetime
    ended_at: datetime | None


class SettledDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day's settlements, and the file that carried them to the bank."""

    day: int
    file_name: str | None
    submitted_at: datetime | None
    settlements: list[SettlementShown]


def server_key_bytes(merchant_id: UUID, key_id: UUID) -> bytes:
    """Return what another key of a merchant's program signs, to prove that it is at hand."""
    return "\n".join((_SERVER_KEY_DOMAIN, str(merchant_id), str(key_id))).encode()


def terminal_bytes(terminal_id: UUID, code: str) -> bytes:
    """Return what a till's new key signs, to be enrolled by a one-time code."""
    return "\n".join((_TERMINAL_DOMAIN, str(terminal_id), code)).encode()
