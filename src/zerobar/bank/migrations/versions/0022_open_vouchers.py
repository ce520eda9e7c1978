"""Open vouchers are known by payer and entry, as vouchers are, and found by payee besides.

What a batch brings is ordered by payer, so their keys go in one behind the other; the other index
holds each payee once for many vouchers.
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Give the table its other key."""
    op.execute(
        """
        ALTER TABLE bank.voucher_open DROP CONSTRAINT voucher_open_pkey;
        DROP INDEX bank.voucher_open_of_payer;
        ALTER TABLE bank.voucher_open ADD PRIMARY KEY (payer_id, entry);
        CREATE INDEX voucher_open_of_payee ON bank.voucher_open (payee_id)
        """
    )
