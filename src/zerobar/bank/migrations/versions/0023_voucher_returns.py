"""Vouchers that hosted payees have given back: each once, stored with the money that went back."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Make the table."""
    op.execute(
        """
        CREATE TABLE bank.voucher_return (
            payer_id bytea NOT NULL,
            entry bigint NOT NULL,
            amount_fen bigint NOT NULL CHECK (amount_fen > 0),
            wallet_id uuid,
            transfer_id uuid NOT NULL,
            key_id uuid NOT NULL,
            made_at timestamptz NOT NULL,
            PRIMARY KEY (payer_id, entry)
        );
        CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.voucher_return
            FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()
        """
    )
