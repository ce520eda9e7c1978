"""Cards, and orders to the bank that they belong to."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.execute(
        """
        CREATE TABLE bank.card (
            person_id uuid NOT NULL,
            card_id uuid NOT NULL,
            number_index bytea NOT NULL,
            number_masked text NOT NULL,
            token_sealed bytea NOT NULL,
            rank smallint NOT NULL,
            bound_at timestamptz NOT NULL,
            unbound_at timestamptz,
            PRIMARY KEY (person_id, card_id)
        )
        """
    )
    # A card is bound once at a time; bound again later, it is another row.
    op.execute(
        "CREATE UNIQUE INDEX card_bound ON bank.card (person_id, number_index)"
        " WHERE unbound_at IS NULL"
    )
    op.execute(
        """
        CREATE TABLE bank.card_mismatch (
            person_id uuid NOT NULL,
            day integer NOT NULL,
            times smallint NOT NULL,
            PRIMARY KEY (person_id, day)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.card_order (
            order_id uuid PRIMARY KEY,
            operator_id uuid NOT NULL,
            kind smallint NOT NULL,
            wallet_id uuid NOT NULL,
            person_id uuid NOT NULL,
            card_id uuid NOT NULL,
            amount_fen bigint NOT NULL,
            cause_id uuid,
            status smallint NOT NULL,
            reason text NOT NULL,
            moved boolean NOT NULL,
            asked_at timestamptz NOT NULL,
            ended_at timestamptz,
            tries smallint NOT NULL,
            next_try_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX card_order_of_wallet ON bank.card_order (wallet_id, order_id)")
    op.execute(
        "CREATE INDEX card_order_of_cause ON bank.card_order (wallet_id, cause_id)"
        " WHERE cause_id IS NOT NULL"
    )
    op.execute("CREATE INDEX card_order_open ON bank.card_order (next_try_at) WHERE status = 1")
    op.execute("CREATE INDEX card_order_moved ON bank.card_order (ended_at) WHERE moved")
    # Which day of the bank's statements an order was found in.
    op.execute(
        """
        CREATE TABLE bank.card_order_booking (
            order_id uuid PRIMARY KEY,
            day integer NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX card_order_stranded ON bank.card_order (order_id) WHERE status = 4")
    # What came of comparing a statement; of very many differences, the first.
    op.execute(
        """
        CREATE TABLE bank.reconciliation (
            operator_id uuid NOT NULL,
            day integer NOT NULL,
            made_at timestamptz NOT NULL,
            lines integer NOT NULL,
            matched integer NOT NULL,
            paid_in_fen bigint NOT NULL,
            paid_out_fen bigint NOT NULL,
            transfers integer NOT NULL,
            transferred_fen bigint NOT NULL,
            differing integer NOT NULL,
            differences jsonb NOT NULL,
            PRIMARY KEY (operator_id, day)
        )
        """
    )
