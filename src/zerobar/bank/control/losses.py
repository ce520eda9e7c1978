"""What cheats took from the float, and how far the operator's vault makes it good."""

from __future__ import annotations

from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud import covering
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.client.console_risk import Losses, LossShown
from zerobar.ledger import balance


def read_losses(bank: Bank, session: StaffSession) -> Losses:
    """Return the loss by each cheat, the largest that waits for people first; raises RoleMissing.

    What is due within a ceiling the bank makes good by itself, as far as its vault goes.
    """
    session.require(Role.RISK)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    with bank.connection() as connection:
        shown = [_show(loss) for loss in covering.losses(connection)]
        available = balance(connection, vault).available
    shown.sort(key=lambda loss: (-loss.beyond_fen, -loss.lost_fen, loss.purse_id))
    return Losses(at=bank.clock(), vault_fen=int(available), items=shown)


def _show(loss: covering.Loss) -> LossShown:
    net = loss.covered_fen - loss.returned_fen
    return LossShown(
        purse_id=loss.purse_id.hex(),
        lost_fen=max(loss.lost_fen, 0),
        covered_fen=net,
        ceiling_fen=loss.ceiling_fen,
        due_fen=loss.due_fen,
        beyond_fen=max(loss.uncovered_fen - loss.room_fen, 0),
    )
