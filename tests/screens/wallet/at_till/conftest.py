"""A shop with a till beside the customer's wallet, with a bank of its own."""

from tests.screens.till.conftest import bank, folder, sandbox, shop, started

__all__ = ["bank", "folder", "sandbox", "shop", "started"]
