"""When a device was first given the right PIN: from then on it shares the holder's tries.

Until here that was so from a device's 24th hour on. So those that had come to that by now, and
everybody's first device, are taken for devices that have been given it.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"

_DEVICE = 1


def upgrade() -> None:
    """Make the column, and fill it for the devices that there are."""
    op.execute("ALTER TABLE bank.signing_key ADD COLUMN pin_given_at timestamptz")
    op.execute(
        f"""
        UPDATE bank.signing_key k SET pin_given_at = now()
        FROM bank.person p
        WHERE p.person_id = k.owner_id AND p.pin_hash IS NOT NULL AND k.owner_kind = {_DEVICE}
          AND (k.enrolled_at <= now() - interval '24 hours' OR NOT EXISTS (
              SELECT FROM bank.signing_key e
              WHERE e.owner_id = k.owner_id AND e.enrolled_at < k.enrolled_at
          ))
        """  # noqa: S608 - a number of ours, no input
    )
