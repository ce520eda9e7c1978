"""Who pays for a cheat: the operator, from an account of its own, so that every payee is whole.

A purse that was proved to cheat is taken for an account outside. What it put into the world is all
that others credited of it, or that left the float for it; what it had is all that it was paid, as
long as that did not end otherwise than with its credit. Where the first is more, the float lacks
the difference, for everybody else's claims were backed when they were made.
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.settlement.asking import is_posted
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.bank.settlement.posting import post_due
from zerobar.bank.settlement.records import cover_row
from zerobar.database import Connection
from zerobar.ledger import Posting, Transfer
from zerobar.purse.messages import EntryKind, Kind
from zerobar.purse.money import Fen

# The amount in a voucher's body is bytes 26 to 29. A body that is credited and not stored is the
# second one of a fork.
_LOSSES: Final = """
    WITH cheat AS (
        SELECT DISTINCT purse_id FROM bank.fraud_case
    ), credit AS (
        SELECT l.purse_id, l.payer_id, o.outcome,
               v.body IS NOT DISTINCT FROM l.content AS is_stored,
               ('x' || encode(substring(l.content from 27 for 4), 'hex'))::bit(32)::bigint
               AS amount_fen
        FROM bank.purse_log l
        LEFT JOIN bank.voucher v ON v.payer_id = l.payer_id AND v.entry = l.payer_entry
        LEFT JOIN bank.voucher_outcome o ON o.payer_id = l.payer_id AND o.entry = l.payer_entry
        WHERE l.kind = %(credit)s AND (
            l.purse_id IN (SELECT purse_id FROM cheat)
            OR l.payer_id IN (SELECT purse_id FROM cheat))
    ), side AS (
        SELECT v.payer_id AS purse_id, v.amount_fen FROM bank.voucher v
        JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
        WHERE v.payer_id IN (SELECT purse_id FROM cheat) AND v.kind <> %(authorise)s
          AND o.outcome IN (%(settled)s, %(redirected)s, %(refunded)s)
        UNION ALL
        SELECT payer_id, amount_fen FROM credit
        WHERE NOT is_stored OR outcome = %(undone)s
        UNION ALL
        SELECT v.payee_id, -v.amount_fen FROM bank.voucher v
        LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
        WHERE v.payee_id IN (SELECT purse_id FROM cheat) AND v.kind <> %(authorise)s
          AND coalesce(o.outcome, %(settled)s) = %(settled)s
        UNION ALL
        SELECT purse_id, -amount_fen FROM credit WHERE NOT is_stored
    )
    SELECT c.purse_id, coalesce(sum(s.amount_fen), 0),
           coalesce((SELECT sum(amount_fen) FROM bank.loss_cover l
                     WHERE l.purse_id = c.purse_id), 0)
    FROM cheat c LEFT JOIN side s USING (purse_id)
    GROUP BY c.purse_id ORDER BY c.purse_id
"""
_WAKE: Final = "UPDATE bank.voucher_due SET waits_for = NULL WHERE waits_for = %s"


def uncovered(connection: Connection) -> dict[bytes, tuple[int, int]]:
    """Return what is still to be made good for each cheat, and what was before, in fen."""
    rows = connection.execute(
        _LOSSES,
        {
            "credit": int(EntryKind.CREDIT),
            "authorise": int(Kind.AUTHORISE),
            "settled": int(Outcome.SETTLED),
            "redirected": int(Outcome.REDIRECTED),
            "refunded": int(Outcome.REFUNDED),
            "undone": int(Outcome.UNDONE),
        },
    )
    found = {purse_id: (int(lost) - int(before), int(before)) for purse_id, lost, before in rows}
    return {purse_id: each for purse_id, each in found.items() if each[0] > 0}


def cover_losses(bank: Bank) -> Fen:
    """Make good what cheats took from the float; return how much it was now.

    What had to wait because the float was short is due again.

    Raises TooBusy or OutcomeUnknown when the ledger does not answer.
    """
    with bank.connection() as connection:
        losses = uncovered(connection)
    covered = Fen(sum(_cover(bank, purse_id, *loss) for purse_id, loss in losses.items()))
    if covered:
        with bank.connection() as connection:
            connection.execute(_WAKE, (Waiting.LEDGER_REFUSED,))
        post_due(bank)
    return covered


def _cover(bank: Bank, purse_id: bytes, amount: int, before: int) -> int:
    transfer = Transfer(
        derived_id(Word.LOSS_COVERED, purse_id.hex(), before, amount),
        operator_account(bank.operator_id, AccountCode.LOSS),
        operator_account(bank.operator_id, AccountCode.FLOAT),
        Fen(amount),
        int(TransferCode.LOSS_COVERED),
        reference=purse_id,
    )
    row = cover_row(purse_id, before, amount, bank.clock())
    return amount if is_posted(bank, Posting((transfer,), (), (row,))) else 0
