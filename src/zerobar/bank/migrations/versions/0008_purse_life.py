"""A purse's life: orders, proofs of possession, limits, loss, and money that goes into it.

Everything of one purse is spread by its id. A charge and what the operator signed for it are
written once; of the operator's own log only the newest entry and chain are kept beside them.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_LIFE = """
    ALTER TABLE bank.purse
        ADD COLUMN linked_at timestamptz,
        ADD COLUMN lost_at timestamptz,
        ADD COLUMN horizon_at timestamptz;
    UPDATE bank.purse SET linked_at = registered_at WHERE wallet_id IS NOT NULL;
    CREATE INDEX purse_of_wallet ON bank.purse (wallet_id) WHERE wallet_id IS NOT NULL;
    CREATE INDEX purse_lost ON bank.purse (horizon_at) WHERE horizon_at IS NOT NULL;
    CREATE TABLE bank.purse_event (
        purse_id bytea NOT NULL,
        event_id uuid NOT NULL,
        kind smallint NOT NULL,
        made_by uuid NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, event_id)
    );
    CREATE TABLE bank.purse_limits (
        purse_id bytea PRIMARY KEY,
        per_payment_fen bigint NOT NULL,
        without_pin_fen bigint NOT NULL,
        holding_fen bigint NOT NULL,
        changed_at timestamptz NOT NULL
    );
    CREATE TABLE bank.purse_unblock (
        purse_id bytea NOT NULL,
        counter integer NOT NULL,
        approval_id uuid NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, counter),
        UNIQUE (purse_id, approval_id)
    );
    CREATE TABLE bank.purse_challenge (
        challenge_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        nonce bytea NOT NULL,
        expires_at timestamptz NOT NULL
    );
    CREATE TABLE bank.loss_terms (
        operator_id uuid NOT NULL,
        valid_from timestamptz NOT NULL,
        longest_sync_days integer NOT NULL,
        grace_days integer NOT NULL,
        PRIMARY KEY (operator_id, valid_from)
    );
"""

_ORDERS = """
    CREATE TABLE bank.purse_order (
        order_id uuid PRIMARY KEY,
        class smallint NOT NULL,
        wallet_id uuid,
        ordered_by uuid NOT NULL,
        replaces bytea,
        ordered_at timestamptz NOT NULL,
        batch_id uuid,
        purse_id bytea,
        certified_at timestamptz
    );
    CREATE INDEX purse_order_of_wallet ON bank.purse_order (wallet_id, order_id)
        WHERE wallet_id IS NOT NULL;
    CREATE INDEX purse_order_open ON bank.purse_order (order_id) WHERE batch_id IS NULL;
    CREATE INDEX purse_order_of_purse ON bank.purse_order (purse_id)
        WHERE purse_id IS NOT NULL;
"""

_CHARGES = """
    CREATE TABLE bank.purse_charge (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        charge_id uuid NOT NULL,
        wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        request bytea NOT NULL,
        made_at timestamptz NOT NULL,
        key_id uuid NOT NULL,
        signed_bytes bytea NOT NULL,
        signature bytea NOT NULL,
        PRIMARY KEY (payee_id, number)
    );
    CREATE INDEX purse_charge_of_wallet ON bank.purse_charge (wallet_id, made_at);
    CREATE TABLE bank.purse_charge_due (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        PRIMARY KEY (payee_id, number)
    );
    CREATE TABLE bank.operator_log (
        purse_id bytea PRIMARY KEY,
        entry bigint NOT NULL,
        chain bytea NOT NULL
    );
    CREATE TABLE bank.operator_voucher (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        PRIMARY KEY (payee_id, number)
    );
    CREATE TABLE bank.unload_request (
        purse_id bytea NOT NULL,
        number bigint NOT NULL,
        request_id uuid NOT NULL,
        signed_request bytea NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, number),
        UNIQUE (purse_id, request_id)
    );
"""

# A load counts towards a wallet's limits: once it is in the purse, nobody counts it any more.
_SPENDING = """
    CREATE OR REPLACE VIEW bank.spending AS
    SELECT payment_id, payer_wallet_id, amount_fen, made_at FROM bank.payment
    UNION ALL
    SELECT transfer_id, spender_wallet_id, amount_fen, decided_at FROM bank.voucher_outcome
    WHERE spender_wallet_id IS NOT NULL
    UNION ALL
    SELECT charge_id, wallet_id, amount_fen, made_at FROM bank.purse_charge
"""

_WRITTEN_ONCE = ("purse_charge", "operator_voucher", "unload_request", "purse_event")


def upgrade() -> None:
    """Make the tables."""
    for statements in (_LIFE, _ORDERS, _CHARGES, _SPENDING):
        op.execute(statements)
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()"
        )
