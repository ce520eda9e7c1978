"""Lines with their accounts, bills and top-ups; all of a line's rows begin with its number."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
    CREATE SCHEMA telecom;
    CREATE TABLE telecom.plan (
        name text PRIMARY KEY,
        monthly_fen bigint NOT NULL CHECK (monthly_fen >= 0)
    );
    CREATE TABLE telecom.line (
        number text PRIMARY KEY,
        plan text NOT NULL REFERENCES telecom.plan,
        balance_fen bigint NOT NULL DEFAULT 0,
        entries integer NOT NULL DEFAULT 0,
        status smallint NOT NULL,
        overdue_since date,
        opened_at timestamptz NOT NULL,
        CHECK ((balance_fen < 0) = (overdue_since IS NOT NULL))
    );
    CREATE INDEX line_overdue ON telecom.line (overdue_since) WHERE overdue_since IS NOT NULL;
    CREATE TABLE telecom.entry (
        number text NOT NULL,
        position integer NOT NULL,
        kind smallint NOT NULL,
        reference text NOT NULL,
        amount_fen bigint NOT NULL,
        balance_fen bigint NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (number, position),
        UNIQUE (number, kind, reference)
    );
    CREATE TABLE telecom.top_up (
        top_up_id uuid PRIMARY KEY,
        number text NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        source smallint NOT NULL,
        resumed boolean NOT NULL,
        made_at timestamptz NOT NULL
    );
    CREATE INDEX top_up_by_line ON telecom.top_up (number, made_at);
    CREATE TABLE telecom.refund (
        refund_id uuid PRIMARY KEY,
        top_up_id uuid NOT NULL,
        amount_fen bigint NOT NULL CHECK (amount_fen > 0),
        made_at timestamptz NOT NULL
    );
    CREATE INDEX refund_by_top_up ON telecom.refund (top_up_id);
    CREATE TABLE telecom.unplaced (
        top_up_id uuid PRIMARY KEY,
        reference bytea NOT NULL,
        amount_fen bigint NOT NULL,
        reason text NOT NULL,
        came_at timestamptz NOT NULL
    );
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)
