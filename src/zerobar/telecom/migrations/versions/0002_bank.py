"""What is asked of the bank, kept before it is asked: orders, refunds, vouchers."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = """
    CREATE TABLE telecom.bank_order (
        order_id uuid PRIMARY KEY,
        number text NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        state smallint NOT NULL,
        correlator text UNIQUE,
        method text NOT NULL,
        made_at timestamptz NOT NULL,
        payment_id uuid UNIQUE,
        ended_at timestamptz,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz
    );
    CREATE INDEX bank_order_due ON telecom.bank_order (next_try_at) WHERE next_try_at IS NOT NULL;
    CREATE TABLE telecom.bank_refund (
        refund_id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        top_up_id uuid NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        from_line boolean NOT NULL,
        state smallint NOT NULL,
        reason text NOT NULL,
        correlator text UNIQUE,
        made_at timestamptz NOT NULL,
        ended_at timestamptz,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz
    );
    CREATE INDEX bank_refund_due ON telecom.bank_refund (next_try_at)
        WHERE next_try_at IS NOT NULL;
    ALTER TABLE telecom.refund ADD COLUMN undone_at timestamptz;
    CREATE TABLE telecom.voucher (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        voucher_hash bytea NOT NULL,
        voucher bytea NOT NULL,
        certificate_hash bytea NOT NULL,
        certificate bytea,
        state smallint NOT NULL,
        sentence text NOT NULL,
        came_at timestamptz NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz,
        PRIMARY KEY (payer_id, entry, voucher_hash, certificate_hash)
    );
    CREATE INDEX voucher_due ON telecom.voucher (next_try_at) WHERE next_try_at IS NOT NULL;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)
