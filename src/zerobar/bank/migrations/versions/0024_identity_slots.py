"""Who was in an identity's slot stays written down: what was spent in it is counted on.

Until here a wallet's slot was given back when it was closed. So wallets that were closed before are
put into slots that are free now, the newest of each identity first, but for those in whose place
another one of the same person counts on already.
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"

_NUMBERED = """
    ALTER TABLE bank.identity_slot ADD COLUMN number integer NOT NULL DEFAULT 1,
        ADD COLUMN taken_at timestamptz NOT NULL DEFAULT now();
    ALTER TABLE bank.identity_slot ALTER COLUMN number DROP DEFAULT,
        ALTER COLUMN taken_at DROP DEFAULT,
        DROP CONSTRAINT identity_slot_pkey,
        ADD PRIMARY KEY (resident_id_index, slot, number)
"""
_CLOSED_BEFORE = """
    WITH counting AS (
        SELECT DISTINCT ON (p.resident_id_index, coalesce(w.counted_as, w.wallet_id))
               p.resident_id_index, w.wallet_id, w.opened_at, w.closed_at
        FROM bank.wallet w JOIN bank.person p USING (person_id)
        WHERE p.resident_id_index IS NOT NULL AND w.closed_at IS NOT NULL
          AND w.category BETWEEN 1 AND 3
          AND NOT EXISTS (
              SELECT FROM bank.wallet o
              WHERE o.person_id = w.person_id AND o.closed_at IS NULL
                AND coalesce(o.counted_as, o.wallet_id) = coalesce(w.counted_as, w.wallet_id)
          )
        ORDER BY p.resident_id_index, coalesce(w.counted_as, w.wallet_id), w.closed_at DESC
    ), newest AS (
        SELECT *, row_number() OVER each AS place FROM counting
        WINDOW each AS (PARTITION BY resident_id_index ORDER BY closed_at DESC, wallet_id DESC)
    ), free AS (
        SELECT i.resident_id_index, n.slot, row_number() OVER each AS place
        FROM (SELECT DISTINCT resident_id_index FROM counting) i
        CROSS JOIN generate_series(1, 4) AS n (slot)
        WHERE NOT EXISTS (
            SELECT FROM bank.identity_slot t
            WHERE t.resident_id_index = i.resident_id_index AND t.slot = n.slot
        )
        WINDOW each AS (PARTITION BY i.resident_id_index ORDER BY n.slot)
    )
    INSERT INTO bank.identity_slot (resident_id_index, slot, number, wallet_id, taken_at)
    SELECT resident_id_index, slot, 1, wallet_id, opened_at FROM newest JOIN free
    USING (resident_id_index, place)
"""


def upgrade() -> None:
    """Number who takes a slot, and put into slots who was in one."""
    op.execute(_NUMBERED)
    op.execute(_CLOSED_BEFORE)
