"""Charges and the operator's vouchers are known by the whole request, not by its number alone.

Whoever knows a purse's id can make up a request of its next number, and have it paid: that must not
keep the purse's own request from being paid. What is loaded from what is owed is stored with its
mark in the ledger, so that every mark has its cause on record. A purse that was ended joins the
blocklist no sooner than something may be in it.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

_CHARGES = """
    ALTER TABLE bank.purse_charge
        DROP CONSTRAINT purse_charge_pkey,
        ADD PRIMARY KEY (payee_id, number, request);
    ALTER TABLE bank.purse_charge_due
        ADD COLUMN request bytea,
        ADD COLUMN next_try_at timestamptz;
    UPDATE bank.purse_charge_due d SET request = c.request FROM bank.purse_charge c
    WHERE c.payee_id = d.payee_id AND c.number = d.number;
    ALTER TABLE bank.purse_charge_due
        ALTER COLUMN request SET NOT NULL,
        DROP CONSTRAINT purse_charge_due_pkey,
        ADD PRIMARY KEY (payee_id, number, request);
    ALTER TABLE bank.operator_voucher
        DROP CONSTRAINT operator_voucher_pkey,
        ADD PRIMARY KEY (payee_id, number, payer_id, entry);
"""
_OWED = """
    CREATE TABLE bank.owed_load (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        request bytea NOT NULL,
        mark_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (payee_id, number, request)
    );
    CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.owed_load
        FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()
"""
_ENDED = """
    CREATE TABLE bank.purse_to_block (purse_id bytea PRIMARY KEY);
    CREATE INDEX purse_pay_out_unpaid ON bank.purse_pay_out (wallet_id) WHERE NOT is_paid
"""


def upgrade() -> None:
    """Change the keys, and make the table."""
    op.execute(_CHARGES)
    op.execute(_OWED)
    op.execute(_ENDED)
