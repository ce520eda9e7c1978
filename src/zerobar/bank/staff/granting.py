"""What two members of staff decide about wallets: their limits, category I, and unfreezing.

Freezing needs no second person: it is urgent, and takes nothing from anybody.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.authority.operators import require_operator
from zerobar.bank.context import Bank
from zerobar.bank.errors import InvalidInput
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletUnknown
from zerobar.bank.people.limits import Limits, LimitTable, add_version
from zerobar.bank.people.model import Category
from zerobar.bank.people.verifying import grant_category_one
from zerobar.bank.people.wallets import Freezer, freeze_wallet, unfreeze_wallet
from zerobar.bank.staff import audit
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.client.authority import CategoryLimits, GrantCategoryOne, NewLimits, Unfreeze
from zerobar.database import Connection
from zerobar.purse.money import Fen

_OPERATIONS: Final = frozenset({Role.OPERATIONS})
_RISK: Final = frozenset({Role.RISK})


def freeze(bank: Bank, session: StaffSession, wallet_id: UUID, reason: str) -> None:
    """Let nothing leave or enter a wallet, at once; its holder cannot undo it.

    Raises RoleMissing, WalletUnknown, WalletClosed.
    """
    session.require(Role.RISK, Role.OPERATIONS)

    def note(connection: Connection) -> None:
        audit.append(
            bank, connection, session.staff_id, "freeze", wallet_id=wallet_id, reason=reason
        )

    freeze_wallet(bank, wallet_id, Freezer.BANK, note)


def _check_wallet(bank: Bank, proposal: GrantCategoryOne | Unfreeze) -> None:
    with bank.connection() as connection:
        if people.wallet(connection, proposal.wallet_id) is None:
            raise WalletUnknown


def _grant(bank: Bank, _: UUID, proposal: GrantCategoryOne) -> None:
    grant_category_one(bank, proposal.wallet_id)


def _unfreeze(bank: Bank, _: UUID, proposal: Unfreeze) -> None:
    unfreeze_wallet(bank, proposal.wallet_id, Freezer.BANK)


def _check_limits(bank: Bank, proposal: NewLimits) -> None:
    require_operator(bank, proposal.operator_id)
    if proposal.valid_from <= bank.clock():
        raise InvalidInput("Limits cannot begin in the past.", "Choose a moment to come.")


def _let_begin(bank: Bank, _: UUID, proposal: NewLimits) -> None:
    with bank.transaction() as connection:
        add_version(
            connection,
            proposal.operator_id,
            proposal.valid_from,
            _table(proposal),
            bank.clock(),
        )


def _table(proposal: NewLimits) -> LimitTable:
    return {Category(int(name)): _limits(given) for name, given in proposal.categories.items()}


def _limits(given: CategoryLimits) -> Limits:
    return Limits(
        _fen(given.balance_fen),
        _fen(given.per_payment_fen),
        _fen(given.per_day_fen),
        _fen(given.per_year_fen),
        given.bank_withdrawal,
    )


def _fen(amount: int | None) -> Fen | None:
    return None if amount is None else Fen(amount)


LIMITS: Final[Approvable[NewLimits]] = Approvable(
    _RISK, _RISK, check=_check_limits, carry_out=_let_begin
)
CATEGORY_ONE: Final[Approvable[GrantCategoryOne]] = Approvable(
    _OPERATIONS, _OPERATIONS | _RISK, check=_check_wallet, carry_out=_grant
)
UNFREEZE: Final[Approvable[Unfreeze]] = Approvable(
    _OPERATIONS | _RISK, _RISK, check=_check_wallet, carry_out=_unfreeze
)
