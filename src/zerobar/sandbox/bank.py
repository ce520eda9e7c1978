"""The bank's rules: cards, orders carried out once, and what moved in an operator's account."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Final

from zerobar.sandbox.model import Booking, Order, Outcome, SandboxRefusal, Status, Way
from zerobar.sandbox.store import Store

CHINA: Final = timezone(timedelta(hours=8), "CST")
NEVER_ARRIVED: Final = "never-arrived"
_KINDS: Final = {Way.DEBIT: "card-debit", Way.CREDIT: "card-credit"}


class Bank:
    """A bank with cards for people and accounts for operators, which open by being used.

    Args:
        store: its books.
        clock: the time, aware; a day is China's.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def token(self, number: str, name: str, resident_id: str, phone: str) -> str | None:
        """Return a card's token; None if the four elements do not belong together."""
        row = self._store.database.execute(
            "SELECT c.token FROM card c JOIN person p USING (resident_id)"
            " WHERE c.number = ? AND p.name = ? AND c.resident_id = ? AND c.phone = ?",
            (number, name, resident_id, phone),
        ).fetchone()
        return str(row[0]) if row else None

    def carry_out(self, order: Order, refuse: str = "", queries: int = 0) -> Outcome:
        """Carry out an order, once; the same again gives what became of it.

        Args:
            order: any.
            refuse: why it is refused whatever the card holds; else empty.
            queries: how often it is asked after before it is known.

        Raises SandboxRefusal if the id was used for another order.
        """
        with self._store.transaction() as database:
            known = self._known(database, order)
            if known is not None:
                return known
            if queries > 0:
                outcome = Outcome(Status.PENDING)
            else:
                outcome = self._move(database, order, refuse)
            database.execute(
                "INSERT INTO card_order VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    order.account,
                    order.id,
                    order.way,
                    order.card_token,
                    order.amount_fen,
                    outcome.status,
                    outcome.reason,
                    queries,
                ),
            )
            return outcome

    def outcome(self, account: str, order_id: str) -> Outcome:
        """Say what became of an order; one that never arrived is refused for ever."""
        with self._store.transaction() as database:
            row = database.execute(
                "SELECT way, card_token, amount_fen, status, reason, queries_left FROM card_order"
                " WHERE account = ? AND order_id = ?",
                (account, order_id),
            ).fetchone()
            if row is None:
                database.execute(
                    "INSERT INTO card_order VALUES (?, ?, '', '', 0, ?, ?, 0)",
                    (account, order_id, Status.REFUSED, NEVER_ARRIVED),
                )
                return Outcome(Status.REFUSED, NEVER_ARRIVED)
            way, token, amount, status, reason, queries_left = row
            if status != Status.PENDING:
                return Outcome(Status(status), reason)
            return self._less_pending(
                database, Order(account, order_id, Way(way), token, amount), queries_left - 1
            )

    def statement(self, account: str, day: str) -> list[Booking]:
        """Return what moved in an operator's account on a day (YYYY-MM-DD), in order."""
        rows = self._store.database.execute(
            "SELECT kind, reference, amount_fen, booked_at FROM booking"
            " WHERE account = ? AND day = ? ORDER BY number",
            (account, day),
        )
        return [Booking(*row) for row in rows]

    def book(
        self, database: sqlite3.Connection, account: str, kind: str, reference: str, amount: int
    ) -> None:
        """Write a line of an operator's statement."""
        now = self._clock()
        database.execute(
            "INSERT INTO booking (account, day, kind, reference, amount_fen, booked_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                account,
                now.astimezone(CHINA).date().isoformat(),
                kind,
                reference,
                amount,
                now.isoformat(),
            ),
        )

    def _known(self, database: sqlite3.Connection, order: Order) -> Outcome | None:
        row = database.execute(
            "SELECT way, card_token, amount_fen, status, reason FROM card_order"
            " WHERE account = ? AND order_id = ?",
            (order.account, order.id),
        ).fetchone()
        if row is None:
            return None
        *content, status, reason = row
        same = content == [order.way, order.card_token, order.amount_fen]
        if not same and reason != NEVER_ARRIVED:
            raise SandboxRefusal(409, "This id was used for another order.", "Use a new id.")
        return Outcome(Status(status), reason)

    def _less_pending(
        self, database: sqlite3.Connection, order: Order, queries_left: int
    ) -> Outcome:
        outcome = Outcome(Status.PENDING)
        if queries_left <= 0:
            outcome = self._move(database, order, "")
        database.execute(
            "UPDATE card_order SET status = ?, reason = ?, queries_left = ?"
            " WHERE account = ? AND order_id = ?",
            (outcome.status, outcome.reason, queries_left, order.account, order.id),
        )
        return outcome

    def _move(self, database: sqlite3.Connection, order: Order, refuse: str) -> Outcome:
        reason = refuse or _obstacle(database, order)
        if reason:
            return Outcome(Status.REFUSED, reason)
        change = order.amount_fen if order.way is Way.CREDIT else -order.amount_fen
        database.execute(
            "UPDATE card SET balance_fen = balance_fen + ? WHERE token = ?",
            (change, order.card_token),
        )
        self.book(database, order.account, _KINDS[order.way], order.id, order.amount_fen)
        return Outcome(Status.DONE)


def _obstacle(database: sqlite3.Connection, order: Order) -> str:
    row = database.execute(
        "SELECT balance_fen FROM card WHERE token = ?", (order.card_token,)
    ).fetchone()
    if row is None:
        return "card-unknown"
    short = order.way is Way.DEBIT and row[0] < order.amount_fen
    return "insufficient-funds" if short else ""
