"""Who pays for a cheat: the operator, from its own vault, so that every payee is whole.

It pays with digital cash that it has: a loss that was booked to an account without a floor would be
digital cash that nobody issued. While its vault is short, the loss stays uncovered.

A purse that was proved to cheat is taken for an account outside. What it put into the world is all
that others credited of it, or that left the float for it; what it had is all that it was paid, as
long as that did not end otherwise than with its credit. Where the first is more, the float lacks
the difference, for everybody else's claims were backed when they were made. What turns out later
to have been its income is taken back from the float.

Nobody has to be asked for what an opened element can take before it is found: what its class may
pay between syncs. Beyond that, two of the risk officers let the vault pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import highest_value_out
from zerobar.bank.ids import Word
from zerobar.bank.settlement.asking import is_posted, untried_id
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.bank.settlement.posting import post_due
from zerobar.bank.settlement.records import cover_row, return_row
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import CoverLoss
from zerobar.database import Connection
from zerobar.ledger import Posting, Transfer, balance
from zerobar.purse.messages import ID_LENGTH, Certificate, EntryKind, Kind
from zerobar.purse.money import Fen

# The amount in a voucher's body is bytes 26 to 29. A body that is credited and not stored is the
# second one of a fork.
_LOSSES: Final = """
    WITH cheat AS (
        SELECT DISTINCT purse_id FROM bank.fraud_case
    ), credit AS (
        SELECT l.purse_id, l.payer_id, o.outcome,
               v.body IS NOT DISTINCT FROM l.content AS is_stored,
               ('x' || encode(substring(l.content from 27 for 4), 'hex'))::bit(32)::bigint
               AS amount_fen
        FROM bank.purse_log l
        LEFT JOIN bank.voucher v ON v.payer_id = l.payer_id AND v.entry = l.payer_entry
        LEFT JOIN bank.voucher_outcome o ON o.payer_id = l.payer_id AND o.entry = l.payer_entry
        WHERE l.kind = %(credit)s AND (
            l.purse_id IN (SELECT purse_id FROM cheat)
            OR l.payer_id IN (SELECT purse_id FROM cheat))
    ), side AS (
        SELECT v.payer_id AS purse_id, v.amount_fen FROM bank.voucher v
        JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
        WHERE v.payer_id IN (SELECT purse_id FROM cheat) AND v.kind <> %(authorise)s
          AND o.outcome IN (%(settled)s, %(redirected)s, %(refunded)s)
          AND NOT (v.kind = %(unload)s AND o.transfer_id IS NULL AND EXISTS (
              SELECT FROM bank.purse_pay_out e WHERE e.purse_id = v.payer_id))
        UNION ALL
        SELECT purse_id, amount_fen FROM bank.purse_pay_out WHERE is_paid
        UNION ALL
        SELECT purse_id, amount_fen FROM bank.pay_out_growth
        UNION ALL
        SELECT purse_id, -from_wallet_fen - from_loss_fen FROM bank.purse_recharge
        UNION ALL
        SELECT payer_id, amount_fen FROM credit
        WHERE NOT is_stored OR outcome = %(undone)s
        UNION ALL
        SELECT v.payee_id, -v.amount_fen FROM bank.voucher v
        LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
        WHERE v.payee_id IN (SELECT purse_id FROM cheat) AND v.kind <> %(authorise)s
          AND coalesce(o.outcome, %(settled)s) = %(settled)s
        UNION ALL
        SELECT purse_id, -amount_fen FROM credit WHERE NOT is_stored
    )
    SELECT c.purse_id, coalesce(sum(s.amount_fen), 0)::bigint,
           coalesce((SELECT sum(amount_fen) FROM bank.loss_cover l
                     WHERE l.purse_id = c.purse_id), 0)::bigint,
           coalesce((SELECT sum(amount_fen) FROM bank.cover_return r
                     WHERE r.purse_id = c.purse_id), 0)::bigint,
           coalesce((SELECT sum(from_loss_fen) FROM bank.load_recovery g
                     WHERE g.purse_id = c.purse_id), 0)::bigint,
           coalesce((SELECT max(ceiling_fen) FROM bank.cover_ceiling a
                     WHERE a.purse_id = c.purse_id), 0)::bigint,
           coalesce((SELECT certificate FROM bank.purse p WHERE p.purse_id = c.purse_id),
                    (SELECT max(certificate) FROM bank.payer_certificate k
                     WHERE k.purse_id = c.purse_id))
    FROM cheat c LEFT JOIN side s USING (purse_id)
    GROUP BY c.purse_id ORDER BY c.purse_id
"""
_WAKE: Final = "UPDATE bank.voucher_due SET waits_for = NULL WHERE waits_for = %s"


_RISK: Final = frozenset({Role.RISK})


@dataclass(frozen=True, slots=True)
class Loss:
    """What the float lacks for a cheat.

    Attributes:
        lost_fen: all of it, whoever made it good.
        covered_fen: by the vault, so far; what it took back again is not taken off.
        returned_fen: to the vault.
        recovered_fen: what the vault has paid for its forgotten loads, within the same ceiling.
        ceiling_fen: up to which it is covered.
    """

    purse_id: bytes
    lost_fen: int
    covered_fen: int
    returned_fen: int
    recovered_fen: int
    ceiling_fen: int

    @property
    def room_fen(self) -> int:
        """What the ceiling still leaves."""
        net = self.covered_fen - self.returned_fen
        return max(self.ceiling_fen - net - self.recovered_fen, 0)

    @property
    def uncovered_fen(self) -> int:
        """What is still to be made good; below zero: too much was."""
        return self.lost_fen - self.covered_fen + self.returned_fen

    @property
    def due_fen(self) -> int:
        """What is to be made good now: up to the ceiling, and never taken back twice."""
        net = self.covered_fen - self.returned_fen
        return max(-net, min(self.uncovered_fen, self.room_fen))


def losses(connection: Connection) -> list[Loss]:
    """Return what the float lacks, or has too much, for each cheat."""
    rows = connection.execute(
        _LOSSES,
        {
            "credit": int(EntryKind.CREDIT),
            "authorise": int(Kind.AUTHORISE),
            "unload": int(Kind.UNLOAD),
            "settled": int(Outcome.SETTLED),
            "redirected": int(Outcome.REDIRECTED),
            "refunded": int(Outcome.REFUNDED),
            "undone": int(Outcome.UNDONE),
        },
    ).fetchall()
    highest = highest_value_out(connection)
    return [
        Loss(
            purse_id,
            *(lost, covered, returned, recovered),
            ceiling_fen=max(approved, _value_out(highest, certificate)),
        )
        for purse_id, lost, covered, returned, recovered, approved, certificate in rows
    ]


def cover_losses(bank: Bank) -> Fen:
    """Make good what cheats took from the float; return how much it was now, if not less.

    What had to wait because the float was short is due again. What is refused for one cheat holds
    up no other.

    Raises TooBusy or OutcomeUnknown when the ledger does not answer for what was waiting.
    """
    with bank.connection() as connection:
        due = [loss for loss in losses(connection) if loss.due_fen]
    moved: list[int] = []
    do_each("cheats", due, lambda loss: _even(bank, loss, moved))
    if any(each > 0 for each in moved):
        with bank.connection() as connection:
            connection.execute(_WAKE, (Waiting.LEDGER_REFUSED,))
        post_due(bank)
    return Fen(sum(moved))


def _even(bank: Bank, loss: Loss, moved: list[int]) -> bool:
    amount = loss.due_fen
    is_done = _cover(bank, loss, amount) if amount > 0 else _give_back(bank, loss, -amount)
    if is_done:
        moved.append(amount)
    return is_done


def _cover(bank: Bank, loss: Loss, amount: int) -> bool:
    vault, float_ = _accounts(bank)
    key = (loss.purse_id.hex(), loss.covered_fen, amount)
    with bank.connection() as connection:
        if balance(connection, vault).available < amount:
            return False
        id_ = untried_id(connection, Word.LOSS_COVERED, *key)
    code = int(TransferCode.LOSS_COVERED)
    transfer = Transfer(id_, vault, float_, Fen(amount), code, reference=loss.purse_id)
    row = cover_row(loss.purse_id, loss.covered_fen, amount, bank.clock())
    return is_posted(bank, Posting((transfer,), (), (row,)))


def _give_back(bank: Bank, loss: Loss, amount: int) -> bool:
    vault, float_ = _accounts(bank)
    key = (loss.purse_id.hex(), loss.returned_fen, amount)
    with bank.connection() as connection:
        if balance(connection, float_).available < amount:
            return False
        id_ = untried_id(connection, Word.COVER_RETURNED, *key)
    code = int(TransferCode.COVER_RETURNED)
    transfer = Transfer(id_, float_, vault, Fen(amount), code, reference=loss.purse_id)
    row = return_row(loss.purse_id, loss.returned_fen, amount, bank.clock())
    return is_posted(bank, Posting((transfer,), (), (row,)))


def _accounts(bank: Bank) -> tuple[UUID, UUID]:
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    return vault, operator_account(bank.operator_id, AccountCode.FLOAT)


def _value_out(highest: Mapping[int, int], certificate: bytes | None) -> int:
    """Return what a purse may pay between syncs; of a class without a limit it is nothing."""
    if certificate is None:
        return 0
    return highest.get(Certificate.parse(certificate).purse_class, 0)


def _check(_: Bank, proposal: CoverLoss) -> None:
    assert len(bytes.fromhex(proposal.purse_id)) == ID_LENGTH, "the shape lets no other pass"


def _raise_ceiling(bank: Bank, approval_id: UUID, proposal: CoverLoss) -> None:
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.cover_ceiling (purse_id, approval_id, ceiling_fen, approved_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                bytes.fromhex(proposal.purse_id),
                approval_id,
                proposal.ceiling_fen,
                bank.clock(),
            ),
        )


COVER_LOSS: Final[Approvable[CoverLoss]] = Approvable(
    _RISK, _RISK, check=_check, carry_out=_raise_ceiling
)
