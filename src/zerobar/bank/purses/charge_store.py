"""Charges, and what the operator signed for them, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.bank.purses.model import Charge, Consent
from zerobar.database import Connection
from zerobar.purse.messages import Request, Voucher

_CHARGE: Final = """
    SELECT c.charge_id, c.wallet_id, c.request, c.made_at, w.person_id, c.key_id, c.signed_bytes,
           c.signature
    FROM bank.purse_charge c JOIN bank.wallet w ON w.wallet_id = c.wallet_id
    WHERE c.payee_id = %s AND c.number = %s
"""
_VOUCHER: Final = """
    SELECT v.body || v.signature FROM bank.operator_voucher o
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    WHERE o.payee_id = %s AND o.number = %s
"""


@dataclass(frozen=True, slots=True)
class OperatorLog:
    """Where an operator's own purse is: its newest entry, and the 16-byte chain after it."""

    entry: int
    chain: bytes


def charge(connection: Connection, payee_id: bytes, number: int) -> Charge | None:
    """Return what a wallet paid for a purse's request."""
    row = connection.execute(_CHARGE, (payee_id, number)).fetchone()
    if row is None:
        return None
    charge_id, wallet_id, request, made_at, person_id, *evidence = row
    return Charge(
        charge_id, wallet_id, Request.parse(request), made_at, Consent(person_id, *evidence)
    )


def due(connection: Connection, most: int) -> list[tuple[bytes, int]]:
    """Return requests that are paid, and whose vouchers are still to be signed."""
    rows = connection.execute(
        "SELECT payee_id, number FROM bank.purse_charge_due ORDER BY payee_id, number LIMIT %s",
        (most,),
    )
    return [(payee_id, number) for payee_id, number in rows]


def end_due(connection: Connection, payee_id: bytes, number: int) -> None:
    """Note that a voucher is signed."""
    connection.execute(
        "DELETE FROM bank.purse_charge_due WHERE payee_id = %s AND number = %s", (payee_id, number)
    )


def voucher(connection: Connection, payee_id: bytes, number: int) -> Voucher | None:
    """Return what the operator signed for a purse's request."""
    row = connection.execute(_VOUCHER, (payee_id, number)).fetchone()
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


def wallet_that_paid(connection: Connection, payee_id: bytes, number: int) -> UUID | None:
    """Return the wallet whose money a voucher of the operator is; None: it is the operator's."""
    row = connection.execute(
        "SELECT wallet_id FROM bank.purse_charge WHERE payee_id = %s AND number = %s",
        (payee_id, number),
    ).fetchone()
    return None if row is None else row[0]
