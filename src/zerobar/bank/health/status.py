"""How the bank is at this moment, in words: what is wrong, and what to do about it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from zerobar.bank.calendar import day_of
from zerobar.bank.context import Bank
from zerobar.bank.health.checks import CHECKS
from zerobar.bank.health.model import Check, Words, at_least, finding
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.client.console_control import FindingShown, Level, StatusShown
from zerobar.database import Connection
from zerobar.ledger import LedgerError

_PROBED_WITHIN_S: Final = 3.0
_PATIENCE: Final = "SET LOCAL statement_timeout = '20s'"
_SLOW: Final = at_least("answer_ms", 200, 1_000)
_WORST_FIRST: Final = (Level.FAILING, Level.ATTENTION, Level.OK)
# What every payment does: it finds a wallet, and the newest entry of an account.
_PROBE: Final = """
    SELECT e.balance_fen FROM (SELECT wallet_id FROM bank.wallet LIMIT 1) w
    LEFT JOIN LATERAL (SELECT balance_fen FROM ledger.entry WHERE account_id = w.wallet_id
                       ORDER BY number DESC LIMIT 1) e ON true
"""
_DATABASE: Final = (
    Words(
        "The database answers within {answer_ms} ms.",
        "The database is slow: it answers within {answer_ms} ms.",
        "Look at its load, its disk, and statements that run for long.",
    ),
    Words(
        "数据库响应 {answer_ms} 毫秒。",
        "数据库缓慢：响应需 {answer_ms} 毫秒。",
        "检查其负载、磁盘以及长时间运行的语句。",
    ),
)
_LEDGER: Final = (
    Words(
        "The ledger answers within {answer_ms} ms.",
        "The ledger does not post in time: it took {answer_ms} ms to answer, or did not.",
        "See whether the process that posts runs, and whether the database is slow.",
    ),
    Words(
        "账本响应 {answer_ms} 毫秒。",
        "账本未能及时记账：响应 {answer_ms} 毫秒或无响应。",
        "检查记账进程是否运行，以及数据库是否缓慢。",
    ),
)


def read_status(bank: Bank, session: StaffSession) -> StatusShown:
    """Return how the bank is, to any member of staff; raises RoleMissing."""
    session.require(*Role)
    return status(bank)


def status(bank: Bank) -> StatusShown:
    """Return how the bank is, the worst first; reads what waits, and every purse's epoch."""
    found = [_ledger(bank)]
    with bank.transaction() as connection:
        connection.execute(_PATIENCE)
        found += [_database(connection), *(_looked_at(bank, connection, c) for c in CHECKS)]
    found.sort(key=lambda each: _WORST_FIRST.index(each.level))
    return StatusShown(at=bank.clock(), level=found[0].level, findings=found)


def _looked_at(bank: Bank, connection: Connection, check: Check) -> FindingShown:
    now = bank.clock()
    parameters = {
        "now": now,
        "operator_id": bank.operator_id,
        "yesterday": day_of(now - timedelta(days=1)),
    }
    cursor = connection.execute(check.query, parameters)
    row = cursor.fetchone()
    assert row is not None and cursor.description is not None
    names = [column.name for column in cursor.description]
    figures = dict(zip(names, map(int, row), strict=True))
    return finding(check.name, check.judge(figures), figures, check.en, check.zh)


def _database(connection: Connection) -> FindingShown:
    began = time.perf_counter()
    connection.execute(_PROBE).fetchone()
    figures = {"answer_ms": _milliseconds_since(began)}
    return finding("database", _SLOW(figures), figures, *_DATABASE)


def _ledger(bank: Bank) -> FindingShown:
    began = time.perf_counter()
    try:
        bank.ledger.probe(_PROBED_WITHIN_S)
    except LedgerError:
        figures = {"answer_ms": _milliseconds_since(began)}
        return finding("ledger", Level.FAILING, figures, *_LEDGER)
    figures = {"answer_ms": _milliseconds_since(began)}
    return finding("ledger", _SLOW(figures), figures, *_LEDGER)


def _milliseconds_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
