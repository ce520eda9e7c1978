"""What the bank knows about payment orders: read for all that wait, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.calendar import day_of
from zerobar.bank.funding.model import OrderKind, OrderStatus
from zerobar.bank.paying.model import Payment, PaymentOrder
from zerobar.bank.paying.store import PAYMENT_COLUMNS, read_payment
from zerobar.bank.paying.targets import Target, find_targets
from zerobar.bank.people.attempts import AttemptKind
from zerobar.bank.people.limits import LimitTable, limit_table
from zerobar.bank.people.model import Category, KeyOwner, SigningKey
from zerobar.database import Connection
from zerobar.purse.money import Fen

_READ: Final = f"""
    SELECT k.key_id, k.owner_kind, k.owner_id, k.public_key, k.label, k.enrolled_at, k.revoked_at,
           w.wallet_id, w.operator_id, w.category, w.person_id, w.frozen_at IS NOT NULL,
           w.closed_at IS NOT NULL, coalesce(wh.total, 0), coalesce(w.counted_as, w.wallet_id),
           e.wallet_id, e.operator_id, e.category, e.person_id, e.frozen_at IS NOT NULL,
           e.closed_at IS NOT NULL, coalesce(eh.total, 0), coalesce(e.counted_as, e.wallet_id),
           w.auto_top_up, l.available, coalesce(g.expires_at > %(now)s, false),
           coalesce(t.many, 0), c.card_id, c.amount_fen, {PAYMENT_COLUMNS}
    FROM unnest(%(payments)s::uuid[], %(keys)s::uuid[], %(wallets)s::uuid[], %(payees)s::uuid[],
                %(numbers)s::text[], %(phones)s::text[])
         WITH ORDINALITY AS o (payment_id, key_id, wallet_id, payee_id, number, phone, place)
    LEFT JOIN bank.signing_key k ON k.key_id = o.key_id
    LEFT JOIN bank.wallet w ON w.wallet_id = o.wallet_id
    LEFT JOIN bank.pin_grant g ON g.wallet_id = o.wallet_id AND g.key_id = o.key_id
    LEFT JOIN bank.payment p ON p.payment_id = o.payment_id
    LEFT JOIN bank.wallet_by_number n ON n.number = o.number
    LEFT JOIN bank.person_by_phone f ON f.phone = o.phone
    LEFT JOIN bank.person q ON q.person_id = f.person_id
    LEFT JOIN bank.wallet e
        ON e.wallet_id = coalesce(o.payee_id, n.wallet_id, q.main_wallet_id)
    LEFT JOIN bank.attempt t
        ON t.subject = w.person_id::text AND t.kind = {int(AttemptKind.PAY_UNKNOWN)}
            AND t.day = %(day)s AND o.payee_id IS NULL
    LEFT JOIN LATERAL (
        SELECT total FROM ledger.counter
        WHERE key = w.wallet_id AND period = 0 ORDER BY number DESC LIMIT 1
    ) wh ON true
    LEFT JOIN LATERAL (
        SELECT total FROM ledger.counter
        WHERE key = e.wallet_id AND period = 0 ORDER BY number DESC LIMIT 1
    ) eh ON true
    LEFT JOIN LATERAL (
        SELECT balance_fen - held_fen AS available FROM ledger.entry
        WHERE w.auto_top_up AND account_id = w.wallet_id ORDER BY number DESC LIMIT 1
    ) l ON true
    LEFT JOIN LATERAL (
        SELECT card_id, amount_fen FROM bank.card_order
        WHERE w.auto_top_up AND wallet_id = w.wallet_id AND cause_id = o.payment_id
            AND kind = {int(OrderKind.SHORTFALL)} AND status = {int(OrderStatus.DONE)} LIMIT 1
    ) c ON true
    ORDER BY o.place
"""  # noqa: S608 - columns, no input

# Each order takes a few rows of large tables. Left to itself, the planner thinks anew about ten
# joins each time, and reads small tables whole until they are large.
_BY_INDEX: Final = """
    SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
           set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true),
           set_config('enable_seqscan', 'off', true)
"""


@dataclass(frozen=True, slots=True)
class Party:
    """A wallet that pays or is paid.

    Attributes:
        halts: how often it was frozen so far, and its merchant suspended.
        spender_id: under what its spending is counted.
    """

    wallet_id: UUID
    operator_id: UUID
    category: Category
    person_id: UUID | None
    frozen: bool
    closed: bool
    halts: int
    spender_id: UUID


@dataclass(frozen=True, slots=True)
class Facts:
    """All that deciding about one order needs.

    Attributes:
        key: the key that is said to have signed.
        payer: the wallet that is to pay.
        payee: the wallet that is to be paid.
        target: how the payee was named, and what comes with it.
        auto_top_up: the payer's cards may be asked for what is missing.
        available: what the payer has, read only with auto top-up.
        granted: the payer's PIN was given on this device just now.
        misses: how often the payer has tried numbers today that nobody has; read only when the
            payee is named by one.
        card_id: the card that has paid what this payment lacked.
        card_amount: how much that was.
        earlier: the payment of that id, if it was made already.
    """

    key: SigningKey | None = field(repr=False)
    payer: Party | None
    payee: Party | None
    target: Target
    auto_top_up: bool
    available: int
    granted: bool
    misses: int
    card_id: UUID | None
    card_amount: Fen
    earlier: Payment | None


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a group of orders, in their order, and the limits of their operators."""

    facts: list[Facts]
    limits: dict[UUID, LimitTable]


def read_facts(connection: Connection, orders: Sequence[PaymentOrder], now: datetime) -> Known:
    """Read what is known about orders, in as few round trips as one order takes."""
    found = find_targets(connection, [order.payee for order in orders], now)
    targets = [found[order.payee] for order in orders]
    parameters = _parameters(orders, targets, now)
    with connection.pipeline(), connection.transaction():
        connection.execute(_BY_INDEX, prepare=True)
        rows = connection.execute(_READ, parameters, prepare=True, binary=True).fetchall()
    facts = [_facts(row, target) for row, target in zip(rows, targets, strict=True)]
    return Known(facts, _limits(connection, facts, now))


def _parameters(
    orders: Sequence[PaymentOrder], targets: Sequence[Target], now: datetime
) -> dict[str, object]:
    return {
        "now": now,
        "day": day_of(now),
        "payments": [order.payment_id for order in orders],
        "keys": [order.claim.key_id for order in orders],
        "wallets": [order.wallet_id for order in orders],
        "payees": [target.wallet_id for target in targets],
        "numbers": [target.number for target in targets],
        "phones": [target.phone for target in targets],
    }


def _facts(row: tuple[Any, ...], target: Target) -> Facts:
    auto_top_up, available, granted, misses = row[23:27]
    return Facts(
        SigningKey(row[0], KeyOwner(row[1]), *row[2:7]) if row[0] else None,
        _party(row[7:15]),
        _party(row[15:23]),
        target,
        bool(auto_top_up),
        available or 0,
        granted,
        misses,
        row[27],
        Fen(row[28] or 0),
        read_payment(row[29:]) if row[29] else None,
    )


def _party(row: tuple[Any, ...]) -> Party | None:
    wallet_id, operator_id, category, *rest = row
    return Party(wallet_id, operator_id, Category(category), *rest) if wallet_id else None


def _limits(
    connection: Connection, facts: Sequence[Facts], now: datetime
) -> dict[UUID, LimitTable]:
    parties = [party for fact in facts for party in (fact.payer, fact.payee) if party]
    operators = {party.operator_id for party in parties}
    return {operator: limit_table(connection, operator, now) for operator in operators}
