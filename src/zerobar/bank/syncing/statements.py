"""Void statements that phones and tills hand in: a payee's word that a voucher is not credited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import examine
from zerobar.bank.settlement.outcomes import decide
from zerobar.bank.settlement.posting import post_due
from zerobar.bank.syncing import proving
from zerobar.bank.syncing.errors import StatementRefused
from zerobar.database import Connection
from zerobar.purse.messages import Certificate, VoidStatement
from zerobar.purse.suites import SignatureRefused

_STORE: Final = """
    INSERT INTO bank.void_statement (payee_id, payer_id, payer_entry, flags, voucher_hash,
        statement, stored_at) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def take_statement(
    bank: Bank, statement: VoidStatement, certificates: Sequence[Certificate] = ()
) -> None:
    """Store a statement that its payee has signed, and decide what follows; again changes nothing.

    Raises CertificatesNeeded, StatementRefused; TooBusy or OutcomeUnknown: hand it in again.
    """
    payee_id = statement.payee_id
    with bank.transaction() as connection:
        known = proving.certificates_of(connection)
        signers = proving.gather(connection, known, [payee_id], certificates)
        try:
            statement.verify(signers[payee_id].public_key)
        except SignatureRefused:
            raise StatementRefused("its payee did not sign it") from None
        _store(bank, connection, statement)
        decide(connection, [statement.payer_id, payee_id], bank.clock())
    examine(bank, [], [payee_id])
    post_due(bank, [statement.payer_id, payee_id])


def _store(bank: Bank, connection: Connection, statement: VoidStatement) -> None:
    connection.execute(
        _STORE,
        (
            statement.payee_id,
            statement.payer_id,
            statement.payer_entry,
            statement.flags,
            statement.voucher_hash,
            bytes(statement),
            bank.clock(),
        ),
    )
