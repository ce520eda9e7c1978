"""Purses' vouchers against what was decided of them, and against the ledger."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

# What a purse is owed, or what comes home to a purse that was paid out, is settled without money.
# A purse is linked for good, so the wallet of today is that of then. An operator's own voucher was
# paid for by the wallet whose charge repeats all of it but the head.
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
               CASE WHEN v.kind = %(voucher_authorise)s THEN payer.wallet_id
                    ELSE a.float_id END,
               CASE WHEN o.outcome = %(outcome_refunded)s
                         THEN coalesce(c.wallet_id, payer.wallet_id)
                    WHEN o.outcome = %(outcome_redirected)s THEN payee.wallet_id
                    WHEN v.kind = %(voucher_unload)s THEN payer.wallet_id
                    ELSE payee.wallet_id END,
               v.amount_fen, NULL::uuid, true
        FROM bank.voucher_outcome o LEFT JOIN bank.voucher v USING (payer_id, entry)
        LEFT JOIN bank.purse payer ON payer.purse_id = v.payer_id
        LEFT JOIN bank.purse payee ON payee.purse_id = v.payee_id
        LEFT JOIN bank.operator_voucher i ON i.payee_id = v.payee_id AND i.payer_id = v.payer_id
             AND i.entry = v.entry
        LEFT JOIN bank.purse_charge c ON c.payee_id = i.payee_id AND c.number = i.number
             AND substring(c.request from 2)
                 = substring(v.body from 2 for 1) || substring(v.body from 15 for 30)
        LEFT JOIN bank.wallet w ON w.wallet_id = CASE
             WHEN v.kind = %(voucher_unload)s OR o.outcome = %(outcome_refunded)s
             THEN coalesce(c.wallet_id, payer.wallet_id) ELSE payee.wallet_id END
        LEFT JOIN own_account a ON a.operator_id = w.operator_id
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
    "What a purse was paid out, charged, made good or booked of loads is not what was moved.",
    "The purse's pay-out, charges, covers and recoveries, and the transfers whose reference it is.",
    """
    WITH due AS (
        SELECT purse_id, code, wallet_id, sum(amount_fen) AS amount_fen, bool_or(must) AS must
        FROM (
            SELECT o.purse_id, %(code_purse_paid_out)s AS code, p.wallet_id, o.amount_fen,
                   o.is_paid AS must
            FROM bank.purse_pay_out o LEFT JOIN bank.purse p USING (purse_id)
            UNION ALL
            SELECT r.purse_id, %(code_charged_after_loss)s, p.wallet_id, r.from_wallet_fen, true
            FROM bank.purse_recharge r LEFT JOIN bank.purse p USING (purse_id)
            UNION ALL
            SELECT purse_id, %(code_loss_covered)s, NULL, from_loss_fen, true
            FROM bank.purse_recharge
            UNION ALL
            SELECT purse_id, %(code_loss_covered)s, NULL, amount_fen, true FROM bank.loss_cover
            UNION ALL
            SELECT purse_id, %(code_cover_returned)s, NULL, amount_fen, true
            FROM bank.cover_return
            UNION ALL
            SELECT g.purse_id, %(code_purse_paid_out)s, p.wallet_id, g.amount_fen, true
            FROM bank.pay_out_growth g LEFT JOIN bank.purse p USING (purse_id)
            UNION ALL
            SELECT purse_id, %(code_load_recovered)s, wallet_id, from_wallet_fen, true
            FROM bank.load_recovery
            UNION ALL
            SELECT purse_id, %(code_loss_covered)s, NULL, from_loss_fen, true
            FROM bank.load_recovery
        ) each WHERE amount_fen > 0 GROUP BY purse_id, code, wallet_id
    ), moved AS (
        SELECT reference AS purse_id, code, CASE code
                   WHEN %(code_purse_paid_out)s THEN credit_id
                   WHEN %(code_charged_after_loss)s THEN debit_id
                   WHEN %(code_load_recovered)s THEN debit_id END AS wallet_id,
               sum(amount_fen) AS amount_fen
        FROM ledger.transfer
        WHERE result = %(result_posted)s AND code IN (%(code_purse_paid_out)s,
            %(code_charged_after_loss)s, %(code_loss_covered)s, %(code_cover_returned)s,
            %(code_load_recovered)s)
        GROUP BY 1, 2, 3
    )
    SELECT 'purse ' || encode(coalesce(d.purse_id, m.purse_id), 'hex') || ', code '
           || coalesce(d.code, m.code) || ', wallet '
           || coalesce(d.wallet_id::text, m.wallet_id::text, 'none') || ': '
           || coalesce(d.amount_fen, 0) || ' fen decided, ' || coalesce(m.amount_fen, 0)
           || ' fen moved'
    FROM due d FULL JOIN moved m ON m.purse_id = d.purse_id AND m.code = d.code
         AND coalesce(m.wallet_id::text, '') = coalesce(d.wallet_id::text, '')
    WHERE m.amount_fen IS DISTINCT FROM d.amount_fen AND (m.amount_fen IS NOT NULL OR d.must)
    """,
)
DEBTS: Final = Rule(
    "debts and money",
    "What a wallet has paid back for its purses is not what was moved, or more than it owed.",
    "The wallet's payments of its debt, and the charges and loads that it could not pay.",
    """
    WITH paid AS (
        SELECT wallet_id, sum(amount_fen) AS amount_fen FROM bank.debt_payment GROUP BY wallet_id
    ), moved AS (
        SELECT debit_id AS wallet_id, sum(amount_fen) AS amount_fen
        FROM ledger.transfer
        WHERE result = %(result_posted)s AND code = %(code_debt_paid)s
        GROUP BY debit_id
    ), owed AS (
        SELECT wallet_id, sum(from_loss_fen) AS amount_fen FROM (
            SELECT p.wallet_id, r.from_loss_fen
            FROM bank.purse_recharge r JOIN bank.purse_pay_out p USING (purse_id)
            UNION ALL
            SELECT wallet_id, from_loss_fen FROM bank.load_recovery
        ) each GROUP BY wallet_id
    )
    SELECT 'wallet ' || wallet_id || ': owed ' || coalesce(o.amount_fen, 0) || ' fen, paid back '
           || coalesce(p.amount_fen, 0) || ' fen, ' || coalesce(m.amount_fen, 0) || ' fen moved'
    FROM paid p FULL JOIN moved m USING (wallet_id) LEFT JOIN owed o USING (wallet_id)
    WHERE p.amount_fen IS DISTINCT FROM m.amount_fen OR p.amount_fen > coalesce(o.amount_fen, 0)
    """,
)
# Once a purse is ended its wallet has had all that was in it: what comes home later is kept.
ENDED: Final = Rule(
    "purses after their end",
    "What a purse unloaded after its end was credited, or a purse was ended without a note of it.",
    "The purse's end and its vouchers: the same value was paid once as redirected, once unloaded.",
    """
    SELECT 'entry ' || o.entry || ' of purse ' || encode(o.payer_id, 'hex') || ': '
           || o.amount_fen || ' fen were unloaded at ' || o.decided_at || ', after its end at '
           || p.decided_at
    FROM bank.purse_pay_out p
    JOIN bank.voucher_outcome o ON o.payer_id = p.purse_id
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    WHERE v.kind = %(voucher_unload)s AND o.transfer_id IS NOT NULL AND o.decided_at > p.decided_at
    UNION ALL
    SELECT 'purse ' || encode(e.purse_id, 'hex') || ' was ended at ' || e.made_at
           || ', and may still unload'
    FROM bank.purse_event e LEFT JOIN bank.purse_pay_out p USING (purse_id)
    WHERE e.kind = %(event_terminated)s AND p.purse_id IS NULL
    """,
)
TAPS: Final = Rule(
    "taps and vouchers",
    "An order is noted as paid by a card, and no voucher of that amount was settled for it.",
    "The voucher that the note names, its outcome, and the request that it answers.",
    """
    SELECT 'order ' || t.order_id || ': ' || t.amount_fen || ' fen by entry ' || t.entry
           || ' of purse ' || encode(t.payer_id, 'hex') || ', payment ' || t.payment_id
    FROM bank.tap_payment t
    LEFT JOIN bank.voucher_outcome o
           ON o.payer_id = t.payer_id AND o.entry = t.entry AND o.transfer_id = t.payment_id
          AND o.outcome = %(outcome_settled)s AND o.amount_fen = t.amount_fen
    LEFT JOIN bank.voucher v ON v.payer_id = t.payer_id AND v.entry = t.entry
    WHERE o.payer_id IS NULL OR v.payer_id IS NULL OR NOT EXISTS (
        SELECT FROM bank.order_request q
        WHERE q.payee_id = v.payee_id AND q.order_id = t.order_id
          AND q.reference = substring(v.body from 37 for 8))
    """,
)
FORGOTTEN: Final = Rule(
    "forgotten loads",
    "More was booked of a load than its voucher, or of one that the bank has not forgotten.",
    "The voucher, what was booked of it, and the numbers that were passed over in a restore.",
    """
    SELECT 'entry ' || r.entry || ' of purse ' || encode(r.payer_id, 'hex') || ': '
           || sum(r.from_wallet_fen + r.from_loss_fen) || ' fen were booked of '
           || coalesce(v.amount_fen, 0)
    FROM bank.load_recovery r
    LEFT JOIN bank.voucher v ON v.payer_id = r.payer_id AND v.entry = r.entry
         AND v.payee_id = r.purse_id
    GROUP BY r.payer_id, r.entry, r.purse_id, v.amount_fen
    HAVING sum(r.from_wallet_fen + r.from_loss_fen) > coalesce(v.amount_fen, 0)
        OR EXISTS (
            SELECT FROM bank.operator_voucher o WHERE o.payee_id = r.purse_id
            AND o.payer_id = r.payer_id AND o.entry = r.entry)
        OR NOT EXISTS (
            SELECT FROM bank.signing_gap g WHERE g.purse_id = r.payer_id
            AND r.entry BETWEEN g.first_entry AND g.last_entry)
    """,
)
RULES: Final = (VOUCHERS, TAPS, CHARGES, DECIDED, SHADOWS, LOSSES, FORGOTTEN, DEBTS, ENDED)
