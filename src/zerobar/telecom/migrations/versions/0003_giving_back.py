"""What becomes of money that no line could take: given back by the bank, or put on a line.

What an earlier version has kept does not go back by itself, for somebody may have paid it out by
hand since: it waits until somebody says what is to become of it. Its voucher's name is looked for
in the bank's list when it is needed.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_COLUMNS = """
    ALTER TABLE telecom.unplaced
        ADD COLUMN source smallint NOT NULL DEFAULT 2,
        ADD COLUMN payer_id bytea,
        ADD COLUMN entry bigint,
        ADD COLUMN state smallint NOT NULL DEFAULT 1,
        ADD COLUMN give_back_at timestamptz,
        ADD COLUMN asked_at timestamptz,
        ADD COLUMN number text,
        ADD COLUMN note text NOT NULL DEFAULT '',
        ADD COLUMN refusal text NOT NULL DEFAULT '',
        ADD COLUMN given_to text NOT NULL DEFAULT '',
        ADD COLUMN ended_at timestamptz,
        ADD COLUMN tries integer NOT NULL DEFAULT 0,
        ADD COLUMN next_try_at timestamptz;
    ALTER TABLE telecom.unplaced ALTER COLUMN source DROP DEFAULT;
    CREATE INDEX unplaced_here ON telecom.unplaced (came_at, top_up_id) WHERE state IN (1, 2);
    CREATE INDEX unplaced_due ON telecom.unplaced (next_try_at) WHERE next_try_at IS NOT NULL;
"""
# What paid an order is given back by a refund of the order.
_ORDERED = """
    UPDATE telecom.unplaced u SET source = 1, asked_at = r.made_at, ended_at = r.ended_at,
        state = CASE r.state WHEN 1 THEN 2 WHEN 2 THEN 3 ELSE 1 END,
        refusal = CASE r.state WHEN 3 THEN r.reason ELSE '' END,
        given_to = CASE r.state WHEN 2 THEN 'wallet' ELSE '' END
    FROM telecom.bank_refund r WHERE r.top_up_id = u.top_up_id AND NOT r.from_line
"""


def upgrade() -> None:
    """Add the columns, and fill them."""
    op.execute(_COLUMNS)
    op.execute(_ORDERED)
