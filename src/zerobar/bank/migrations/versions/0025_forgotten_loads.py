"""What a bank that was put back to a backup cannot remember having signed, and has booked since.

Each time it is put back, it passes over many of its own numbers: those of the time that is lost.
What comes in under one of them was paid for by a wallet that has its money again. What is booked
for it is written by the ledger, with the money; that staff are told is noted afterwards.

What is owed to a purse without a wallet, and was signed for, is owed again if the purse voids it:
one voucher may so be noted twice, once taken off and once added.
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"

_TABLES = """
    CREATE TABLE bank.signing_gap (
        purse_id bytea NOT NULL,
        first_entry bigint NOT NULL,
        last_entry bigint NOT NULL,
        PRIMARY KEY (purse_id, first_entry)
    );
    CREATE TABLE bank.load_recovery (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        before_fen bigint NOT NULL,
        purse_id bytea NOT NULL,
        wallet_id uuid,
        from_wallet_fen bigint NOT NULL CHECK (from_wallet_fen >= 0),
        from_loss_fen bigint NOT NULL CHECK (from_loss_fen >= 0),
        made_at timestamptz NOT NULL,
        PRIMARY KEY (payer_id, entry, before_fen)
    );
    CREATE INDEX load_recovery_of_purse ON bank.load_recovery (purse_id);
    CREATE INDEX load_recovery_owed ON bank.load_recovery (wallet_id) WHERE from_loss_fen > 0;
    CREATE TABLE bank.load_recovery_untold (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        before_fen bigint NOT NULL,
        PRIMARY KEY (payer_id, entry, before_fen)
    )
"""
# A bank that was put back before this version has passed over a million numbers each time.
_EARLIER_GAPS = """
    INSERT INTO bank.signing_gap (purse_id, first_entry, last_entry)
    SELECT purse_id, before + 1, entry - 1
    FROM (
        SELECT payer_id AS purse_id, entry,
               lag(entry, 1, 0::bigint) OVER (PARTITION BY payer_id ORDER BY entry) AS before
        FROM bank.operator_voucher
        UNION ALL
        SELECT l.purse_id, l.entry + 1, coalesce(
            (SELECT max(o.entry) FROM bank.operator_voucher o WHERE o.payer_id = l.purse_id), 0)
        FROM bank.operator_log l
    ) signed
    WHERE entry - before > 1000000 AND EXISTS (SELECT FROM bank.restoration)
"""
_OWED = """
    ALTER TABLE bank.purse_owed
        ADD COLUMN is_paid boolean NOT NULL GENERATED ALWAYS AS (amount_fen < 0) STORED,
        DROP CONSTRAINT purse_owed_pkey,
        ADD PRIMARY KEY (purse_id, payer_id, entry, is_paid);
    INSERT INTO bank.purse_owed (purse_id, payer_id, entry, amount_fen, noted_at)
    SELECT w.purse_id, w.payer_id, w.entry, -w.amount_fen, o.decided_at
    FROM bank.purse_owed w
    JOIN bank.voucher_outcome o ON o.payer_id = w.payer_id AND o.entry = w.entry
    WHERE w.amount_fen < 0 AND o.outcome IN (4, 5) AND o.transfer_id IS NULL
"""
_WRITTEN_ONCE = ("signing_gap", "load_recovery")


def upgrade() -> None:
    """Make the tables, and note what was passed over before."""
    op.execute(_TABLES)
    op.execute(_EARLIER_GAPS)
    op.execute(_OWED)
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()"
        )
