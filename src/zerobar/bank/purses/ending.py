"""Ending a purse for ever: when it says itself, signed, that nothing is in it or unknown here.

What is paid to it afterwards goes to its wallet, for the card may not be there any more. If it is
there, and credits and unloads or spends the same money, its wallet has had that: so an ended purse
is one that was paid out, with nothing. What it unloads is kept, and what it spends is charged.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.fraud import blocklist
from zerobar.bank.purses import charge_store, store
from zerobar.bank.purses.errors import PurseNotEmpty, StateRefused
from zerobar.bank.purses.linking import purse_of
from zerobar.bank.purses.model import EventKind, Purse, PurseStatus
from zerobar.bank.purses.proving import Proof, check_possession
from zerobar.bank.settlement.outcomes import decide
from zerobar.database import Connection
from zerobar.purse.messages import Kind, State

# What the purse has said it will never credit does not matter to it any more: else whoever pays a
# fen to a request that he made up could keep it from being ended.
_IN_FLIGHT: Final = """
    SELECT EXISTS (
        SELECT FROM bank.voucher_open o
        JOIN bank.voucher v ON v.payer_id = o.payer_id AND v.entry = o.entry
        WHERE o.payee_id = %(id)s AND NOT EXISTS (
            SELECT FROM bank.void_statement s WHERE s.payee_id = o.payee_id
            AND s.payer_id = o.payer_id AND s.payer_entry = o.entry
            AND s.voucher_hash = substring(sha256(v.body) for 8)))
"""
_UNLOADING: Final = """
    SELECT EXISTS (
        SELECT FROM bank.voucher_due d JOIN bank.voucher v USING (payer_id, entry)
        LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
        WHERE d.payer_id = %(id)s AND v.kind = %(unload)s AND o.outcome IS NULL)
"""
_PAID_OUT_WITH_NOTHING: Final = """
    INSERT INTO bank.purse_pay_out (purse_id, wallet_id, amount_fen, decided_at, is_paid)
    VALUES (%s, %s, 0, %s, true)
"""
_TO_BLOCK: Final = """
    DELETE FROM bank.purse_to_block WHERE purse_id IN (
        SELECT purse_id FROM bank.purse_to_block ORDER BY purse_id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING purse_id
"""
_CHARGED: Final = """
    SELECT DISTINCT r.purse_id FROM bank.purse_recharge r
    WHERE NOT EXISTS (SELECT FROM bank.blocklist b WHERE b.blocked_id = r.purse_id) LIMIT %s
"""
_AT_ONCE: Final = 100


def terminate_purse(bank: Bank, person_id: UUID, purse_id: bytes, proof: Proof) -> Purse:
    """Close one's purse; a closed one stays closed.

    Its state answers a challenge of just now: no balance, nothing held, and its whole log
    acknowledged, so that whatever it paid is known here. Nor is anything known to be on its way to
    it. What others paid it and nobody has brought here yet comes to the linked wallet.

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
        _check_nothing_on_its_way(connection, purse_id)
        _end(bank, connection, locked, person_id)
        return store.purse(connection, purse_id) or locked


def block_ended(bank: Bank) -> int:
    """Put on the blocklist what was ended and may have money after all; return how many.

    An ended purse is empty, and cards remember few ids, so it joins the list no sooner than money
    that could still reach it was paid to its wallet, or than it was charged for what it spent.
    """
    with bank.transaction() as connection:
        rows = connection.execute(_TO_BLOCK, (_AT_ONCE,)).fetchall()
        rows += connection.execute(_CHARGED, (_AT_ONCE,)).fetchall()
        ids = sorted({purse_id for (purse_id,) in rows})
        if ids:
            blocklist.add(connection, ids, bank.clock())
    return len(ids)


def _check_empty(state: State) -> None:
    if state.balance or state.held:
        raise PurseNotEmpty(f"{state.balance + state.held} is in it")
    if state.base != state.entry:
        raise PurseNotEmpty("the bank has not acknowledged all that it did")


def _check_nothing_on_its_way(connection: Connection, purse_id: bytes) -> None:
    parameters = {"id": purse_id, "unload": int(Kind.UNLOAD)}
    if charge_store.is_due(connection, purse_id) or _holds(connection, _IN_FLIGHT, parameters):
        raise PurseNotEmpty("money is on its way to it")
    if _holds(connection, _UNLOADING, parameters):
        raise PurseNotEmpty("what it unloaded has not come to the wallet yet")


def _holds(connection: Connection, query: str, parameters: dict[str, object]) -> bool:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return bool(row[0])


def _end(bank: Bank, connection: Connection, purse: Purse, person_id: UUID) -> None:
    now, event = bank.clock(), (bank.new_id(), EventKind.TERMINATED, person_id)
    store.set_status(connection, purse.id, PurseStatus.CLOSED)
    store.set_lost(connection, purse.id, None, None)
    connection.execute(_PAID_OUT_WITH_NOTHING, (purse.id, purse.wallet_id, now))
    store.insert_event(connection, purse.id, event, now)
    decide(connection, [purse.id], now)
