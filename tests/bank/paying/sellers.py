"""A merchant with a shop, a till and orders, straight into the tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tests.bank.holders import Key, new_key
from zerobar.bank.context import Bank
from zerobar.bank.paying.model import Charge, Payee, PayeeKind
from zerobar.bank.people import store
from zerobar.bank.people.model import Category, KeyOwner, SigningKey, Wallet, WalletKind
from zerobar.bank.people.numbers import draw_number
from zerobar.bank.people.opening import open_ledger_account
from zerobar.bank.signatures import Claim, Signed, check_claim
from zerobar.client.signing import signed_bytes

SHOP_CODE = "S0000001"


@dataclass(frozen=True)
class Seller:
    """A merchant's ids and its till's key."""

    merchant: UUID
    wallet: UUID
    shop: UUID
    till: Key


def open_seller(bank: Bank) -> Seller:
    """Make a merchant with one shop and one till."""
    seller = Seller(bank.new_id(), bank.new_id(), bank.new_id(), new_key(bank))
    now = bank.clock()
    wallet = Wallet(
        seller.wallet,
        bank.operator_id,
        WalletKind.MERCHANT,
        Category.MERCHANT,
        draw_number(bank.random),
        "Tea House",
        None,
        seller.merchant,
        False,
        now,
        None,
        None,
    )
    open_ledger_account(bank, wallet)
    key = SigningKey(
        seller.till.id, KeyOwner.TERMINAL, bank.new_id(), seller.till.public_key, "till", now, None
    )
    with bank.transaction() as connection:
        assert store.insert_wallet(connection, wallet)
        assert store.insert_signing_key(connection, key)
        connection.execute(
            "INSERT INTO bank.merchant (merchant_id, operator_id, wallet_id, name, latin_name,"
            " latin_city, category_code, credit_code, bank_code, account_holder, account_sealed,"
            " account_masked, webhook_url, webhook_seed_sealed, content_hash, opened_at)"
            " VALUES (%s, %s, %s, '茶馆', 'TEA', 'BEIJING', '5812', '', '', '', '', '', NULL,"
            " '', '', %s)",
            (seller.merchant, bank.operator_id, seller.wallet, now),
        )
        connection.execute(
            "INSERT INTO bank.shop (merchant_id, shop_id, code, name, latin_name, opened_at)"
            " VALUES (%s, %s, %s, '一店', 'ONE', %s)",
            (seller.merchant, seller.shop, SHOP_CODE, now),
        )
        connection.execute(
            "INSERT INTO bank.shop_by_code (code, merchant_id, shop_id) VALUES (%s, %s, %s)",
            (SHOP_CODE, seller.merchant, seller.shop),
        )
    return seller


def open_order(bank: Bank, seller: Seller, amount: int) -> UUID:
    """Make an order that waits to be paid for an hour."""
    order_id, now = bank.new_id(), bank.clock()
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.merchant_order (order_id, merchant_id, shop_id, number, amount_fen,"
            " memo, items, created_at, expires_at, content_hash)"
            " VALUES (%s, %s, %s, %s, %s, '', '[]', %s, %s, '')",
            (
                order_id,
                seller.merchant,
                seller.shop,
                str(order_id),
                amount,
                now,
                now + timedelta(hours=1),
            ),
        )
    return order_id


def as_payee(order_id: UUID) -> Payee:
    """Name an order."""
    return Payee(PayeeKind.ORDER, str(order_id))


def charge(
    bank: Bank, seller: Seller, order_id: UUID, code: str, payment_id: UUID | None = None
) -> Charge:
    """Let the till sign what it has read."""
    payment_id = payment_id or bank.new_id()
    body = json.dumps({"code": code, "order_id": str(order_id)}).encode()
    return Charge(payment_id, code, order_id, _signed(bank, seller, payment_id, body))


def _signed(bank: Bank, seller: Seller, request_id: UUID, body: bytes) -> Signed:
    time = int(bank.clock().timestamp())
    covered = signed_bytes("POST", "/v1/charges", str(request_id), str(time), body)
    signature = seller.till.sign(covered)
    with bank.connection() as connection:
        key = store.signing_key(connection, seller.till.id)
    claim = Claim(seller.till.id, time, str(request_id), body, covered, signature)
    return check_claim(claim, key, bank.clock())
