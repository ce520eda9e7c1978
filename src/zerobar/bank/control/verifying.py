"""All that proves a bank to be sound: its books, its purses' equation, and the audit trail."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking import Check, check_books
from zerobar.bank.checking.model import MOST_SHOWN
from zerobar.bank.context import Bank
from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.staff import audit
from zerobar.bank.staff.audit import TrailHead
from zerobar.bank.staff.errors import TrailBroken

_FINDS: Final = "The audit trail is not what was written: changed, cut off, or put together anew."
_LOOK_AT: Final = "The database's backups, and who had access to it; keep it as it is."
_SEAL_AT: Final = "SELECT seal FROM bank.audit_entry WHERE number = %s"

# What the operator signs is noted with its voucher; one that came in and is not noted was signed
# in a time that the bank was put back before.
_FORGOTTEN: Final = """
    SELECT encode(v.payee_id, 'hex'), v.entry, v.amount_fen, count(*) OVER ()
    FROM bank.voucher v
    WHERE v.payer_id = ANY(%s) AND NOT EXISTS (
        SELECT FROM bank.operator_voucher o WHERE o.payee_id = v.payee_id
        AND o.payer_id = v.payer_id AND o.entry = v.entry)
    ORDER BY v.entry LIMIT %s
"""


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
        rows = connection.execute(_FORGOTTEN, (operators, MOST_SHOWN)).fetchall()
    return Check(
        "operator's vouchers",
        "Money was signed into purses, and no wallet is known to have paid for it.",
        "When the bank was put back to a backup: these loads were made after that, and the wallets"
        " that paid have their money again. Until it is collected, the float lacks it.",
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
