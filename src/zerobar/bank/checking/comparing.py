"""Transfers that records ask for against transfers that the ledger has, both ways.

An area says, as one SELECT, which transfers its records ask for. Some of them need not be there
yet: what is still going on is stored before it moves money, and a crash may come between any two
steps. Nothing else may be there.
"""

from __future__ import annotations

from typing import Final, LiteralString

from zerobar.bank.checking.model import Rule

# A NULL account means any; a NULL hold means none.
_COMPARED: Final = """
    WITH asked (transfer_id, what, record_id, kind, code, debit_id, credit_id, amount_fen, hold_id,
                must) AS ({asked}),
    posted AS (
        SELECT * FROM ledger.transfer t WHERE t.result = %(result_posted)s AND {scope}
    )
    SELECT CASE
        WHEN t.transfer_id IS NULL THEN
            a.what || ' ' || a.record_id || ': its transfer ' || coalesce(a.transfer_id::text, '')
            || ' of ' || a.amount_fen || ' fen is not in the ledger'
        WHEN a.what IS NULL THEN
            'transfer ' || t.transfer_id || ', code ' || t.code || ', kind ' || t.kind || ', of '
            || t.amount_fen || ' fen: no record asks for it'
        ELSE
            a.what || ' ' || a.record_id || ' asks for another transfer than ' || t.transfer_id
            || ': ' || a.amount_fen || ' fen from ' || coalesce(a.debit_id::text, 'any') || ' to '
            || coalesce(a.credit_id::text, 'any') || ', and the ledger has ' || t.amount_fen
            || ' fen from ' || t.debit_id || ' to ' || t.credit_id
        END
    FROM asked a FULL JOIN posted t ON t.transfer_id = a.transfer_id
    WHERE (t.transfer_id IS NULL AND a.must)
       OR a.what IS NULL
       OR t.amount_fen <> a.amount_fen OR t.kind <> a.kind OR t.code <> a.code
       OR t.debit_id <> a.debit_id OR t.credit_id <> a.credit_id
       OR (t.transfer_id IS NOT NULL AND t.hold_id IS DISTINCT FROM a.hold_id)
"""


def compared(
    name: str, finds: str, look_at: str, *, asked: LiteralString, scope: LiteralString
) -> Rule:
    """Return the check that transfers of a scope are those that records ask for.

    Args:
        asked: selects transfer id, the record's kind in words and its id, the transfer's kind,
            code, debit, credit, amount and hold, and whether it must be there.
        scope: which transfers of the ledger, as `t`, belong to these records.
    """
    query = _COMPARED.replace("{asked}", asked).replace("{scope}", scope)
    return Rule(name, finds, look_at, query)
