"""What the staff's console stands on: patterns that are looked for, backups, ways to find rows.

A pattern's versions are written once, so that it is known who was watched by which numbers; and so
is when a backup was made, or the bank put back to one.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_TABLES = """
    CREATE TABLE bank.pattern_version (
        name text NOT NULL,
        version integer NOT NULL,
        is_on boolean NOT NULL,
        parameters jsonb NOT NULL,
        changed_by uuid NOT NULL,
        changed_at timestamptz NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (name, version)
    );
    CREATE TABLE bank.backup (
        backup_id uuid PRIMARY KEY,
        begun_at timestamptz NOT NULL,
        finished_at timestamptz NOT NULL,
        bytes bigint NOT NULL,
        file_hash bytea NOT NULL
    );
    CREATE INDEX backup_by_time ON bank.backup (finished_at);
    CREATE TABLE bank.restoration (
        restoration_id uuid PRIMARY KEY,
        backed_up_at timestamptz NOT NULL,
        restored_at timestamptz NOT NULL
    )
"""
# Outcomes that somebody asks about are few; orders are looked up by till to see which is silent.
# What is only ever appended is found by time with a summary of each range of pages, which costs
# those who append nothing.
_INDEXES = """
    CREATE INDEX voucher_outcome_unusual ON bank.voucher_outcome (decided_at, payer_id, entry)
        WHERE outcome IN (3, 4, 5);
    CREATE INDEX voucher_reject_of_batch ON bank.voucher_reject (batch_hash, place);
    CREATE INDEX refund_by_time ON bank.merchant_refund (asked_at, refund_id);
    CREATE INDEX purse_sync_by_time ON bank.purse_sync (purse_id, taken_at);
    CREATE INDEX order_of_terminal ON bank.merchant_order (terminal_id, created_at)
        WHERE terminal_id IS NOT NULL;
    CREATE INDEX voucher_by_time ON bank.voucher USING brin (stored_at);
    CREATE INDEX payment_by_time ON bank.payment USING brin (made_at)
"""
_WRITTEN_ONCE = ("pattern_version", "backup", "restoration")


def upgrade() -> None:
    """Make the tables and indexes."""
    op.execute(_TABLES)
    op.execute(_INDEXES)
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_audit_change()"
        )
