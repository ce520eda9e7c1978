"""Cheats: what proves one, the evidence as it was signed, the blocklist, and who pays for it."""
