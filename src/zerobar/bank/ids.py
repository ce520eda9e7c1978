"""Ids: 128 bits, made by whoever asks, once, before asking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum, unique
from hashlib import sha1
from typing import Final
from uuid import UUID

NAMESPACE: Final = UUID("6b1d7d5e-2f0a-5c41-9d86-0f5a3a3c7b21")
"""Of ids that `derived_id` makes."""
DERIVED_VERSION: Final = 5
"""Of a UUID that `derived_id` made."""
_HASHED: Final = sha1(NAMESPACE.bytes, usedforsecurity=False)
# RFC 9562, 5.5: the bits that say which kind of UUID it is.
_FIXED: Final = 0xF << 76 | 0b11 << 62
_VERSION_5: Final = DERIVED_VERSION << 76 | 0b10 << 62
RANDOM_BYTES: Final = 10
"""That an id of `new_id` takes."""


def new_id(now: datetime, random: Callable[[int], bytes]) -> UUID:
    """Return a UUIDv7 (RFC 9562, 5.7): rising with the millisecond, random within it."""
    milliseconds = int(now.timestamp() * 1000)
    bits = int.from_bytes(random(RANDOM_BYTES)) & ((1 << 74) - 1)
    high, low = bits >> 62, bits & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


@unique
class Word(StrEnum):
    """What an id is derived for: one word for each purpose of each area.

    Two purposes under one word would get the same id from the same parts, and then each would spoil
    what the other has posted or stored. Whoever derives an id for something new adds a word.
    """

    OPERATOR_ACCOUNT = "operator-account"
    AUTHORITY_ACCOUNT = "authority-account"
    FOUNDER = "founder"
    TEST_RESERVES = "test-reserves"
    TEST_ISSUE = "test-issue"
    ISSUE_DEPOSIT = "issue-deposit"
    REDEEM_DEPOSIT = "redeem-deposit"

    SHORTFALL = "shortfall"
    """The order that asks a card for what a payment lacks."""
    RETURN_OF_REFUND = "return-of-refund"
    """The order that gives a refund's part back to the card."""
    RETURN_OF_ORDER = "return-of-order"
    """The order that gives back what a card has paid in vain."""
    STRANDED_RETRY = "stranded-retry"
    FUNDING_COMMIT = "funding-commit"
    FUNDING_VOID = "funding-void"
    FUNDING_DEPOSIT = "funding-deposit"
    FUNDING_DEPOSIT_TO_RETURN = "funding-deposit-to-return"

    REQUEST_END = "request-end"
    REQUEST_ENDED_ONCE = "request-ended-once"
    """The counter that lets a request for money be paid, declined or cancelled only once."""
    CONFIRMATION = "confirmation"
    CONFIRMATION_DECIDED = "confirmation-decided"
    CONFIRMATION_DECLINED = "confirmation-declined"
    CONFIRMED_PAYMENT = "confirmed-payment"
    """The payment that a holder makes by confirming what a till has charged."""
    CODE_HANDLE = "code-handle"
    CODE_USE = "code-use"
    REFUNDS = "refunds"
    """The counter of what was refunded of a payment."""
    REFUND_CARD_PART = "refund-card-part"

    COUNTED_ON = "counted-on"
    """The mark that counts in a wallet what was spent in its identity's slot before it."""

    MERCHANT_WALLET = "merchant-wallet"
    SHOP_CODE = "shop-code"
    TERMINAL_KEY = "terminal-key"
    ORDER_END = "order-end"
    ORDER_ENDED_ONCE = "order-ended-once"
    """The counter that lets an order be paid, closed or expired only once."""
    SHOP_CLOSED = "shop-closed"
    KEY_REVOKED = "key-revoked"
    EVENT = "event"
    SETTLEMENT = "settlement"
    SETTLEMENT_HOLD = "settlement-hold"
    SETTLEMENT_COMMIT = "settlement-commit"
    SETTLEMENT_VOID = "settlement-void"
    SETTLEMENT_DEPOSIT = "settlement-deposit"

    VOUCHER = "voucher"
    VOUCHER_RETURNED = "voucher-returned"
    HOSTED_REQUEST = "hosted-request"
    PURSE_REQUEST = "purse-request"
    """The condition that a purse's request is paid once by its operator."""
    OWED_LOAD = "owed-load"
    """The mark that a purse's request is paid from what is owed to it."""
    PURSE_PAID_OUT = "purse-paid-out"
    CHARGED_AFTER_LOSS = "charged-after-loss"
    LOSS_AFTER_CHARGE = "loss-after-charge"
    """What a wallet could not pay of a charge after its purse was lost."""
    LOSS_COVERED = "loss-covered"
    COVER_RETURNED = "cover-returned"
    PAY_OUT_GROWTH = "pay-out-growth"
    """What is paid for a lost purse when more turns out to have been in it."""
    DEBT_PAID = "debt-paid"
    LOAD_RECOVERED = "load-recovered"
    LOSS_AFTER_RECOVERY = "loss-after-recovery"
    """What no wallet could pay, or is known to have paid, of a load that the bank had forgotten."""
    PURSE_AUTHORISED = "purse-authorised"
    """The counter of what wallets paid in a day on a purse's word."""
    PURSE_ENDED = "purse-ended"
    """The condition that a purse was not paid out."""


def derived_id(word: Word, *parts: UUID | str | int) -> UUID:
    """Return the id (UUIDv5) that follows from others: the same parts give the same id."""
    # As uuid5 makes it, in half the time: a batch of vouchers needs thousands.
    hashed = _HASHED.copy()
    hashed.update("\x1f".join((word, *map(str, parts))).encode())
    return UUID(int=int.from_bytes(hashed.digest()[:16]) & ~_FIXED | _VERSION_5)
