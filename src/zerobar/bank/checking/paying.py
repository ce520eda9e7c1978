"""Payments, refunds and requests against the money that the ledger moved for them."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

PAYMENTS: Final = compared(
    "payments and money",
    "A payment without its money, of another amount or other wallets, or money without a payment.",
    "The payment's signed bytes say what was wanted; the transfer says what was done.",
    asked="""
        SELECT payment_id, 'payment', payment_id, %(does_post)s,
               CASE WHEN kind IN (%(paid_order)s, %(paid_shop)s) THEN %(code_payment)s
                    ELSE %(code_transfer)s END,
               payer_wallet_id, payee_wallet_id, amount_fen, NULL::uuid, true
        FROM bank.payment
    """,
    scope="t.code IN (%(code_payment)s, %(code_transfer)s)",
)
REFUNDS: Final = compared(
    "refunds and money",
    "A refund without its money, of another amount or other wallets, or money without a refund.",
    "The refund and its payment; the wallet's part has the refund's id, the card's one derived.",
    asked="""
        SELECT r.refund_id, 'refund', r.refund_id, %(does_post)s, %(code_refund)s,
               r.payee_wallet_id,
               CASE WHEN r.card_amount_fen = r.amount_fen THEN a.vault_id
                    ELSE r.payer_wallet_id END,
               CASE WHEN r.card_amount_fen = r.amount_fen THEN r.amount_fen
                    ELSE r.amount_fen - r.card_amount_fen END,
               NULL::uuid, true
        FROM bank.refund r
        LEFT JOIN bank.wallet w ON w.wallet_id = r.payer_wallet_id
        LEFT JOIN own_account a ON a.operator_id = w.operator_id
        UNION ALL
        SELECT d.derived_id, 'card part of refund', r.refund_id, %(does_post)s, %(code_refund)s,
               r.payee_wallet_id, a.vault_id, r.card_amount_fen, NULL::uuid, true
        FROM bank.refund r
        JOIN derived d ON d.source_id = r.refund_id AND d.word = %(word_refund_card_part)s
        LEFT JOIN bank.wallet w ON w.wallet_id = r.payer_wallet_id
        LEFT JOIN own_account a ON a.operator_id = w.operator_id
        WHERE r.card_amount_fen < r.amount_fen
    """,
    scope="t.code = %(code_refund)s",
)
REFUNDED: Final = Rule(
    "refunds and payments",
    "A refund of no payment, to or from other wallets than paid, or more in all than was paid.",
    "The payment's refunds: all of them together must not exceed it, nor the card's part of it.",
    """
    SELECT 'payment ' || r.payment_id || ': ' || coalesce(p.amount_fen::text, 'not there, 0')
           || ' fen, refunded ' || r.amount_fen || ' fen; of that the card paid '
           || coalesce(p.card_amount_fen, 0) || ' and got back ' || r.card_amount_fen || ' fen'
    FROM (
        SELECT payment_id, payer_wallet_id, payee_wallet_id, sum(amount_fen) AS amount_fen,
               sum(card_amount_fen) AS card_amount_fen
        FROM bank.refund GROUP BY payment_id, payer_wallet_id, payee_wallet_id
    ) r
    LEFT JOIN (
        SELECT payment_id, payer_wallet_id, payee_wallet_id, amount_fen, card_amount_fen
        FROM bank.payment
        UNION ALL
        SELECT t.payment_id, coalesce(t.payer_wallet_id, u.wallet_id), t.payee_wallet_id,
               t.amount_fen, t.card_amount_fen
        FROM bank.tap_payment t LEFT JOIN bank.purse u ON u.purse_id = t.payer_id
    ) p ON p.payment_id = r.payment_id AND p.payer_wallet_id = r.payer_wallet_id
       AND p.payee_wallet_id = r.payee_wallet_id
    WHERE p.payment_id IS NULL OR r.amount_fen > p.amount_fen
       OR r.card_amount_fen > p.card_amount_fen
    """,
)
REQUESTS: Final = Rule(
    "requests for money",
    "A request and the payment that ended it differ, or one of them is missing.",
    "The request, its end, and the payment that names it.",
    """
    WITH paid AS (
        SELECT e.request_id, q.payer_wallet_id, q.payee_wallet_id, q.amount_fen
        FROM bank.money_request_end e LEFT JOIN bank.money_request q USING (request_id)
        WHERE e.state = %(state_paid)s
    ), payment AS (
        SELECT * FROM bank.payment WHERE kind = %(paid_request)s
    )
    SELECT 'request ' || coalesce(r.request_id, p.subject_id) || ': '
           || coalesce('paid, of ' || r.amount_fen || ' fen', 'not ended as paid') || '; '
           || coalesce('payment ' || p.payment_id || ' of ' || p.amount_fen || ' fen', 'no payment')
    FROM paid r FULL JOIN payment p ON p.subject_id = r.request_id
    WHERE p.amount_fen IS DISTINCT FROM r.amount_fen
       OR p.payer_wallet_id IS DISTINCT FROM r.payer_wallet_id
       OR p.payee_wallet_id IS DISTINCT FROM r.payee_wallet_id
    """,
)
TOP_UPS: Final = Rule(
    "payments topped up from cards",
    "A payment says that a card paid a part of it, and no order to that card did.",
    "The orders whose cause is the payment; a refund would give the card what it never paid.",
    """
    SELECT 'payment ' || p.payment_id || ': ' || p.card_amount_fen || ' fen from card ' || p.card_id
    FROM (
        SELECT payment_id, payer_wallet_id, card_id, card_amount_fen FROM bank.payment
        UNION ALL
        SELECT payment_id, payer_wallet_id, card_id, card_amount_fen FROM bank.tap_payment
    ) p
    LEFT JOIN bank.card_order o
           ON o.cause_id = p.payment_id AND o.card_id = p.card_id
          AND o.wallet_id = p.payer_wallet_id AND o.kind = %(order_shortfall)s
          AND o.status = %(status_done)s AND o.amount_fen >= p.card_amount_fen
    WHERE p.card_amount_fen > 0 AND o.order_id IS NULL
    """,
)
RULES: Final = (PAYMENTS, REFUNDS, REFUNDED, REQUESTS, TOP_UPS)
