"""Vouchers that hosted payees gave back, against the ledger and what became of the vouchers."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

RETURNS: Final = compared(
    "vouchers given back and money",
    "A voucher is given back without its money, or money was given back without a voucher.",
    "The voucher, its payee's wallet, and the note that it was given back.",
    asked="""
        SELECT r.transfer_id, 'return of entry ' || r.entry || ' of purse',
               encode(r.payer_id, 'hex'), %(does_post)s, %(code_voucher_returned)s,
               payee.wallet_id, coalesce(r.wallet_id, a.float_id), r.amount_fen, NULL::uuid, true
        FROM bank.voucher_return r LEFT JOIN bank.voucher v USING (payer_id, entry)
        LEFT JOIN bank.purse payee ON payee.purse_id = v.payee_id
        LEFT JOIN bank.wallet w ON w.wallet_id = payee.wallet_id
        LEFT JOIN own_account a ON a.operator_id = w.operator_id
    """,
    scope="t.code = %(code_voucher_returned)s",
)
# A purse may have been linked since; what was given back before that is owed to the card.
RETURNED: Final = Rule(
    "vouchers given back",
    "What was given back was not settled, is of another amount, or went to somebody else.",
    "The voucher's outcome, the wallet behind its payer's purse, and what the purse is owed.",
    """
    SELECT 'entry ' || r.entry || ' of purse ' || encode(r.payer_id, 'hex') || ': '
           || r.amount_fen || ' fen given back to '
           || coalesce('wallet ' || r.wallet_id, 'the card, which is owed '
                       || coalesce(w.amount_fen, 0) || ' fen of it')
    FROM bank.voucher_return r
    LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
    LEFT JOIN bank.purse payer ON payer.purse_id = r.payer_id
    LEFT JOIN bank.purse_owed w
           ON w.purse_id = r.payer_id AND w.payer_id = r.payer_id AND w.entry = r.entry
    WHERE o.outcome IS DISTINCT FROM %(outcome_settled)s OR o.transfer_id IS NULL
       OR o.amount_fen <> r.amount_fen
       OR CASE WHEN r.wallet_id IS NULL THEN w.amount_fen IS DISTINCT FROM r.amount_fen
               ELSE w.amount_fen IS NOT NULL OR r.wallet_id IS DISTINCT FROM payer.wallet_id END
    """,
)
# The payee's key is the merchant's own, so it can void what it was paid; no card takes that.
TAKEN_BACK: Final = Rule(
    "vouchers taken back",
    "A card has taken back what its hosted payee was paid: the same money is there twice.",
    "The void statement in the card's log, which whoever has the payee's key signed for a card"
    " that was opened: freeze the wallets of both, and have the merchant pay it.",
    """
    SELECT 'entry ' || v.entry || ' of purse ' || encode(v.payer_id, 'hex') || ': '
           || v.amount_fen || ' fen, paid to payee ' || encode(v.payee_id, 'hex')
    FROM bank.purse_log l
    JOIN bank.voucher v ON v.payer_id = l.purse_id AND v.entry = l.payer_entry
    JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
    JOIN bank.purse payee ON payee.purse_id = v.payee_id
    WHERE l.kind = %(entry_undo)s AND o.outcome = %(outcome_settled)s
      AND payee.class = %(class_service)s
    """,
)
RULES: Final = (RETURNS, RETURNED, TAKEN_BACK)
