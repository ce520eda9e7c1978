"""Purses, payees that the operator hosts, and what became of every voucher.

Vouchers, their outcomes and what is due are spread by their payer, requests by their payee. What
an operator must never contradict is written once: vouchers, outcomes and evidence. An outcome is
written by the ledger, in the transaction that moves the money, if any moves.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_PURSES = """
    CREATE TABLE bank.purse_key (
        number smallint NOT NULL,
        role smallint NOT NULL,
        public_key bytea NOT NULL,
        trusted_at timestamptz NOT NULL,
        PRIMARY KEY (number, role)
    );
    CREATE TABLE bank.purse (
        purse_id bytea PRIMARY KEY,
        class smallint NOT NULL,
        certificate bytea NOT NULL,
        wallet_id uuid,
        status smallint NOT NULL,
        flagged_at timestamptz,
        registered_at timestamptz NOT NULL
    );
    CREATE TABLE bank.hosted_request (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        kind smallint NOT NULL,
        amount_fen bigint NOT NULL,
        currency smallint NOT NULL,
        tag bytea NOT NULL,
        reference bytea NOT NULL,
        issued_at timestamptz NOT NULL,
        PRIMARY KEY (payee_id, number)
    );
    CREATE TABLE bank.hosted_request_end (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        PRIMARY KEY (payee_id, number)
    );
"""

# Shadows are updated in place, many times: room in each page keeps that from touching the index.
_VOUCHERS = """
    CREATE TABLE bank.voucher (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        kind smallint NOT NULL,
        payee_id bytea NOT NULL,
        amount_fen bigint NOT NULL,
        body bytea NOT NULL,
        signature bytea NOT NULL,
        stored_at timestamptz NOT NULL,
        PRIMARY KEY (payer_id, entry)
    );
    CREATE TABLE bank.payer_certificate (
        purse_id bytea NOT NULL,
        certificate bytea NOT NULL,
        PRIMARY KEY (purse_id, certificate)
    );
    CREATE TABLE bank.voucher_due (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        attempt integer NOT NULL DEFAULT 0,
        waits_for smallint,
        PRIMARY KEY (payer_id, entry)
    );
    CREATE INDEX voucher_due_now ON bank.voucher_due (payer_id, entry) WHERE waits_for IS NULL;
    CREATE TABLE bank.voucher_outcome (
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        outcome smallint NOT NULL,
        transfer_id uuid,
        spender_wallet_id uuid,
        amount_fen bigint NOT NULL,
        decided_at timestamptz NOT NULL,
        PRIMARY KEY (payer_id, entry)
    );
    CREATE TABLE bank.purse_shadow (
        purse_id bytea PRIMARY KEY,
        out_fen bigint NOT NULL,
        out_count bigint NOT NULL,
        in_fen bigint NOT NULL,
        in_count bigint NOT NULL
    ) WITH (fillfactor = 70);
    CREATE TABLE bank.fraud_case (
        purse_id bytea NOT NULL,
        entry bigint NOT NULL,
        test smallint NOT NULL,
        first_body bytea NOT NULL,
        first_signature bytea NOT NULL,
        second_body bytea NOT NULL,
        second_signature bytea NOT NULL,
        found_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, entry, test)
    );
"""

_BATCHES = """
    CREATE TABLE bank.voucher_reject (
        raw_hash bytea PRIMARY KEY,
        reason smallint NOT NULL,
        batch_hash bytea NOT NULL,
        place integer NOT NULL,
        rejected_at timestamptz NOT NULL
    );
    CREATE TABLE bank.settlement_batch (
        batch_hash bytea PRIMARY KEY,
        records integer NOT NULL,
        done integer NOT NULL DEFAULT 0,
        tally jsonb NOT NULL DEFAULT '{}',
        begun_at timestamptz NOT NULL,
        finished_at timestamptz
    );
"""

# What a wallet spent, whether it was asked online or through a purse: what its limits count.
_SPENDING = """
    CREATE VIEW bank.spending AS
    SELECT payment_id, payer_wallet_id, amount_fen, made_at FROM bank.payment
    UNION ALL
    SELECT transfer_id, spender_wallet_id, amount_fen, decided_at FROM bank.voucher_outcome
    WHERE spender_wallet_id IS NOT NULL
"""

_WRITTEN_ONCE = ("voucher", "voucher_outcome", "fraud_case", "hosted_request_end")


def upgrade() -> None:
    """Make the tables."""
    for statements in (_PURSES, _VOUCHERS, _BATCHES, _SPENDING):
        op.execute(statements)
    op.execute(
        """
        CREATE FUNCTION bank.refuse_voucher_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'vouchers and what became of them are written once, never changed';
        END
        $$
        """
    )
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()"
        )
