"""The one equation of all purses: what backs them, and where all of it is.

    float = paid in by wallets - unloads - hosted payments and pushes - redirects - refunds
            + given back to cards - lost purses paid out + charged after that + losses covered
          = in purses + in flight + owed + signed for nobody yet, and corrections that are named

The first line compares the ledger with what was decided of vouchers; the second what was decided
with what purses' logs show. Both are exact at every moment, whoever has synced and whoever has not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.settlement.model import Outcome
from zerobar.database import Connection
from zerobar.ledger import balance
from zerobar.purse.messages import EntryKind, Kind
from zerobar.purse.money import Fen

_MOVED: Final = """
    SELECT
        (SELECT coalesce(sum(amount_fen), 0) FROM (
            SELECT amount_fen FROM bank.purse_charge
            UNION ALL SELECT from_wallet_fen + from_loss_fen FROM bank.load_recovery) paid),
        (SELECT coalesce(sum(v.amount_fen), 0) FROM bank.voucher v
         WHERE v.payer_id = ANY(%(operators)s) AND NOT EXISTS (
             SELECT FROM bank.voucher_outcome o
             WHERE o.payer_id = v.payer_id AND o.entry = v.entry AND o.transfer_id IS NULL
               AND o.outcome IN (%(refunded)s, %(redirected)s) AND NOT EXISTS (
                 SELECT FROM bank.purse_owed w
                 WHERE w.payer_id = o.payer_id AND w.entry = o.entry))),
        (SELECT coalesce(sum(o.amount_fen), 0) FROM bank.voucher_outcome o
         JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
         WHERE o.transfer_id IS NOT NULL AND v.kind <> %(authorise)s),
        (SELECT coalesce(sum(o.amount_fen), 0) FROM bank.voucher_outcome o
         JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
         WHERE o.transfer_id IS NULL AND v.kind = %(unload)s
           AND NOT EXISTS (SELECT FROM bank.purse_owed w
                           WHERE w.payer_id = o.payer_id AND w.entry = o.entry)),
        (SELECT coalesce(sum(amount_fen), 0) FROM bank.purse_owed),
        (SELECT coalesce(-sum(amount_fen), 0) FROM bank.purse_owed WHERE amount_fen < 0),
        (SELECT coalesce(sum(amount_fen), 0) FROM bank.voucher_return WHERE wallet_id IS NULL),
        (SELECT coalesce(sum(amount_fen), 0) FROM (
            SELECT amount_fen FROM bank.purse_pay_out WHERE is_paid
            UNION ALL SELECT amount_fen FROM bank.pay_out_growth) paid),
        (SELECT coalesce(sum(from_wallet_fen + from_loss_fen), 0) FROM bank.purse_recharge),
        (SELECT coalesce(sum(amount_fen), 0) FROM (
            SELECT amount_fen FROM bank.loss_cover
            UNION ALL SELECT -amount_fen FROM bank.cover_return) covered)
"""
# A voucher is told when its payer's log shows it; an operator's own is from the beginning.
_KNOWN: Final = """
    WITH known AS (
        SELECT v.amount_fen, o.outcome, v.payer_id = ANY(%(operators)s) OR EXISTS (
            SELECT FROM bank.purse_log l WHERE l.purse_id = v.payer_id AND l.entry = v.entry
            AND l.kind = %(pay)s AND l.content = v.body) AS is_told
        FROM bank.voucher v
        LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
        WHERE v.kind <> %(authorise)s
    ), entry AS (
        SELECT l.kind, o.outcome, v.body IS NOT DISTINCT FROM l.content AS is_stored,
               CASE WHEN l.kind = %(undo)s THEN
                   ('x' || encode(substring(l.content from 31 for 4), 'hex'))::bit(32)::bigint
               ELSE ('x' || encode(substring(l.content from 27 for 4), 'hex'))::bit(32)::bigint
               END AS amount_fen
        FROM bank.purse_log l
        LEFT JOIN bank.voucher v ON v.payer_id = l.payer_id AND v.entry = l.payer_entry
        LEFT JOIN bank.voucher_outcome o ON o.payer_id = l.payer_id AND o.entry = l.payer_entry
        WHERE l.kind <> %(pay)s OR get_byte(l.content, 1) <> %(authorise)s
    )
    SELECT
        (SELECT coalesce(sum(funds_fen), 0) FROM bank.purse_head),
        (SELECT coalesce(sum(amount_fen), 0) FROM known WHERE is_told AND outcome IS NULL),
        (SELECT coalesce(sum(amount_fen), 0) FROM known
         WHERE NOT is_told AND outcome <> %(undone)s),
        (SELECT coalesce(sum(CASE
            WHEN kind = %(credit)s AND (NOT is_stored OR outcome IS DISTINCT FROM %(settled)s)
                THEN amount_fen
            WHEN kind = %(undo)s AND outcome IS DISTINCT FROM %(undone)s THEN amount_fen
            WHEN kind = %(pay)s AND NOT is_stored THEN -amount_fen
            ELSE 0 END), 0) FROM entry)
"""


@dataclass(frozen=True, slots=True)
class PurseBooks:
    """Where all money of purses is, in fen.

    Attributes:
        float: what the ledger has to back purses with.
        paid_in: by wallets, for loads and payments to purses without network; the operator too, for
            loads that it had forgotten.
        signed: in vouchers of the operator, but for those that it had forgotten and nobody credits.
        paid_from_float: of vouchers: unloads, hosted payments, pushes, redirects, refunds.
        retained: unloaded by purses after they were paid out.
        owed: to purses without a wallet, and not yet signed for.
        owed_signed: of what was owed, signed for by now.
        given_back: by hosted payees, to cards that no wallet is behind.
        paid_out: for lost purses.
        recharged: for what those spent afterwards.
        covered: by the operator, for cheats.
        in_purses: what all logs lead to.
        in_flight: in the payer's log, and without an outcome.
        ahead: with an outcome, and not yet in the payer's log: a clone's never will be.
        stray: entries that contradict an outcome, or a stored voucher: only cheats have any.
    """

    float: Fen
    paid_in: Fen
    signed: Fen
    paid_from_float: Fen
    retained: Fen
    owed: Fen
    owed_signed: Fen
    given_back: Fen
    paid_out: Fen
    recharged: Fen
    covered: Fen
    in_purses: Fen
    in_flight: Fen
    ahead: Fen
    stray: Fen

    @property
    def unsigned(self) -> Fen:
        """Paid in, and about to be signed for."""
        return Fen(self.paid_in + self.owed_signed - self.signed)

    @property
    def decided(self) -> Fen:
        """What the float must be by what was decided."""
        corrected = self.recharged + self.covered - self.paid_out
        return Fen(self.paid_in - self.paid_from_float + self.given_back + corrected)

    @property
    def accounted(self) -> Fen:
        """What the float must be by what logs show."""
        there = self.in_purses + self.in_flight - self.ahead - self.stray
        due = self.owed + self.unsigned + self.retained
        return Fen(there + due + self.recharged + self.covered - self.paid_out)

    @property
    def is_exact(self) -> bool:
        """Whether all three say the same."""
        return self.float == self.decided == self.accounted


_PARTS: Final = ("in_purses", "in_flight", "ahead", "stray", "owed", "unsigned", "retained")


def equation_faults(connection: Connection, operator_id: UUID) -> list[str]:
    """Return where what was decided of vouchers and what purses' logs show part, in words."""
    books = purse_books(connection, operator_id)
    if books.decided == books.accounted:
        return []
    parts = ", ".join(f"{name} {int(getattr(books, name))}" for name in _PARTS)
    return [
        f"by what was decided purses are backed by {int(books.decided)} fen, by their logs it is"
        f" {int(books.accounted)}: {parts}"
    ]


def purse_books(connection: Connection, operator_id: UUID) -> PurseBooks:
    """Return where all money of an operator's purses is; reads every voucher and every log."""
    parameters = {
        "operators": list(trusted_keys(connection).operators),
        "authorise": int(Kind.AUTHORISE),
        "unload": int(Kind.UNLOAD),
        "pay": int(EntryKind.PAY),
        "credit": int(EntryKind.CREDIT),
        "undo": int(EntryKind.UNDO),
        "settled": int(Outcome.SETTLED),
        "undone": int(Outcome.UNDONE),
        "refunded": int(Outcome.REFUNDED),
        "redirected": int(Outcome.REDIRECTED),
    }
    moved = connection.execute(_MOVED, parameters).fetchone()
    known = connection.execute(_KNOWN, parameters).fetchone()
    assert moved is not None and known is not None
    held = balance(connection, operator_account(operator_id, AccountCode.FLOAT)).balance
    found = [Fen(int(each)) for each in (held, *moved, *known)]
    assert len(found) == len(fields(PurseBooks))
    return PurseBooks(*found)
