"""What can go wrong with the registry of purses."""

from __future__ import annotations

from zerobar.bank.errors import InvalidInput, NotFound, Refused


class CertificateRefused(InvalidInput):
    """A certificate that no trusted authority key has signed, or of a class that cannot be."""

    problem = "certificate-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The purse's certificate is refused: {why}.",
            "Have the purse certified by an authority whose key this bank trusts.",
        )


class PurseUnknown(NotFound):
    """No purse of that id is registered here."""

    problem = "purse-unknown"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"No purse {purse_id.hex()} is registered here.", "Check the id, or register the purse."
        )


class PayeeNotHosted(NotFound):
    """No payee of that id is hosted here."""

    problem = "payee-not-hosted"

    def __init__(self, payee_id: bytes) -> None:
        super().__init__(
            f"No payee {payee_id.hex()} is hosted here.", "Check the id, or host the payee first."
        )


class PurseClosed(InvalidInput):
    """A closed purse stays closed."""

    problem = "purse-closed"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The purse {purse_id.hex()} is closed for ever.", "Register a new purse instead."
        )


class PurseFlagged(Refused):
    """A purse that was proved to cheat stays blocked."""

    problem = "purse-flagged"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The purse {purse_id.hex()} was proved to be cloned and stays blocked.",
            "Close it, and register a new purse for its holder.",
        )


class AnonymousHasNoWallet(InvalidInput):
    """An anonymous purse is linked to no wallet."""

    problem = "anonymous-has-no-wallet"

    def __init__(self) -> None:
        super().__init__(
            "An anonymous purse cannot be linked to a wallet.",
            "Register it without a wallet, or certify it as a person's.",
        )
