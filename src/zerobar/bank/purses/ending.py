"""Ending a purse for ever: when it says itself, signed, that nothing is in it or unknown here."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.fraud import blocklist
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import PurseNotEmpty, StateRefused
from zerobar.bank.purses.linking import purse_of
from zerobar.bank.purses.model import EventKind, Purse, PurseStatus
from zerobar.bank.purses.proving import Proof, check_possession
from zerobar.purse.messages import State


def terminate_purse(bank: Bank, person_id: UUID, purse_id: bytes, proof: Proof) -> Purse:
    """Close one's purse; a closed one stays closed.

    Its state answers a challenge of just now: no balance, nothing held, and its whole log
    acknowledged, so that whatever it paid is known here. What others paid it and it has not
    credited is in flight to a closed purse: it comes to the linked wallet.

    Raises PurseUnknown, CertificateRefused, StateRefused, ChallengeOver or PurseNotEmpty.
    """
    if proof.certificate.id != purse_id:
        raise StateRefused("it is another purse's")
    with bank.transaction() as connection:
        purse_of(connection, person_id, purse_id)
        locked = store.locked_purse(connection, purse_id)
        assert locked is not None, "purses are never deleted"
        if locked.status is PurseStatus.CLOSED:
            return locked
        check_possession(bank, connection, person_id, proof)
        _check_empty(proof.state)
        store.set_status(connection, purse_id, PurseStatus.CLOSED)
        store.set_lost(connection, purse_id, None, None)
        now, event = bank.clock(), (bank.new_id(), EventKind.TERMINATED, person_id)
        store.insert_event(connection, purse_id, event, now)
        # The card still works; what it would be paid from now on nobody could spend.
        blocklist.add(connection, [purse_id], now)
        return store.purse(connection, purse_id) or locked


def _check_empty(state: State) -> None:
    if state.balance or state.held:
        raise PurseNotEmpty(f"{state.balance + state.held} is in it")
    if state.base != state.entry:
        raise PurseNotEmpty("the bank has not acknowledged all that it did")
