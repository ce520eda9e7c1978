"""Sync: a purse's state and log come in, and only then it is told that they are held for good.

take_in   everything checked, stored and decided, in one transaction
examine   what contradicts what, now that it is stored
post_due  money that is due by now moves
recover   loads that the bank has forgotten are booked
answer    the acknowledgement is signed, kept, and told
"""

from __future__ import annotations

from collections.abc import Sequence

from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import examine
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.recovering import recover_loads
from zerobar.bank.settlement.model import Waiting
from zerobar.bank.settlement.outcomes import refund_strays
from zerobar.bank.settlement.posting import post_due, wake
from zerobar.bank.syncing import parts, store
from zerobar.bank.syncing.answering import answer
from zerobar.bank.syncing.errors import LogRefused, PurseForked, StateRefused
from zerobar.bank.syncing.intake import Taken, check_state, take_in
from zerobar.bank.syncing.model import Upload
from zerobar.issuer import SyncAnswer
from zerobar.purse.messages import LogEntry, State

_OWN_PART = 4
"""Bytes of the nonce that a purse gives back; the rest is its own."""


def sync(bank: Bank, upload: Upload, nonce: bytes | None = None) -> SyncAnswer:
    """Take in a purse's state and log, and return what to carry to it.

    Interrupted anywhere, the same again goes on, and a state once answered is always acknowledged
    by the same bytes.

    Args:
        nonce: what the state was asked for with, 8 bytes; None: whoever asked has checked it.

    Raises PursesNotOffered, PurseUnknown, StateRefused, LogRefused, CertificatesNeeded or
    PurseForked; TooBusy or OutcomeUnknown when the ledger does not answer: sync the same again.
    """
    issuing_keys(bank)
    state = upload.state
    if nonce is not None and state.nonce[:_OWN_PART] != nonce[:_OWN_PART]:
        raise StateRefused("it answers another question")
    taken = _taken(bank, upload)
    if taken.forked:
        raise PurseForked(state.id)
    examine(bank, taken.changed, [state.id])
    _post(bank, state.id, Waiting.UNPROVED)
    # What it was unloaded may be owed to it by now, and is what it was loaded with again.
    recover_loads(bank, [state.id])
    found = answer(bank, upload)
    if found.ack is not None:
        _post(bank, state.id, Waiting.TAINTED)
    return found


def take_part(bank: Bank, state: State, entries: Sequence[LogEntry]) -> int:
    """Keep a part of the log that leads to a state; return up to where the log is here.

    Raises PurseUnknown, StateRefused or LogRefused.
    """
    with bank.connection() as connection:
        check_state(connection, state)
    return parts.keep_part(bank, state, entries)


def _taken(bank: Bank, upload: Upload) -> Taken:
    """Take in a log; parts that do not lead to its state are no use any more."""
    try:
        return take_in(bank, upload)
    except LogRefused:
        with bank.connection() as connection:
            parts.forget(connection, upload.state.id)
        raise


def _post(bank: Bank, purse_id: bytes, over: Waiting) -> None:
    """Move the money that is due to or from a purse, and what has now waited long enough.

    What a hosted payee refuses may be final already.
    """
    with bank.transaction() as connection:
        wake(connection, [over], [purse_id])
    post_due(bank, [purse_id])
    with bank.transaction() as connection:
        strays = refund_strays(connection, bank.clock(), [purse_id])
    if strays:
        post_due(bank, [purse_id])


def known_entry(bank: Bank, purse_id: bytes) -> int:
    """Return up to where a purse's log is here, parts of it included; 0 for nothing."""
    with bank.connection() as connection:
        held = store.head(connection, purse_id).position.entry
        return parts.end_of(connection, purse_id, held)
