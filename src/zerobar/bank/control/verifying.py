"""All that proves a bank to be sound: its books, its purses' equation, and the audit trail."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking import Check, check_books
from zerobar.bank.checking.model import MOST_SHOWN
from zerobar.bank.context import Bank
from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.settlement.model import Outcome
from zerobar.bank.staff import audit
from zerobar.bank.staff.audit import TrailHead
from zerobar.bank.staff.errors import TrailBroken

_FINDS: Final = "The audit trail is not what was written: changed, cut off, or put together anew."
_LOOK_AT: Final = "The database's backups, and who had access to it; keep it as it is."
_SEAL_AT: Final = "SELECT seal FROM bank.audit_entry WHERE number = %s"

# What the operator signs is noted with its voucher; one that came in and is not noted was signed
# in a time that the bank was put back before. What was booked of it since is lacking no more, nor
# is one that nobody can credit any more.
_FORGOTTEN: Final = """
    SELECT encode(v.payee_id, 'hex'), v.entry, v.amount_fen - booked.fen, count(*) OVER ()
    FROM bank.voucher v
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(fen), 0)::bigint AS fen FROM (
            SELECT r.from_wallet_fen + r.from_loss_fen AS fen FROM bank.load_recovery r
            WHERE r.payer_id = v.payer_id AND r.entry = v.entry
            UNION ALL
            SELECT -w.amount_fen FROM bank.purse_owed w
            WHERE w.purse_id = v.payee_id AND w.payer_id = v.payer_id AND w.entry = v.entry
              AND w.is_paid
        ) each
    ) booked
    WHERE v.payer_id = ANY(%s) AND v.amount_fen > booked.fen AND NOT EXISTS (
        SELECT FROM bank.operator_voucher o WHERE o.payee_id = v.payee_id
        AND o.payer_id = v.payer_id AND o.entry = v.entry)
      AND NOT EXISTS (
        SELECT FROM bank.voucher_outcome e WHERE e.payer_id = v.payer_id AND e.entry = v.entry
        AND e.outcome = ANY(%s))
    ORDER BY v.entry LIMIT %s
"""
_NOT_CREDITED: Final = [int(Outcome.REFUNDED), int(Outcome.REDIRECTED)]


def verify_bank(bank: Bank, noted: TrailHead | None = None) -> list[Check]:
    """Compare the books with all records, and check the audit trail from its first entry on.

    Args:
        noted: an earlier head of the trail, noted elsewhere: whoever cut the trail off, or wrote
            another with the bank's own key, does not have its seal.
    """
    return [*check_books(bank), check_signatures(bank), check_trail(bank, noted)]


def check_signatures(bank: Bank) -> Check:
    """Look for money in purses that the operator signed for and does not remember."""
    with bank.connection() as connection:
        operators = sorted(trusted_keys(connection).operators)
        rows = connection.execute(_FORGOTTEN, (operators, _NOT_CREDITED, MOST_SHOWN)).fetchall()
    return Check(
        "operator's vouchers",
        "Money was signed into purses, and no wallet has paid for it.",
        "When the bank was put back to a backup: these loads were made after that. Each is booked"
        " when its purse has synced, from the purse's wallet as far as that has it; beyond what the"
        " vault may pay by itself, two risk officers let it cover the purse's loss. Under a number"
        " that the bank never passed over, somebody else signs with its key: revoke it.",
        rows[0][3] if rows else 0,
        tuple(f"purse {payee}: entry {entry}, {amount} fen" for payee, entry, amount, _ in rows),
    )


def check_trail(bank: Bank, noted: TrailHead | None = None) -> Check:
    """Check the audit trail."""
    faults = _faults(bank, noted)
    return Check("audit trail", _FINDS, _LOOK_AT, len(faults), tuple(faults))


def _faults(bank: Bank, noted: TrailHead | None) -> list[str]:
    try:
        audit.verify_trail(bank)
    except TrailBroken as broken:
        return [broken.what_happened]
    return [] if noted is None else _contradictions(bank, noted)


def _contradictions(bank: Bank, noted: TrailHead) -> list[str]:
    with bank.connection() as connection:
        row = connection.execute(_SEAL_AT, (noted.entries,)).fetchone()
    if row is None:
        return [f"entry {noted.entries}, whose seal was noted, is not there any more"]
    if row[0] != noted.seal:
        return [f"entry {noted.entries} has another seal than the one that was noted"]
    return []
