"""What people sign in and pay with: codes by message, sessions, grants, limits, identities."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.execute(
        """
        CREATE TABLE bank.sms_code (
            phone text NOT NULL,
            purpose smallint NOT NULL,
            code_hash bytea NOT NULL,
            sent_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            tries smallint NOT NULL DEFAULT 0,
            used_for uuid,
            PRIMARY KEY (phone, purpose)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.attempt (
            subject text NOT NULL,
            kind smallint NOT NULL,
            day integer NOT NULL,
            many integer NOT NULL,
            last_at timestamptz NOT NULL,
            PRIMARY KEY (subject, kind, day)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.session (
            token_hash bytea PRIMARY KEY,
            session_id uuid NOT NULL,
            person_id uuid NOT NULL,
            key_id uuid NOT NULL,
            opened_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX session_of_key ON bank.session (key_id)")
    op.execute(
        """
        CREATE TABLE bank.pin_grant (
            wallet_id uuid NOT NULL,
            key_id uuid NOT NULL,
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (wallet_id, key_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.pin_tries (
            person_id uuid NOT NULL,
            new_device boolean NOT NULL,
            failures smallint NOT NULL,
            locked_until timestamptz,
            PRIMARY KEY (person_id, new_device)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.limit_version (
            operator_id uuid NOT NULL,
            valid_from timestamptz NOT NULL,
            category smallint NOT NULL,
            balance_fen bigint,
            per_payment_fen bigint,
            per_day_fen bigint,
            per_year_fen bigint,
            bank_withdrawal boolean NOT NULL,
            PRIMARY KEY (operator_id, valid_from, category)
        )
        """
    )
    # A resident ID has a few numbered slots: two wallets can never take the same one.
    op.execute(
        """
        CREATE TABLE bank.identity_slot (
            resident_id_index bytea NOT NULL,
            slot smallint NOT NULL,
            wallet_id uuid NOT NULL,
            PRIMARY KEY (resident_id_index, slot)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.partner_key (
            key_name text PRIMARY KEY,
            partner text NOT NULL,
            public_key bytea NOT NULL,
            registered_at timestamptz NOT NULL,
            revoked_at timestamptz
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.used_assertion (
            partner text NOT NULL,
            assertion_id text NOT NULL,
            used_for uuid NOT NULL,
            used_at timestamptz NOT NULL,
            PRIMARY KEY (partner, assertion_id)
        )
        """
    )
    _by_age()


def _by_age() -> None:
    """Let what is over be found, to be deleted."""
    for table, column in (
        ("sms_code", "expires_at"),
        ("attempt", "last_at"),
        ("session", "expires_at"),
        ("pin_grant", "expires_at"),
        ("used_assertion", "used_at"),
    ):
        op.execute(f"CREATE INDEX {table}_by_age ON bank.{table} ({column})")
    op.execute("CREATE INDEX session_ended ON bank.session (ended_at) WHERE ended_at IS NOT NULL")
