"""What the screen sends, and what it is shown.

Amounts are in fen; purse ids are 16 hexadecimal digits; every `id` is made by the screen for one
thing, and is used again when the same is asked again.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

from zerobar.client.enrolment import LabelText
from zerobar.client.funding import CardNumberText, CardPhoneText
from zerobar.client.passkeys import AssertionCredential
from zerobar.client.paying import AmountFen, MemoText, PayeeNamed, PersonNamed
from zerobar.client.people import (
    AssertionText,
    CategoryNumber,
    PhoneText,
    PinText,
    SmsCodeText,
)
from zerobar.client.purses import CardPinText, LimitFen, PurseIdText, PurseLimitsWanted
from zerobar.client.syncing import LifeStep, WaitsFor
from zerobar.phone.finality import Finality

CodeText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
AntennaText: TypeAlias = Annotated[
    str,
    msgspec.Meta(
        max_length=200,
        pattern=r"^(antenna://(127\.0\.0\.1|localhost):\d{1,5}|pcsc:.+)$",
        description="antenna://127.0.0.1:PORT or pcsc:READER",
    ),
]
"""On this machine only: a customer's PIN must not be sent to wherever a page says."""
ReferenceText: TypeAlias = Annotated[str, msgspec.Meta(max_length=8, pattern=r"^[\x20-\x7e]*$")]


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent to the phone; some of it is secret, so none of it shows in logs."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class CodeWanted(_Asked, frozen=True, kw_only=True):
    """A phone number that a code is to be sent to."""

    phone: PhoneText


class NewWallet(_Asked, frozen=True, kw_only=True):
    """A wallet to be opened: by the code that came by SMS, or by a telecom's assertion."""

    phone: PhoneText | None = None
    code: SmsCodeText | None = None
    assertion: AssertionText | None = None
    label: LabelText = "Wallet"


class NewSession(_Asked, frozen=True, kw_only=True):
    """Signing in to a wallet that was opened before."""

    phone: PhoneText
    code: SmsCodeText


class PasskeyUsed(_Asked, frozen=True, kw_only=True):
    """A passkey that the browser has used, for signing in."""

    credential: AssertionCredential


class Pin(_Asked, frozen=True, kw_only=True):
    """The wallet's payment PIN."""

    pin: PinText


class Category(_Asked, frozen=True, kw_only=True):
    """The category that the wallet is to be raised to."""

    category: CategoryNumber


class BankCard(_Asked, frozen=True, kw_only=True):
    """A bank card to be bound."""

    id: UUID
    number: CardNumberText
    phone: CardPhoneText | None = None


class CardAmount(_Asked, frozen=True, kw_only=True):
    """Money between the wallet and a card."""

    id: UUID
    card_id: UUID
    amount_fen: AmountFen


class Payment(_Asked, frozen=True, kw_only=True):
    """A payment from the wallet."""

    id: UUID
    payee: PayeeNamed
    amount_fen: AmountFen
    memo: MemoText = ""


class MoneyWanted(_Asked, frozen=True, kw_only=True):
    """Somebody is asked for money."""

    id: UUID
    asked: PersonNamed
    amount_fen: AmountFen
    memo: MemoText = ""


class Text(_Asked, frozen=True, kw_only=True):
    """A text that was scanned."""

    text: CodeText


class SetUp(_Asked, frozen=True, kw_only=True):
    """The limits that the holder chooses for the SIM's purse; null: its class's."""

    limits: PurseLimitsWanted | None = None


class Amount(_Asked, frozen=True, kw_only=True):
    """A load or an unload."""

    id: UUID
    amount_fen: AmountFen


class Arming(_Asked, frozen=True, kw_only=True):
    """One tap to be allowed without PIN; 0 takes it back."""

    pin: CardPinText
    maximum_fen: LimitFen


class CardPinChange(_Asked, frozen=True, kw_only=True):
    """A card PIN in place of another."""

    old_pin: CardPinText
    new_pin: CardPinText


class NewTap(_Asked, frozen=True, kw_only=True):
    """Money to be taken from a card in this phone's field.

    Attributes:
        antenna: the card's; null: whatever is in the field of this phone's own reader.
        pin: of the payer, typed here.
    """

    id: UUID
    antenna: AntennaText | None = None
    amount_fen: AmountFen
    reference: ReferenceText = ""
    pin: CardPinText | None = None


class TapAgain(_Asked, frozen=True, kw_only=True):
    """The same card is in the field again; see NewTap."""

    antenna: AntennaText | None = None
    pin: CardPinText | None = None


class NewRequest(_Asked, frozen=True, kw_only=True):
    """Money to be asked for by a code."""

    amount_fen: AmountFen
    reference: ReferenceText = ""


class NewVoucher(_Asked, frozen=True, kw_only=True):
    """A voucher that came as a code, or a till's request that the wallet is to pay."""

    id: UUID
    text: CodeText


class NewPursePayment(_Asked, frozen=True, kw_only=True):
    """A request that was scanned, for the SIM to pay.

    Attributes:
        pin: the card's, where it wants one.
    """

    id: UUID
    text: CodeText
    pin: CardPinText | None = None


class NewByTelecom(_Asked, frozen=True, kw_only=True):
    """A wallet to be opened by the word of this phone's telecom."""

    label: LabelText = "Wallet"


class NewTopUp(_Asked, frozen=True, kw_only=True):
    """A top-up of a line that the wallet is to pay, whosever line it is."""

    id: UUID
    number: PhoneText
    amount_fen: AmountFen


class LostPurse(_Asked, frozen=True, kw_only=True):
    """A purse that is lost, or was found again."""

    purse_id: PurseIdText


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence in both languages."""

    en: str
    zh: str


class MoneyAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of money.

    Attributes:
        id: as it was asked for.
        happened, next_step: sentences for the person at the phone.
        text: of a voucher that is to be shown.
        tap: of a tap: how it ended, as a stable word such as `not-tapped`.
        because: of a tap: why, as a stable word such as `no-card`.
        details: what the bank said, as it says it.
    """

    id: UUID
    finality: Finality
    happened: Said
    next_step: Said | None = None
    text: str | None = None
    tap: str | None = None
    because: str | None = None
    details: object = None


class PhoneShown(msgspec.Struct, frozen=True, kw_only=True):
    """What this phone is.

    Attributes:
        antenna: where others reach its SIM; null: nobody said.
        can_read: whether it has a reader of its own, so that taps need not name an antenna.
        line: the number of its line, where a telecom is known.
        purse_id: of the purse that is linked; null: none is.
        device_id: what the bank's staff know this phone by; null: nobody is signed in.
    """

    bank_url: str
    antenna: str | None
    can_read: bool
    line: str | None
    signed_up: bool
    wallet_number: str | None
    purse_id: str | None
    device_id: UUID | None


class TopUpShown(msgspec.Struct, frozen=True, kw_only=True):
    """A top-up of a line.

    Attributes:
        state: asked, open, paid, over or refused.
        payee: of the payment that pays it, once it is open.
    """

    id: UUID
    number: str
    amount_fen: int
    state: str
    payee: PayeeNamed | None


class PurseSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The SIM's purse, as it showed itself just now: no network is needed for it.

    Attributes:
        held_fen: over the holding limit; only an unload moves it.
        unsynced: log entries that the operator has not acknowledged.
        synced_at_unix_s: when it was last in sync here.
        valid_until_day: days since 1970.
    """

    purse_id: str
    linked: bool
    balance_fen: int
    held_fen: int
    unsynced: int
    blocked: bool
    pin_blocked: bool
    synced_at_unix_s: int | None
    valid_until_day: int


class TapShown(msgspec.Struct, frozen=True, kw_only=True):
    """A tap that may have to go on."""

    id: UUID
    amount_fen: int
    finality: Finality
    happened: Said
    next_step: Said


class VoucherShown(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher, and what is known of it.

    Attributes:
        text: to be shown again; only its payee can take it.
        outcome: as the bank recorded it; null: not yet, or the bank could not be asked.
        waits_for: what has to happen next, as the bank last said.
        told: what the bank said of it last.
        steps: its life as the bank knows it, oldest first.
    """

    payer_id: str
    entry: int
    payee_id: str
    amount_fen: int
    kind: str
    text: str
    outcome: str | None
    waits_for: WaitsFor | None
    told: Said | None
    steps: list[LifeStep]


class Scanned(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a text is, and what can be done with it.

    Attributes:
        kind: merchant-code, till-request, voucher or customer-code.
        payee: to be given to POST /payments as it is.
        for_this_phone: whether a voucher is for this phone's purse; else it can be carried.
        details: what the bank knows of a merchant's code.
    """

    kind: str
    what_to_do: Said
    amount_fen: int | None = None
    name: str | None = None
    payee: PayeeNamed | None = None
    for_this_phone: bool | None = None
    details: object = None


class QueueShown(msgspec.Struct, frozen=True, kw_only=True):
    """What waits here for the network.

    Attributes:
        asked: ids that were asked of the bank, and are not known yet.
        loads: begun and not ended.
        taps: that may have charged somebody, and are not final.
    """

    vouchers: int
    vouchers_fen: int
    waiting_since_unix_s: int | None
    asked: list[UUID]
    loads: list[UUID]
    taps: list[UUID]


class SyncShown(msgspec.Struct, frozen=True, kw_only=True):
    """How the last sync went, and what waits.

    Attributes:
        failed: why it did not go to its end; null: it did.
        because: the same as a stable word, such as `operator-unreachable`.
    """

    succeeded_at_unix_s: float | None
    next_at_unix_s: float | None
    failed: Said | None
    because: str | None
    next_step: Said | None
    queue: QueueShown
