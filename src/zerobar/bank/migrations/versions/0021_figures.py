"""What the bank's figures were: one reading a minute, thinned with age.

A reading tells of nobody: sums over all, lengths of queues, and how much was asked. What was asked
is counted from when the program was started, so a count that is lower than the one before begins
anew.
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

_TABLES = """
    CREATE TABLE bank.figures (
        at timestamptz PRIMARY KEY,
        issued_fen bigint NOT NULL,
        wallets_fen bigint NOT NULL,
        merchants_fen bigint NOT NULL,
        float_fen bigint NOT NULL,
        vaults_fen bigint NOT NULL,
        in_flight bigint NOT NULL,
        in_flight_fen bigint NOT NULL,
        due_fen bigint NOT NULL,
        vouchers_open bigint NOT NULL,
        vouchers_due bigint NOT NULL,
        webhooks_due bigint NOT NULL,
        requests bigint NOT NULL,
        errors bigint NOT NULL,
        answers bigint NOT NULL,
        answers_s double precision NOT NULL
    )
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_TABLES)
