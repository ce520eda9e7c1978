"""Where the desk reads facts: a connection of its own, and a memory of what need not be read again.

Most of what decides about a payment changes seldom. So the room remembers it, and of an order about
which it remembers all, only the rest is read. That is right although any process may change
anything at any time, for three reasons:

1. What can be taken back is a condition of the posting, too. A key that was revoked, a wallet that
   was frozen or whose merchant was suspended has counted one more in the ledger, and a closed
   wallet's account takes nothing, before whoever did it was answered (`zerobar.bank.halting`). A
   payment that is judged on what was remembered brings the number of halts that was read with it;
   so the ledger refuses it, however old the memory.
2. What is no condition of the ledger is read anew each time: the PIN's grant, the categories that
   limits depend on, which limits are valid, and how often the payer tried numbers that nobody has.
   The rest never changes: the owner and the bytes of a key, the person and operator of a wallet,
   and whose a wallet number is.
3. Nobody is refused because of what was remembered. What the rules refuse is read and judged again
   by `engine.examine`; what the ledger refuses was posted provisionally, so that nothing is left of
   it, and is read and judged again by the desk. The express asks whether what point 2 names is
   still as it is remembered (`assurance`), and leaves to the desk what it would not let be paid.

Not remembered is a wallet that is frozen, closed or tops itself up from a card, one of another
operator, and a payee named by a phone number, whose main wallet may change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

import msgspec
import psycopg

from zerobar.bank.calendar import day_of
from zerobar.bank.paying.facts import Facts, Known, Party, array_of, prefer_indexes, read_known
from zerobar.bank.paying.memory import KnownLimits, Memory, Remembered
from zerobar.bank.paying.model import PaymentOrder
from zerobar.bank.paying.targets import Target, find_targets
from zerobar.bank.people.attempts import AttemptKind
from zerobar.bank.people.limits import LimitTable, limit_table
from zerobar.bank.people.model import Category
from zerobar.database import Connection, Pool
from zerobar.purse.money import Fen

_READ: Final = f"""
    SELECT coalesce(g.expires_at > %(moment)s, false), coalesce(t.many, 0), w.category, e.category,
           CASE WHEN o.place = 1 THEN (
               SELECT max(valid_from) FROM bank.limit_version
               WHERE operator_id = %(operator)s AND valid_from <= %(moment)s
           ) END
    FROM unnest(%(wallets)s::uuid[], %(keys)s::uuid[], %(payees)s::uuid[], %(people)s::text[])
         WITH ORDINALITY AS o (wallet_id, key_id, payee_id, person_id, place)
    JOIN bank.wallet w ON w.wallet_id = o.wallet_id
    JOIN bank.wallet e ON e.wallet_id = o.payee_id
    LEFT JOIN bank.pin_grant g ON g.wallet_id = o.wallet_id AND g.key_id = o.key_id
    LEFT JOIN bank.attempt t
        ON t.subject = o.person_id AND t.kind = {int(AttemptKind.PAY_UNKNOWN)}
            AND t.day = %(day)s
    ORDER BY o.place
"""  # noqa: S608 - a number of ours, no input

_GONE: Final = (psycopg.OperationalError, psycopg.InterfaceError)


class ReadingRoom:
    """A connection kept for reading facts and nothing else, for one thread; a context manager.

    Args:
        pool: that the connection comes from, and ends with.
        memory: what is remembered; its own, unless others recall it too.
    """

    def __init__(self, pool: Pool, memory: Memory | None = None) -> None:
        self._pool = pool
        self._connection: Connection | None = None
        self._memory = memory or Memory()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        kept, self._connection = self._connection, None
        if kept is not None:
            # Nobody else is to have it, with the planner as it was told to be.
            kept.close()
            self._pool.putconn(kept)

    def read(
        self,
        operator_id: UUID,
        orders: Sequence[PaymentOrder],
        now: datetime,
        *,
        anew: bool = False,
    ) -> Known:
        """Return what is known about orders; see `facts.read_facts`.

        Args:
            operator_id: whose limits are most likely asked for.
            orders: all that wait.
            now: the time.
            anew: read all, whatever is remembered.
        """
        before = self._connection
        try:
            return self._read(operator_id, orders, now, anew)
        except _GONE:
            # Kept since the last time, and the server may have gone and come back meanwhile.
            was_cut = before is not None and before.closed
            self.close()
            if not was_cut:
                raise
        return self._read(operator_id, orders, now, anew)

    def _kept(self) -> Connection:
        if self._connection is None:
            self._connection = self._pool.getconn()
            prefer_indexes(self._connection, for_good=True)
        return self._connection

    def _read(
        self, operator_id: UUID, orders: Sequence[PaymentOrder], now: datetime, anew: bool
    ) -> Known:
        connection = self._kept()
        found = find_targets(connection, [order.payee for order in orders], now)
        targets = [found[order.payee] for order in orders]
        known: list[Remembered | None] = [None] * len(orders)
        if not anew:
            known = list(map(self._memory.recall, orders, targets))
        new = [i for i, each in enumerate(known) if each is None]
        rest = [(i, each) for i, each in enumerate(known) if each is not None]
        facts: dict[int, Facts] = {}
        limits: dict[UUID, LimitTable] = {}
        if new:
            asked = [orders[i] for i in new], [targets[i] for i in new]
            read = read_known(connection, operator_id, *asked, now)
            facts.update(zip(new, read.facts, strict=True))
            limits.update(read.limits)
            for each in read.facts:
                self._memory.keep(each, operator_id)
        if rest:
            about = [(orders[i], targets[i], each) for i, each in rest]
            lasting, own = self._read_rest(operator_id, about, now)
            facts.update(zip([i for i, _ in rest], lasting, strict=True))
            limits[operator_id] = own
        return Known([facts[i] for i in range(len(orders))], limits)

    def _read_rest(
        self,
        operator_id: UUID,
        about: Sequence[tuple[PaymentOrder, Target, Remembered]],
        now: datetime,
    ) -> tuple[list[Facts], LimitTable]:
        """Read what is not remembered of orders; return their facts, and the operator's limits."""
        connection = self._kept()
        parameters = _parameters(operator_id, about, now)
        rows = connection.execute(_READ, parameters, prepare=True, binary=True).fetchall()
        facts = [_facts(*each[1:], row) for each, row in zip(about, rows, strict=True)]
        for each, (_, _, known) in zip(facts, about, strict=True):
            if each.payer is not known.payer or each.payee is not known.payee:
                self._memory.keep(each, operator_id)
        return facts, self._limits_since(connection, operator_id, rows[0][-1], now)

    def _limits_since(
        self, connection: Connection, operator_id: UUID, since: datetime | None, now: datetime
    ) -> LimitTable:
        """Return an operator's limits, which are read once for each moment they are valid from."""
        known = self._memory.limits
        if known is None or (known.operator_id, known.since) != (operator_id, since):
            known = KnownLimits(operator_id, since, limit_table(connection, operator_id, now))
            self._memory.limits = known
        return known.table


def _parameters(
    operator_id: UUID, about: Sequence[tuple[PaymentOrder, Target, Remembered]], now: datetime
) -> dict[str, object]:
    return {
        "operator": operator_id,
        "moment": now,
        "day": day_of(now),
        "wallets": array_of(known.payer.wallet_id.hex for _, _, known in about),
        "keys": array_of(order.claim.key_id.hex for order, _, _ in about),
        "payees": array_of(known.payee.wallet_id.hex for _, _, known in about),
        "people": array_of(_guesser(target, known.payer) for _, target, known in about),
    }


def _guesser(target: Target, payer: Party) -> str | None:
    return str(payer.person_id) if target.is_guessable and payer.person_id else None


def _facts(target: Target, known: Remembered, row: tuple[Any, ...]) -> Facts:
    granted, misses, payer_category, payee_category, _ = row
    return Facts(
        known.key,
        _of_category(known.payer, payer_category),
        _of_category(known.payee, payee_category),
        target,
        False,
        0,
        granted,
        misses,
        None,
        Fen(0),
        None,
        remembered=True,
    )


def _of_category(party: Party, category: int) -> Party:
    if party.category == category:
        return party
    return msgspec.structs.replace(party, category=Category(category))
