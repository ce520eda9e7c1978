"""Orders paid by a card's tap at a till that is online; purses' logs in parts, and their release.

A hosted payee's requests for orders are spread by the payee, as all its requests are; what a tap
has paid by the payment, as everything that refunds look at; parts of a log and what lets a purse be
acknowledged by the purse. That a payment was made is written once, by the ledger, in the
transaction that moves the money.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0012"

_TABLES = """
    CREATE TABLE bank.merchant_payee (
        merchant_id uuid PRIMARY KEY,
        payee_id bytea NOT NULL,
        key_sealed bytea NOT NULL,
        newest_number bigint NOT NULL DEFAULT 0
    );
    CREATE TABLE bank.order_request (
        payee_id bytea NOT NULL,
        number bigint NOT NULL,
        order_id uuid NOT NULL,
        kind smallint NOT NULL,
        reference bytea NOT NULL,
        key_id uuid NOT NULL,
        is_declined boolean NOT NULL DEFAULT false,
        PRIMARY KEY (payee_id, number)
    );
    CREATE INDEX order_request_of_order ON bank.order_request (order_id, kind, number);
    CREATE INDEX order_request_by_reference ON bank.order_request (payee_id, reference);
    CREATE TABLE bank.tap_payment (
        payment_id uuid PRIMARY KEY,
        order_id uuid NOT NULL,
        payer_id bytea NOT NULL,
        entry bigint NOT NULL,
        payer_wallet_id uuid,
        payee_wallet_id uuid NOT NULL,
        amount_fen bigint NOT NULL,
        card_id uuid,
        card_amount_fen bigint NOT NULL,
        made_at timestamptz NOT NULL
    );
    CREATE INDEX tap_payment_of_order ON bank.tap_payment (order_id);
    CREATE TABLE bank.purse_log_part (
        purse_id bytea NOT NULL,
        entry bigint NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (purse_id, entry)
    );
    CREATE TABLE bank.key_update (
        number smallint NOT NULL,
        not_before_day integer NOT NULL,
        message bytea NOT NULL,
        approval_id uuid NOT NULL,
        announced_at timestamptz NOT NULL,
        PRIMARY KEY (number, not_before_day)
    );
    CREATE TABLE bank.taint_release (
        purse_id bytea NOT NULL,
        approval_id uuid NOT NULL,
        entry bigint NOT NULL,
        released_at timestamptz NOT NULL,
        PRIMARY KEY (purse_id, approval_id)
    );
    ALTER TABLE bank.voucher_outcome ADD COLUMN declined smallint;
    ALTER TABLE bank.voucher_due ADD COLUMN is_topped_up boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)
    for table in ("tap_payment", "key_update", "taint_release"):
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_voucher_change()"
        )
