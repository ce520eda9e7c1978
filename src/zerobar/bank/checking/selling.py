"""Merchants' orders, refunds and settlements against payments and the ledger."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

ORDERS: Final = Rule(
    "orders paid",
    "A merchant's order and the payment that paid it differ, or one of them is missing.",
    "The order, its payment, and what the merchant was told.",
    """
    WITH paid AS (
        SELECT p.order_id, p.payment_id, p.amount_fen, o.amount_fen AS asked_fen, m.wallet_id,
               e.reason
        FROM bank.order_payment p
        LEFT JOIN bank.merchant_order o USING (order_id)
        LEFT JOIN bank.merchant m ON m.merchant_id = o.merchant_id
        LEFT JOIN bank.order_end e USING (order_id)
    ), payment AS (
        SELECT payment_id, subject_id, amount_fen, payee_wallet_id FROM bank.payment
        WHERE kind = %(paid_order)s
        UNION ALL
        SELECT payment_id, order_id, amount_fen, payee_wallet_id FROM bank.tap_payment
    )
    SELECT 'order ' || coalesce(o.order_id, p.subject_id) || ': '
           || coalesce('asks for ' || o.asked_fen || ' fen, paid ' || o.amount_fen || ' fen',
                       'not noted as paid')
           || CASE WHEN o.reason IS NOT NULL THEN ' and ended unpaid' ELSE '' END || '; '
           || coalesce('payment ' || p.payment_id || ' of ' || p.amount_fen || ' fen', 'no payment')
    FROM paid o FULL JOIN payment p ON p.payment_id = o.payment_id
    WHERE p.subject_id IS DISTINCT FROM o.order_id
       OR p.amount_fen IS DISTINCT FROM o.amount_fen
       OR p.amount_fen IS DISTINCT FROM o.asked_fen
       OR p.payee_wallet_id IS DISTINCT FROM o.wallet_id
       OR o.reason IS NOT NULL
    """,
)
# One that was made, and of which that is not noted yet, is asked for again by the worker.
MERCHANT_REFUNDS: Final = Rule(
    "merchants' refunds",
    "A merchant's refund is noted as done and was not made, or as refused and was made.",
    "The refund, and what the merchant was told.",
    """
    SELECT 'refund ' || m.refund_id || ' of order ' || m.order_id || ': '
           || CASE WHEN m.done_at IS NULL THEN 'refused (' || m.refused || ')' ELSE 'done' END
           || ', ' || m.amount_fen || ' fen; '
           || coalesce(r.amount_fen || ' fen of payment ' || r.payment_id, 'nothing')
           || ' went back'
    FROM bank.merchant_refund m
    LEFT JOIN bank.refund r
           ON r.refund_id = m.refund_id AND r.payment_id = m.payment_id
          AND r.amount_fen = m.amount_fen
    WHERE (m.done_at IS NOT NULL AND r.refund_id IS NULL)
       OR (m.refused <> '' AND r.refund_id IS NOT NULL)
    """,
)
SETTLEMENTS: Final = compared(
    "settlements and money",
    "A settlement is done without its money, still holds it, or money left without a settlement.",
    "The settlement's day, its file, and the bank's statement.",
    asked="""
        SELECT d.derived_id, step || ' of settlement', s.settlement_id,
               CASE step WHEN 'hold' THEN %(does_hold)s WHEN 'commit' THEN %(does_commit)s
                    ELSE %(does_void)s END,
               %(code_merchant_settlement)s, s.wallet_id, a.vault_id, s.amount_fen,
               CASE step WHEN 'hold' THEN NULL ELSE holds.derived_id END,
               CASE step WHEN 'commit' THEN s.state = %(settlement_done)s
                    WHEN 'hold' THEN s.state IN (%(settlement_held)s, %(settlement_done)s)
                    ELSE s.state = %(settlement_refused)s AND h.transfer_id IS NOT NULL END
        FROM bank.settlement s
        JOIN own_account a USING (operator_id)
        JOIN derived holds
             ON holds.source_id = s.settlement_id AND holds.word = %(word_settlement_hold)s
        CROSS JOIN (VALUES ('hold', %(word_settlement_hold)s),
                           ('commit', %(word_settlement_commit)s),
                           ('void', %(word_settlement_void)s)) AS steps (step, word)
        JOIN derived d ON d.source_id = s.settlement_id AND d.word = steps.word
        LEFT JOIN ledger.transfer h
               ON h.transfer_id = holds.derived_id AND h.result = %(result_posted)s
        WHERE step = 'hold'
           OR (step = 'commit' AND s.state IN (%(settlement_held)s, %(settlement_done)s))
           OR (step = 'void' AND s.state <> %(settlement_done)s)
    """,
    scope="t.code = %(code_merchant_settlement)s",
)
RULES: Final = (ORDERS, MERCHANT_REFUNDS, SETTLEMENTS)
