"""Paying on the wire: payments, requests for money, codes, confirmations, statements, notices."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE

LARGEST_AMOUNT: Final = 0x7FFFFFFF
LARGEST_CODE_LIMIT: Final = 2_000_00

AmountFen: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_AMOUNT, description="in fen")]
CodeLimitFen: TypeAlias = Annotated[
    int,
    msgspec.Meta(ge=0, le=LARGEST_CODE_LIMIT, description="in fen; 0: every payment is confirmed"),
]
MemoText: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=100, pattern=rf"^$|{PRINTABLE}", description="one line")
]


class PayeeNamedBy(StrEnum):
    """How a payee is named."""

    NUMBER = "wallet-number"
    PHONE = "phone"
    ORDER = "order"
    SHOP = "shop"
    REQUEST = "request"


class PersonNamedBy(StrEnum):
    """How a person is named."""

    NUMBER = "wallet-number"
    PHONE = "phone"


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the bank."""


class PayeeNamed(_Asked, frozen=True, kw_only=True):
    """Who is to be paid: a wallet number, a phone number, an order, a shop's code or a request."""

    kind: PayeeNamedBy
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=PRINTABLE)]


class PersonNamed(_Asked, frozen=True, kw_only=True):
    """Who is asked for money."""

    kind: PersonNamedBy
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=PRINTABLE)]


class NewPayment(_Asked, frozen=True, kw_only=True):
    """A payment, signed by the payer's device; its id is the Idempotency-Key."""

    wallet_id: UUID
    payee: PayeeNamed
    amount_fen: AmountFen
    memo: MemoText = ""


class NewMoneyRequest(_Asked, frozen=True, kw_only=True):
    """Somebody is asked for money; the request's id is the Idempotency-Key."""

    wallet_id: UUID
    asked: PersonNamed
    amount_fen: AmountFen
    memo: MemoText = ""


class NewCodeLimit(_Asked, frozen=True, kw_only=True):
    """What the wallet's codes pay without the holder's confirmation."""

    limit_fen: CodeLimitFen


class NoticesRead(_Asked, frozen=True, kw_only=True):
    """The newest notice that was read; those before it were too."""

    until: UUID


class PaymentWords(StrEnum):
    """What a payment was for."""

    TRANSFER = "transfer"
    ORDER = "order"
    SHOP = "shop"
    REQUEST = "request"


class PaymentShown(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that was made.

    Attributes:
        by_code: the till read the payer's code; else the payer's device has signed.
        subject_id: the order or request that it paid.
        from_card_fen: how much of it auto top-up took from a card; told only to the payer.
    """

    payment_id: UUID
    payer_wallet_id: UUID
    payee_wallet_id: UUID
    amount_fen: int
    kind: PaymentWords
    by_code: bool
    memo: str
    subject_id: UUID | None
    from_card_fen: int | None
    made_at: datetime


class RefundShown(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went back."""

    refund_id: UUID
    amount_fen: int
    to_card_fen: int | None
    reason: str
    made_at: datetime


class PaymentState(StrEnum):
    """What became of a payment."""

    PAID = "paid"
    REFUSED = "refused"


class PaymentOutcomeShown(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a payment.

    Attributes:
        refusal: why it is refused for ever, as the stable name of a problem.
    """

    state: PaymentState
    payment: PaymentShown | None
    refunds: list[RefundShown]
    refusal: str | None


class PayeeShown(msgspec.Struct, frozen=True, kw_only=True):
    """Enough of a payee to notice a mistake."""

    name: str
    number: str
    amount_fen: int | None


class EndWords(StrEnum):
    """What became of a request or a confirmation."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class MoneyRequestShown(msgspec.Struct, frozen=True, kw_only=True):
    """A request for money."""

    request_id: UUID
    payee_wallet_id: UUID
    payer_wallet_id: UUID
    amount_fen: int
    memo: str
    state: EndWords
    made_at: datetime
    expires_at: datetime


class CodeSecretShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the device derives codes from; see zerobar.codes.customer.

    Attributes:
        secret: 32 bytes in base64url, without padding; kept on the device only.
    """

    handle: str
    secret: str

    def __repr__(self) -> str:
        return f"CodeSecretShown(handle={self.handle!r}, ...)"


class CodeLimitShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the wallet's codes pay without the holder's confirmation."""

    limit_fen: int


class ConfirmationShown(msgspec.Struct, frozen=True, kw_only=True):
    """A till waits for the holder to confirm a payment."""

    payment_id: UUID
    order_id: UUID
    payee_wallet_id: UUID
    amount_fen: int
    memo: str
    made_at: datetime
    expires_at: datetime


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of a wallet's money.

    Attributes:
        amount_fen: negative if it left the wallet.
        kind: why, in a stable word such as `payment`.
        other: whom it went to or came from, as far as it is told.
    """

    transfer_id: UUID
    amount_fen: int
    balance_fen: int
    kind: str
    other: str
    memo: str
    posted_at: datetime


class NoticeShown(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person is told.

    Attributes:
        kind: `received`, `refunded`, `asked`, `request-paid`, `request-declined`, `confirmation`.
        subject_id: the payment, refund, request or confirmation it is about.
    """

    notice_id: UUID
    wallet_id: UUID
    kind: str
    subject_id: UUID
    amount_fen: int
    text: str
    made_at: datetime
    read: bool


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices are not read yet."""

    unread: int
