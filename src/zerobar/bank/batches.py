"""Batches of work: each item by itself, so that one which always fails holds up no other.

What fails is put off, each time for twice as long, and taken up again when its time has come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, LiteralString, TypeVar
from uuid import UUID

import psycopg

from zerobar.bank.errors import BankError
from zerobar.database import Connection, DatabaseFailure
from zerobar.ledger import LedgerError

FIRST_PAUSE_S: Final = 2
LONGEST_PAUSE_S: Final = 600
EXPECTED: Final = (BankError, LedgerError, DatabaseFailure, psycopg.Error)
"""What may happen though nobody made a mistake: others are away, or refuse."""
_log = logging.getLogger(__name__)
Item = TypeVar("Item")


def do_each(
    name: str, items: Iterable[Item], do: Callable[[Item], bool], postpone: Callable[[Item], object]
) -> int:
    """Do items one after the other; return how many are done.

    Args:
        name: of the work, for the log.
        do: does one, and returns whether it is done. Whatever it raises concerns this one alone.
        postpone: has one that failed taken up later.
    """
    done = 0
    for item in items:
        try:
            done += do(item)
        except EXPECTED as error:
            _log.warning("%s: %s; it is tried again later", name, type(error).__name__)
            postpone(item)
        except Exception as error:  # noqa: BLE001 - the item's edge: those behind it are still done
            _log.error("%s: a mistake, %s; it is tried again later", name, type(error).__name__)
            postpone(item)
    return done


def put_off(
    connection: Connection, table: LiteralString, key: LiteralString, id_: UUID, now: datetime
) -> datetime:
    """Have a row tried again later, each time after twice the pause; return when.

    Args:
        table: has the columns `tries` and `next_try_at`.
        key: the column of its ids.
    """
    row = connection.execute(
        f"UPDATE {table} SET tries = least(tries + 1, 1000), next_try_at = %(now)s"  # noqa: S608 - names in the code, no input
        "  + make_interval(secs => least(%(first)s * 2 ^ least(tries, 16), %(longest)s))"
        f" WHERE {key} = %(id)s RETURNING next_try_at",
        {"now": now, "first": FIRST_PAUSE_S, "longest": LONGEST_PAUSE_S, "id": id_},
    ).fetchone()
    assert row is not None, "what is put off is stored"
    found: datetime = row[0]
    return found
