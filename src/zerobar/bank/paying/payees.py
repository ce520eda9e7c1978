"""Naming a payee, and showing the payer enough of it to notice a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants.payable import payable_shops, payables
from zerobar.bank.paying.errors import PayeeMalformed, PayeeNotOpen, PayeeUnknown
from zerobar.bank.paying.model import Payee, PayeeKind
from zerobar.bank.paying.targets import find_targets
from zerobar.bank.people import store as people
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.bank.people.errors import BadPhoneNumber
from zerobar.bank.people.masking import shown_name
from zerobar.bank.people.model import Wallet
from zerobar.bank.people.numbers import is_number
from zerobar.bank.people.phones import read_phone
from zerobar.database import Connection
from zerobar.purse.money import Fen


@dataclass(frozen=True, slots=True)
class PayeeFound:
    """Who would be paid.

    Attributes:
        name: a merchant's; a person's masked.
        number: the wallet's last four digits behind stars.
        amount: what has to be paid; None: what the payer likes.
    """

    name: str
    number: str
    amount: Fen | None


def read_payee(kind: PayeeKind, text: str) -> Payee:
    """Read how a payee is named; raises PayeeMalformed."""
    right: str | None = text
    if kind is PayeeKind.NUMBER:
        right = text if is_number(text) else None
    elif kind is PayeeKind.PHONE:
        right = _phone(text)
    elif kind is not PayeeKind.SHOP:
        right = _id(text)
    if right is None:
        raise PayeeMalformed(str(kind))
    return Payee(kind, right)


def _phone(text: str) -> str | None:
    try:
        return read_phone(text)
    except BadPhoneNumber:
        return None


def _id(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def find_payee(bank: Bank, person_id: UUID, payee: Payee) -> PayeeFound:
    """Tell a payer who would be paid; so often a day, for numbers are not to be listed.

    Raises TooMany, PayeeUnknown, PayeeNotOpen, NotPayable or NotTrading.
    """
    with bank.transaction() as connection:
        count_attempt(connection, AttemptKind.CHECK_PAYEE, str(person_id), bank.clock())
    with bank.connection() as connection:
        target = find_targets(connection, [payee], bank.clock())[payee]
        if target.refusal is not None:
            raise target.refusal
        wallet = wallet_named(connection, payee, target.wallet_id)
        name = _merchant_name(bank, connection, payee) or _name(bank, connection, wallet)
    return PayeeFound(name, masked_number(wallet.number), target.amount)


def wallet_named(connection: Connection, payee: Payee, known: UUID | None = None) -> Wallet:
    """Return the open wallet that a payee's name means; raises PayeeUnknown or PayeeNotOpen."""
    wallet = find_wallet(connection, payee, known)
    if wallet is None:
        raise PayeeUnknown
    if not wallet.is_open:
        raise PayeeNotOpen
    return wallet


def find_wallet(connection: Connection, payee: Payee, known: UUID | None = None) -> Wallet | None:
    """Return the wallet that a payee's name means, in whatever state; None: there is none."""
    if known is not None:
        return people.wallet(connection, known)
    if payee.kind is PayeeKind.NUMBER:
        return people.wallet_by_number(connection, payee.value)
    person = people.person_by_phone(connection, payee.value)
    if person is None or person.main_wallet_id is None:
        return None
    return people.wallet(connection, person.main_wallet_id)


def _name(bank: Bank, connection: Connection, wallet: Wallet) -> str:
    if wallet.person_id is None:
        return wallet.label
    person = people.person(connection, wallet.person_id)
    assert person is not None, "a wallet's person stays"
    return shown_name(bank.sealer, person)


def _merchant_name(bank: Bank, connection: Connection, payee: Payee) -> str | None:
    if payee.kind is PayeeKind.ORDER:
        order_id = UUID(payee.value)
        return payables(connection, [order_id], bank.clock())[order_id].payee_name
    if payee.kind is PayeeKind.SHOP:
        return payable_shops(connection, [payee.value])[payee.value].payee_name
    return None


def masked_number(number: str) -> str:
    """Return a wallet number's last four digits behind stars."""
    return f"**** {number[-4:]}"
