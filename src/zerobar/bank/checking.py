"""Whether the bank's books and its records tell the same story, to the fen.

It reads everything there is, from one snapshot, and moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

from zerobar.bank.authority.supply import supply
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.database import Connection
from zerobar.ledger import Result, trial_balance

MOST_SHOWN: Final = 20
"""Deviations of one kind that are listed; a first one is reason enough to stop."""

# What a wallet spent is counted with the payment that spent it, in the payment's own day and year.
_COUNTERS: Final = """
    SELECT 'wallet ' || c.key || ', period ' || c.period || ', transfer ' || c.transfer_id
           || ': counted ' || c.added || ' fen, paid ' || coalesce(p.amount_fen::text, 'nothing')
    FROM (
        SELECT key, period, transfer_id,
               total - coalesce(lag(total) OVER (PARTITION BY key, period ORDER BY number), 0)
               AS added
        FROM ledger.counter
    ) c
    JOIN bank.wallet w ON w.wallet_id = c.key
    LEFT JOIN bank.spending p
           ON p.payment_id = c.transfer_id AND p.payer_wallet_id = c.key
          AND c.period IN (
              to_char(p.made_at AT TIME ZONE INTERVAL '+08:00', 'YYYYMMDD')::bigint,
              to_char(p.made_at AT TIME ZONE INTERVAL '+08:00', 'YYYY')::bigint)
    WHERE c.period > 0 AND p.amount_fen IS DISTINCT FROM c.added
    LIMIT %(most)s
"""
_PAYMENTS_WITHOUT_MONEY: Final = """
    SELECT 'payment ' || p.payment_id || ': ' || p.amount_fen || ' fen, of which the ledger has '
           || coalesce(t.amount_fen::text, 'nothing')
    FROM bank.payment p
    LEFT JOIN ledger.transfer t
           ON t.transfer_id = p.payment_id AND t.result = %(posted)s
          AND t.debit_id = p.payer_wallet_id AND t.credit_id = p.payee_wallet_id
    WHERE t.amount_fen IS DISTINCT FROM p.amount_fen
    LIMIT %(most)s
"""
_MONEY_WITHOUT_PAYMENT: Final = """
    SELECT 'transfer ' || t.transfer_id || ': ' || t.amount_fen || ' fen, and no payment'
    FROM ledger.transfer t
    LEFT JOIN bank.payment p ON p.payment_id = t.transfer_id
    WHERE t.code = ANY(%(paying)s) AND t.result = %(posted)s AND p.payment_id IS NULL
    LIMIT %(most)s
"""
_REFUNDED_TOO_MUCH: Final = """
    SELECT 'payment ' || p.payment_id || ': ' || p.amount_fen || ' fen, refunded '
           || sum(r.amount_fen)
    FROM bank.payment p JOIN bank.refund r USING (payment_id)
    GROUP BY p.payment_id, p.amount_fen HAVING sum(r.amount_fen) > p.amount_fen
    LIMIT %(most)s
"""
_CHECKS: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("counters and payments", _COUNTERS),
    ("payments without money", _PAYMENTS_WITHOUT_MONEY),
    ("money without a payment", _MONEY_WITHOUT_PAYMENT),
    ("refunds", _REFUNDED_TOO_MUCH),
)


@dataclass(frozen=True, slots=True)
class Check:
    """What was compared, and where it deviates; at most the first twenty."""

    name: str
    deviations: tuple[str, ...]


def check_books(bank: Bank) -> list[Check]:
    """Compare all that must agree."""
    with bank.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        checks = [_trial_balance(connection)]
        checks += [Check(name, _deviations(connection, query)) for name, query in _CHECKS]
    return [checks[0], _supply(bank), *checks[1:]]


def _trial_balance(connection: Connection) -> Check:
    trial = trial_balance(connection)
    faults = [
        f"code {line.code}, currency {line.currency}: {line.wrong} balances are not their entries,"
        f" {line.below_floor} are below their floor"
        for line in trial.lines
        if line.wrong or line.below_floor
    ]
    if not trial.balanced and not faults:
        faults.append("debits and credits do not sum up to zero")
    return Check("trial balance", tuple(faults[:MOST_SHOWN]))


def _supply(bank: Bank) -> Check:
    found = supply(bank)
    faults = []
    if found.difference:
        faults.append(f"{found.issued} was issued, {found.difference} of it is nowhere")
    if found.uncovered:
        faults.append(f"{found.issued} was issued, {found.uncovered} of it is not covered")
    return Check("supply", tuple(faults))


def _deviations(connection: Connection, query: LiteralString) -> tuple[str, ...]:
    parameters = {
        "most": MOST_SHOWN,
        "posted": int(Result.POSTED),
        "paying": [int(TransferCode.TRANSFER), int(TransferCode.PAYMENT)],
    }
    return tuple(text for (text,) in connection.execute(query, parameters))
