"""The operator's rules: people and wallets, cards and banks, payments, merchants, the authority.

Each area is a package: `model` says what things are, `store` holds its SQL, the other modules are
the rules. Nothing here knows HTTP; `zerobar.bank.api` does.
"""
