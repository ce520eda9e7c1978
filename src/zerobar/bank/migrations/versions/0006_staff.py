"""Staff, passkeys, what two people decide together, and the audit trail.

Each table's key begins with the column that its rows can be spread by. The audit trail is one
chain, so it stays on one server.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    _staff()
    _passkeys()
    _approvals()
    _audit()


def _staff() -> None:
    op.execute(
        """
        CREATE TABLE bank.staff (
            staff_id uuid PRIMARY KEY,
            name text NOT NULL,
            roles text[] NOT NULL,
            added_at timestamptz NOT NULL,
            revoked_at timestamptz
        )
        """
    )
    op.execute(
        """
        CREATE TABLE bank.staff_code (
            code_hash bytea PRIMARY KEY,
            staff_id uuid NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX staff_code_of_member ON bank.staff_code (staff_id)")
    op.execute(
        """
        CREATE TABLE bank.staff_session (
            token_hash bytea PRIMARY KEY,
            session_id uuid NOT NULL,
            staff_id uuid NOT NULL,
            opened_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX staff_session_of_member ON bank.staff_session (staff_id)")
    op.execute("CREATE INDEX staff_session_by_age ON bank.staff_session (expires_at)")
    op.execute(
        "CREATE INDEX staff_session_ended ON bank.staff_session (ended_at)"
        " WHERE ended_at IS NOT NULL"
    )


def _passkeys() -> None:
    op.execute(
        """
        CREATE TABLE bank.passkey (
            credential_id bytea PRIMARY KEY,
            owner_kind smallint NOT NULL,
            owner_id uuid NOT NULL,
            public_key bytea NOT NULL,
            sign_count bigint NOT NULL,
            label text NOT NULL,
            registered_at timestamptz NOT NULL,
            last_used_at timestamptz,
            revoked_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX passkey_of_owner ON bank.passkey (owner_id, registered_at)")
    op.execute(
        """
        CREATE TABLE bank.passkey_challenge (
            challenge bytea PRIMARY KEY,
            expires_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX passkey_challenge_expiry ON bank.passkey_challenge (expires_at)")


def _approvals() -> None:
    op.execute(
        """
        CREATE TABLE bank.approval (
            approval_id uuid PRIMARY KEY,
            kind text NOT NULL,
            proposal text NOT NULL,
            proposed_by uuid NOT NULL,
            proposed_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            approved boolean,
            decided_by uuid,
            decided_at timestamptz,
            reason text NOT NULL DEFAULT '',
            outcome text,
            carried_out_at timestamptz,
            tries integer NOT NULL DEFAULT 0,
            next_try_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX approval_by_time ON bank.approval (proposed_at, approval_id)")
    op.execute(
        """
        CREATE INDEX approval_to_carry_out ON bank.approval (next_try_at)
        WHERE approved AND outcome IS NULL
        """
    )

    op.execute(
        """
        CREATE TABLE bank.pin_permit (
            person_id uuid NOT NULL,
            approval_id uuid NOT NULL,
            key_id uuid NOT NULL,
            expires_at timestamptz NOT NULL,
            used_for uuid,
            PRIMARY KEY (person_id, approval_id)
        )
        """
    )


def _audit() -> None:
    op.execute(
        """
        CREATE TABLE bank.audit_entry (
            number bigint PRIMARY KEY,
            at timestamptz NOT NULL,
            staff_id uuid NOT NULL,
            action text NOT NULL,
            details text NOT NULL,
            seal bytea NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE FUNCTION bank.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the audit trail is written once and never changed';
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON bank.audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION bank.refuse_audit_change()
        """
    )
