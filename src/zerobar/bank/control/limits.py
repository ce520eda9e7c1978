"""Limits as versions: which were, are and will be valid, and whom others would have touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from zerobar.bank.calendar import CHINA, year_of
from zerobar.bank.context import Bank
from zerobar.bank.people.limits import Limits, limit_table, table_of
from zerobar.bank.people.model import Category, WalletKind
from zerobar.bank.staff.approvable import DONE
from zerobar.bank.staff.approval_store import read_proposal
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.authority import CategoryLimits, NewLimits
from zerobar.client.console_risk import (
    CategoryTouched,
    LimitsTouched,
    LimitVersions,
    LimitVersionShown,
)
from zerobar.database import Connection

LOOKED_BACK: Final = timedelta(days=30)
MOST_VERSIONS: Final = 1000
_PATIENCE: Final = "SET LOCAL statement_timeout = '120s'"
_VERSIONS: Final = """
    SELECT valid_from, category, balance_fen, per_payment_fen, per_day_fen, per_year_fen,
           bank_withdrawal
    FROM bank.limit_version WHERE operator_id = %s ORDER BY valid_from DESC, category LIMIT %s
"""
_DECIDED: Final = (
    "SELECT proposal, approval_id, proposed_by, decided_by FROM bank.approval"
    " WHERE kind = 'limits' AND outcome = %s ORDER BY decided_at LIMIT %s"
)
# Null is no limit, and nothing is over it. What a wallet spent is counted by days of China.
_TOUCHED: Final = """
    WITH wanted AS (
        SELECT * FROM unnest(%(categories)s::smallint[], %(balances)s::bigint[],
            %(payments)s::bigint[], %(days)s::bigint[], %(years)s::bigint[],
            %(old_balances)s::bigint[], %(old_payments)s::bigint[], %(old_days)s::bigint[],
            %(old_years)s::bigint[]) w (category, balance, payment, day, year,
            old_balance, old_payment, old_day, old_year)
    ), daily AS (
        SELECT payer_wallet_id AS wallet_id,
               to_char(made_at AT TIME ZONE INTERVAL '+08:00', 'YYYYMMDD') AS day,
               sum(amount_fen) AS spent, max(amount_fen) AS highest, max(made_at) AS last_at
        FROM bank.spending WHERE made_at >= %(since)s GROUP BY 1, 2
    ), spent AS (
        SELECT wallet_id, max(highest) FILTER (WHERE last_at >= %(recently)s) AS highest,
               max(spent) FILTER (WHERE last_at >= %(recently)s) AS in_a_day,
               sum(spent) FILTER (WHERE last_at >= %(year_began)s) AS in_the_year
        FROM daily GROUP BY 1
    ), wallet AS (
        SELECT n.*, coalesce(e.balance_fen, 0) AS inside, coalesce(s.highest, 0) AS highest,
               coalesce(s.in_a_day, 0) AS in_a_day, coalesce(s.in_the_year, 0) AS in_the_year
        FROM wanted n
        JOIN bank.wallet w ON w.category = n.category
        LEFT JOIN LATERAL (SELECT balance_fen FROM ledger.entry WHERE account_id = w.wallet_id
                           ORDER BY number DESC LIMIT 1) e ON true
        LEFT JOIN spent s USING (wallet_id)
        WHERE w.operator_id = %(operator)s AND w.kind = %(personal)s AND w.closed_at IS NULL
    )
    SELECT category, count(*), count(*) FILTER (WHERE inside > balance),
           count(*) FILTER (WHERE highest > payment), count(*) FILTER (WHERE in_a_day > day),
           count(*) FILTER (WHERE in_the_year > year), count(*) FILTER (WHERE
               (inside > balance AND (inside > old_balance) IS NOT TRUE)
               OR (highest > payment AND (highest > old_payment) IS NOT TRUE)
               OR (in_a_day > day AND (in_a_day > old_day) IS NOT TRUE)
               OR (in_the_year > year AND (in_the_year > old_year) IS NOT TRUE))
    FROM wallet GROUP BY 1
"""
_PERSONAL: Final = tuple(each for each in Category if each is not Category.MERCHANT)


def limit_versions(bank: Bank, session: StaffSession) -> LimitVersions:
    """Return all versions of the operator's limits, newest first; raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        rows = connection.execute(_VERSIONS, (bank.operator_id, MOST_VERSIONS)).fetchall()
        decided = _decided(bank, connection)
    tables: defaultdict[datetime | None, list[Any]] = defaultdict(list)
    for valid_from, *columns in rows:
        tables[valid_from].append(columns)
    tables[None] = []
    now = bank.clock()
    valid = max((begun for begun in tables if begun and begun <= now), default=None)
    return LimitVersions(
        items=[
            _version(begun, table_of(columns), _state(begun, valid, now), decided.get(begun))
            for begun, columns in tables.items()
        ]
    )


def preview_limits(
    bank: Bank, session: StaffSession, wanted: Mapping[str, CategoryLimits]
) -> LimitsTouched:
    """Return whom other limits would have touched; reads wallets and what they spent.

    Raises RoleMissing.
    """
    session.require(Role.RISK)
    now = bank.clock()
    with bank.transaction() as connection:
        connection.execute(_PATIENCE)
        valid = limit_table(connection, bank.operator_id, now)
        parameters = _parameters(bank, wanted, valid, now)
        rows = {row[0]: row for row in connection.execute(_TOUCHED, parameters)}
    return LimitsTouched(
        at=now,
        items=[
            _touched(int(name), rows.get(int(name)), valid[Category(int(name))], limits)
            for name, limits in sorted(wanted.items())
        ],
    )


def _decided(bank: Bank, connection: Connection) -> dict[datetime | None, tuple[UUID, UUID, UUID]]:
    """Return what two people decided: the approval, who proposed and who approved it."""
    found: dict[datetime | None, tuple[UUID, UUID, UUID]] = {}
    for proposal, *who in connection.execute(_DECIDED, (DONE, MOST_VERSIONS)):
        limits = read_proposal(proposal)
        if isinstance(limits, NewLimits) and limits.operator_id == bank.operator_id:
            found[limits.valid_from.astimezone(UTC)] = (who[0], who[1], who[2])
    return found


def _version(
    valid_from: datetime | None,
    table: Mapping[Category, Limits],
    state: str,
    decided: tuple[UUID, UUID, UUID] | None,
) -> LimitVersionShown:
    approval_id, proposed_by, approved_by = decided or (None, None, None)
    return LimitVersionShown(
        valid_from=valid_from,
        state=state,
        categories={str(int(each)): _shown(table[each]) for each in _PERSONAL},
        approval_id=approval_id,
        proposed_by=proposed_by,
        approved_by=approved_by,
    )


def _state(begun: datetime | None, valid: datetime | None, now: datetime) -> str:
    if begun == valid:
        return "valid"
    return "to-come" if begun is not None and begun > now else "past"


def _shown(limits: Limits) -> CategoryLimits:
    return CategoryLimits(
        balance_fen=limits.balance,
        per_payment_fen=limits.per_payment,
        per_day_fen=limits.per_day,
        per_year_fen=limits.per_year,
        bank_withdrawal=limits.bank_withdrawal,
    )


def _parameters(
    bank: Bank,
    wanted: Mapping[str, CategoryLimits],
    valid: Mapping[Category, Limits],
    now: datetime,
) -> dict[str, object]:
    new = [wanted[name] for name in sorted(wanted)]
    old = [_shown(valid[Category(int(name))]) for name in sorted(wanted)]
    recently = now - LOOKED_BACK
    year_began = datetime(year_of(now), 1, 1, tzinfo=CHINA)
    counts_year = any(limits.per_year_fen is not None for limits in new)
    return {
        "categories": [int(name) for name in sorted(wanted)],
        **_columns("", new),
        **_columns("old_", old),
        "since": min(recently, year_began) if counts_year else recently,
        "recently": recently,
        "year_began": year_began,
        "operator": bank.operator_id,
        "personal": int(WalletKind.PERSONAL),
    }


def _columns(prefix: str, limits: Iterable[CategoryLimits]) -> dict[str, object]:
    rows = list(limits)
    return {
        f"{prefix}balances": [each.balance_fen for each in rows],
        f"{prefix}payments": [each.per_payment_fen for each in rows],
        f"{prefix}days": [each.per_day_fen for each in rows],
        f"{prefix}years": [each.per_year_fen for each in rows],
    }


def _touched(
    category: int, row: tuple[Any, ...] | None, old: Limits, new: CategoryLimits
) -> CategoryTouched:
    _, wallets, balance, payment, day, year, newly = row or (category, 0, 0, 0, 0, 0, 0)
    loses = old.bank_withdrawal and not new.bank_withdrawal
    return CategoryTouched(
        category=category,
        wallets=wallets,
        over_balance=balance,
        over_per_payment=payment,
        over_per_day=day,
        over_per_year=year,
        newly_over=newly,
        loses_withdrawal=wallets if loses else 0,
    )
