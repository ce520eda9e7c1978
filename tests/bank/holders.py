"""People with wallets, made at once, and money for them.

anna = open_holder(bank, "+8613800000001")
fill(bank, anna.wallet, Fen(10_000))
signature = anna.key.sign(b"...")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.chart import (
    AccountCode,
    TransferCode,
    accounts_of_authority,
    accounts_of_operator,
    authority_account,
    operator_account,
)
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.model import (
    Category,
    KeyOwner,
    Person,
    SigningKey,
    Wallet,
    WalletKind,
)
from zerobar.bank.people.numbers import draw_number
from zerobar.bank.people.opening import open_ledger_account
from zerobar.bank.people.pin import set_first_pin, verify_pin
from zerobar.bank.people.sessions import open_session
from zerobar.database import Connection
from zerobar.ledger import Account, Transfer, open_accounts
from zerobar.ledger import balance as balance_in_books
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

PIN = "417293"
SUPPLY = Fen(10_000_000_00)
"""What the authority issued to the operator before the test begins."""


@dataclass(frozen=True)
class Key:
    """A P-256 key with its private half."""

    id: UUID
    private_key: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        return P256.public_key(self.private_key)

    def sign(self, message: bytes) -> bytes:
        return P256.sign(self.private_key, message)


@dataclass(frozen=True)
class Holder:
    """A person with an open wallet, a device whose key is enrolled, and a session on it."""

    person: UUID
    phone: str
    wallet: UUID
    number: str
    key: Key
    token: str = field(repr=False)

    @property
    def session(self) -> Session:
        """The session, as the rules get it; its id matters to none of them."""
        return Session(self.key.id, self.person, self.key.id)


def new_key(bank: Bank) -> Key:
    """Make a key; nobody knows it yet."""
    return Key(bank.new_id(), P256.private_key(bank.random(KEY_SEED_LENGTH)))


def open_holder(
    bank: Bank, phone: str, category: Category = Category.IV, *, pin: str | None = PIN
) -> Holder:
    """Make a person with a wallet, a device and a session, past all the checks of opening one.

    Args:
        pin: of the person; None: none is set.
    """
    now = bank.clock()
    person = Person(bank.new_id(), phone, None, None, None, None, now)
    wallet = Wallet(
        bank.new_id(),
        bank.operator_id,
        WalletKind.PERSONAL,
        category,
        draw_number(bank.random),
        "",
        person.id,
        None,
        False,
        now,
        None,
        None,
    )
    key = new_key(bank)
    open_ledger_account(bank, wallet)
    with bank.transaction() as connection:
        assert store.insert_person(connection, person)
        assert store.insert_wallet(connection, wallet)
        store.set_main_wallet(connection, person.id, wallet.id)
        store.insert_signing_key(
            connection,
            SigningKey(key.id, KeyOwner.DEVICE, person.id, key.public_key, "phone", now, None),
        )
        session = open_session(bank, connection, bank.new_id(), person.id, key.id)
        if category < Category.IV:
            give_identity(connection, wallet.id)
    holder = Holder(person.id, phone, wallet.id, wallet.number, key, session.token)
    if pin is not None:
        set_first_pin(bank, holder.session, pin)
    return holder


def give_identity(connection: Connection, wallet_id: UUID) -> None:
    """Let a wallet be in a slot of an identity that nobody else has, and no register knows."""
    connection.execute(
        "UPDATE bank.person p SET resident_id_index = uuid_send(p.person_id)"
        " FROM bank.wallet w WHERE w.wallet_id = %s AND p.person_id = w.person_id",
        (wallet_id,),
    )
    connection.execute(
        "INSERT INTO bank.identity_slot (resident_id_index, slot, number, wallet_id, taken_at)"
        " SELECT uuid_send(person_id), 1, 1, wallet_id, opened_at FROM bank.wallet"
        " WHERE wallet_id = %s",
        (wallet_id,),
    )


def grant(bank: Bank, holder: Holder, pin: str = PIN) -> None:
    """Open the holder's five minutes."""
    verify_pin(bank, holder.session, holder.wallet, pin)


def prepare_books(bank: Bank, supply: Fen = SUPPLY) -> None:
    """Open the authority's and the operator's accounts, and issue digital cash to the operator."""
    accounts: list[Account] = [*accounts_of_authority(), *accounts_of_operator(bank.operator_id)]
    with bank.connection() as connection:
        open_accounts(connection, accounts, bank.clock())
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    issued = authority_account(AccountCode.ISSUED)
    move(bank, issued, vault, supply, TransferCode.ISSUE)
    outside = authority_account(AccountCode.RESERVES_OUTSIDE)
    pledged = authority_account(AccountCode.RESERVES_PLEDGED)
    move(bank, outside, pledged, supply, TransferCode.PLEDGE)


def fill(bank: Bank, wallet_id: UUID, amount: Fen) -> None:
    """Give a wallet money from the operator's vault, not by a card that would need an order."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    move(bank, vault, wallet_id, amount, TransferCode.ISSUE)


def move(bank: Bank, debit: UUID, credit: UUID, amount: Fen, code: TransferCode) -> None:
    """Post one transfer, whatever the bank's rules would say."""
    (posted,) = bank.ledger.post(Transfer(bank.new_id(), debit, credit, amount, int(code)))
    assert posted.ok, posted


def balance(bank: Bank, account_id: UUID) -> Fen:
    """Return what an account holds."""
    with bank.connection() as connection:
        return Fen(balance_in_books(connection, account_id).balance)
