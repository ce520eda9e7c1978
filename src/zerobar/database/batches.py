"""Batches of work: each item by itself, so that one which always fails holds up no other.

The items are rows of a table with the columns `tries` and `next_try_at`. What fails is put off,
each time for twice as long, and taken up again when its time has come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString, TypeVar
from uuid import UUID

from zerobar.database.connecting import Connection

FIRST_PAUSE_S: Final = 2
LONGEST_PAUSE_S: Final = 600

PUT_OFF: Final = (
    " tries = least(tries + 1, 1000), next_try_at = %(now)s"
    f" + make_interval(secs => least({FIRST_PAUSE_S} * 2 ^ least(tries, 16), {LONGEST_PAUSE_S}))"
)
"""Of an UPDATE: another try later, each time after twice the pause."""

_log = logging.getLogger(__name__)
Item = TypeVar("Item")


def come_again(_: object) -> None:
    """Leave an item that failed: what it needs to be taken up again is stored with it already."""


@dataclass(frozen=True, slots=True)
class Batches:
    """How a program does its batches.

    Attributes:
        expected: what may happen though nobody made a mistake: others are away, or refuse.
    """

    expected: tuple[type[Exception], ...]

    def do_each(
        self,
        name: str,
        items: Iterable[Item],
        do: Callable[[Item], bool],
        postpone: Callable[[Item], object] = come_again,
    ) -> int:
        """Do items one after the other; return how many are done.

        Args:
            name: of the work, for the log.
            do: does one, and returns whether it is done. What it raises concerns this one alone.
            postpone: has one that failed taken up later.
        """
        done = 0
        for item in items:
            try:
                done += do(item)
            except self.expected as error:
                _log.warning("%s: %s; it is tried again later", name, type(error).__name__)
                postpone(item)
            except Exception as error:  # noqa: BLE001 - the item's edge: those behind it are done
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
        f"UPDATE {table} SET{PUT_OFF} WHERE {key} = %(id)s RETURNING next_try_at",
        {"now": now, "id": id_},
    ).fetchone()
    assert row is not None, "what is put off is stored"
    found: datetime = row[0]
    return found
