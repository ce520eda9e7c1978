"""What is kept until the bank has answered: taken up when it is due, put off when it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final, TypeVar

import psycopg

from zerobar.client.errors import ClientError
from zerobar.database import DatabaseFailure
from zerobar.telecom.errors import TelecomError

FIRST_PAUSE_S: Final = 2
LONGEST_PAUSE_S: Final = 600
LEASE: Final = timedelta(seconds=60)
"""For how long nobody else takes up what one process is doing."""
MOST_AT_ONCE: Final = 100

PUT_OFF: Final = (
    " tries = least(tries + 1, 1000), next_try_at = %(now)s"
    f" + make_interval(secs => least({FIRST_PAUSE_S} * 2 ^ least(tries, 16), {LONGEST_PAUSE_S}))"
)
"""Of an UPDATE: another try later, each time after twice the pause."""

_log = logging.getLogger(__name__)
Item = TypeVar("Item")


def do_each(name: str, items: Iterable[Item], do: Callable[[Item], bool]) -> int:
    """Do items one after the other; return how many are done.

    One that fails holds up no other: it has been leased, and so comes again when that ends.
    """
    done = 0
    for item in items:
        try:
            done += do(item)
        except (ClientError, DatabaseFailure, TelecomError, psycopg.Error) as error:
            _log.warning("%s: %s; it is tried again later", name, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - the item's edge: those behind it are still done
            _log.error("%s: a mistake, %s; it is tried again later", name, type(error).__name__)
    return done
