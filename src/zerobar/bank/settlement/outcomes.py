"""How vouchers between purses end: decided from what logs, states and statements show by now.

| outcome | when |
|---|---|
| SETTLED | the payee's log credits it |
| UNDONE | the payer's log takes it back |
| REFUNDED | it is final, and the payee never asked for it, or its log ends the request otherwise, or there is no such payee |
| REDIRECTED | it is final, none of these, and the payee, who says that the request is too old, has let it slide out of its window; or the payee is closed |

A voucher is final when its payer can take it back no more: a state of the payer has a base at or
above it, and its log up to that state shows no undo; an operator's own, and one of a closed purse,
is final as it stands. No condition ever ceases to hold, so it does not matter when somebody looks.

The first two move no money and are recorded here. The others are handed on as due, with how they
end, for the money to be posted.
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.database import Connection
from zerobar.purse.messages import EntryKind, Kind, VoidFlags

# Locked by a statement of its own: the next one then sees all that whoever held them has written.
_LOCK: Final = """
    SELECT FROM bank.voucher_open WHERE payee_id = ANY(%(ids)s) OR payer_id = ANY(%(ids)s)
    ORDER BY payee_id, payer_id, entry FOR UPDATE
"""
_JUDGED: Final = """
    SELECT o.payee_id, o.payer_id, o.entry, v.amount_fen, CASE
        WHEN EXISTS (
            SELECT FROM bank.purse_log l WHERE l.purse_id = o.payee_id
            AND l.payer_id = o.payer_id AND l.payer_entry = o.entry
            AND l.kind = %(credit)s AND l.content = v.body) THEN %(settled)s
        WHEN EXISTS (
            SELECT FROM bank.purse_log l WHERE l.purse_id = o.payer_id
            AND l.payer_id = o.payer_id AND l.payer_entry = o.entry
            AND l.kind = %(undo)s) THEN %(undone)s
        WHEN NOT (
            o.payer_id = ANY(%(operators)s)
            OR coalesce(payer.status = %(closed)s, false)
            OR coalesce(told.base >= o.entry, false)) THEN NULL
        WHEN EXISTS (
            SELECT FROM bank.void_statement s WHERE s.payee_id = o.payee_id
            AND s.payer_id = o.payer_id AND s.payer_entry = o.entry AND s.flags = %(never)s
            AND s.voucher_hash = substring(sha256(v.body) for 8)) THEN %(refunded)s
        WHEN EXISTS (
            SELECT FROM bank.purse_log l WHERE l.purse_id = o.payee_id
            AND l.number = o.number AND l.kind IN (2, 3)) THEN %(refunded)s
        WHEN EXISTS (
            SELECT FROM bank.purse_nowhere n WHERE n.purse_id = o.payee_id) THEN %(refunded)s
        WHEN coalesce(payee.status = %(closed)s, false) THEN %(redirected)s
        WHEN coalesce(asked.number - o.number >= %(window)s, false) AND EXISTS (
            SELECT FROM bank.void_statement s WHERE s.payee_id = o.payee_id
            AND s.payer_id = o.payer_id AND s.payer_entry = o.entry AND s.flags = %(too_old)s
            AND s.voucher_hash = substring(sha256(v.body) for 8)) THEN %(redirected)s
        END AS outcome
    FROM bank.voucher_open o
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    LEFT JOIN bank.purse payer ON payer.purse_id = o.payer_id
    LEFT JOIN bank.purse payee ON payee.purse_id = o.payee_id
    LEFT JOIN bank.purse_head told ON told.purse_id = o.payer_id
    LEFT JOIN bank.purse_head asked ON asked.purse_id = o.payee_id
    WHERE o.payee_id = ANY(%(ids)s) OR o.payer_id = ANY(%(ids)s)
"""
_DECIDE: Final = (
    f"WITH judged AS ({_JUDGED}),"  # noqa: S608 - all of it is written here
    """
    closed AS (
        DELETE FROM bank.voucher_open o USING judged j
        WHERE j.outcome IS NOT NULL AND o.payee_id = j.payee_id AND o.payer_id = j.payer_id
          AND o.entry = j.entry
        RETURNING j.payee_id, j.payer_id, j.entry, j.amount_fen, j.outcome
    ), recorded AS (
        INSERT INTO bank.voucher_outcome (payer_id, entry, outcome, amount_fen, decided_at)
        SELECT payer_id, entry, outcome, amount_fen, %(now)s FROM closed
        WHERE outcome IN (%(settled)s, %(undone)s)
        ON CONFLICT DO NOTHING
    ), due AS (
        INSERT INTO bank.voucher_due (payer_id, entry, ending)
        SELECT payer_id, entry, outcome FROM closed
        WHERE outcome IN (%(refunded)s, %(redirected)s)
        ON CONFLICT DO NOTHING
    ), revived AS (
        INSERT INTO bank.purse_to_block (purse_id)
        SELECT DISTINCT c.payee_id FROM closed c JOIN bank.purse p ON p.purse_id = c.payee_id
        WHERE c.outcome = %(redirected)s AND p.status = %(closed)s
        ON CONFLICT DO NOTHING
    )
    SELECT outcome, count(*) FROM closed GROUP BY outcome
    """
)
# A hosted payee has no purse that could undo or void: only its own requests and orders decide.
_HOSTED: Final = """
    UPDATE bank.voucher_due d SET ending = %(refunded)s, waits_for = NULL
    FROM bank.voucher v
    LEFT JOIN bank.purse payer ON payer.purse_id = v.payer_id
    LEFT JOIN bank.purse_head told ON told.purse_id = v.payer_id
    WHERE (%(ids)s::bytea[] IS NULL OR d.payer_id = ANY(%(ids)s))
      AND d.ending IS NULL AND d.waits_for = ANY(%(never_asked)s)
      AND v.payer_id = d.payer_id AND v.entry = d.entry AND v.kind = ANY(%(refundable)s)
      AND (v.payer_id = ANY(%(operators)s) OR coalesce(payer.status = %(closed)s, false)
           OR coalesce(told.base >= v.entry, false))
"""
_WINDOW: Final = 64
"""Request numbers that a purse still knows (protocol, section 2)."""


def decide(connection: Connection, purse_ids: Sequence[bytes], now: datetime) -> dict[Outcome, int]:
    """Decide what can be decided of the vouchers of purses, paid or received; in a transaction.

    Returns how many were decided how; what is refunded or redirected is due by then, not done.
    """
    parameters = _parameters(connection, list(purse_ids), now)
    connection.execute(_LOCK, parameters)
    rows = connection.execute(_DECIDE, parameters).fetchall()
    connection.execute(_HOSTED, parameters)
    return {Outcome(outcome): many for outcome, many in rows}


def refund_strays(
    connection: Connection, now: datetime, purse_ids: Sequence[bytes] | None = None
) -> int:
    """Let go back what hosted payees do not take, once it is final; return how many are due.

    Args:
        purse_ids: of payers; None: of all.
    """
    ids = None if purse_ids is None else list(purse_ids)
    return connection.execute(_HOSTED, _parameters(connection, ids, now)).rowcount


def _parameters(
    connection: Connection, ids: list[bytes] | None, now: datetime
) -> dict[str, object]:
    return {
        "ids": ids,
        "operators": list(trusted_keys(connection).operators),
        "now": now,
        "credit": int(EntryKind.CREDIT),
        "undo": int(EntryKind.UNDO),
        "closed": int(PurseStatus.CLOSED),
        "never": int(VoidFlags.NEVER_MY_REQUEST),
        "too_old": int(VoidFlags.TOO_OLD),
        "window": _WINDOW,
        "settled": int(Outcome.SETTLED),
        "undone": int(Outcome.UNDONE),
        "refunded": int(Outcome.REFUNDED),
        "redirected": int(Outcome.REDIRECTED),
        "never_asked": [int(Waiting.NO_SUCH_REQUEST), int(Waiting.REQUEST_SETTLED)],
        "refundable": [int(Kind.PAYMENT), int(Kind.REFUND), int(Kind.PUSH)],
    }


def declare_nowhere(connection: Connection, purse_id: bytes, now: datetime) -> None:
    """Note that an id exists at no operator; it is never certified from now on.

    What was paid to it goes back. In a transaction; the caller has made sure of it.
    """
    connection.execute(
        "INSERT INTO bank.purse_nowhere (purse_id, declared_at) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING",
        (purse_id, now),
    )
    decide(connection, [purse_id], now)
