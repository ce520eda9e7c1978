"""Operators, people, wallets and the keys that sign for them.

Each table's key begins with the column that its rows can be spread by; look-ups by another column
have a table of their own, so that no unique constraint crosses servers.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute("CREATE SCHEMA bank")
    op.execute(
        """
        CREATE TABLE bank.operator (
            operator_id uuid PRIMARY KEY,
            name text NOT NULL,
            created_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.person (
            person_id uuid PRIMARY KEY,
            phone text NOT NULL,
            name_sealed bytea,
            resident_id_sealed bytea,
            resident_id_index bytea,
            verified_at timestamptz,
            main_wallet_id uuid,
            pin_hash text,
            opened_at timestamptz NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.person_by_phone (
            phone text PRIMARY KEY,
            person_id uuid NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.wallet (
            wallet_id uuid PRIMARY KEY,
            operator_id uuid NOT NULL,
            kind smallint NOT NULL,
            category smallint NOT NULL,
            number text NOT NULL,
            label text NOT NULL,
            person_id uuid,
            merchant_id uuid,
            counted_as uuid,
            auto_top_up boolean NOT NULL DEFAULT false,
            opened_at timestamptz NOT NULL,
            frozen_at timestamptz,
            frozen_by smallint,
            closed_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX wallet_of_person ON bank.wallet (person_id, wallet_id)")
    op.execute(
        """
        CREATE TABLE bank.wallet_by_number (
            number text PRIMARY KEY,
            wallet_id uuid NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.signing_key (
            key_id uuid PRIMARY KEY,
            owner_kind smallint NOT NULL,
            owner_id uuid NOT NULL,
            public_key bytea NOT NULL,
            label text NOT NULL,
            enrolled_at timestamptz NOT NULL,
            revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX signing_key_of_owner ON bank.signing_key (owner_id, key_id)")
