"""Issuing and redeeming: digital cash against reserves, both sides in one chain of the ledger.

    pay in    outside -> reserves
    issue     issued  -> vault    and  reserves -> pledged
    redeem    vault   -> issued   and  pledged  -> reserves

So digital cash is covered by pledged reserves at every moment, not only at the end of a day.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.authority.errors import (
    InsufficientReserves,
    InsufficientVault,
    SupplyTooLarge,
)
from zerobar.bank.authority.operators import require_operator
from zerobar.bank.chart import (
    AccountCode,
    TransferCode,
    authority_account,
    operator_account,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, Unavailable
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import Issue, PayInReserves, Redeem
from zerobar.ledger import LedgerBusy, LedgerUnavailable, Posted, Result, Transfer
from zerobar.purse.money import Fen

_ISSUERS: Final = frozenset({Role.AUTHORITY_ISSUER})
_APPROVERS: Final = frozenset({Role.AUTHORITY_APPROVER})
_WITHOUT_FLOOR: Final = (TransferCode.ISSUE, TransferCode.PAY_IN_RESERVES)


def pay_in_reserves(bank: Bank, transfer_id: UUID, operator_id: UUID, amount: Fen) -> None:
    """Book reserves that an operator has paid; the same id again does nothing more."""
    outside = authority_account(AccountCode.RESERVES_OUTSIDE)
    reserves = operator_account(operator_id, AccountCode.RESERVES)
    _post(
        bank,
        Transfer(transfer_id, outside, reserves, amount, int(TransferCode.PAY_IN_RESERVES)),
    )


def issue(bank: Bank, transfer_id: UUID, operator_id: UUID, amount: Fen) -> None:
    """Issue digital cash to an operator's vault; the same id again does nothing more.

    Raises InsufficientReserves.
    """
    issued = authority_account(AccountCode.ISSUED)
    vault = operator_account(operator_id, AccountCode.VAULT)
    reserves = operator_account(operator_id, AccountCode.RESERVES)
    pledged = authority_account(AccountCode.RESERVES_PLEDGED)
    deposit_id = derived_id(Word.ISSUE_DEPOSIT, transfer_id)
    _post(
        bank,
        Transfer(transfer_id, issued, vault, amount, int(TransferCode.ISSUE)),
        Transfer(deposit_id, reserves, pledged, amount, int(TransferCode.PLEDGE)),
    )


def redeem(bank: Bank, transfer_id: UUID, operator_id: UUID, amount: Fen) -> None:
    """Take digital cash back from an operator's vault; the same id again does nothing more.

    Raises InsufficientVault.
    """
    issued = authority_account(AccountCode.ISSUED)
    vault = operator_account(operator_id, AccountCode.VAULT)
    reserves = operator_account(operator_id, AccountCode.RESERVES)
    pledged = authority_account(AccountCode.RESERVES_PLEDGED)
    deposit_id = derived_id(Word.REDEEM_DEPOSIT, transfer_id)
    _post(
        bank,
        Transfer(transfer_id, vault, issued, amount, int(TransferCode.REDEEM)),
        Transfer(deposit_id, pledged, reserves, amount, int(TransferCode.RELEASE)),
    )


def _post(bank: Bank, *transfers: Transfer) -> None:
    try:
        answers = bank.ledger.post(*transfers)
    except (LedgerUnavailable, LedgerBusy):
        raise Unavailable(
            "The ledger does not answer.", "Ask for the same again; it is done once."
        ) from None
    for transfer, answer in zip(transfers, answers, strict=True):
        _check(transfer, answer)


def _check(transfer: Transfer, answer: Posted) -> None:
    match answer.result:
        case Result.POSTED | Result.CHAIN_BROKEN:
            # Of a chain that did not post, another transfer says why.
            return
        case Result.OTHER_CONTENT:
            raise IdUsed
        case Result.OVERFLOW:
            raise SupplyTooLarge
        case Result.BELOW_FLOOR if transfer.code in _WITHOUT_FLOOR:
            # Accounts without a floor end where the books do.
            raise SupplyTooLarge
        case Result.BELOW_FLOOR if transfer.code == TransferCode.REDEEM:
            raise InsufficientVault
        case Result.BELOW_FLOOR if transfer.code == TransferCode.PLEDGE:
            raise InsufficientReserves
    # The accounts of a registered operator exist, are never closed and have their currency; and
    # pledged reserves always cover what is redeemed.
    raise AssertionError(f"{transfer.code=} {answer.result=}")


def _check_operator(bank: Bank, proposal: PayInReserves | Issue | Redeem) -> None:
    require_operator(bank, proposal.operator_id)


def _carry_out_pay_in(bank: Bank, approval_id: UUID, proposal: PayInReserves) -> None:
    pay_in_reserves(bank, approval_id, proposal.operator_id, Fen(proposal.amount_fen))


def _carry_out_issue(bank: Bank, approval_id: UUID, proposal: Issue) -> None:
    issue(bank, approval_id, proposal.operator_id, Fen(proposal.amount_fen))


def _carry_out_redeem(bank: Bank, approval_id: UUID, proposal: Redeem) -> None:
    redeem(bank, approval_id, proposal.operator_id, Fen(proposal.amount_fen))


PAY_IN_RESERVES: Final[Approvable[PayInReserves]] = Approvable(
    _ISSUERS, _APPROVERS, check=_check_operator, carry_out=_carry_out_pay_in
)
ISSUE: Final[Approvable[Issue]] = Approvable(
    _ISSUERS, _APPROVERS, check=_check_operator, carry_out=_carry_out_issue
)
REDEEM: Final[Approvable[Redeem]] = Approvable(
    _ISSUERS, _APPROVERS, check=_check_operator, carry_out=_carry_out_redeem
)
