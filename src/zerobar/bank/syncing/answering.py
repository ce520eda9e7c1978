"""What a sync is answered: the acknowledgement, and what there is to carry to the purse."""

from __future__ import annotations

from typing import Any, Final

from zerobar.bank.context import Bank
from zerobar.bank.fraud import blocklist
from zerobar.bank.purses import store as purses
from zerobar.bank.purses.key_updates import key_updates
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.limiting import overrides_for
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.syncing import store
from zerobar.bank.syncing.model import Upload
from zerobar.database import Connection
from zerobar.issuer import Operator, SyncAnswer, Undo
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    State,
    SyncAck,
    VoidFlags,
    VoidStatement,
    Voucher,
)

MOST_DELIVERIES: Final = 64
"""Vouchers that one answer carries; after those, the purse syncs again."""
TRIES_BEFORE_SLIDING: Final = 2
"""How many answers deliver a voucher before its request is let slide out of the window."""
WINDOW: Final = 64

# The certificate of the payer's that is on record, or else the one that came with a voucher. What
# the payee's log says of a request already, no delivery changes.
_DELIVERIES: Final = """
    SELECT o.payer_id, o.entry, v.body || v.signature, coalesce(
        (SELECT p.certificate FROM bank.purse p WHERE p.purse_id = o.payer_id),
        (SELECT max(c.certificate) FROM bank.payer_certificate c WHERE c.purse_id = o.payer_id))
    FROM bank.voucher_open o
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    WHERE o.payee_id = %s AND NOT EXISTS (
        SELECT FROM bank.purse_log l WHERE l.purse_id = o.payee_id AND l.number = o.number
        AND l.kind IN (2, 3))
    ORDER BY o.delivered, o.payer_id, o.entry LIMIT %s
"""
_DELIVERED: Final = """
    UPDATE bank.voucher_open SET delivered = least(delivered + 1, 1000)
    WHERE payee_id = %s AND payer_id = %s AND entry = %s
"""
_TAINTED: Final = """
    SELECT EXISTS (
        SELECT FROM bank.purse_log l
        JOIN bank.purse_head h ON h.purse_id = l.purse_id
        JOIN bank.blocklist b ON b.blocked_id = l.payer_id
        WHERE l.purse_id = %(id)s AND l.kind = %(credit)s AND l.entry > greatest(
              h.acknowledged,
              (SELECT max(r.entry) FROM bank.taint_release r WHERE r.purse_id = l.purse_id))
          AND (b.epoch > %(epoch)s OR b.epoch <= h.epoch)
          AND EXISTS (SELECT FROM bank.fraud_case f WHERE f.purse_id = l.payer_id)
          AND %(newest)s > (
              SELECT count(*) FROM bank.blocklist n
              WHERE n.epoch > b.epoch AND n.blocked_id IS NOT NULL))
"""
# A number that the purse has not given out yet is forged, and so is one that it will not own up to:
# those end without its window.
_SLIDE: Final = """
    SELECT max(o.number) FROM bank.voucher_open o
    JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
    WHERE o.payee_id = %(id)s AND o.delivered > %(tries)s AND o.number <= %(number)s
      AND NOT EXISTS (
          SELECT FROM bank.void_statement s WHERE s.payee_id = o.payee_id
          AND s.payer_id = o.payer_id AND s.payer_entry = o.entry AND s.flags = %(never)s
          AND s.voucher_hash = substring(sha256(v.body) for 8))
"""
_UNDOS: Final = """
    SELECT s.statement, coalesce(
        (SELECT p.certificate FROM bank.purse p WHERE p.purse_id = s.payee_id),
        (SELECT max(c.certificate) FROM bank.payer_certificate c WHERE c.purse_id = s.payee_id))
    FROM bank.void_statement s
    JOIN bank.voucher_open o ON o.payee_id = s.payee_id AND o.payer_id = s.payer_id
         AND o.entry = s.payer_entry
    JOIN bank.purse_log l ON l.purse_id = s.payer_id AND l.entry = s.payer_entry
         AND l.kind = %s AND substring(sha256(l.content) for 8) = s.voucher_hash
    WHERE s.payer_id = %s AND s.payer_entry > %s AND s.flags <> %s
    ORDER BY s.payer_entry, s.flags LIMIT %s
"""


def answer(bank: Bank, upload: Upload) -> SyncAnswer:
    """Answer a state whose log is held; the same state gets the same acknowledgement.

    A purse that has taken a proved cheat's money hears of the cheat before it is acknowledged.
    """
    operator, state = issuing_keys(bank).operator, upload.state
    with bank.transaction() as connection:
        head = store.locked_head(connection, state.id)
        ack = store.ack_of(connection, state)
        is_new = ack is None
        if ack is None and not _is_tainted(connection, upload):
            ack = _sign(bank, connection, operator, upload)
        return SyncAnswer(
            known_entry=head.position.entry,
            ack=ack,
            undos=_undos(connection, state),
            certificate=_renewed(connection, upload),
            deliveries=_deliveries(connection, operator, state, is_new),
            blocklist=_news(bank, connection, operator, upload),
            key_updates=key_updates(connection),
            slide_to=_slide_to(connection, state),
        )


def _is_tainted(connection: Connection, upload: Upload) -> bool:
    """Return whether a purse has credited a cheat's money, and does not know of the cheat.

    One that said so at its last acknowledgement, and took some since, knows nothing of it either:
    a purse that knows a payer as blocked refuses it. A card forgets the oldest that it was told.
    What two risk officers have released does not count.
    """
    row = connection.execute(
        _TAINTED,
        {
            "id": upload.state.id,
            "epoch": -1 if upload.epoch is None else upload.epoch,
            "credit": int(EntryKind.CREDIT),
            "newest": blocklist.NEWEST,
        },
    ).fetchone()
    assert row is not None
    return bool(row[0])


def _sign(bank: Bank, connection: Connection, operator: Operator, upload: Upload) -> SyncAck:
    state = upload.state
    purse = purses.purse(connection, state.id)
    assert purse is not None, "purses are never deleted"
    ack = operator.acknowledge(
        state,
        int(bank.clock().timestamp()),
        blocked=purse.status is not PurseStatus.ACTIVE,
        overrides=overrides_for(connection, state.id),
    )
    store.note_ack(connection, state, ack, upload.epoch or 0)
    return ack


def _deliveries(
    connection: Connection, operator: Operator, state: State, is_new: bool
) -> tuple[tuple[Voucher, Certificate], ...]:
    """Return what the purse was paid and has not credited; those told of least often come first."""
    rows = connection.execute(_DELIVERIES, (state.id, MOST_DELIVERIES)).fetchall()
    if is_new:
        keys = sorted((state.id, payer_id, entry) for payer_id, entry, *_ in rows)
        connection.cursor().executemany(_DELIVERED, keys)
    found = []
    for payer_id, _, raw, certificate in rows:
        own = operator.certificate if payer_id == operator.id else None
        parsed = own or (None if certificate is None else Certificate.parse(certificate))
        if parsed is not None:
            found.append((Voucher.parse(raw), parsed))
    return tuple(found)


def _undos(connection: Connection, state: State) -> tuple[Undo, ...]:
    rows = connection.execute(
        _UNDOS,
        (EntryKind.PAY, state.id, state.base, VoidFlags.TOO_OLD, MOST_DELIVERIES),
    )
    return tuple(_undo(*row) for row in rows if row[1] is not None)


def _undo(*row: Any) -> Undo:
    statement, certificate = row
    return Undo(VoidStatement.parse(statement), Certificate.parse(certificate))


def _slide_to(connection: Connection, state: State) -> int:
    """Return up to which number to prepare, so that what the purse refuses can be redirected."""
    row = connection.execute(
        _SLIDE,
        {
            "id": state.id,
            "tries": TRIES_BEFORE_SLIDING,
            "number": state.number,
            "never": int(VoidFlags.NEVER_MY_REQUEST),
        },
    ).fetchone()
    number = row[0] if row is not None else None
    return 0 if number is None or number + WINDOW <= state.number else int(number) + WINDOW


def _renewed(connection: Connection, upload: Upload) -> Certificate | None:
    purse = purses.purse(connection, upload.state.id)
    if purse is None or upload.certificate_day is None:
        return None
    later = purse.certificate.not_before_day > upload.certificate_day
    return purse.certificate if later else None


def _news(bank: Bank, connection: Connection, operator: Operator, upload: Upload) -> Any:
    if upload.epoch is None:
        return ()
    return blocklist.deltas_from(connection, operator, upload.epoch, bank.clock())
