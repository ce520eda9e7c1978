"""What keeps one opened element from the float: releases, ceilings, debts, and what is given back.

A released voucher is spread by its payer, a ceiling and what belongs to a cheat or a lost purse by
that purse, and what an owner paid back by the wallet. All of it is written once.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

# An epoch is what a purse had when it was acknowledged last: from then on it refuses whom that
# blocks.
_TABLES = """
    ALTER TABLE bank.purse_head ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
    CREATE TABLE bank.voucher_release (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        approval_id uuid NOT NULL,
        released_at timestamptz NOT NULL,
        PRIMARY KEY (payer_id, entry)
    );
    CREATE TABLE bank.cover_ceiling (
        purse_id bytea NOT NULL,
        approval_id uuid NOT NULL,
        ceiling_fen bigint NOT NULL,
        approved_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, approval_id)
    );
    CREATE TABLE bank.cover_return (
        purse_id bytea NOT NULL,
        before_fen bigint NOT NULL,
        amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, before_fen)
    );
    CREATE TABLE bank.pay_out_growth (
        purse_id bytea NOT NULL,
        before_fen bigint NOT NULL,
        amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, before_fen)
    );
    CREATE TABLE bank.debt_payment (
        wallet_id uuid NOT NULL,
        before_fen bigint NOT NULL,
        amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (wallet_id, before_fen)
    );
    CREATE INDEX purse_pay_out_of_wallet ON bank.purse_pay_out (wallet_id);
"""
_WRITTEN_ONCE = (
    "voucher_release",
    "cover_ceiling",
    "cover_return",
    "pay_out_growth",
    "debt_payment",
)


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()"
        )
