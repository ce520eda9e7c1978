"""Loads that a bank has forgotten because it was put back to a backup: booked when they are proved.

    recover_loads(bank, purse_ids)        what is proved by now, each once

The wallet that paid has its money again, and the purse has it as well. Two proofs have to meet, and
neither of them is enough: the operator's own signature, under a number that the bank passed over
when it was put back; and a log of the purse that leads to its signed state and shows the credit. A
card alone moves nothing, nor does whoever has stolen the operator's key.

A load is paid by the wallet that the purse is linked to, as it was. Of a payment to a purse without
network, or a load of a purse without a wallet, nobody knows any more who paid. What a purse was
owed it was loaded with first. What a wallet lacks, or nobody is known to have paid, the operator
makes good from its vault: up to what a purse of its class may pay between syncs, or what two of
the risk officers have let it pay, as for a cheat (`fraud.covering`). Its holder then owes it, and
pays as the owner of a lost purse does. The rest stays forgotten, is told by `bank verify`, and is
taken as soon as the wallet has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import highest_value_out
from zerobar.bank.ids import Word
from zerobar.bank.paying.model import Notice, NoticeKind
from zerobar.bank.paying.records import notice_row
from zerobar.bank.people import store as people
from zerobar.bank.purses import store
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.records import recovery_rows
from zerobar.bank.settlement.asking import is_posted
from zerobar.bank.settlement.facts import BEFORE_ALL, VoucherKey
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.bank.settlement.owing import note_paid, owed_to
from zerobar.bank.settlement.posting import wake
from zerobar.bank.settlement.sharing import Shares, into_float
from zerobar.bank.staff import audit
from zerobar.database import Connection
from zerobar.ledger import Posting, Row, Transfer, balance
from zerobar.purse.messages import EntryKind, Kind, Voucher
from zerobar.purse.money import Fen

AT_ONCE: Final = 100

# A purse's log is followed to its signed state before it is held, and a voucher's signature is
# checked before it is stored.
_FORGOTTEN: Final = """
    SELECT v.body || v.signature, p.class, p.wallet_id, p.flagged_at IS NOT NULL,
           booked.fen, coalesce(-w.amount_fen, 0)
    FROM bank.signing_gap g
    JOIN bank.voucher v ON v.payer_id = g.purse_id
         AND v.entry BETWEEN g.first_entry AND g.last_entry
    JOIN bank.purse_log l ON l.purse_id = v.payee_id AND l.payer_id = v.payer_id
         AND l.payer_entry = v.entry AND l.kind = %(credit)s AND l.content = v.body
    JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
         AND o.outcome = %(settled)s
    JOIN bank.purse p ON p.purse_id = v.payee_id
    LEFT JOIN bank.purse_owed w ON w.purse_id = v.payee_id AND w.payer_id = v.payer_id
         AND w.entry = v.entry AND w.is_paid
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(r.from_wallet_fen + r.from_loss_fen), 0)::bigint AS fen
        FROM bank.load_recovery r WHERE r.payer_id = v.payer_id AND r.entry = v.entry
    ) booked
    WHERE g.purse_id = %(operator)s AND v.amount_fen > booked.fen + coalesce(-w.amount_fen, 0)
      AND NOT EXISTS (
          SELECT FROM bank.operator_voucher k WHERE k.payee_id = v.payee_id
          AND k.payer_id = v.payer_id AND k.entry = v.entry)
      AND (%(ids)s::bytea[] IS NULL OR l.purse_id = ANY(%(ids)s))
      AND (v.payer_id, v.entry) > (%(payer_id)s, %(entry)s)
    ORDER BY v.payer_id, v.entry LIMIT %(most)s
"""
_COVERED: Final = """
    SELECT (SELECT coalesce(sum(fen), 0) FROM (
                SELECT from_loss_fen AS fen FROM bank.load_recovery WHERE purse_id = %(id)s
                UNION ALL SELECT amount_fen FROM bank.loss_cover WHERE purse_id = %(id)s
                UNION ALL SELECT -amount_fen FROM bank.cover_return WHERE purse_id = %(id)s) each),
           (SELECT coalesce(max(ceiling_fen), 0) FROM bank.cover_ceiling WHERE purse_id = %(id)s),
           EXISTS (
               SELECT FROM bank.voucher_due d
               JOIN bank.voucher v ON v.payer_id = d.payer_id AND v.entry = d.entry
               WHERE d.payer_id = %(id)s AND v.kind = %(unload)s)
"""
_UNTOLD: Final = """
    SELECT r.payer_id, r.entry, r.before_fen, r.purse_id, r.wallet_id, r.from_wallet_fen,
           r.from_loss_fen
    FROM bank.load_recovery_untold u JOIN bank.load_recovery r USING (payer_id, entry, before_fen)
    ORDER BY 1, 2, 3 LIMIT %s
"""
_TOLD: Final = """
    DELETE FROM bank.load_recovery_untold WHERE payer_id = %s AND entry = %s AND before_fen = %s
    RETURNING entry
"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A voucher of the operator's that it does not remember, and that its payee has credited.

    Attributes:
        purse_class: of the payee, as a number.
        wallet_id: of the payee; None: it has none.
        is_flagged: the payee was proved to cheat.
        booked_fen: so far, from its wallet and from the vault.
        owed_fen: of it that was owed to the purse.
    """

    voucher: Voucher
    purse_class: int
    wallet_id: UUID | None
    is_flagged: bool
    booked_fen: int
    owed_fen: int

    @classmethod
    def read(cls, raw: bytes, *found: Any) -> Forgotten:
        """Return what a row says."""
        return cls(Voucher.parse(raw), *found)

    @property
    def key(self) -> VoucherKey:
        """What the voucher is known by."""
        return self.voucher.payer_id, self.voucher.entry

    @property
    def missing_fen(self) -> int:
        """What the float lacks for it."""
        return int(self.voucher.amount) - self.booked_fen - self.owed_fen

    @property
    def payer_wallet_id(self) -> UUID | None:
        """The wallet that has paid it; None: nobody knows which."""
        return self.wallet_id if self.voucher.kind is Kind.LOAD else None


def recover_loads(bank: Bank, purse_ids: Sequence[bytes] | None = None) -> int:
    """Book what is proved to be forgotten, as far as it can be now; return of how many.

    Interrupted, the next look goes on. What is refused for one of them holds up no other.

    Args:
        purse_ids: only of these payees; None: of all.
    """
    if bank.purse_keys is None:
        return 0
    booked, after = 0, BEFORE_ALL
    while page := _read(bank, after, purse_ids):
        booked += do_each("forgotten loads", page, partial(_recover, bank))
        after = page[-1].key
    if booked:
        # What had to wait because the float was short.
        with bank.connection() as connection:
            wake(connection, [Waiting.LEDGER_REFUSED])
    if booked or purse_ids is None:
        _tell_all(bank)
    return booked


def _read(bank: Bank, after: VoucherKey, purse_ids: Sequence[bytes] | None) -> list[Forgotten]:
    with bank.connection() as connection:
        return _forgotten(bank, connection, after, purse_ids)


def _forgotten(
    bank: Bank, connection: Connection, after: VoucherKey, purse_ids: Sequence[bytes] | None
) -> list[Forgotten]:
    payer_id, entry = after
    asked = {
        "operator": issuing_keys(bank).operator.id,
        "credit": int(EntryKind.CREDIT),
        "settled": int(Outcome.SETTLED),
        "ids": None if purse_ids is None else list(purse_ids),
        "payer_id": payer_id,
        "entry": entry,
        "most": AT_ONCE,
    }
    return [Forgotten.read(*row) for row in connection.execute(_FORGOTTEN, asked)]


def _recover(bank: Bank, seen: Forgotten) -> bool:
    """Book one; whoever else would do so, or pay its purse what it is owed, waits meanwhile."""
    payer_id, entry = seen.key
    with bank.transaction() as connection:
        store.locked_purse(connection, seen.voucher.payee_id)
        left = _forgotten(bank, connection, (payer_id, entry - 1), [seen.voucher.payee_id])
        if not left or left[0].key != seen.key:
            return False
        return _take_owed(bank, connection, left[0]) or _book(bank, connection, left[0])


def _take_owed(bank: Bank, connection: Connection, found: Forgotten) -> bool:
    """Take a load off what its purse is owed, if that was as much: it is one and the same then."""
    voucher = found.voucher
    if voucher.kind is not Kind.LOAD or found.booked_fen:
        return False
    if owed_to(connection, voucher.payee_id) < voucher.amount:
        return False
    note_paid(connection, voucher, bank.clock())
    details = {**_named(*found.key, voucher.payee_id), "from_owed_fen": int(voucher.amount)}
    audit.append(bank, connection, audit.INSTALLER, "recover-load", **details)
    return True


def _book(bank: Bank, connection: Connection, found: Forgotten) -> bool:
    parts = _parts(bank, connection, found)
    return any(parts) and is_posted(bank, _posting(bank, connection, found, parts))


def _parts(bank: Bank, connection: Connection, found: Forgotten) -> tuple[int, int]:
    """Return what its wallet pays now, and what the vault does."""
    from_wallet, payer = 0, found.payer_wallet_id
    if payer is not None:
        from_wallet = min(max(balance(connection, payer).available, 0), found.missing_fen)
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    most = min(balance(connection, vault).available, _coverable(connection, found))
    return from_wallet, max(min(found.missing_fen - from_wallet, most), 0)


def _coverable(connection: Connection, found: Forgotten) -> int:
    """Return what the vault may still pay for a purse's loads; of a cheat's, risk decides.

    What a purse without a wallet was loaded with may be what it has unloaded before: as long as
    that is not decided, nothing is known to be lacking.
    """
    asked = {"id": found.voucher.payee_id, "unload": int(Kind.UNLOAD)}
    row = connection.execute(_COVERED, asked).fetchone()
    assert row is not None
    covered, approved, is_unloading = row
    is_open = found.wallet_id is None and is_unloading
    usual = highest_value_out(connection).get(found.purse_class, 0)
    return int(max(0 if found.is_flagged or is_open else usual, approved) - covered)


def _posting(
    bank: Bank, connection: Connection, found: Forgotten, parts: tuple[int, int]
) -> Posting:
    voucher, payer, now = found.voucher, found.payer_wallet_id, bank.clock()
    shares = Shares(
        (Word.LOAD_RECOVERED, Word.LOSS_AFTER_RECOVERY), payer, TransferCode.LOAD_RECOVERED, parts
    )
    key = (voucher.payer_id.hex(), voucher.entry, found.booked_fen)
    transfers = into_float(bank, connection, shares, voucher.payee_id, key)
    rows = recovery_rows((*found.key, found.booked_fen), (voucher.payee_id, payer), parts, now)
    return Posting(transfers, (), (*rows, *_notices(bank, connection, found, transfers)))


def _notices(
    bank: Bank, connection: Connection, found: Forgotten, transfers: tuple[Transfer, ...]
) -> tuple[Row, ...]:
    """Return what the holder is told; a merchant sees it in its statement."""
    payer = found.payer_wallet_id
    wallet = None if payer is None else people.wallet(connection, payer)
    if wallet is None or wallet.person_id is None:
        return ()
    booked = Fen(sum(transfer.amount for transfer in transfers))
    told = Notice(
        wallet.person_id,
        bank.new_id(),
        wallet.id,
        NoticeKind.LOAD_RECOVERED,
        transfers[0].id,
        booked,
        "",
        bank.clock(),
        None,
    )
    return (notice_row(told),)


def _tell_all(bank: Bank) -> None:
    """Write into the audit trail what was booked, each once."""
    with bank.connection() as connection:
        untold = connection.execute(_UNTOLD, (AT_ONCE,)).fetchall()
    do_each("recovered loads", untold, lambda row: _tell(bank, *row))


def _tell(bank: Bank, *booked: Any) -> bool:
    payer_id, entry, before_fen, purse_id, wallet_id, from_wallet, from_loss = booked
    with bank.transaction() as connection:
        if connection.execute(_TOLD, (payer_id, entry, before_fen)).fetchone() is None:
            return False
        details = {**_named(payer_id, entry, purse_id), "wallet_id": wallet_id}
        details |= {"from_wallet_fen": from_wallet, "from_loss_fen": from_loss}
        audit.append(bank, connection, audit.INSTALLER, "recover-load", **details)
    return True


def _named(payer_id: bytes, entry: int, purse_id: bytes) -> dict[str, object]:
    return {"payer_id": payer_id.hex(), "entry": entry, "purse_id": purse_id.hex()}
