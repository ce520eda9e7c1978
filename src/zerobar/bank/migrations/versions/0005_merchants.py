"""Merchants, their shops and tills, orders, what is paid, refunded, told and settled.

Orders are spread by their own id, because that is what a payment knows; everything else of a
merchant by the merchant's. What belongs to an accepted posting (`order_payment`, `order_end`, a
due `webhook_event`) is written by the ledger in the posting's own transaction.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_MERCHANTS = """
    CREATE TABLE bank.merchant (
        merchant_id uuid PRIMARY KEY,
        operator_id uuid NOT NULL,
        wallet_id uuid NOT NULL,
        name text NOT NULL,
        latin_name text NOT NULL,
        latin_city text NOT NULL,
        category_code text NOT NULL,
        credit_code text NOT NULL,
        bank_code text NOT NULL,
        account_holder text NOT NULL,
        account_sealed bytea NOT NULL,
        account_masked text NOT NULL,
        webhook_url text,
        webhook_seed_sealed bytea NOT NULL,
        content_hash bytea NOT NULL,
        opened_at timestamptz NOT NULL,
        suspended_at timestamptz
    );
    CREATE TABLE bank.merchant_by_credit_code (
        credit_code text PRIMARY KEY,
        merchant_id uuid NOT NULL
    );
    CREATE TABLE bank.shop (
        merchant_id uuid NOT NULL,
        shop_id uuid NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        latin_name text NOT NULL,
        opened_at timestamptz NOT NULL,
        closed_at timestamptz,
        PRIMARY KEY (merchant_id, shop_id)
    );
    CREATE TABLE bank.shop_by_code (
        code text PRIMARY KEY,
        merchant_id uuid NOT NULL,
        shop_id uuid NOT NULL
    );
    CREATE TABLE bank.terminal (
        terminal_id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        shop_id uuid NOT NULL,
        label text NOT NULL,
        code_expires_at timestamptz NOT NULL,
        code_tries smallint NOT NULL DEFAULT 0,
        key_id uuid,
        added_at timestamptz NOT NULL,
        enrolled_at timestamptz,
        revoked_at timestamptz
    );
    CREATE INDEX terminal_of_merchant ON bank.terminal (merchant_id, terminal_id);
"""

_ORDERS = """
    CREATE TABLE bank.merchant_order (
        order_id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        shop_id uuid NOT NULL,
        terminal_id uuid,
        number text NOT NULL,
        amount_fen bigint NOT NULL,
        memo text NOT NULL,
        items jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        content_hash bytea NOT NULL
    );
    CREATE INDEX order_of_merchant ON bank.merchant_order (merchant_id, order_id);
    CREATE TABLE bank.order_due (
        order_id uuid PRIMARY KEY,
        expires_at timestamptz NOT NULL
    );
    CREATE INDEX order_by_expiry ON bank.order_due (expires_at);
    CREATE TABLE bank.order_by_number (
        merchant_id uuid NOT NULL,
        number text NOT NULL,
        order_id uuid NOT NULL,
        PRIMARY KEY (merchant_id, number)
    );
    CREATE TABLE bank.order_payment (
        order_id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        payment_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        paid_at timestamptz NOT NULL
    );
    CREATE INDEX order_of_payment ON bank.order_payment (payment_id);
    CREATE TABLE bank.order_end (
        order_id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        reason smallint NOT NULL,
        ended_at timestamptz NOT NULL
    );
    CREATE TABLE bank.charge (
        charge_id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        merchant_id uuid NOT NULL,
        key_id uuid NOT NULL,
        code_hash bytea NOT NULL,
        asked_at timestamptz NOT NULL
    );
    CREATE INDEX charge_of_order ON bank.charge (order_id, charge_id);
    CREATE TABLE bank.merchant_refund (
        refund_id uuid PRIMARY KEY,
        merchant_id uuid NOT NULL,
        order_id uuid NOT NULL,
        payment_id uuid NOT NULL,
        number text NOT NULL,
        amount_fen bigint NOT NULL,
        reason text NOT NULL,
        key_id uuid NOT NULL,
        asked_at timestamptz NOT NULL,
        done_at timestamptz,
        refused text NOT NULL DEFAULT '',
        content_hash bytea NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL
    );
    CREATE INDEX refund_undecided ON bank.merchant_refund (next_try_at)
        WHERE done_at IS NULL AND refused = '';
    CREATE INDEX refund_of_order ON bank.merchant_refund (order_id, refund_id);
    CREATE INDEX refund_of_merchant ON bank.merchant_refund (merchant_id, asked_at);
    CREATE TABLE bank.refund_by_number (
        merchant_id uuid NOT NULL,
        number text NOT NULL,
        refund_id uuid NOT NULL,
        PRIMARY KEY (merchant_id, number)
    );
"""

_AFTERWARDS = """
    CREATE TABLE bank.webhook_event (
        merchant_id uuid NOT NULL,
        event_id uuid NOT NULL,
        kind smallint NOT NULL,
        subject_id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        body bytea,
        attempts smallint NOT NULL DEFAULT 0,
        last_outcome text NOT NULL DEFAULT '',
        delivered_at timestamptz,
        given_up_at timestamptz,
        PRIMARY KEY (merchant_id, event_id)
    );
    CREATE INDEX webhook_by_time ON bank.webhook_event (merchant_id, occurred_at, event_id);
    CREATE INDEX webhook_due ON bank.webhook_event (merchant_id, due_at)
        WHERE delivered_at IS NULL AND given_up_at IS NULL;
    CREATE TABLE bank.settlement_file (
        operator_id uuid NOT NULL,
        day integer NOT NULL,
        file_name text NOT NULL,
        message bytea NOT NULL,
        made_at timestamptz NOT NULL,
        submitted_at timestamptz,
        PRIMARY KEY (operator_id, day)
    );
    CREATE TABLE bank.settlement (
        merchant_id uuid NOT NULL,
        day integer NOT NULL,
        settlement_id uuid NOT NULL,
        operator_id uuid NOT NULL,
        wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        state smallint NOT NULL,
        reason text NOT NULL DEFAULT '',
        made_at timestamptz NOT NULL,
        ended_at timestamptz,
        PRIMARY KEY (merchant_id, day)
    );
    CREATE TABLE bank.settlement_booking (
        settlement_id uuid PRIMARY KEY,
        day integer NOT NULL
    );
    CREATE INDEX settlement_of_day ON bank.settlement (operator_id, day, merchant_id);
    CREATE INDEX settlement_by_id ON bank.settlement (settlement_id);
    CREATE INDEX settlement_by_end ON bank.settlement (operator_id, ended_at);
    CREATE INDEX settlement_unfinished ON bank.settlement (operator_id, day) WHERE state < 3;
"""


def upgrade() -> None:
    """Make the tables."""
    for statements in (_MERCHANTS, _ORDERS, _AFTERWARDS):
        op.execute(statements)
