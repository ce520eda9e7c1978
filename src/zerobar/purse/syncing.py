"""What an operator says and asks: STATE, READ LOG, SYNC ACK, BLOCKLIST, KEY UPDATE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from zerobar.purse.contents import FREE_KEY, BlocklistHead, Key, SyncRecord
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    BlocklistDelta,
    EntryKind,
    KeyUpdate,
    LogEntry,
    Role,
    State,
    StateFlags,
    SyncAck,
)
from zerobar.purse.purse import Purse, refuse_if
from zerobar.purse.ring import Slot
from zerobar.purse.status import Refusal, Status

_NONCE_LENGTH: Final = 8
_QUERY_PART: Final = 4


@dataclass(frozen=True)
class StateQuery:
    """A nonce; from anywhere with a sync key's signature over it and the purse's id."""

    nonce: bytes
    key_number: int | None
    signature: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read 8 or 73 bytes."""
        nonce, rest = raw[:_NONCE_LENGTH], raw[_NONCE_LENGTH:]
        return cls(nonce, rest[0] if rest else None, rest[1:])


def state(purse: Purse, query: StateQuery) -> bytes:
    """Answer a signed account of the purse; remember the nonce for the SYNC ACK to come."""
    _check_query(purse, query)
    newest = purse.newest
    # Half of the nonce is the purse's own: else a terminal could use one twice, and give an
    # acknowledgement of long ago to the state of today.
    nonce = query.nonce[:_QUERY_PART] + purse.random(_NONCE_LENGTH - _QUERY_PART)
    account = State(
        flags=purse.flags,
        nonce=nonce,
        id=purse.id,
        entry=newest.entry,
        base=purse.base,
        number=purse.number,
        window=purse.window,
        balance=newest.balance,
        held=newest.held,
        out_total=purse.out_since_sync(),
        out_count=purse.count_since_sync(),
        chain=newest.chain,
        head=6 << 4 | purse.suite.number,
    ).signed(purse.sign)
    purse.session.stated, purse.session.nonce = True, nonce
    purse.session.hits_seen = purse.store.blocklist.value.own_hits
    return bytes(account)


def _check_query(purse: Purse, query: StateQuery) -> None:
    if query.key_number is None:
        refuse_if(not purse.trusted, Status.PIN_NEEDED)
        return
    message = query.nonce + purse.id
    key = purse.store.keys.value.key(query.key_number, Role.SYNC)
    verify = purse.suite.verify
    purse.check_signature(lambda public: verify(public, message, query.signature), key)


def read_log(purse: Purse, entry: int) -> bytes:
    """Answer one log entry, in a session in which STATE was answered."""
    refuse_if(not purse.session.stated, Status.CONDITIONS_NOT_SATISFIED)
    slot = purse.ring.entry(entry, purse.base)
    if slot is None:
        raise Refusal(Status.ENTRY_NOT_IN_LOG)
    return bytes(
        LogEntry(
            kind=EntryKind(slot.kind),
            entry=slot.entry,
            balance=slot.balance,
            held=slot.held,
            payload=slot.payload,
        )
    )


def parse_entry(raw: bytes) -> int:
    """Read 4 bytes."""
    return int.from_bytes(raw)


def sync_ack(purse: Purse, ack: SyncAck) -> bytes:
    """Take an operator's word that it holds the log up to an entry; a repeat changes nothing."""
    message_hash = ack.suite.hash(bytes(ack))
    recorded = purse.store.sync.value
    if message_hash == recorded.message_hash:
        return b""
    refuse_if(ack.id != purse.id, Status.REQUEST_NOT_MINE)
    key = purse.store.keys.value.key(ack.key_number, Role.SYNC)
    purse.check_signature(ack.verify, key)
    refuse_if(ack.nonce != purse.session.nonce, Status.CONDITIONS_NOT_SATISFIED)
    totals = _totals_at(purse, ack)
    refuse_if(ack.time < purse.time_floor, Status.MALFORMED)
    purse.store.sync.write(_record(purse, ack, totals, message_hash))
    purse.session.nonce = None
    return b""


def _totals_at(purse: Purse, ack: SyncAck) -> Slot | SyncRecord:
    """Return what holds the totals at the acknowledged entry; its chain must be the ack's."""
    refuse_if(not purse.base <= ack.entry <= purse.newest.entry, Status.ENTRY_NOT_IN_LOG)
    recorded = purse.store.sync.value
    at: Slot | SyncRecord | None = recorded
    if ack.entry != purse.base:
        at = purse.ring.entry(ack.entry, purse.base)
    if at is None:
        raise Refusal(Status.ENTRY_NOT_IN_LOG)
    refuse_if(at.chain != ack.chain, Status.OTHER_CONTENT)
    return at


def _record(
    purse: Purse, ack: SyncAck, totals: Slot | SyncRecord, message_hash: bytes
) -> SyncRecord:
    recorded = purse.store.sync.value
    return SyncRecord(
        base=ack.entry,
        chain=ack.chain,
        time=ack.time,
        flags=ack.flags & StateFlags.BLOCKED,
        per_payment=_override(ack.per_payment, recorded.per_payment),
        without_pin=_override(ack.without_pin, recorded.without_pin),
        holding=_override(ack.holding, recorded.holding),
        out_total=totals.out_total,
        out_count=totals.out_count,
        in_total=totals.in_total,
        no_pin_total=totals.no_pin_total,
        nonce=ack.nonce,
        own_hits=purse.session.hits_seen,
        message_hash=message_hash,
    )


def _override(new: int, recorded: int) -> int:
    return recorded if new == KEEP_OVERRIDE else new


def blocklist(purse: Purse, delta: BlocklistDelta) -> bytes:
    """Take the next blocklist delta; answer the epoch the card is at, 4 bytes."""
    head = purse.store.blocklist.value
    if delta.from_epoch == head.epoch:
        key = purse.store.keys.value.key(delta.key_number, Role.SYNC)
        purse.check_signature(delta.verify, key)
        purse.store.add_blocked_ids(delta.ids)
        purse.store.blocklist.write(
            BlocklistHead(
                epoch=delta.to_epoch,
                total=head.total + len(delta.ids),
                own_hits=(head.own_hits + delta.ids.count(purse.id)) & 0xFFFF,
                accepted=purse.newest.accepted,
            )
        )
    return purse.store.blocklist.value.epoch.to_bytes(4)


def key_update(purse: Purse, update: KeyUpdate) -> bytes:
    """Put, replace or delete a key; its date only ever rises, so no old key comes back."""
    root = purse.store.keys.value.key(update.key_number, Role.ROOT)
    purse.check_signature(update.verify, root)
    new = Key(
        number=update.new_number,
        role=update.role,
        not_before_day=update.not_before_day,
        public_key=update.public_key,
    )
    if purse.store.keys.value.stored(update.new_number) == new:
        return b""
    _check_newer(purse, new)
    put_key(purse, new)
    return b""


def _check_newer(purse: Purse, new: Key) -> None:
    stored = purse.store.keys.value.stored(new.number) or FREE_KEY
    refuse_if(stored.role not in (0, new.role), Status.MALFORMED)
    known = stored.role != FREE_KEY.role
    refuse_if(known and new.not_before_day <= stored.not_before_day, Status.OTHER_CONTENT)


def put_key(purse: Purse, new: Key) -> None:
    """Put a key into the table in one write; refuse when the table is full."""
    table = purse.store.keys.value.with_key(new)
    if table is None:
        raise Refusal(Status.NO_SPACE)
    purse.store.keys.write(table)
