"""What the checks have in common, worked out once into tables of the connection's own.

own_account  each operator's accounts
derived      ids that follow from others, by the same function that the rules use
counted      what each chain added to each counter
limited      since when, and until when, every wallet of a category counts what it spends
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from zerobar.bank.authority import store as authority
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.checking.deriving import DERIVATIONS, Derivation
from zerobar.bank.checking.limiting import limited
from zerobar.bank.checking.naming import CONSTANTS
from zerobar.bank.ids import derived_id
from zerobar.database import Connection
from zerobar.ledger import encode_row

_TABLES: Final = """
    CREATE TEMP TABLE own_account (
        operator_id uuid, vault_id uuid, at_bank_id uuid, customers_id uuid, float_id uuid
    ) ON COMMIT DROP;
    CREATE TEMP TABLE derived (word text, source_id uuid, derived_id uuid) ON COMMIT DROP;
    CREATE TEMP TABLE limited (
        operator_id uuid, category smallint, valid_from timestamptz, valid_until timestamptz,
        by_day boolean, by_year boolean
    ) ON COMMIT DROP
"""
_COUNTED: Final = """
    CREATE TEMP TABLE counted ON COMMIT DROP AS
    SELECT key, period, number, transfer_id, total,
           number - lag(number, 1, 0::bigint) OVER each AS step,
           total - lag(total, 1, 0::bigint) OVER each AS added
    FROM ledger.counter WINDOW each AS (PARTITION BY key, period ORDER BY number)
"""
# Large joins of everything there is; the planner knows temporary tables only once they are counted.
_ANALYZE: Final = "ANALYZE own_account, derived, limited, counted"
_OWN_ACCOUNT: Final = "INSERT INTO own_account VALUES (%s, %s, %s, %s, %s)"
_LIMITED: Final = "INSERT INTO limited VALUES (%s, %s, %s, %s, %s, %s)"
_COPY: Final = "COPY derived FROM STDIN (FORMAT binary)"
_COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END: Final = b"\xff\xff"
_AT_ONCE: Final = 20_000


def prepare(connection: Connection) -> None:
    """Make the tables, inside the transaction whose snapshot the checks read; it drops them."""
    connection.execute(_TABLES)
    operators = [operator.id for operator in authority.operators(connection)]
    versions = [row for operator_id in operators for row in limited(connection, operator_id)]
    with connection.cursor() as cursor:
        cursor.executemany(_OWN_ACCOUNT, map(_accounts, operators))
        cursor.executemany(_LIMITED, versions)
    for derivation in DERIVATIONS:
        _derive(connection, derivation)
    connection.execute(_COUNTED)
    connection.execute(_ANALYZE)


def _accounts(operator_id: UUID) -> tuple[UUID, ...]:
    codes = (
        AccountCode.VAULT,
        AccountCode.AT_BANK,
        AccountCode.BANK_CUSTOMERS,
        AccountCode.FLOAT,
    )
    return operator_id, *(operator_account(operator_id, code) for code in codes)


def _derive(connection: Connection, derivation: Derivation) -> None:
    word = derivation.word
    with connection.cursor("deriving", binary=True) as sources:
        sources.execute(derivation.sources, CONSTANTS)
        while page := sources.fetchmany(_AT_ONCE):
            rows = (
                encode_row(str(word), source_id, derived_id(word, *parts))
                for source_id, *parts in page
            )
            _copy(connection, rows)


def _copy(connection: Connection, rows: Iterable[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(_COPY_HEAD + b"".join(rows) + _COPY_END)
