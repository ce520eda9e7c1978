"""Logs of purses, what is known from them, what is owed, and who was proved to cheat.

A purse's log, its states and statements are spread by the purse that signed them; a voucher without
an outcome by its payee, whose operator decides it. What was signed is written once.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

# The content of an entry is what its purse's chain commits to; the newest state leads to it.
_LOGS = """
    CREATE TABLE bank.purse_log (
        purse_id bytea NOT NULL,
        entry bigint NOT NULL,
        kind smallint NOT NULL,
        payer_id bytea NOT NULL,
        payer_entry bigint NOT NULL,
        number bigint NOT NULL,
        content bytea NOT NULL,
        chain bytea NOT NULL,
        funds_fen bigint NOT NULL,
        PRIMARY KEY (purse_id, entry)
    );
    CREATE INDEX purse_log_voucher ON bank.purse_log (purse_id, payer_id, payer_entry);
    CREATE INDEX purse_log_number ON bank.purse_log (purse_id, number) WHERE kind IN (2, 3);
    CREATE TABLE bank.purse_head (
        purse_id bytea PRIMARY KEY,
        entry bigint NOT NULL DEFAULT 0,
        chain bytea NOT NULL DEFAULT '\\x00000000000000000000000000000000',
        funds_fen bigint NOT NULL DEFAULT 0,
        base bigint NOT NULL DEFAULT 0,
        number bigint NOT NULL DEFAULT 0,
        acknowledged bigint NOT NULL DEFAULT 0,
        state bytea
    ) WITH (fillfactor = 70);
    CREATE TABLE bank.purse_sync (
        purse_id bytea NOT NULL,
        state_body bytea NOT NULL,
        state_signature bytea NOT NULL,
        taken_at timestamptz NOT NULL,
        ack bytea,
        PRIMARY KEY (purse_id, state_body)
    );
    CREATE TABLE bank.void_statement (
        payee_id bytea NOT NULL,
        payer_id bytea NOT NULL,
        payer_entry bigint NOT NULL,
        flags smallint NOT NULL,
        voucher_hash bytea NOT NULL,
        statement bytea NOT NULL,
        stored_at timestamptz NOT NULL,
        PRIMARY KEY (payee_id, payer_id, payer_entry, flags, voucher_hash)
    );
    CREATE INDEX void_statement_of_payer ON bank.void_statement (payer_id, payer_entry);
"""

# Whoever banned an id from ever being certified has made its vouchers refundable.
_OUTCOMES = """
    ALTER TABLE bank.voucher_due ADD COLUMN ending smallint;
    CREATE TABLE bank.voucher_open (
        payee_id bytea NOT NULL,
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        number bigint NOT NULL,
        delivered smallint NOT NULL DEFAULT 0,
        PRIMARY KEY (payee_id, payer_id, entry)
    ) WITH (fillfactor = 90);
    CREATE INDEX voucher_open_of_payer ON bank.voucher_open (payer_id, entry);
    INSERT INTO bank.voucher_open (payee_id, payer_id, entry, number)
    SELECT v.payee_id, v.payer_id, v.entry,
           ('x' || encode(substring(v.body from 23 for 4), 'hex'))::bit(32)::bigint
    FROM bank.voucher v
    WHERE NOT EXISTS (SELECT FROM bank.voucher_outcome o
                      WHERE o.payer_id = v.payer_id AND o.entry = v.entry)
      AND NOT EXISTS (SELECT FROM bank.voucher_due d
                      WHERE d.payer_id = v.payer_id AND d.entry = v.entry);
    CREATE TABLE bank.purse_nowhere (
        purse_id bytea PRIMARY KEY,
        declared_at timestamptz NOT NULL
    );
    CREATE TABLE bank.purse_owed (
        purse_id bytea NOT NULL,
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        amount_fen bigint NOT NULL,
        noted_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, payer_id, entry)
    );
"""

_LOSSES = """
    CREATE TABLE bank.purse_pay_out (
        purse_id bytea PRIMARY KEY,
        wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        decided_at timestamptz NOT NULL,
        attempt integer NOT NULL DEFAULT 0,
        is_paid boolean NOT NULL DEFAULT false
    );
    CREATE TABLE bank.purse_recharge (
        purse_id bytea NOT NULL,
        before_fen bigint NOT NULL,
        from_wallet_fen bigint NOT NULL,
        from_loss_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, before_fen)
    );
    CREATE TABLE bank.loss_cover (
        purse_id bytea NOT NULL,
        before_fen bigint NOT NULL,
        amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, before_fen)
    );
"""

_FRAUD = """
    CREATE TABLE bank.fraud_log (
        purse_id bytea NOT NULL,
        entry bigint NOT NULL,
        test smallint NOT NULL,
        log bytea NOT NULL,
        PRIMARY KEY (purse_id, entry, test)
    );
    CREATE TABLE bank.fraud_review (
        purse_id bytea NOT NULL,
        entry bigint NOT NULL,
        test smallint NOT NULL,
        seen_by uuid NOT NULL,
        seen_at timestamptz NOT NULL,
        closed_by uuid,
        closed_at timestamptz,
        reason text,
        PRIMARY KEY (purse_id, entry, test)
    );
    CREATE INDEX fraud_case_found ON bank.fraud_case (found_at, purse_id, entry, test);
    CREATE TABLE bank.value_out_limit (
        class smallint NOT NULL,
        valid_from timestamptz NOT NULL,
        value_out_fen bigint NOT NULL,
        PRIMARY KEY (class, valid_from)
    );
    CREATE TABLE bank.blocklist (
        epoch bigint PRIMARY KEY,
        blocked_id bytea UNIQUE,
        added_at timestamptz NOT NULL
    );
    CREATE TABLE bank.blocklist_delta (
        from_epoch bigint NOT NULL,
        to_epoch bigint NOT NULL,
        delta bytea NOT NULL,
        PRIMARY KEY (from_epoch, to_epoch)
    );
"""

_WRITTEN_ONCE = (
    "purse_log",
    "void_statement",
    "purse_nowhere",
    "purse_owed",
    "purse_recharge",
    "loss_cover",
    "fraud_log",
    "value_out_limit",
    "blocklist",
)


def upgrade() -> None:
    """Make the tables."""
    for statements in (_LOGS, _OUTCOMES, _LOSSES, _FRAUD):
        op.execute(statements)
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()"
        )
