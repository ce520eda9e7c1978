"""What the telecom's rules need from outside, handed in once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from zerobar.database import Connection, Pool
from zerobar.telecom.model import Terms

CHINA: Final = timedelta(hours=8)
"""One time zone, and no summer time."""


@dataclass(frozen=True, slots=True)
class Telecom:
    """One telecom's program.

    Attributes:
        pool: autocommit connections to the telecom's own database.
        clock: the time, aware.
        random: as os.urandom.
        terms: when a line in arrears is cut off.
    """

    pool: Pool = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    random: Callable[[int], bytes] = field(repr=False)
    terms: Terms = Terms()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection; each statement is a transaction of its own."""
        with self.pool.connection() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection inside a transaction, which an exception rolls back."""
        with self.pool.connection() as connection, connection.transaction():
            yield connection

    def today(self) -> date:
        """Return the day in China."""
        return (self.clock() + CHINA).date()
