"""The chart of accounts: what each account of the ledger is for, and why money moves.

Digital cash is in currency 156. Yuan that are not digital cash, in reserves and bank accounts, are
kept in the same books under a number of our own, so that the two can never be mixed.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final
from uuid import UUID

from zerobar.bank.ids import Word, derived_id
from zerobar.ledger import Account
from zerobar.purse.money import CNY

DEPOSIT_CNY: Final = 1156
"""Yuan as a deposit: not of ISO 4217, whose numbers end at 999."""


class AccountCode(IntEnum):
    """What an account is for."""

    ISSUED = 1
    """The authority's: as far below zero as digital cash was issued."""
    VAULT = 2
    """An operator's digital cash that no wallet holds."""
    FLOAT = 3
    """An operator's account that backs the purses."""
    WALLET = 10
    """A person's wallet; its id is the wallet's."""
    MERCHANT = 11
    """A merchant's wallet; its id is the wallet's."""
    RESERVES = 20
    """Deposit: what an operator has with the authority and may still be issued against."""
    RESERVES_PLEDGED = 21
    """Deposit: what the authority holds against issued digital cash."""
    RESERVES_OUTSIDE = 22
    """Deposit: where reserves come from; as far below zero as they were paid in."""
    AT_BANK = 30
    """Deposit: an operator's account with the bank that serves its customers' cards."""
    BANK_CUSTOMERS = 31
    """Deposit: the customers of that bank; as far below zero as their cards have paid."""


class TransferCode(IntEnum):
    """Why money moves; in every statement."""

    ISSUE = 1
    REDEEM = 2
    PLEDGE = 3
    RELEASE = 4
    PAY_IN_RESERVES = 5
    EXCHANGE = 10
    SAVE_TO_BANK = 11
    TOP_UP_SHORTFALL = 12
    RETURN_TO_CARD = 13
    TRANSFER = 20
    PAYMENT = 21
    REFUND = 22
    MERCHANT_SETTLEMENT = 30
    LOAD = 34
    UNLOAD = 35
    PUSH = 36
    HOSTED_PAYMENT = 37
    AUTHORISED_PAYMENT = 38
    VOUCHER_REFUNDED = 39
    DEPOSIT_LEG = 40
    """The same movement on the deposit side."""
    VOUCHER_REDIRECTED = 41
    PURSE_PAID_OUT = 42
    """The remainder of a lost purse, to its wallet."""
    CHARGED_AFTER_LOSS = 43
    """What a purse spent that was paid out already."""
    LOSS_COVERED = 44
    """The operator makes good, from its own vault, what a cheat took from the float."""
    WALLET_TO_PURSE = 45
    """A wallet pays a purse that has no network."""
    DEBT_PAID = 46
    """An owner pays back what the operator paid for a lost purse."""
    COVER_RETURNED = 47
    """What was made good for a cheat, and turns out not to be lacking."""
    VOUCHER_RETURNED = 48
    """A hosted payee gives back what a card has paid it."""
    LOAD_RECOVERED = 49
    """A wallet pays a load that the bank had forgotten when it was put back to a backup."""
    MARK = 50
    """No money moves: something ended, or was stopped."""


OPERATOR_ACCOUNTS: Final = {
    AccountCode.VAULT: (0, CNY),
    AccountCode.FLOAT: (0, CNY),
    AccountCode.RESERVES: (0, DEPOSIT_CNY),
    AccountCode.AT_BANK: (None, DEPOSIT_CNY),
    AccountCode.BANK_CUSTOMERS: (None, DEPOSIT_CNY),
}
"""Floor in fen (None: none) and currency of what each operator has."""

AUTHORITY_ACCOUNTS: Final = {
    AccountCode.ISSUED: (None, CNY),
    AccountCode.RESERVES_PLEDGED: (0, DEPOSIT_CNY),
    AccountCode.RESERVES_OUTSIDE: (None, DEPOSIT_CNY),
}


def operator_account(operator_id: UUID, code: AccountCode) -> UUID:
    """Return the id of an operator's account."""
    assert code in OPERATOR_ACCOUNTS
    return derived_id(Word.OPERATOR_ACCOUNT, operator_id, int(code))


def authority_account(code: AccountCode) -> UUID:
    """Return the id of an account of the authority."""
    assert code in AUTHORITY_ACCOUNTS
    return derived_id(Word.AUTHORITY_ACCOUNT, int(code))


def accounts_of_operator(operator_id: UUID) -> list[Account]:
    """Return all that an operator needs to begin with."""
    return [
        Account(operator_account(operator_id, code), int(code), floor, currency)
        for code, (floor, currency) in OPERATOR_ACCOUNTS.items()
    ]


def accounts_of_authority() -> list[Account]:
    """Return all that the authority needs to begin with."""
    return [
        Account(authority_account(code), int(code), floor, currency)
        for code, (floor, currency) in AUTHORITY_ACCOUNTS.items()
    ]
