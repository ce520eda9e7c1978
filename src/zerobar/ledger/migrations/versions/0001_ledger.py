"""Accounts, transfers, entries and counters: written once, never changed.

An account's balance is in its newest entry and a counter's total in its newest row, so posting only
ever appends. Each table has one distribution column that its key begins with: an account's id for
`account`, `account_end` and `entry`, the transfer's own id for `transfer` and `hold_end`, the
counter's key for `counter`.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_WRITTEN_ONCE = ("transfer", "entry", "hold_end", "counter", "account_end", "posting_group")


def upgrade() -> None:
    """Make the tables."""
    op.execute("CREATE SCHEMA ledger")
    op.execute(
        """
        CREATE TABLE ledger.account (
            account_id uuid PRIMARY KEY,
            code smallint NOT NULL,
            currency smallint NOT NULL,
            floor_fen bigint,
            opened_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE ledger.transfer (
            transfer_id uuid PRIMARY KEY,
            group_number bigint NOT NULL,
            posted_at timestamptz NOT NULL,
            result smallint NOT NULL,
            kind smallint NOT NULL,
            code smallint NOT NULL,
            debit_id uuid NOT NULL,
            credit_id uuid NOT NULL,
            amount_fen bigint NOT NULL,
            hold_id uuid,
            reference bytea NOT NULL,
            counter smallint
        )
        """
    )
    op.execute(
        """
        CREATE TABLE ledger.entry (
            account_id uuid NOT NULL,
            number bigint NOT NULL,
            transfer_id uuid NOT NULL,
            amount_fen bigint NOT NULL,
            balance_fen bigint NOT NULL,
            held_fen bigint NOT NULL,
            posted_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, number)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE ledger.hold_end (
            hold_id uuid PRIMARY KEY,
            transfer_id uuid NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE ledger.counter (
            key uuid NOT NULL,
            period integer NOT NULL,
            number bigint NOT NULL,
            total bigint NOT NULL,
            transfer_id uuid NOT NULL,
            posted_at timestamptz NOT NULL,
            PRIMARY KEY (key, period, number)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE ledger.account_end (
            account_id uuid PRIMARY KEY,
            closed_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE ledger.posting_group (
            number bigint PRIMARY KEY,
            posted_at timestamptz NOT NULL,
            transfers integer NOT NULL,
            entries integer NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ledger.% is written once and never changed', TG_TABLE_NAME
                USING HINT = 'Correct a transfer with another transfer.';
        END
        $$
        """
    )
    for table in _WRITTEN_ONCE:
        op.execute(
            f"""
            CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
            """
        )
