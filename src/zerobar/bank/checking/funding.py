"""Orders to cards against both sides of the books: digital cash and deposits.

An order that is pending may have come as far as its money, so what it may have moved need not be
there, and is none that nobody asked for.
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

CARD_ORDERS: Final = compared(
    "orders to cards and money",
    "An order to a card is done without its digital cash, or digital cash moved without an order.",
    "The order, and what its bank's statement of that day says under the order's id.",
    asked="""
        SELECT CASE step WHEN 'hold' THEN o.order_id ELSE d.derived_id END, step || ' of order',
               o.order_id,
               CASE step WHEN 'hold' THEN %(does_hold)s WHEN 'commit' THEN %(does_commit)s
                    ELSE %(does_void)s END,
               o.code,
               CASE o.kind WHEN %(order_save)s THEN o.wallet_id ELSE a.vault_id END,
               CASE o.kind WHEN %(order_save)s THEN a.vault_id ELSE o.wallet_id END,
               o.amount_fen,
               CASE step WHEN 'hold' THEN NULL ELSE o.order_id END,
               CASE step WHEN 'void' THEN o.status = %(status_refused)s AND h.kind IS NOT NULL
                    ELSE o.status = %(status_done)s OR (step = 'hold' AND o.moved) END
        FROM (
            SELECT *, CASE kind WHEN %(order_exchange)s THEN %(code_exchange)s
                      WHEN %(order_shortfall)s THEN %(code_top_up_shortfall)s
                      ELSE %(code_save_to_bank)s END AS code
            FROM bank.card_order WHERE kind <> %(order_return)s
        ) o
        JOIN own_account a USING (operator_id)
        CROSS JOIN (VALUES ('hold', NULL), ('commit', %(word_funding_commit)s),
                           ('void', %(word_funding_void)s)) AS steps (step, word)
        LEFT JOIN derived d ON d.source_id = o.order_id AND d.word = steps.word
        LEFT JOIN ledger.transfer h
               ON h.transfer_id = o.order_id AND h.kind = %(does_hold)s AND h.code = o.code
              AND h.result = %(result_posted)s
        WHERE step = 'hold' OR d.derived_id IS NOT NULL
        UNION ALL
        SELECT o.order_id, 'order', o.order_id, %(does_post)s, %(code_return_to_card)s, a.vault_id,
               o.wallet_id, o.amount_fen, NULL, o.status = %(status_refused)s
        FROM bank.card_order o JOIN own_account a USING (operator_id)
        WHERE o.kind = %(order_return)s AND o.status IN (%(status_pending)s, %(status_refused)s)
    """,
    scope="t.code IN (%(code_exchange)s, %(code_top_up_shortfall)s, %(code_save_to_bank)s,"
    " %(code_return_to_card)s)",
)

# Of an order that was refused after its card had paid, the deposit is booked under another word,
# together with the order that gives it back.
DEPOSITS: Final = compared(
    "deposits and digital cash",
    "Yuan at the bank moved without the digital cash that they stand for, or the other way round.",
    "The order or settlement, and the bank's statement of that day: which of the two is true.",
    asked="""
        SELECT d.derived_id, 'order', o.order_id, %(does_post)s, %(code_deposit_leg)s,
               CASE WHEN o.kind IN (%(order_exchange)s, %(order_shortfall)s) THEN a.customers_id
                    ELSE a.at_bank_id END,
               CASE WHEN o.kind IN (%(order_exchange)s, %(order_shortfall)s) THEN a.at_bank_id
                    ELSE a.customers_id END,
               o.amount_fen, NULL::uuid,
               o.status = %(status_done)s
                   OR (o.moved AND d.word = %(word_funding_deposit_to_return)s)
        FROM bank.card_order o
        JOIN own_account a USING (operator_id)
        JOIN derived d ON d.source_id = o.order_id
             AND d.word IN (%(word_funding_deposit)s, %(word_funding_deposit_to_return)s)
        WHERE o.status IN (%(status_pending)s, %(status_done)s) OR o.moved
        UNION ALL
        SELECT d.derived_id, 'settlement', s.settlement_id, %(does_post)s, %(code_deposit_leg)s,
               a.at_bank_id, a.customers_id, s.amount_fen, NULL::uuid,
               s.state = %(settlement_done)s
        FROM bank.settlement s
        JOIN own_account a USING (operator_id)
        JOIN derived d ON d.source_id = s.settlement_id AND d.word = %(word_settlement_deposit)s
        WHERE s.state IN (%(settlement_held)s, %(settlement_done)s)
    """,
    scope="t.code = %(code_deposit_leg)s",
)
RETURNS: Final = Rule(
    "money on its way back to cards",
    "What a card is owed has no order that gives it back, or an order gives back what is not owed.",
    "The refund or order that is the cause, and whether its money lies in the vault.",
    """
    WITH owed AS (
        SELECT d.derived_id AS order_id, r.refund_id AS cause_id, r.payer_wallet_id AS wallet_id,
               r.card_id, r.card_amount_fen AS amount_fen, true AS must
        FROM bank.refund r
        JOIN derived d ON d.source_id = r.refund_id AND d.word = %(word_return_of_refund)s
        UNION ALL
        SELECT d.derived_id, o.order_id, o.wallet_id, o.card_id, o.amount_fen,
               o.status <> %(status_pending)s
        FROM bank.card_order o
        JOIN derived d ON d.source_id = o.order_id
             AND d.word IN (%(word_return_of_order)s, %(word_stranded_retry)s)
    ), known AS (
        SELECT * FROM bank.card_order WHERE kind = %(order_return)s
    )
    SELECT 'order ' || order_id || ', because of ' || coalesce(k.cause_id, o.cause_id)
           || ': gives back ' || coalesce(k.amount_fen, 0) || ' fen, owed '
           || coalesce(o.amount_fen, 0) || ' fen'
    FROM owed o FULL JOIN known k USING (order_id)
    WHERE (k.wallet_id IS NULL AND o.must)
       OR (k.wallet_id IS NOT NULL
           AND (k.wallet_id, k.card_id, k.amount_fen, k.cause_id)
               IS DISTINCT FROM (o.wallet_id, o.card_id, o.amount_fen, o.cause_id))
    """,
)
RULES: Final = (CARD_ORDERS, DEPOSITS, RETURNS)
