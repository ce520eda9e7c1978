"""What every card should know: blocklists and key updates, kept to be passed on."""

from __future__ import annotations

from typing import Final

from zerobar.device.file import DeviceFile
from zerobar.purse.messages import BlocklistDelta, KeyUpdate

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS delta (
        from_epoch INTEGER PRIMARY KEY,
        message BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS key_update (message BLOB PRIMARY KEY);
"""
_KEPT_DELTAS: Final = 64
"""Blocklist deltas that a device passes on; older cards ask their own operator."""


class GossipStore:
    """Operators' signed news, in a device's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def keep_delta(self, delta: BlocklistDelta) -> None:
        """Keep a blocklist delta to pass on; the longest one from an epoch stays."""
        with self._file.transaction() as connection:
            row = connection.execute(
                "SELECT message FROM delta WHERE from_epoch = ?", (delta.from_epoch,)
            ).fetchone()
            if row is None or BlocklistDelta.parse(row[0]).to_epoch < delta.to_epoch:
                connection.execute(
                    "INSERT OR REPLACE INTO delta (from_epoch, message) VALUES (?, ?)",
                    (delta.from_epoch, bytes(delta)),
                )
            connection.execute(
                "DELETE FROM delta WHERE from_epoch NOT IN"
                " (SELECT from_epoch FROM delta ORDER BY from_epoch DESC LIMIT ?)",
                (_KEPT_DELTAS,),
            )

    def deltas(self) -> list[BlocklistDelta]:
        """Return the blocklist deltas that are kept, oldest first."""
        rows = self._file.rows("SELECT message FROM delta ORDER BY from_epoch")
        return [BlocklistDelta.parse(row[0]) for row in rows]

    def keep_key_update(self, update: KeyUpdate) -> None:
        """Keep an authority's key update to pass on."""
        self._file.execute(
            "INSERT INTO key_update (message) VALUES (?) ON CONFLICT DO NOTHING",
            (bytes(update),),
        )

    def key_updates(self) -> list[KeyUpdate]:
        """Return the key updates that are kept, by the day they count from."""
        rows = self._file.rows("SELECT message FROM key_update")
        updates = [KeyUpdate.parse(row[0]) for row in rows]
        return sorted(updates, key=lambda update: (update.not_before_day, update.new_number))
