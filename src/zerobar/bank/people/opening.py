"""Opening wallets: the first one makes the person, the device and the session as well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from psycopg.errors import UniqueViolation

from zerobar.bank.asking import Session
from zerobar.bank.chart import AccountCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, Unavailable
from zerobar.bank.people import store
from zerobar.bank.people.assertions import read_assertion, use_assertion
from zerobar.bank.people.devices import Device, check_proof, enrol_device
from zerobar.bank.people.errors import PersonUnknown, PhoneKnown, TooManyWallets
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.model import Category, Person, Wallet, WalletKind
from zerobar.bank.people.numbers import draw_number
from zerobar.bank.people.phones import read_phone
from zerobar.bank.people.sessions import OpenedSession, open_session
from zerobar.bank.people.slots import settle_slots, slot_holders, take_slot
from zerobar.bank.people.sms_codes import Purpose, use_code
from zerobar.bank.people.wallets import MOST_WALLETS
from zerobar.database import Connection
from zerobar.ledger import Account, AccountConflict, open_accounts

_MOST_DRAWS: Final = 8


@dataclass(frozen=True, slots=True)
class Opened:
    """A first wallet, and the session of the device that opened it."""

    wallet: Wallet
    session: OpenedSession


def open_by_code(
    bank: Bank, wallet_id: UUID, phone: str, code: str, device: Device, label: str
) -> Opened:
    """Open a person's first wallet for whoever got the code on the phone; category IV.

    Args:
        wallet_id: of whoever asks; asked again with the same, the answer is the same wallet, with
            a new token.

    Raises BadPhoneNumber, BadDeviceKey, WrongCode, CodeOver, PhoneKnown or IdUsed.
    """
    phone = read_phone(phone)
    check_proof(device, wallet_id)
    use_code(bank, phone, Purpose.SIGN_IN, code, wallet_id)
    return _open_first(bank, wallet_id, phone, device, label)


def open_by_assertion(
    bank: Bank, wallet_id: UUID, assertion: str, device: Device, label: str
) -> Opened:
    """Open a person's first wallet on a partner's word for the phone number; category IV.

    Raises BadDeviceKey, AssertionRefused, PhoneKnown or IdUsed.
    """
    check_proof(device, wallet_id)
    known = read_assertion(bank, assertion)
    use_assertion(bank, known, wallet_id)
    return _open_first(bank, wallet_id, known.phone, device, label)


def open_further(bank: Bank, session: Session, wallet_id: UUID, label: str) -> Wallet:
    """Open another wallet: category III for a person who is verified, else IV.

    Raises PersonUnknown, TooManyWallets, IdUsed, or as `require_holder`.
    """
    _open_further(bank, session, wallet_id, label)
    settle_slots(bank, session.person_id)
    with bank.connection() as connection:
        wallet = store.wallet(connection, wallet_id)
    assert wallet is not None, "wallets are never deleted"
    return wallet


def _open_further(bank: Bank, session: Session, wallet_id: UUID, label: str) -> None:
    try:
        with bank.transaction() as connection:
            person = store.lock_person(connection, session.person_id)
            if person is None:
                raise PersonUnknown
            stored = store.wallet(connection, wallet_id)
            if stored is not None:
                stored_for(stored, person)
                return
            require_holder(connection, session, bank.clock())
            _further(bank, connection, wallet_id, person, label)
    except (UniqueViolation, AccountConflict):
        raise IdUsed from None


def open_ledger_account(bank: Bank, wallet: Wallet) -> None:
    """Open a wallet's account in the ledger; one that is open stays so. Raises IdUsed."""
    with bank.transaction() as connection:
        try:
            open_accounts(connection, [account_of(wallet)], bank.clock())
        except AccountConflict:
            raise IdUsed from None


def account_of(wallet: Wallet) -> Account:
    """Return a wallet's account: never below zero, in yuan."""
    personal = wallet.kind is WalletKind.PERSONAL
    return Account(wallet.id, int(AccountCode.WALLET if personal else AccountCode.MERCHANT))


def store_wallet(bank: Bank, connection: Connection, wallet: Wallet) -> Wallet:
    """Store a new wallet under a number of its own, and open its account; return it as stored.

    Raises UniqueViolation or AccountConflict when its id is in use.
    """
    open_accounts(connection, [account_of(wallet)], bank.clock())
    for _ in range(_MOST_DRAWS):
        numbered = replace(wallet, number=draw_number(bank.random))
        if store.insert_wallet(connection, numbered):
            return numbered
    raise Unavailable("No wallet number was free.", "Ask for the same again.")


def stored_for(wallet: Wallet, person: Person) -> Wallet:
    """Return a wallet that was opened by the same request before; raises IdUsed if by another."""
    if wallet.person_id != person.id:
        raise IdUsed
    return wallet


def _open_first(bank: Bank, wallet_id: UUID, phone: str, device: Device, label: str) -> Opened:
    try:
        with bank.transaction() as connection:
            person = Person(bank.new_id(), phone, None, None, None, wallet_id, bank.clock())
            if store.insert_person(connection, person):
                new = _personal(bank, wallet_id, person, label)
                wallet = store_wallet(bank, connection, new)
            else:
                wallet = _opened_before(connection, wallet_id, phone)
            assert wallet.person_id is not None
            enrol_device(bank, connection, wallet.person_id, device)
            session = open_session(bank, connection, wallet_id, wallet.person_id, device.key_id)
            return Opened(wallet, session)
    except (UniqueViolation, AccountConflict):
        raise IdUsed from None


def _opened_before(connection: Connection, wallet_id: UUID, phone: str) -> Wallet:
    person = store.person_by_phone(connection, phone)
    wallet = store.wallet(connection, wallet_id)
    if person is None or wallet is None or wallet.person_id != person.id:
        raise PhoneKnown
    return wallet


def _further(
    bank: Bank, connection: Connection, wallet_id: UUID, person: Person, label: str
) -> None:
    wallets = store.wallets_of_person(connection, person.id)
    if sum(wallet.closed_at is None for wallet in wallets) >= MOST_WALLETS:
        raise TooManyWallets(MOST_WALLETS)
    counted_as = _free_count(wallets, slot_holders(connection, person.id))
    # Category IV; one that takes a slot is III once what was spent there is counted in it.
    new = replace(_personal(bank, wallet_id, person, label), counted_as=counted_as)
    if person.verified_at is not None:
        take_slot(bank, connection, person.id, wallet_id)
    store_wallet(bank, connection, new)
    if person.main_wallet_id is None:
        store.set_main_wallet(connection, person.id, wallet_id)


def _free_count(wallets: list[Wallet], in_slots: frozenset[UUID]) -> UUID | None:
    """Return as which closed wallet a new one goes on counting, so that its limits stay used.

    There are never more counts than wallets were open at one time. What was counted in a slot goes
    on in that slot, so only those are looked at that never were in one.
    """
    taken = {w.spender_id for w in wallets if w.closed_at is None or w.id in in_slots}
    closed = [wallet for wallet in wallets if wallet.closed_at and wallet.spender_id not in taken]
    last = max(closed, key=lambda wallet: (wallet.closed_at, wallet.id), default=None)
    return None if last is None else last.spender_id


def _personal(bank: Bank, wallet_id: UUID, person: Person, label: str) -> Wallet:
    return Wallet(
        wallet_id,
        bank.operator_id,
        WalletKind.PERSONAL,
        Category.IV,
        "",
        label,
        person.id,
        None,
        auto_top_up=False,
        opened_at=bank.clock(),
        frozen_at=None,
        closed_at=None,
    )
