"""The ledger's tables against each other: what one transfer did is told by several of them."""

from __future__ import annotations

from typing import Final

from zerobar.bank.checking.model import Rule

RUNNING_BALANCES: Final = Rule(
    "running balances",
    "An entry's number or balance does not follow from the entry before it.",
    "The account's entries around that number: one was changed, or written beside the ledger.",
    """
    SELECT 'account ' || account_id || ', entry ' || number || ': ' || amount_fen
           || ' fen upon a balance of ' || balance_before || ' fen gives ' || balance_fen
           || ' fen, after entry ' || number_before
    FROM (
        SELECT *, lag(number, 1, 0::bigint) OVER each AS number_before,
               lag(balance_fen, 1, 0::bigint) OVER each AS balance_before
        FROM ledger.entry WINDOW each AS (PARTITION BY account_id ORDER BY number)
    ) e
    WHERE number <> number_before + 1 OR balance_fen <> balance_before + amount_fen
    """,
)

# A hold or its end has one entry, on the account whose money is set aside; all that moves has two.
ENTRIES: Final = Rule(
    "transfers and entries",
    "A transfer did to an account something else than its kind and amount say.",
    "The transfer and the account's statement: which of them a payment or order agrees with.",
    """
    WITH posted AS (
        SELECT t.*, h.amount_fen AS held_fen FROM ledger.transfer t
        LEFT JOIN ledger.transfer h ON h.transfer_id = t.hold_id
        WHERE t.result = %(result_posted)s AND t.kind <> %(does_mark)s
    ), due AS (
        SELECT transfer_id, debit_id AS account_id,
               CASE WHEN kind IN (%(does_post)s, %(does_commit)s) THEN -amount_fen ELSE 0 END
                   AS amount_fen,
               CASE kind WHEN %(does_post)s THEN 0 WHEN %(does_hold)s THEN amount_fen
                   ELSE -held_fen END AS held_fen
        FROM posted
        UNION ALL
        SELECT transfer_id, credit_id, amount_fen, 0 FROM posted
        WHERE kind IN (%(does_post)s, %(does_commit)s)
    ), written AS (
        SELECT transfer_id, account_id, amount_fen,
               held_fen - lag(held_fen, 1, 0::bigint) OVER each AS held_fen
        FROM ledger.entry WINDOW each AS (PARTITION BY account_id ORDER BY number)
    )
    SELECT 'transfer ' || coalesce(d.transfer_id, w.transfer_id) || ', account '
           || coalesce(d.account_id, w.account_id) || ': '
           || coalesce('moves ' || d.amount_fen || ' fen, holds ' || d.held_fen || ' fen more',
                       'does nothing')
           || '; its entry '
           || coalesce('moves ' || w.amount_fen || ' fen, holds ' || w.held_fen || ' fen more',
                       'is missing')
    FROM due d FULL JOIN written w
         ON w.transfer_id = d.transfer_id AND w.account_id = d.account_id
    WHERE w.amount_fen IS DISTINCT FROM d.amount_fen OR w.held_fen IS DISTINCT FROM d.held_fen
    """,
)
HELD: Final = Rule(
    "held amounts",
    "What an account says is held is not the sum of its open holds.",
    "The account's holds and what ended them: too much held is locked, too little is spent twice.",
    """
    WITH open AS (
        SELECT t.debit_id AS account_id, sum(t.amount_fen) AS held_fen
        FROM ledger.transfer t LEFT JOIN ledger.hold_end e ON e.hold_id = t.transfer_id
        WHERE t.kind = %(does_hold)s AND t.result = %(result_posted)s AND e.hold_id IS NULL
        GROUP BY t.debit_id
    ), newest AS (
        SELECT DISTINCT ON (account_id) account_id, held_fen
        FROM ledger.entry ORDER BY account_id, number DESC
    )
    SELECT 'account ' || account_id || ': holds ' || coalesce(n.held_fen, 0)
           || ' fen, its open holds are ' || coalesce(o.held_fen, 0) || ' fen'
    FROM newest n FULL JOIN open o USING (account_id)
    WHERE coalesce(n.held_fen, 0) <> coalesce(o.held_fen, 0)
    """,
)
HOLD_ENDS: Final = Rule(
    "ends of holds",
    "A commit or void does not end a hold of the same accounts and amount, once.",
    "The hold, and the order or settlement that it was for.",
    """
    WITH ending AS (
        SELECT * FROM ledger.transfer
        WHERE kind IN (%(does_commit)s, %(does_void)s) AND result = %(result_posted)s
    )
    SELECT 'hold ' || coalesce(e.hold_id, t.hold_id) || ', ended by '
           || coalesce(t.transfer_id, e.transfer_id) || ': ' || CASE
               WHEN t.transfer_id IS NULL THEN 'no such transfer'
               WHEN e.hold_id IS NULL THEN 'and its end is not noted'
               WHEN h.transfer_id IS NULL THEN 'there is no such hold'
               ELSE h.amount_fen || ' fen held, ' || t.amount_fen || ' fen ended, accounts '
                    || CASE WHEN (h.debit_id, h.credit_id) = (t.debit_id, t.credit_id)
                       THEN 'agree' ELSE 'differ' END
               END
    FROM ending t
    FULL JOIN ledger.hold_end e ON e.hold_id = t.hold_id AND e.transfer_id = t.transfer_id
    LEFT JOIN ledger.transfer h
           ON h.transfer_id = t.hold_id AND h.kind = %(does_hold)s AND h.result = %(result_posted)s
    WHERE t.transfer_id IS NULL OR e.hold_id IS NULL OR h.transfer_id IS NULL
       OR (h.debit_id, h.credit_id) <> (t.debit_id, t.credit_id)
       OR t.amount_fen > h.amount_fen
       OR (t.kind = %(does_void)s AND t.amount_fen <> h.amount_fen)
    """,
)
RUNNING_COUNTERS: Final = Rule(
    "running counters",
    "A counter's row does not follow from the row before it, or no transfer that posted added it.",
    "The counter's rows around that number: a limit may have let too much pass since.",
    """
    SELECT 'counter ' || c.key || ', period ' || c.period || ', row ' || c.number || ': total '
           || c.total || ', added ' || c.added || ' by transfer ' || c.transfer_id
           || CASE WHEN t.transfer_id IS NULL THEN ', which did not post' ELSE '' END
    FROM counted c
    LEFT JOIN ledger.transfer t
           ON t.transfer_id = c.transfer_id AND t.result = %(result_posted)s
    WHERE c.step <> 1 OR c.added <= 0 OR t.transfer_id IS NULL
    """,
)
CLOSED: Final = Rule(
    "closed accounts",
    "An account that was closed for ever is not empty, or took something afterwards.",
    "The account's last entries: closed accounts take nothing, so they came from elsewhere.",
    """
    SELECT 'account ' || x.account_id || ', closed ' || x.closed_at || ': ' || CASE
               WHEN e.balance_fen <> 0 OR e.held_fen <> 0
               THEN 'has ' || e.balance_fen || ' fen, of which ' || e.held_fen || ' fen are held'
               ELSE 'an entry of ' || e.posted_at END
    FROM ledger.account_end x
    JOIN LATERAL (
        SELECT balance_fen, held_fen, posted_at FROM ledger.entry
        WHERE account_id = x.account_id ORDER BY number DESC LIMIT 1
    ) e ON e.balance_fen <> 0 OR e.held_fen <> 0 OR e.posted_at > x.closed_at
    """,
)
GROUPS: Final = Rule(
    "posting groups",
    "A group of transfers has not as many as were stored with it: some were deleted or added.",
    "The group's transfers, and a backup of the time when it was posted.",
    """
    SELECT 'group ' || coalesce(g.number, t.number) || ': stored with '
           || coalesce(g.transfers, 0) || ' transfers, has ' || coalesce(t.transfers, 0)
    FROM ledger.posting_group g
    FULL JOIN (
        SELECT group_number AS number, count(*) AS transfers
        FROM ledger.transfer GROUP BY group_number
    ) t ON t.number = g.number
    WHERE g.transfers IS DISTINCT FROM t.transfers
      AND (coalesce(g.transfers, 0) > 0 OR t.transfers > 0)
    """,
)
RULES: Final = (
    RUNNING_BALANCES,
    ENTRIES,
    HELD,
    HOLD_ENDS,
    RUNNING_COUNTERS,
    CLOSED,
    GROUPS,
)
