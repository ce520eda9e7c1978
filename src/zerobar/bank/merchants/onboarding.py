"""A merchant begins: checked by one of the staff, then known, with a wallet.

Nothing can act in its name yet, and it has no money: who does is decided by two (`server_keys`,
`shops`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from stdnum.cn import uscc

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.halting import halt, wallet_halts
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants import store
from zerobar.bank.merchants.addresses import check_url
from zerobar.bank.merchants.contents import content_hash
from zerobar.bank.merchants.errors import CreditCodeUsed, CreditCodeWrong, MerchantUnknown
from zerobar.bank.merchants.model import Merchant
from zerobar.bank.merchants.sellers import require_merchant
from zerobar.bank.merchants.webhooks import SEED_PURPOSE
from zerobar.bank.people.model import Category, Wallet, WalletKind
from zerobar.bank.people.numbers import draw_number
from zerobar.bank.people.opening import open_ledger_account
from zerobar.bank.people.store import insert_wallet
from zerobar.bank.staff import audit
from zerobar.database import Connection
from zerobar.ledger import Balance, balance

ACCOUNT_PURPOSE: Final = "settlement-account"
_SEED_LENGTH: Final = 32
_MOST_DRAWS: Final = 16
"""Of wallet numbers; each is free with a probability near 1."""


@dataclass(frozen=True, slots=True)
class Application:
    """What a merchant tells when it begins; see `Merchant` for what the fields mean.

    Attributes:
        account_number: of the settlement account, 8 to 32 digits.
    """

    name: str
    latin_name: str
    latin_city: str
    category_code: str
    credit_code: str
    bank_code: str
    account_holder: str
    account_number: str = field(repr=False)
    webhook_url: str | None = None

    @property
    def content_hash(self) -> bytes:
        """What tells one application from another."""
        named = self.name, self.latin_name, self.latin_city, self.category_code, self.credit_code
        account = self.bank_code, self.account_holder, self.account_number
        return content_hash(*named, *account, self.webhook_url)


def open_merchant(bank: Bank, by: UUID, merchant_id: UUID, application: Application) -> Merchant:
    """Make a merchant and its wallet; the same again gives the first answer.

    Args:
        by: the member of staff who checked the application.

    Raises CreditCodeWrong, CreditCodeUsed, WebhookUrlRefused or IdUsed.
    """
    _check(application)
    new = _merchant(bank, merchant_id, application)
    wallet = _wallet(bank, new)
    open_ledger_account(bank, wallet)
    with bank.transaction() as connection:
        if not store.claim_credit_code(connection, new.credit_code, merchant_id):
            raise CreditCodeUsed
        if not store.insert_merchant(connection, new):
            return _first_answer(connection, new)
        _insert_wallet(bank, connection, wallet)
        audit.append(bank, connection, by, "open-merchant", merchant=merchant_id, name=new.name)
    return new


def suspend_merchant(bank: Bank, by: UUID, merchant_id: UUID, *, suspended: bool) -> Merchant:
    """Stop a merchant's business, or let it go on; raises MerchantUnknown."""
    moment = bank.clock() if suspended else None
    with bank.transaction() as connection:
        if not store.set_suspended(connection, merchant_id, moment):
            raise MerchantUnknown
        merchant = require_merchant(connection, merchant_id)
        action = "suspend-merchant" if suspended else "resume-merchant"
        audit.append(bank, connection, by, action, merchant=merchant_id)
    if suspended:
        halt(bank, wallet_halts(merchant.wallet_id))
    return merchant


def list_merchants(bank: Bank, after: UUID | None, limit: int) -> list[Merchant]:
    """Return merchants by id, those after one."""
    with bank.connection() as connection:
        return store.merchants(connection, after, limit)


def read_merchant(bank: Bank, merchant_id: UUID) -> Merchant:
    """Return a merchant; raises MerchantUnknown."""
    with bank.connection() as connection:
        return require_merchant(connection, merchant_id)


def read_money(bank: Bank, merchant: Merchant) -> Balance:
    """Return what a merchant has."""
    with bank.connection() as connection:
        return balance(connection, merchant.wallet_id)


def _check(application: Application) -> None:
    credit_code = application.credit_code
    if uscc.compact(credit_code) != credit_code or not uscc.is_valid(credit_code):
        raise CreditCodeWrong
    if application.webhook_url is not None:
        check_url(application.webhook_url)


def _merchant(bank: Bank, merchant_id: UUID, application: Application) -> Merchant:
    number = application.account_number
    return Merchant(
        merchant_id,
        bank.operator_id,
        derived_id(Word.MERCHANT_WALLET, merchant_id),
        application.name,
        application.latin_name,
        application.latin_city,
        application.category_code,
        application.credit_code,
        application.bank_code,
        application.account_holder,
        bank.sealer.seal(number, ACCOUNT_PURPOSE),
        "*" * (len(number) - 4) + number[-4:],
        application.webhook_url,
        bank.sealer.seal(bank.random(_SEED_LENGTH).hex(), SEED_PURPOSE),
        application.content_hash,
        bank.clock(),
        None,
    )


def _wallet(bank: Bank, merchant: Merchant) -> Wallet:
    return Wallet(
        merchant.wallet_id,
        bank.operator_id,
        WalletKind.MERCHANT,
        Category.MERCHANT,
        draw_number(bank.random),
        merchant.name,
        None,
        merchant.id,
        False,
        merchant.opened_at,
        None,
        None,
    )


def _insert_wallet(bank: Bank, connection: Connection, wallet: Wallet) -> None:
    for _ in range(_MOST_DRAWS):
        if insert_wallet(connection, wallet):
            return
        wallet = replace(wallet, number=draw_number(bank.random))
    raise AssertionError("no number is free")


def _first_answer(connection: Connection, new: Merchant) -> Merchant:
    first = require_merchant(connection, new.id)
    if first.content_hash != new.content_hash:
        raise IdUsed
    return first
