"""What the rules need from outside, handed in once: so a whole bank runs in a test or a world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from zerobar.bank.ids import new_id
from zerobar.bank.partners import Partners
from zerobar.bank.passkeys.model import LOCALHOST, RelyingParty
from zerobar.bank.sealing import Sealer
from zerobar.database import Connection, Pool
from zerobar.issuer import TestAuthority
from zerobar.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Bank:
    """One operator's program (the authority's rules use it as well).

    Attributes:
        operator_id: whose wallets are opened here.
        pool: autocommit connections to the bank's database.
        ledger: where all money moves.
        clock: the time, aware.
        random: as os.urandom.
        sealer: keeps personal data unreadable in the database.
        purse_keys: what this operator signs for purses with; None: it offers none.
    """

    operator_id: UUID
    pool: Pool = field(repr=False)
    ledger: Ledger = field(repr=False)
    partners: Partners = field(repr=False)
    sealer: Sealer = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    random: Callable[[int], bytes] = field(repr=False)
    relying_party: RelyingParty = LOCALHOST
    purse_keys: TestAuthority | None = field(default=None, repr=False)

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

    def new_id(self) -> UUID:
        """Return an id for something that the bank itself begins."""
        return new_id(self.clock(), self.random)
