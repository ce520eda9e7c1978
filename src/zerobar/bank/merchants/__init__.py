"""Merchants: shops, terminals, orders, codes, webhooks, reconciliation, settlement."""
