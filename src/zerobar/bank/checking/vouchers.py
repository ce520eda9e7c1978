"""Purses' vouchers against what was decided of them, and against the ledger."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

# What a purse is owed, or what comes home to a purse that was paid out, is settled without money.
VOUCHERS: Final = compared(
    "vouchers and money",
    "A voucher's outcome is without its money or of another amount, or money moved without one.",
    "The voucher's body is what its payer signed; its outcome is what was decided.",
    asked="""
        SELECT o.transfer_id, 'entry ' || o.entry || ' of purse',
               encode(o.payer_id, 'hex'), %(does_post)s,
               CASE o.outcome WHEN %(outcome_refunded)s THEN %(code_voucher_refunded)s
                    WHEN %(outcome_redirected)s THEN %(code_voucher_redirected)s
                    ELSE CASE v.kind WHEN %(voucher_unload)s THEN %(code_unload)s
                         WHEN %(voucher_push)s THEN %(code_push)s
                         WHEN %(voucher_authorise)s THEN %(code_authorised_payment)s
                         ELSE %(code_hosted_payment)s END
               END,
               o.spender_wallet_id, NULL::uuid, v.amount_fen, NULL::uuid, true
        FROM bank.voucher_outcome o LEFT JOIN bank.voucher v USING (payer_id, entry)
        WHERE o.transfer_id IS NOT NULL
           OR (o.outcome = %(outcome_settled)s
               AND v.kind IN (%(voucher_push)s, %(voucher_authorise)s))
    """,
    scope="t.code IN (%(code_unload)s, %(code_push)s, %(code_hosted_payment)s,"
    " %(code_authorised_payment)s, %(code_voucher_refunded)s, %(code_voucher_redirected)s)",
)
CHARGES: Final = compared(
    "charges and money",
    "A wallet's charge for a purse is without its money, or money went into the float without one.",
    "The charge's signed bytes, and the voucher that the operator signed for it.",
    asked="""
        SELECT c.charge_id, 'charge', c.charge_id, %(does_post)s, NULL::integer, c.wallet_id,
               a.float_id, c.amount_fen, NULL::uuid, true
        FROM bank.purse_charge c
        LEFT JOIN bank.wallet w USING (wallet_id)
        LEFT JOIN own_account a USING (operator_id)
    """,
    scope="t.code IN (%(code_load)s, %(code_wallet_to_purse)s)",
)
DECIDED: Final = Rule(
    "vouchers decided",
    "A voucher is neither decided nor due nor open, or its outcome has another amount.",
    "The voucher: nobody will decide it, so its value is lost between purse and wallet.",
    """
    SELECT 'entry ' || v.entry || ' of purse ' || encode(v.payer_id, 'hex') || ': '
           || v.amount_fen || ' fen, ' || coalesce('decided for ' || o.amount_fen || ' fen',
                                                   'neither decided nor due nor open')
    FROM bank.voucher v
    LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
    LEFT JOIN bank.voucher_due d USING (payer_id, entry)
    LEFT JOIN bank.voucher_open x USING (payer_id, entry)
    WHERE (o.outcome IS NULL AND d.attempt IS NULL AND x.payee_id IS NULL)
       OR o.amount_fen <> v.amount_fen
    """,
)
SHADOWS: Final = Rule(
    "purses' shadows",
    "What a purse has paid or was paid is not the sum of its vouchers.",
    "The purse's vouchers; its shadow is what its next sync is judged by.",
    """
    WITH summed AS (
        SELECT purse_id, sum(out_fen) AS out_fen, sum(out_count) AS out_count,
               sum(in_fen) AS in_fen, sum(in_count) AS in_count
        FROM (
            SELECT payer_id AS purse_id, amount_fen AS out_fen, 1 AS out_count, 0 AS in_fen,
                   0 AS in_count
            FROM bank.voucher WHERE kind <> %(voucher_authorise)s
            UNION ALL
            SELECT payee_id, 0, 0, amount_fen, 1
            FROM bank.voucher WHERE kind <> %(voucher_authorise)s
        ) sides GROUP BY purse_id
    )
    SELECT 'purse ' || encode(purse_id, 'hex') || ': paid ' || coalesce(s.out_fen, 0)
           || ' fen in ' || coalesce(s.out_count, 0) || ' vouchers, was paid '
           || coalesce(s.in_fen, 0) || ' fen in ' || coalesce(s.in_count, 0)
           || '; its shadow says ' || coalesce(p.out_fen, 0) || ' fen in '
           || coalesce(p.out_count, 0) || ' and ' || coalesce(p.in_fen, 0) || ' fen in '
           || coalesce(p.in_count, 0)
    FROM summed s FULL JOIN bank.purse_shadow p USING (purse_id)
    WHERE (s.out_fen, s.out_count, s.in_fen, s.in_count)
          IS DISTINCT FROM (p.out_fen, p.out_count, p.in_fen, p.in_count)
    """,
)
# These transfers name the purse; what is to be paid out need not be paid yet.
LOSSES: Final = Rule(
    "lost purses and money",
    "What was paid out for a lost purse, charged for it later or made good is not what was moved.",
    "The purse's pay-out, charges and covers, and the transfers whose reference is its id.",
    """
    WITH due AS (
        SELECT purse_id, code, sum(amount_fen) AS amount_fen, bool_or(must) AS must
        FROM (
            SELECT purse_id, %(code_purse_paid_out)s AS code, amount_fen, is_paid AS must
            FROM bank.purse_pay_out
            UNION ALL
            SELECT purse_id, %(code_charged_after_loss)s, from_wallet_fen, true
            FROM bank.purse_recharge
            UNION ALL
            SELECT purse_id, %(code_loss_covered)s, from_loss_fen, true FROM bank.purse_recharge
            UNION ALL
            SELECT purse_id, %(code_loss_covered)s, amount_fen, true FROM bank.loss_cover
        ) each WHERE amount_fen > 0 GROUP BY purse_id, code
    ), moved AS (
        SELECT reference AS purse_id, code, sum(amount_fen) AS amount_fen
        FROM ledger.transfer
        WHERE result = %(result_posted)s AND code IN (%(code_purse_paid_out)s,
            %(code_charged_after_loss)s, %(code_loss_covered)s)
        GROUP BY reference, code
    )
    SELECT 'purse ' || encode(purse_id, 'hex') || ', code ' || code || ': '
           || coalesce(d.amount_fen, 0) || ' fen decided, ' || coalesce(m.amount_fen, 0)
           || ' fen moved'
    FROM due d FULL JOIN moved m USING (purse_id, code)
    WHERE m.amount_fen IS DISTINCT FROM d.amount_fen AND (m.amount_fen IS NOT NULL OR d.must)
    """,
)
RULES: Final = (VOUCHERS, CHARGES, DECIDED, SHADOWS, LOSSES)
