"""The village of the syncing tests."""

from tests.bank.syncing.conftest import alice, bob, keys, shop, village

__all__ = ["alice", "bob", "keys", "shop", "village"]
