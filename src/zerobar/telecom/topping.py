"""Top-ups: each payment counts once, whichever roads it took, and a line that owes nothing resumes.

A payment is known by the bank's id of it, or by its voucher's payer and entry: whoever brings the
same voucher again, a till, a friend or a message, brings the same top-up. Money for no line, or for
a closed one, is kept apart and given back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from zerobar.database import Connection
from zerobar.purse.money import Fen
from zerobar.telecom import accounts
from zerobar.telecom.apart import (
    BY_ORDER,
    ApartState,
    Unplaced,
    WayBack,
    insert_unplaced,
    stored_unplaced,
)
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import (
    AmountOutOfRange,
    BadReference,
    IdUsed,
    LineClosed,
    LineUnknown,
    OverRefund,
    TopUpUnknown,
)
from zerobar.telecom.model import EntryKind, LineStatus, Source, TopUp
from zerobar.telecom.numbers import number_in

LEAST: Final = Fen(100)
MOST: Final = Fen(500_000)
_VOUCHERS: Final = uuid5(NAMESPACE_URL, "urn:zerobar:telecom:voucher")
_TOP_UP: Final = """
    SELECT t.top_up_id, t.number, t.amount_fen, t.source, t.made_at,
           (SELECT coalesce(sum(r.amount_fen), 0) FROM telecom.refund r
            WHERE r.top_up_id = t.top_up_id AND r.undone_at IS NULL), t.resumed
    FROM telecom.top_up t
"""


def voucher_top_up_id(payer_id: bytes, entry: int) -> UUID:
    """Return the id of the top-up that a voucher is, by payer id (8 bytes) and entry."""
    return uuid5(_VOUCHERS, f"{payer_id.hex()}/{entry}")


def check_amount(amount: Fen) -> None:
    """Refuse what no top-up is asked for; money that has come is taken whatever it is.

    Raises AmountOutOfRange.
    """
    if not LEAST <= amount <= MOST:
        raise AmountOutOfRange(LEAST, MOST)


def top_up(telecom: Telecom, top_up_id: UUID, number: str, amount: Fen, source: Source) -> TopUp:
    """Credit a line with money that has come; the same again changes nothing.

    Raises LineUnknown, LineClosed, or IdUsed for another line or amount.
    """
    with telecom.transaction() as connection:
        lock_money(connection, top_up_id)
        return credit_line(
            telecom, connection, TopUp(top_up_id, number, amount, source, telecom.clock())
        )


def take_money(
    telecom: Telecom,
    top_up_id: UUID,
    reference: bytes,
    amount: Fen,
    source: Source,
    way_back: WayBack = None,
) -> TopUp | Unplaced:
    """Credit the line that 8 bytes name; what no line can take is kept apart, once and for good.

    Args:
        telecom: whose line.
        top_up_id: of the payment.
        reference: 8 bytes.
        amount: all of it.
        source: by which road it came.
        way_back: what the bank gives it back by, if no line takes it.

    Raises IdUsed for another line or amount.
    """
    now = telecom.clock()
    with telecom.transaction() as connection:
        lock_money(connection, top_up_id)
        # Kept apart once, it is on its way back: a line that opens later does not get it as well.
        if (apart := stored_unplaced(connection, top_up_id)) is not None:
            return apart
        try:
            new = TopUp(top_up_id, number_in(reference), amount, source, now)
            return credit_line(telecom, connection, new)
        except (BadReference, LineUnknown, LineClosed) as error:
            apart = Unplaced(top_up_id, reference, amount, error.problem, now, source)
            return _keep_apart(telecom, connection, apart, way_back)


def is_known(telecom: Telecom, top_up_id: UUID) -> bool:
    """Return whether this money was credited or kept apart before."""
    with telecom.connection() as connection:
        return (
            _find(connection, top_up_id) is not None
            or stored_unplaced(connection, top_up_id) is not None
        )


def find_top_up(telecom: Telecom, top_up_id: UUID) -> TopUp:
    """Return a top-up; raises TopUpUnknown."""
    with telecom.connection() as connection:
        found = _find(connection, top_up_id)
    if found is None:
        raise TopUpUnknown(top_up_id)
    return found


def top_ups(telecom: Telecom, number: str, most: int) -> list[TopUp]:
    """Return a line's top-ups, newest first."""
    with telecom.connection() as connection:
        rows = connection.execute(
            _TOP_UP + " WHERE t.number = %s ORDER BY t.made_at DESC, t.top_up_id LIMIT %s",
            (number, most),
        ).fetchall()
    return [_read(*row) for row in rows]


def refund(telecom: Telecom, refund_id: UUID, top_up_id: UUID, amount: Fen) -> TopUp:
    """Take a part of a top-up off its line again, before the bank gives it back; once.

    Raises TopUpUnknown, OverRefund, or IdUsed.
    """
    with telecom.transaction() as connection:
        return take_off(telecom, connection, refund_id, top_up_id, amount)


def take_off(
    telecom: Telecom, connection: Connection, refund_id: UUID, top_up_id: UUID, amount: Fen
) -> TopUp:
    """Do what `refund` does, inside the caller's transaction; raises as it does."""
    found = _locked(connection, top_up_id)
    known = connection.execute(
        "SELECT top_up_id, amount_fen FROM telecom.refund WHERE refund_id = %s", (refund_id,)
    ).fetchone()
    if known is not None:
        if known != (top_up_id, int(amount)):
            raise IdUsed
        return found
    left = Fen(found.amount - found.refunded)
    if amount > left:
        raise OverRefund(left)
    _take_off(telecom, connection, found, refund_id, amount)
    return _locked(connection, top_up_id)


def lock_money(connection: Connection, top_up_id: UUID) -> None:
    """Let nobody else decide about this money until the transaction ends."""
    key = int.from_bytes(top_up_id.bytes[:8], signed=True)
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (key,))


def put_back(telecom: Telecom, connection: Connection, refund_id: UUID) -> None:
    """Put a refund that the bank would not make on its line again, once."""
    row = connection.execute(
        "SELECT top_up_id FROM telecom.refund WHERE refund_id = %s", (refund_id,)
    ).fetchone()
    assert row is not None, "it was taken off before the bank was asked"
    line = _locked(connection, row[0]).number
    undone = connection.execute(
        "UPDATE telecom.refund SET undone_at = %s WHERE refund_id = %s AND undone_at IS NULL"
        " RETURNING amount_fen",
        (telecom.clock(), refund_id),
    ).fetchone()
    if undone is not None:
        entry = (line, EntryKind.REFUND_UNDONE, str(refund_id))
        accounts.change(connection, entry, undone[0], telecom.today(), telecom.clock())


def credit_line(telecom: Telecom, connection: Connection, new: TopUp) -> TopUp:
    """Credit a line, once, in a transaction that has locked the payment.

    Raises LineUnknown, LineClosed, or IdUsed for another line or amount.
    """
    # From here on the line is locked as well.
    before = accounts.locked_line(connection, new.number)
    known = _find(connection, new.id)
    if known is not None:
        if (known.number, known.amount) != (new.number, new.amount):
            raise IdUsed
        return known
    if before.status is LineStatus.CLOSED:
        raise LineClosed
    return _credit(telecom, connection, new)


def _locked(connection: Connection, top_up_id: UUID) -> TopUp:
    """Return a top-up whose line is locked; raises TopUpUnknown."""
    found = _find(connection, top_up_id)
    if found is None:
        raise TopUpUnknown(top_up_id)
    accounts.locked_line(connection, found.number)
    again = _find(connection, top_up_id)
    assert again is not None, "top-ups are never deleted"
    return again


def _credit(telecom: Telecom, connection: Connection, new: TopUp) -> TopUp:
    suspended = accounts.line(connection, new.number).status is not LineStatus.ACTIVE
    entry = (new.number, EntryKind.TOP_UP, str(new.id))
    accounts.change(connection, entry, int(new.amount), telecom.today(), new.made_at)
    active = accounts.line(connection, new.number).status is LineStatus.ACTIVE
    connection.execute(
        "INSERT INTO telecom.top_up (top_up_id, number, amount_fen, source, resumed, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (new.id, new.number, int(new.amount), new.source, suspended and active, new.made_at),
    )
    found = _find(connection, new.id)
    assert found is not None
    return found


def _take_off(
    telecom: Telecom, connection: Connection, found: TopUp, refund_id: UUID, amount: Fen
) -> None:
    now = telecom.clock()
    connection.execute(
        "INSERT INTO telecom.refund (refund_id, top_up_id, amount_fen, made_at)"
        " VALUES (%s, %s, %s, %s)",
        (refund_id, found.id, int(amount), now),
    )
    entry = (found.number, EntryKind.REFUND, str(refund_id))
    accounts.change(connection, entry, -int(amount), telecom.today(), now)


def _keep_apart(
    telecom: Telecom, connection: Connection, apart: Unplaced, way_back: WayBack
) -> Unplaced:
    # Whoever comes first, by whichever reference: the same money is nowhere else.
    if _find(connection, apart.id) is not None:
        raise IdUsed
    if way_back is BY_ORDER:
        apart = replace(apart, state=ApartState.ASKED)
    elif way_back is not None:
        day = apart.came_at + timedelta(days=telecom.terms.give_back_after_days)
        apart = replace(apart, voucher=way_back, give_back_at=day)
    insert_unplaced(connection, apart)
    return apart


def _find(connection: Connection, top_up_id: UUID) -> TopUp | None:
    row = connection.execute(_TOP_UP + " WHERE t.top_up_id = %s", (top_up_id,)).fetchone()
    return None if row is None else _read(*row)


def _read(id_: UUID, number: str, amount: int, source: int, made_at: Any, *rest: Any) -> TopUp:
    refunded, resumed = rest
    return TopUp(id_, number, Fen(amount), Source(source), made_at, Fen(int(refunded)), resumed)
