"""People, their wallets and devices: opening, signing in, verifying, limits, PINs, closing."""
