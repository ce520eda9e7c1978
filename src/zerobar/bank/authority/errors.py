"""What the authority refuses.

NotFound
+-- OperatorUnknown         no operator of that id is registered
Refused
+-- InsufficientReserves    the operator has less reserves than are to be pledged
+-- InsufficientVault       the operator has less digital cash than is to be redeemed
+-- SupplyTooLarge          more than the books can count
"""

from __future__ import annotations

from zerobar.bank.errors import NotFound, Refused


class OperatorUnknown(NotFound):
    """No operator of that id is registered."""

    problem = "operator-unknown"

    def __init__(self) -> None:
        super().__init__(
            "No operator of this id is registered.", "Register it first, or correct the id."
        )


class InsufficientReserves(Refused):
    """The operator has less reserves than are to be pledged."""

    problem = "insufficient-reserves"

    def __init__(self) -> None:
        super().__init__(
            "The operator has less reserves than this.",
            "Let it pay in reserves first, then propose it anew.",
        )


class InsufficientVault(Refused):
    """The operator has less digital cash in its vault than is to be redeemed."""

    problem = "insufficient-vault"

    def __init__(self) -> None:
        super().__init__(
            "The operator's vault holds less digital cash than this.",
            "Redeem less: what wallets hold cannot be redeemed.",
        )


class SupplyTooLarge(Refused):
    """More than the books can count."""

    problem = "supply-too-large"

    def __init__(self) -> None:
        super().__init__("This is more than the books can count.", "Propose a smaller amount.")
