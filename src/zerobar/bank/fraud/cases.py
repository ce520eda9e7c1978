"""Cases of fraud, for the risk officer: what was proved, who has looked at it, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import Conflict, NotFound
from zerobar.bank.fraud.model import FraudTest, Signed
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection

_ENTRY_LENGTH: Final = 4
_PADDING: Final = bytes(3)
_CASE: Final = """
    SELECT f.purse_id, f.entry, f.test, f.found_at, f.first_body, f.first_signature,
           f.second_body, f.second_signature, l.log,
           r.seen_by, r.seen_at, r.closed_by, r.closed_at, r.reason
    FROM bank.fraud_case f
    LEFT JOIN bank.fraud_log l USING (purse_id, entry, test)
    LEFT JOIN bank.fraud_review r USING (purse_id, entry, test)
"""
_LIST: Final = (
    _CASE
    + """
    WHERE (NOT %(open_only)s OR r.closed_at IS NULL)
      AND (%(purse_id)s::bytea IS NULL
           OR (f.purse_id, f.entry, f.test) > (%(purse_id)s, %(entry)s, %(test)s))
    ORDER BY f.purse_id, f.entry, f.test LIMIT %(limit)s
    """
)
_ONE: Final = _CASE + "WHERE f.purse_id = %s AND f.entry = %s AND f.test = %s"
_SEE: Final = """
    INSERT INTO bank.fraud_review (purse_id, entry, test, seen_by, seen_at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_CLOSE: Final = """
    UPDATE bank.fraud_review SET closed_by = %s, closed_at = %s, reason = %s
    WHERE purse_id = %s AND entry = %s AND test = %s AND closed_at IS NULL
"""
CaseKey = tuple[bytes, int, int]
"""Purse id, entry and test."""


class CaseUnknown(NotFound):
    """No such case was found."""

    problem = "case-unknown"

    def __init__(self) -> None:
        super().__init__("No case of fraud has this id.", "List the cases, and take one's id.")


class CaseClosed(Conflict):
    """Somebody has closed the case, with another reason."""

    problem = "case-closed"

    def __init__(self) -> None:
        super().__init__(
            "This case was closed before, for another reason.", "Read the case as it stands."
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A proof that a purse cheated, and what staff did about it.

    Attributes:
        first, second: what was signed; of a test that needs one message, the second is empty.
        log: entries of 129 bytes that lead to the first, if it is a state that they must lead to.
        reason: why it was closed.
    """

    purse_id: bytes
    entry: int
    test: FraudTest
    found_at: datetime
    first: Signed = field(repr=False)
    second: Signed = field(repr=False)
    log: bytes = field(repr=False)
    seen_by: UUID | None
    seen_at: datetime | None
    closed_by: UUID | None
    closed_at: datetime | None
    reason: str | None

    @property
    def id(self) -> UUID:
        """Purse, entry and test as one id, in the order of the list."""
        entry = self.entry.to_bytes(_ENTRY_LENGTH)
        return UUID(bytes=self.purse_id + entry + bytes((self.test,)) + _PADDING)


def list_cases(
    bank: Bank, session: StaffSession, after: UUID | None, limit: int, *, open_only: bool = True
) -> list[Case]:
    """Return cases in the order of their ids; raises RoleMissing."""
    session.require(Role.RISK)
    purse_id, entry, test = (None, 0, 0) if after is None else _key(after)
    with bank.connection() as connection:
        rows = connection.execute(
            _LIST,
            {
                "open_only": open_only,
                "purse_id": purse_id,
                "entry": entry,
                "test": test,
                "limit": limit,
            },
        ).fetchall()
    return [_case(row) for row in rows]


def read_case(bank: Bank, session: StaffSession, case_id: UUID) -> Case:
    """Return a case, and note who saw it first; raises RoleMissing or CaseUnknown."""
    session.require(Role.RISK)
    with bank.transaction() as connection:
        _found(connection, case_id)
        connection.execute(_SEE, (*_key(case_id), session.staff_id, bank.clock()))
        return _found(connection, case_id)


def close_case(bank: Bank, session: StaffSession, case_id: UUID, reason: str) -> Case:
    """Close a case; the purse stays blocked, for the proof stands. Again changes nothing.

    Raises RoleMissing, CaseUnknown, or CaseClosed for another reason than before.
    """
    session.require(Role.RISK)
    read_case(bank, session, case_id)
    with bank.transaction() as connection:
        done = connection.execute(_CLOSE, (session.staff_id, bank.clock(), reason, *_key(case_id)))
        found = _found(connection, case_id)
        if found.reason != reason:
            raise CaseClosed
        if done.rowcount:
            details = {"case_id": case_id, "purse_id": found.purse_id.hex(), "reason": reason}
            audit.append(bank, connection, session.staff_id, "close-fraud-case", **details)
    return found


def _found(connection: Connection, case_id: UUID) -> Case:
    row = connection.execute(_ONE, _key(case_id)).fetchone()
    if row is None:
        raise CaseUnknown
    return _case(row)


def _key(case_id: UUID) -> CaseKey:
    raw = case_id.bytes
    return raw[:8], int.from_bytes(raw[8:12]), raw[12]


def _case(row: tuple[Any, ...]) -> Case:
    purse_id, entry, test, found_at = row[:4]
    log, *review = row[8:]
    return Case(
        purse_id,
        entry,
        FraudTest(test),
        found_at,
        Signed(*row[4:6]),
        Signed(*row[6:8]),
        log or b"",
        *review,
    )
