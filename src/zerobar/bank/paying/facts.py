"""What the bank knows about payment orders: read for all that wait, in one statement.

The statement looks up a few rows of large tables for each order. Left to itself, the planner thinks
anew about its ten joins each time, and reads small tables whole until they are large. So it is told
otherwise: by a `reading_room` once for a connection that it keeps, else once for a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from zerobar.bank.calendar import day_of
from zerobar.bank.funding.model import OrderKind, OrderStatus
from zerobar.bank.paying.model import Payment, PaymentOrder
from zerobar.bank.paying.store import PAYMENT_COLUMNS, read_payment
from zerobar.bank.paying.targets import Target, find_targets
from zerobar.bank.people.attempts import AttemptKind
from zerobar.bank.people.limits import VALID_LIMITS, LimitTable, limit_table, table_of
from zerobar.bank.people.model import Category, KeyOwner, SigningKey
from zerobar.database import Connection
from zerobar.purse.money import Fen

_READ: Final = f"""
    SELECT k.owner_kind, k.owner_id, k.public_key, k.label, k.enrolled_at, k.revoked_at,
           w.category, nullif(w.operator_id, %(operator)s), w.person_id, w.frozen_at IS NOT NULL,
           w.closed_at IS NOT NULL, coalesce(wh.total, 0), w.counted_as,
           e.category, nullif(e.operator_id, %(operator)s), e.person_id, e.frozen_at IS NOT NULL,
           e.closed_at IS NOT NULL, coalesce(eh.total, 0), e.counted_as, e.wallet_id,
           w.auto_top_up, l.available, coalesce(g.expires_at > %(moment)s, false),
           coalesce(t.many, 0), c.card_id, c.amount_fen,
           CASE WHEN o.place = 1 THEN (
               SELECT jsonb_agg(jsonb_build_array(
                   v.category, v.balance_fen, v.per_payment_fen, v.per_day_fen, v.per_year_fen,
                   v.bank_withdrawal
               )) FROM ({VALID_LIMITS}) v
           ) END, {PAYMENT_COLUMNS}
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

# Where the columns are.
_PAYER: Final = slice(6, 13)
_PAYEE: Final = slice(13, 20)
_PAYEE_ID: Final = 20
_REST: Final = slice(21, 27)
_LIMITS: Final = 27
_EARLIER: Final = slice(28, None)

Row = tuple[Any, ...]

_BY_INDEX: Final = """
    SELECT set_config('plan_cache_mode', 'force_generic_plan', %(once)s),
           set_config('enable_hashjoin', 'off', %(once)s),
           set_config('enable_mergejoin', 'off', %(once)s),
           set_config('enable_seqscan', 'off', %(once)s)
"""


class Party(msgspec.Struct, frozen=True):
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


class Facts(msgspec.Struct, frozen=True):
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
        earlier: the payment of that id, if it was made already and this was looked up.
        remembered: not all of it was read just now: it may let a payment be tried, and be no reason
            to refuse one (`reading_room`).
    """

    key: SigningKey | None
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
    remembered: bool = False

    def __repr__(self) -> str:
        """Say as little of people as an order itself does."""
        return f"Facts({self.target!r})"


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a group of orders, in their order, and the limits of their operators."""

    facts: list[Facts]
    limits: dict[UUID, LimitTable]


def read_facts(
    connection: Connection, operator_id: UUID, orders: Sequence[PaymentOrder], now: datetime
) -> Known:
    """Read what is known about orders, in as few round trips as one order takes.

    Args:
        connection: anybody's.
        operator_id: whose limits are most likely asked for.
        orders: all that wait.
        now: the time.
    """
    with connection.pipeline(), connection.transaction():
        prefer_indexes(connection)
        found = find_targets(connection, [order.payee for order in orders], now)
        targets = [found[order.payee] for order in orders]
        return read_known(connection, operator_id, orders, targets, now)


def prefer_indexes(connection: Connection, *, for_good: bool = False) -> None:
    """Tell the planner how to read facts: for a transaction, or a connection that is kept."""
    connection.execute(_BY_INDEX, {"once": not for_good}, prepare=True)


def read_known(
    connection: Connection,
    operator_id: UUID,
    orders: Sequence[PaymentOrder],
    targets: Sequence[Target],
    now: datetime,
) -> Known:
    """Read what is known about orders whose targets are found; see `read_facts`."""
    parameters = _parameters(operator_id, orders, targets, now)
    rows = connection.execute(_READ, parameters, prepare=True, binary=True).fetchall()
    facts = [_facts(*each, operator_id) for each in zip(rows, orders, targets, strict=True)]
    own = {operator_id: table_of(rows[0][_LIMITS] or ())}
    return Known(facts, own | _limits_of_others(connection, operator_id, facts, now))


def _parameters(
    operator_id: UUID, orders: Sequence[PaymentOrder], targets: Sequence[Target], now: datetime
) -> dict[str, object]:
    return {
        "operator": operator_id,
        "moment": now,
        "day": day_of(now),
        "payments": array_of(order.payment_id.hex for order in orders),
        "keys": array_of(order.claim.key_id.hex for order in orders),
        "wallets": array_of(order.wallet_id.hex for order in orders),
        "payees": array_of(t.wallet_id.hex if t.wallet_id else None for t in targets),
        "numbers": array_of(target.number for target in targets),
        "phones": array_of(target.phone for target in targets),
    }


def array_of(words: Iterable[str | None]) -> str:
    """Return an array of words without quotes, as PostgreSQL reads it.

    psycopg would look at each element by itself.
    """
    return f"{{{','.join(word or 'NULL' for word in words)}}}"


def _facts(row: Row, order: PaymentOrder, target: Target, operator_id: UUID) -> Facts:
    # What is known already does not come again: ten ids that nobody needs take their time.
    auto_top_up, available, granted, misses, card_id, card_amount = row[_REST]
    return Facts(
        SigningKey(order.claim.key_id, KeyOwner(row[0]), *row[1:6]) if row[0] else None,
        _party(order.wallet_id, row[_PAYER], operator_id),
        _party(row[_PAYEE_ID], row[_PAYEE], operator_id),
        target,
        bool(auto_top_up),
        available or 0,
        granted,
        misses,
        card_id,
        Fen(card_amount or 0),
        read_payment(row[_EARLIER]) if row[_EARLIER][0] else None,
    )


def _party(wallet_id: UUID, row: Row, operator_id: UUID) -> Party | None:
    category, other_operator_id, person_id, frozen, closed, halts, counted_as = row
    if category is None:
        return None
    return Party(
        wallet_id,
        other_operator_id or operator_id,
        Category(category),
        person_id,
        frozen,
        closed,
        halts,
        counted_as or wallet_id,
    )


def _limits_of_others(
    connection: Connection, operator_id: UUID, facts: Sequence[Facts], now: datetime
) -> dict[UUID, LimitTable]:
    parties = [party for fact in facts for party in (fact.payer, fact.payee) if party]
    others = {party.operator_id for party in parties} - {operator_id}
    return {other: limit_table(connection, other, now) for other in others}
