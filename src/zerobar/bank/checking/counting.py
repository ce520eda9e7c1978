"""Counters against their causes: what a limit bounds is counted, once, and nothing else is."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.comparing import compared
from zerobar.bank.checking.model import Rule

# A wallet counts under its own id, or under a closed one's in whose place it was opened; by days
# and years of China. What a category without limits spends need not be counted. A purse on whose
# word wallets pay counts as well, by days. A wallet that has followed another one in an identity's
# slot has counted what that one had, for the day and the year it came: it has once it is above IV.
SPENDING: Final = Rule(
    "spending and limits",
    "What a wallet spent is not counted towards its limits, or something else is counted.",
    "The wallet's payments of that day: a limit may have let too much pass, or too little.",
    """
    WITH succession AS (
        SELECT t.wallet_id, w.category, coalesce(w.counted_as, w.wallet_id) AS key, t.taken_at,
               lag(coalesce(w.counted_as, w.wallet_id)) OVER (
                   PARTITION BY t.resident_id_index, t.slot ORDER BY t.number
               ) AS before_key
        FROM bank.identity_slot t JOIN bank.wallet w USING (wallet_id)
    ), spent AS (
        SELECT s.payment_id AS transfer_id, coalesce(w.counted_as, w.wallet_id) AS key,
               s.amount_fen, p.period, coalesce(p.must, false) AS must
        FROM bank.spending s
        LEFT JOIN bank.wallet w ON w.wallet_id = s.payer_wallet_id
        LEFT JOIN limited l ON l.operator_id = w.operator_id AND l.category = w.category
             AND l.valid_from <= s.made_at AND s.made_at < l.valid_until
        CROSS JOIN LATERAL (VALUES
            (to_char(s.made_at AT TIME ZONE INTERVAL '+08:00', 'YYYYMMDD')::integer, l.by_day),
            (to_char(s.made_at AT TIME ZONE INTERVAL '+08:00', 'YYYY')::integer, l.by_year)
        ) AS p (period, must)
        UNION ALL
        SELECT d.source_id, d.derived_id, o.amount_fen,
               to_char(o.decided_at AT TIME ZONE INTERVAL '+08:00', 'YYYYMMDD')::integer, false
        FROM derived d JOIN bank.voucher_outcome o ON o.transfer_id = d.source_id
        WHERE d.word = %(word_purse_authorised)s
        UNION ALL
        SELECT d.derived_id, s.key, max(c.total), c.period, s.category < %(category_iv)s
        FROM succession s
        JOIN derived d ON d.source_id = s.wallet_id AND d.word = %(word_counted_on)s
        JOIN counted c ON c.key = s.before_key AND c.period IN (
            to_char(s.taken_at AT TIME ZONE INTERVAL '+08:00', 'YYYYMMDD')::integer,
            to_char(s.taken_at AT TIME ZONE INTERVAL '+08:00', 'YYYY')::integer
        )
        GROUP BY d.derived_id, s.key, c.period, s.category
    ), counts AS (
        SELECT * FROM counted WHERE period > 0
    )
    SELECT 'wallet ' || coalesce(s.key, c.key) || ', period ' || coalesce(s.period, c.period)
           || ', transfer ' || coalesce(s.transfer_id, c.transfer_id) || ': spent '
           || coalesce(s.amount_fen || ' fen', 'nothing') || ', counted '
           || coalesce(c.added || ' fen', 'nothing')
    FROM spent s FULL JOIN counts c
         ON c.transfer_id = s.transfer_id AND c.period = s.period AND c.key = s.key
    WHERE (c.key IS NULL AND s.must) OR s.key IS NULL OR c.added <> s.amount_fen
    """,
)

SLOTS: Final = Rule(
    "identities and wallets",
    "An identity has more wallets than it may, or one of them is not where its limits are counted.",
    "The slots of the person's identity: what was spent there before may count towards no limit.",
    """
    WITH held AS (
        SELECT t.*, row_number() OVER each AS place, lead(t.wallet_id) OVER each AS after_id,
               w.closed_at, p.resident_id_index IS NOT DISTINCT FROM t.resident_id_index AS own
        FROM bank.identity_slot t
        LEFT JOIN bank.wallet w USING (wallet_id)
        LEFT JOIN bank.person p USING (person_id)
        WINDOW each AS (PARTITION BY t.resident_id_index, t.slot ORDER BY t.number)
    )
    SELECT 'wallet ' || h.wallet_id || ', slot ' || h.slot || ', number ' || h.number || ': '
           || CASE
        WHEN NOT h.own THEN 'of another identity'
        WHEN h.number <> h.place THEN 'its number should be ' || h.place
        WHEN h.slot NOT BETWEEN 1 AND %(most_wallets)s THEN 'there is no such slot'
        ELSE 'open, and followed by ' || h.after_id END
    FROM held h
    WHERE NOT h.own OR h.number <> h.place OR h.slot NOT BETWEEN 1 AND %(most_wallets)s
       OR (h.after_id IS NOT NULL AND h.closed_at IS NULL)
    UNION ALL
    SELECT 'wallet ' || w.wallet_id || ' of person ' || w.person_id || ': in ' || count(h.wallet_id)
           || ' slots'
    FROM bank.wallet w JOIN bank.person p USING (person_id)
    LEFT JOIN held h ON h.wallet_id = w.wallet_id
    WHERE w.closed_at IS NULL AND w.category BETWEEN %(category_i)s AND %(category_iii)s
    GROUP BY w.wallet_id HAVING count(h.wallet_id) <> 1
    """,
)

# A customer's code is not kept, so the key of its use cannot be worked out again: that something
# was used up is what `CODES` looks at. Whoever halts wallets, keys or shops marks the vault.
ONCE: Final = Rule(
    "what happens once",
    "Something that may happen once, or up to an amount, is not counted, or is without a cause.",
    "The record and its counter: without it, the same could be paid or refunded again.",
    """
    WITH due AS (
        SELECT p.payment_id AS transfer_id, d.derived_id AS key, 1::bigint AS added,
               'order ' || p.order_id AS what
        FROM bank.order_payment p
        JOIN derived d ON d.source_id = p.order_id AND d.word = %(word_order_ended_once)s
        UNION ALL
        SELECT t.derived_id, d.derived_id, 1, 'order ' || e.order_id
        FROM bank.order_end e
        JOIN derived t ON t.source_id = e.order_id AND t.word = %(word_order_end)s
        JOIN derived d ON d.source_id = e.order_id AND d.word = %(word_order_ended_once)s
        UNION ALL
        SELECT coalesce(p.payment_id, t.derived_id), d.derived_id, 1, 'request ' || e.request_id
        FROM bank.money_request_end e
        JOIN derived d ON d.source_id = e.request_id AND d.word = %(word_request_ended_once)s
        LEFT JOIN derived t ON t.source_id = e.request_id AND t.word = %(word_request_end)s
             AND e.state <> %(state_paid)s
        LEFT JOIN bank.payment p ON p.subject_id = e.request_id AND p.kind = %(paid_request)s
             AND e.state = %(state_paid)s
        UNION ALL
        SELECT r.refund_id, d.derived_id, r.amount_fen, 'refund ' || r.refund_id
        FROM bank.refund r
        JOIN derived d ON d.source_id = r.payment_id AND d.word = %(word_refunds)s
        UNION ALL
        SELECT t.derived_id, d.derived_id, 1, 'confirmation ' || e.payment_id
        FROM bank.confirmation_end e
        JOIN derived d ON d.source_id = e.payment_id AND d.word = %(word_confirmation_decided)s
        JOIN derived t ON t.source_id = e.payment_id AND t.word = CASE e.state
             WHEN %(state_paid)s THEN %(word_confirmed_payment)s
             ELSE %(word_confirmation_declined)s END
        UNION ALL
        SELECT d.source_id, d.derived_id, 1, 'hosted request of transfer ' || d.source_id
        FROM derived d WHERE d.word = %(word_hosted_request)s
        UNION ALL
        SELECT d.source_id, d.derived_id, 1, 'request of transfer ' || d.source_id
        FROM derived d WHERE d.word = %(word_purse_request)s
    ), counts AS (
        SELECT c.* FROM counted c JOIN ledger.transfer t USING (transfer_id)
        WHERE c.period = 0 AND t.code IN (%(code_transfer)s, %(code_payment)s, %(code_refund)s,
            %(code_hosted_payment)s, %(code_authorised_payment)s, %(code_push)s,
            %(code_load)s, %(code_wallet_to_purse)s, %(code_mark)s)
    ), halts AS (
        SELECT t.transfer_id FROM ledger.transfer t JOIN own_account a ON a.vault_id = t.debit_id
        WHERE t.kind = %(does_mark)s AND t.credit_id = t.debit_id
    ), haltable AS (
        SELECT wallet_id AS key FROM bank.wallet
        UNION ALL
        SELECT derived_id FROM derived WHERE word IN (%(word_key_revoked)s, %(word_shop_closed)s,
            %(word_purse_ended)s)
    ), codes AS (
        SELECT payment_id AS transfer_id FROM bank.payment WHERE authority = %(authority_code)s
        UNION ALL
        SELECT derived_id FROM derived WHERE word = %(word_confirmation)s
    )
    SELECT coalesce(d.what, 'counter ' || c.key) || ', transfer '
           || coalesce(d.transfer_id::text, c.transfer_id::text, 'unknown') || ': '
           || coalesce('counts ' || d.added, 'no cause to count') || ', counted '
           || coalesce(c.added::text, 'nothing')
    FROM due d FULL JOIN counts c ON c.transfer_id = d.transfer_id AND c.key = d.key
    LEFT JOIN halts h ON h.transfer_id = c.transfer_id
    LEFT JOIN haltable k ON k.key = c.key AND h.transfer_id IS NOT NULL
    LEFT JOIN codes o ON o.transfer_id = c.transfer_id AND d.key IS NULL
    WHERE c.added IS DISTINCT FROM d.added AND k.key IS NULL AND o.transfer_id IS NULL
    """,
)
CODES: Final = Rule(
    "customers' codes",
    "A payment by a customer's code, or a wait for its holder, used up no code, or more than one.",
    "The till's signed bytes: without the counter, the same code could pay again.",
    """
    WITH used AS (
        SELECT payment_id AS transfer_id, 'payment ' || payment_id AS what, 1 AS others
        FROM bank.payment WHERE authority = %(authority_code)s
        UNION ALL
        SELECT derived_id, 'confirmation ' || source_id, 0
        FROM derived WHERE word = %(word_confirmation)s
    )
    SELECT u.what || ': ' || count(c.key) || ' counted once, of which ' || u.others
           || ' for its order'
    FROM used u
    LEFT JOIN counted c ON c.transfer_id = u.transfer_id AND c.period = 0 AND c.number = 1
         AND c.added = 1
    GROUP BY u.transfer_id, u.what, u.others HAVING count(c.key) <> u.others + 1
    """,
)
MARKS: Final = compared(
    "ends and marks",
    "A request, order or confirmation ended without the ledger, or the ledger ended none.",
    "The record's end, and the transfer of kind 5 that should stand for it.",
    asked="""
        SELECT d.derived_id, 'end of order', e.order_id, %(does_mark)s, %(code_mark)s,
               m.wallet_id, m.wallet_id, 1, NULL::uuid, true
        FROM bank.order_end e
        JOIN derived d ON d.source_id = e.order_id AND d.word = %(word_order_end)s
        LEFT JOIN bank.merchant m USING (merchant_id)
        UNION ALL
        SELECT d.derived_id, 'end of request', e.request_id, %(does_mark)s, %(code_mark)s,
               q.payer_wallet_id, q.payee_wallet_id, 1, NULL, true
        FROM bank.money_request_end e
        JOIN derived d ON d.source_id = e.request_id AND d.word = %(word_request_end)s
        LEFT JOIN bank.money_request q USING (request_id)
        WHERE e.state <> %(state_paid)s
        UNION ALL
        SELECT d.derived_id, 'confirmation', c.payment_id, %(does_mark)s, %(code_mark)s,
               c.wallet_id, c.payee_wallet_id, 1, NULL, true
        FROM bank.confirmation c
        JOIN derived d ON d.source_id = c.payment_id AND d.word = %(word_confirmation)s
        UNION ALL
        SELECT d.derived_id, 'end of confirmation', c.payment_id, %(does_mark)s, %(code_mark)s,
               c.wallet_id, c.payee_wallet_id, 1, NULL, true
        FROM bank.confirmation_end e
        JOIN derived d ON d.source_id = e.payment_id AND d.word = %(word_confirmation_declined)s
        LEFT JOIN bank.confirmation c USING (payment_id)
        WHERE e.state <> %(state_paid)s
    """,
    scope="t.code = %(code_mark)s AND NOT (t.debit_id = t.credit_id"
    " AND t.debit_id IN (SELECT vault_id FROM own_account))",
)
RULES: Final = (SPENDING, SLOTS, ONCE, CODES, MARKS)
