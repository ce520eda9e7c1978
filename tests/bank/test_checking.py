"""The check finds nothing in a bank's own work, and every kind of tampering."""

from __future__ import annotations

from typing import LiteralString

import pytest

from tests.bank.holders import Holder, fill, grant, move
from tests.bank.paying.orders import order, to
from zerobar.bank.chart import AccountCode, TransferCode, authority_account, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.context import Bank
from zerobar.bank.paying.engine import pay_now
from zerobar.purse.money import Fen

TAMPERED: dict[str, tuple[set[str], LiteralString]] = {
    "a balance raised": (
        {"trial balance", "supply"},
        "UPDATE ledger.entry SET balance_fen = balance_fen + 1"
        " WHERE (account_id, number) = (SELECT account_id, max(number) FROM ledger.entry"
        "  WHERE account_id = %(wallet)s GROUP BY 1)",
    ),
    "a payment made larger": (
        {"counters and payments", "payments without money"},
        "UPDATE bank.payment SET amount_fen = amount_fen + 1",
    ),
    "a payment left out": (
        {"counters and payments", "money without a payment"},
        "DELETE FROM bank.payment",
    ),
    "a payment of another wallet": (
        {"counters and payments", "payments without money"},
        "UPDATE bank.payment SET payer_wallet_id = payee_wallet_id",
    ),
    "a payment moved to another year": (
        {"counters and payments"},
        "UPDATE bank.payment SET made_at = made_at - interval '1 year'",
    ),
    "a counter set back": (
        {"counters and payments"},
        "UPDATE ledger.counter SET total = total - 1 WHERE key = %(wallet)s",
    ),
    "a refund of more than was paid": (
        {"refunds"},
        "INSERT INTO bank.refund (refund_id, payment_id, payer_wallet_id, payee_wallet_id,"
        " amount_fen, card_amount_fen, reason, made_at)"
        " SELECT gen_random_uuid(), payment_id, payer_wallet_id, payee_wallet_id, amount_fen + 1,"
        " 0, '', made_at FROM bank.payment",
    ),
}


@pytest.fixture
def busy_bank(bank: Bank, anna: Holder, bea: Holder) -> Bank:
    """Give a bank in which Anna has paid Bea."""
    fill(bank, anna.wallet, Fen(1_000_00))
    grant(bank, anna)
    pay_now(bank, order(bank, anna, to(bea), 300_00))
    return bank


def _deviating(bank: Bank) -> set[str]:
    return {check.name for check in check_books(bank) if check.deviations}


def test_a_banks_own_work_deviates_nowhere(busy_bank: Bank) -> None:
    assert _deviating(busy_bank) == set()


@pytest.mark.parametrize("kind", TAMPERED)
def test_tampering_is_found(busy_bank: Bank, anna: Holder, kind: str) -> None:
    found_by, statement = TAMPERED[kind]
    with busy_bank.transaction() as connection:
        for table in ("entry", "counter"):
            connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER written_once")
        assert connection.execute(statement, {"wallet": anna.wallet}).rowcount > 0
    assert _deviating(busy_bank) == found_by


def test_digital_cash_without_reserves_is_found(busy_bank: Bank) -> None:
    issued = authority_account(AccountCode.ISSUED)
    vault = operator_account(busy_bank.operator_id, AccountCode.VAULT)
    move(busy_bank, issued, vault, Fen(5), TransferCode.ISSUE)
    assert _deviating(busy_bank) == {"supply"}
