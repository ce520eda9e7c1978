"""Charges, and what the operator signed for them, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zerobar.bank.purses.model import Charge, Consent
from zerobar.database import Connection
from zerobar.purse.messages import Request, Voucher

_PAUSE: Final = timedelta(minutes=1)
"""Before what could not be signed is tried again."""

_CHARGE: Final = """
    SELECT c.charge_id, c.wallet_id, c.request, c.made_at, w.person_id, c.key_id, c.signed_bytes,
           c.signature
    FROM bank.purse_charge c JOIN bank.wallet w ON w.wallet_id = c.wallet_id
    WHERE c.payee_id = %s AND c.number = %s AND c.request = %s
"""
# A voucher repeats all of the request that it pays but for the head: its kind, and bytes 14 to 43.
_VOUCHER: Final = """
    SELECT v.body || v.signature FROM bank.operator_voucher o
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    WHERE o.payee_id = %s AND o.number = %s
      AND substring(v.body from 2 for 1) || substring(v.body from 15 for 30)
          = substring(%s::bytea from 2)
"""


@dataclass(frozen=True, slots=True)
class OperatorLog:
    """Where an operator's own purse is: its newest entry, and the 16-byte chain after it."""

    entry: int
    chain: bytes


def charge(connection: Connection, request: Request) -> Charge | None:
    """Return what a wallet paid for a purse's request."""
    row = connection.execute(_CHARGE, _key(request)).fetchone()
    if row is None:
        return None
    charge_id, wallet_id, raw, made_at, person_id, *evidence = row
    return Charge(charge_id, wallet_id, Request.parse(raw), made_at, Consent(person_id, *evidence))


def due(connection: Connection, now: datetime, most: int) -> list[Request]:
    """Return requests that are paid, and whose vouchers are to be signed by now."""
    rows = connection.execute(
        "SELECT request FROM bank.purse_charge_due WHERE next_try_at IS NULL OR next_try_at <= %s"
        " ORDER BY payee_id, number, request LIMIT %s",
        (now, most),
    )
    return [Request.parse(raw) for (raw,) in rows]


def is_due(connection: Connection, payee_id: bytes) -> bool:
    """Return whether something is paid to a purse, and not yet signed."""
    row = connection.execute(
        "SELECT FROM bank.purse_charge_due WHERE payee_id = %s LIMIT 1", (payee_id,)
    ).fetchone()
    return row is not None


def put_due_off(connection: Connection, request: Request, now: datetime) -> None:
    """Have a voucher signed later, for it could not be now."""
    connection.execute(
        "UPDATE bank.purse_charge_due SET next_try_at = %s"
        " WHERE payee_id = %s AND number = %s AND request = %s",
        (now + _PAUSE, *_key(request)),
    )


def end_due(connection: Connection, request: Request) -> None:
    """Note that a voucher is signed."""
    connection.execute(
        "DELETE FROM bank.purse_charge_due WHERE payee_id = %s AND number = %s AND request = %s",
        _key(request),
    )


def voucher(connection: Connection, request: Request) -> Voucher | None:
    """Return what the operator signed for a purse's request."""
    row = connection.execute(_VOUCHER, _key(request)).fetchone()
    return None if row is None else Voucher.parse(row[0])


def insert_voucher(connection: Connection, signed: Voucher) -> None:
    """Note which of its entries the operator signed for a request."""
    connection.execute(
        "INSERT INTO bank.operator_voucher (payee_id, number, payer_id, entry)"
        " VALUES (%s, %s, %s, %s)",
        (signed.payee_id, signed.number, signed.payer_id, signed.entry),
    )


def lock_log(connection: Connection, operator_purse_id: bytes) -> OperatorLog:
    """Return an operator's log, which nobody else continues until the transaction ends."""
    connection.execute(
        "INSERT INTO bank.operator_log (purse_id, entry, chain) VALUES (%s, 0, %s)"
        " ON CONFLICT DO NOTHING",
        (operator_purse_id, bytes(16)),
    )
    row = connection.execute(
        "SELECT entry, chain FROM bank.operator_log WHERE purse_id = %s FOR UPDATE",
        (operator_purse_id,),
    ).fetchone()
    assert row is not None
    return OperatorLog(*row)


def advance_log(connection: Connection, operator_purse_id: bytes, log: OperatorLog) -> None:
    """Note how far an operator's log is."""
    connection.execute(
        "UPDATE bank.operator_log SET entry = %s, chain = %s WHERE purse_id = %s",
        (log.entry, log.chain, operator_purse_id),
    )


def _key(request: Request) -> tuple[bytes, int, bytes]:
    """Return what a request is known by: all of it, for anybody can make one of that number up."""
    return request.payee_id, request.number, bytes(request)
