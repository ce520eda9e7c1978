"""Wallets for the online benchmark: funded, each with a device whose five minutes last for ever."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.founding import found, issue_test_money
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
from zerobar.bank.people.opening import account_of
from zerobar.database import Connection
from zerobar.ledger import Posting, Transfer, open_accounts
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

FUNDS = Fen(5_000_00)
_AT_ONCE = 500


@dataclass(frozen=True)
class Payer:
    """A wallet and the device that pays from it."""

    wallet: UUID
    number: str
    key: UUID
    private_key: bytes = field(repr=False)


def open_wallets(bank: Bank, many: int) -> list[Payer]:
    """Found the bank and open funded wallets of category III, past all the checks of opening."""
    found(bank, "Bench")
    issue_test_money(bank, Fen(FUNDS * many))
    payers = []
    for number in range(many):
        with bank.transaction() as connection:
            payers.append(_open(bank, connection, number))
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    for start in range(0, many, _AT_ONCE):
        postings = [
            Posting((Transfer(bank.new_id(), vault, p.wallet, FUNDS, TransferCode.EXCHANGE),))
            for p in payers[start : start + _AT_ONCE]
        ]
        answers = bank.ledger.submit_many(postings).result()
        assert all(isinstance(posted, list) and posted[0].ok for posted in answers)
    return payers


def _open(bank: Bank, connection: Connection, number: int) -> Payer:
    now = bank.clock()
    person = Person(bank.new_id(), f"+86139{number:08d}", None, None, None, None, now)
    wallet = Wallet(
        bank.new_id(),
        bank.operator_id,
        WalletKind.PERSONAL,
        Category.III,
        draw_number(bank.random),
        "",
        person.id,
        None,
        False,
        now,
        None,
        None,
    )
    private_key = P256.private_key(os.urandom(KEY_SEED_LENGTH))
    public_key = P256.public_key(private_key)
    key = SigningKey(bank.new_id(), KeyOwner.DEVICE, person.id, public_key, "phone", now, None)
    open_accounts(connection, [account_of(wallet)], now)
    assert store.insert_person(connection, person) and store.insert_wallet(connection, wallet)
    assert store.insert_signing_key(connection, key)
    store.set_main_wallet(connection, person.id, wallet.id)
    connection.execute(
        "INSERT INTO bank.pin_grant (wallet_id, key_id, expires_at) VALUES (%s, %s, 'infinity')",
        (wallet.id, key.id),
    )
    return Payer(wallet.id, wallet.number, key.id, private_key)
