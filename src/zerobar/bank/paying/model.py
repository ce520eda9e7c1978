"""What is paid, by whom, to whom, and what is left of it as a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final
from uuid import UUID

import msgspec

from zerobar.bank.errors import BankError
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.signatures import Claim, Signed
from zerobar.ledger import Counter, Row
from zerobar.purse.money import Fen

MAX_MEMO: Final = 100
"""Characters of a payment's memo."""


class PayeeKind(StrEnum):
    """How the payee is named."""

    NUMBER = "wallet-number"
    PHONE = "phone"
    """The main wallet of the person with that phone number (E.164)."""
    ORDER = "order"
    """A merchant's order, by its id."""
    SHOP = "shop"
    """A shop's static code, by the reference in it."""
    REQUEST = "request"
    """Somebody's request for money, by its id."""


class Payee(msgspec.Struct, frozen=True, gc=False):
    """Who is to be paid."""

    kind: PayeeKind
    value: str


class PaymentKind(IntEnum):
    """What a payment was for; a payment to a merchant is ORDER or SHOP."""

    TRANSFER = 1
    ORDER = 2
    SHOP = 3
    REQUEST = 4

    @property
    def to_merchant(self) -> bool:
        """Whether goods are paid, rather than money handed to a person."""
        return self is PaymentKind.ORDER or self is PaymentKind.SHOP


class Authority(IntEnum):
    """Why the bank believes that the holder of the payer's wallet wants the payment."""

    HOLDER = 1
    """The holder's device signed it, in the five minutes after the PIN."""
    CODE = 2
    """The till read the holder's code, and signed what it read."""


Refusal = Callable[[], BankError]
"""Makes what is told when a condition does not hold, which nearly always it does."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must not have happened, as a counter, and what is told when it has."""

    counter: Counter
    refusal: Refusal


class PaymentOrder(msgspec.Struct, frozen=True, gc=False):
    """A payment as it is asked for.

    Attributes:
        payment_id: made by whoever asks, once; the same id asks for the same payment.
        wallet_id: which wallet pays.
        claim: the signed request; the holder's is not checked yet, a till's is.
        conditions: what has to hold besides the wallet's limits.
        rows: what is to be stored with the payment.
    """

    payment_id: UUID
    wallet_id: UUID
    payee: Payee
    amount: Fen
    memo: str
    claim: Claim
    authority: Authority = Authority.HOLDER
    conditions: tuple[Condition, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """A till's reading of a customer's code.

    Attributes:
        payment_id: made by the till, once for each attempt to be paid.
        code: the 19 digits.
        order_id: the merchant's order to be paid; amount and payee are the order's.
        signed: the till's checked request.
    """

    payment_id: UUID
    code: str = field(repr=False)
    order_id: UUID
    signed: Signed
    memo: str = ""


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What proves that a payment was wanted: exactly what was signed, and by which key."""

    key_id: UUID
    signed_bytes: bytes
    signature: bytes

    def __repr__(self) -> str:
        """Say as little of what was signed as can be."""
        return f"Evidence(key_id={self.key_id!r})"

    @property
    def body(self) -> bytes:
        """The body of the signed request; two requests for the same payment have the same."""
        return self.signed_bytes.split(b"\n", 5)[5]


class Payment(msgspec.Struct, frozen=True, gc=False):
    """A payment that was made; only those are kept.

    Attributes:
        subject_id: the order or request that it paid.
        shop_id: where, for a merchant's payment.
        card_id: the card that auto top-up took the shortfall from.
        card_amount: how much of the payment came from it.
    """

    id: UUID
    payer_wallet_id: UUID
    payee_wallet_id: UUID
    amount: Fen
    kind: PaymentKind
    authority: Authority
    memo: str
    subject_id: UUID | None
    shop_id: UUID | None
    card_id: UUID | None
    card_amount: Fen
    made_at: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back to a payer.

    Attributes:
        card_amount: how much of it goes on to the card that the payment came from.
    """

    id: UUID
    payment_id: UUID
    payer_wallet_id: UUID
    payee_wallet_id: UUID
    amount: Fen
    card_id: UUID | None
    card_amount: Fen
    reason: str
    made_at: datetime


class NoticeKind(IntEnum):
    """What somebody is told."""

    RECEIVED = 1
    REFUNDED = 2
    ASKED = 3
    """Somebody asks for money."""
    REQUEST_PAID = 4
    REQUEST_DECLINED = 5
    CONFIRMATION = 6
    """A till waits for the holder to confirm."""
    LOAD_RECOVERED = 7
    """A load that the bank had forgotten, when it was put back to a backup, is booked."""


class Notice(msgspec.Struct, frozen=True, gc=False):
    """Something a person is told once, and can mark as read.

    Attributes:
        subject_id: the payment, refund, request or confirmation it is about.
    """

    person_id: UUID
    id: UUID
    wallet_id: UUID
    kind: NoticeKind
    subject_id: UUID
    amount: Fen
    text: str
    made_at: datetime
    read_at: datetime | None


class RequestState(StrEnum):
    """What became of a request for money, or of a confirmation."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class MoneyRequest:
    """Somebody asks somebody for money.

    Attributes:
        payee_wallet_id: where the money is to go: whoever asks.
        payer_wallet_id: who is asked.
    """

    id: UUID
    payee_wallet_id: UUID
    payer_wallet_id: UUID
    amount: Fen
    memo: str
    made_at: datetime
    expires_at: datetime
    ended: RequestState | None
    ended_at: datetime | None

    def state(self, now: datetime) -> RequestState:
        """Return what it is at a moment."""
        if self.ended is not None:
            return self.ended
        return RequestState.OPEN if now < self.expires_at else RequestState.EXPIRED


@dataclass(frozen=True, slots=True)
class CodeSecret:
    """What a device derives a wallet's codes from.

    Attributes:
        handle: 8 digits, which every code begins with.
        key_id: the device's signing key; when it is revoked, its codes are too.
    """

    handle: str
    id: UUID
    wallet_id: UUID
    key_id: UUID
    sealed: bytes = field(repr=False)
    enrolled_at: datetime
    ended_at: datetime | None


def confirmed_id(charge_id: UUID) -> UUID:
    """Return the id of the payment that a holder makes by confirming a charge."""
    return derived_id(Word.CONFIRMED_PAYMENT, charge_id)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A charge by code that is above the wallet's limit for codes, and waits for the holder.

    Attributes:
        id: the charge's; it is paid under `confirmed_id`.
        order_id: what it is to pay.
        evidence: the till's request.
    """

    wallet_id: UUID
    id: UUID
    order_id: UUID
    payee_wallet_id: UUID
    amount: Fen
    memo: str
    made_at: datetime
    expires_at: datetime
    ended: RequestState | None
    evidence: Evidence = field(repr=False)

    def state(self, now: datetime) -> RequestState:
        """Return what it is at a moment."""
        if self.ended is not None:
            return self.ended
        return RequestState.OPEN if now < self.expires_at else RequestState.EXPIRED
