"""Payments, refunds, requests for money, customers' codes, and what people are told.

What belongs to an accepted posting (`payment`, `refund`, `money_request_end`,
`confirmation`, `confirmation_end`, `notice`) is written by the ledger in the posting's own
transaction, and only then.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_PAYMENTS = """
    CREATE TABLE bank.payment (
        payment_id uuid PRIMARY KEY,
        payer_wallet_id uuid NOT NULL,
        payee_wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        kind smallint NOT NULL,
        authority smallint NOT NULL,
        memo text NOT NULL,
        subject_id uuid,
        shop_id uuid,
        card_id uuid,
        card_amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        key_id uuid NOT NULL,
        signed_bytes bytea NOT NULL,
        signature bytea NOT NULL
    );
    CREATE TABLE bank.refund (
        refund_id uuid PRIMARY KEY,
        payment_id uuid NOT NULL,
        payer_wallet_id uuid NOT NULL,
        payee_wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        card_id uuid,
        card_amount_fen bigint NOT NULL,
        reason text NOT NULL,
        made_at timestamptz NOT NULL
    );
    CREATE INDEX refund_of_payment ON bank.refund (payment_id, refund_id);
    CREATE TABLE bank.refund_plan (
        refund_id uuid PRIMARY KEY,
        payment_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        card_amount_fen bigint NOT NULL,
        refused boolean NOT NULL DEFAULT false
    );
    CREATE INDEX refund_plan_of_payment ON bank.refund_plan (payment_id);
"""

_REQUESTS = """
    CREATE TABLE bank.money_request (
        request_id uuid PRIMARY KEY,
        payee_wallet_id uuid NOT NULL,
        payer_wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        memo text NOT NULL,
        made_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    );
    CREATE INDEX money_request_from ON bank.money_request (payee_wallet_id, request_id);
    CREATE INDEX money_request_to ON bank.money_request (payer_wallet_id, request_id);
    CREATE TABLE bank.money_request_end (
        request_id uuid PRIMARY KEY,
        state text NOT NULL,
        ended_at timestamptz NOT NULL
    );
    CREATE TABLE bank.notice (
        person_id uuid NOT NULL,
        notice_id uuid NOT NULL,
        wallet_id uuid NOT NULL,
        kind smallint NOT NULL,
        subject_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        text text NOT NULL,
        made_at timestamptz NOT NULL,
        read_at timestamptz,
        PRIMARY KEY (person_id, notice_id)
    );
"""

_CODES = """
    CREATE TABLE bank.code_secret (
        handle text PRIMARY KEY,
        secret_id uuid NOT NULL,
        wallet_id uuid NOT NULL,
        key_id uuid NOT NULL,
        secret_sealed bytea NOT NULL,
        enrolled_at timestamptz NOT NULL,
        ended_at timestamptz
    );
    CREATE INDEX code_secret_of_wallet ON bank.code_secret (wallet_id, secret_id);
    CREATE TABLE bank.code_secret_by_id (
        secret_id uuid PRIMARY KEY,
        handle text NOT NULL
    );
    CREATE TABLE bank.code_limit (
        wallet_id uuid PRIMARY KEY,
        limit_fen bigint NOT NULL,
        set_at timestamptz NOT NULL
    );
    CREATE TABLE bank.code_failures (
        subject_id uuid NOT NULL,
        hour integer NOT NULL,
        failures integer NOT NULL,
        PRIMARY KEY (subject_id, hour)
    );
    CREATE INDEX code_failures_by_age ON bank.code_failures (to_timestamp(hour * 3600.0));
    CREATE TABLE bank.confirmation (
        wallet_id uuid NOT NULL,
        payment_id uuid NOT NULL,
        order_id uuid NOT NULL,
        payee_wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        memo text NOT NULL,
        made_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        key_id uuid NOT NULL,
        signed_bytes bytea NOT NULL,
        signature bytea NOT NULL,
        PRIMARY KEY (wallet_id, payment_id)
    );
    CREATE TABLE bank.confirmation_by_payment (
        payment_id uuid PRIMARY KEY,
        wallet_id uuid NOT NULL
    );
    CREATE TABLE bank.confirmation_end (
        payment_id uuid PRIMARY KEY,
        state text NOT NULL,
        ended_at timestamptz NOT NULL
    );
"""


def upgrade() -> None:
    """Make the tables."""
    for statements in (_PAYMENTS, _REQUESTS, _CODES):
        op.execute(statements)
