"""The model's side of what an operator says: STATE, SYNC ACK, BLOCKLIST, KEY UPDATE; the PIN."""

from __future__ import annotations

from tests.model.plan import Card, Plan, refuse_if
from tests.model.purse import KeyDate, Listed, Purse, Ram, Slot, Sync
from tests.model.terms import Account, Ack, Delta, KeyUpdate
from zerobar.purse.status import Status


def state(card: Card, purse: Purse, nonce: int) -> Plan:
    """Answer a signed account, and remember its nonce for the ack to come."""
    newest = purse.newest
    account = Account(
        purse.me,
        nonce,
        newest.entry,
        purse.base,
        purse.number,
        card.window(purse),
        newest.balance,
        newest.held,
        purse.blocked,
        newest.chain,
    )
    return Plan(answer=account, ram=Ram(nonce, purse.listed.hits, purse.ram.pin))


def sync_ack(card: Card, purse: Purse, ack: Ack) -> Plan:
    """Move the base to an entry that the operator holds; the same ack again changes nothing."""
    recorded = purse.sync.message
    if recorded is not None and _bytes(ack) == _bytes(recorded):
        return Plan()
    refuse_if(ack.purse != purse.me, Status.REQUEST_NOT_MINE)
    refuse_if(ack.key != purse.key, Status.SIGNATURE_REFUSED)
    stale = ack.nonce != purse.ram.nonce
    refuse_if(stale and card.rules.fresh_ack, Status.CONDITIONS_NOT_SATISFIED)
    at = _acknowledged(card, purse, ack)
    early = ack.time < purse.sync.floor
    refuse_if(early and card.rules.fresh_ack, Status.MALFORMED)
    return Plan(_recorded(card, purse, ack, at), ram=purse.ram._replace(nonce=0))


def _bytes(ack: Ack) -> Ack:
    """Return an ack as its bytes are: they do not say which STATE it answers."""
    return ack._replace(answers=None)


def _acknowledged(card: Card, purse: Purse, ack: Ack) -> Slot | Sync:
    """Return what holds the totals at the acknowledged entry."""
    if not card.rules.fresh_ack and ack.entry < purse.base:
        return purse.sync
    refuse_if(not purse.base <= ack.entry <= purse.newest.entry, Status.ENTRY_NOT_IN_LOG)
    at: Slot | Sync | None = purse.sync if ack.entry == purse.base else purse.slot(ack.entry)
    refuse_if(at is None, Status.ENTRY_NOT_IN_LOG)
    assert at is not None
    refuse_if(at.chain != ack.chain, Status.OTHER_CONTENT)
    return at


def _recorded(card: Card, purse: Purse, ack: Ack, at: Slot | Sync) -> Sync:
    seen = purse.ram.hits if card.rules.block_outlives_older_state else purse.listed.hits
    return Sync(
        base=ack.entry,
        chain=ack.chain,
        floor=ack.time,
        blocked=ack.blocked,
        hits=seen,
        out_total=at.out_total,
        out_count=at.out_count,
        in_total=at.in_total,
        message=ack,
    )


def blocklist(_: Card, purse: Purse, delta: Delta) -> Plan:
    """Take the next delta; any other changes nothing and is answered with the epoch."""
    listed = purse.listed
    if delta.from_epoch != listed.epoch:
        return Plan()
    hits = listed.hits + (delta.blocked == purse.me)
    return Plan(Listed(listed.epoch + 1, (*listed.ids, delta.blocked), hits))


def key_update(card: Card, purse: Purse, update: KeyUpdate) -> Plan:
    """Take the sync key of a later date."""
    if update.date == purse.key:
        return Plan()
    refuse_if(update.date < purse.key and card.rules.key_dates_rise, Status.OTHER_CONTENT)
    return Plan(KeyDate(update.date))


def verify(_: Card, purse: Purse, __: None) -> Plan:
    """The right PIN; it serves one new payment in this session."""
    return Plan(ram=purse.ram._replace(pin=True))
