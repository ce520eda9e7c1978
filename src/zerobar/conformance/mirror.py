"""What the purse under test must hold by now: a second reading of the protocol.

The mirror never predicts whether a command is refused; that is what the cases say. But once a
command has been answered with 9000, the mirror knows every byte of the answer that is not random,
and what has changed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.purse.limits import Limits
from zerobar.purse.messages import EntryKind, Kind, SyncAck, VoidFlags

_WINDOW: Final = 64
_DAY_S: Final = 86_400
_SUITE: Final = 1

Hash = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Logged:
    """An entry of the log as it must be, and the totals after it."""

    kind: EntryKind
    entry: int
    balance: int
    held: int
    payload: bytes
    body: bytes
    chain: bytes
    out_total: int
    out_count: int
    partly_held: bool = False

    def __bytes__(self) -> bytes:
        """Return what READ LOG answers, 129 bytes."""
        return struct.pack(">BIII", self.kind, self.entry, self.balance, self.held) + self.payload


class Mirror:
    """The state of a purse, and what each answer must have been.

    Args:
        purse_id: 8 bytes.
        limits: of its class.
        not_before_day: of its certificate.
        hash_of: the suite's hash.
    """

    def __init__(self, purse_id: bytes, limits: Limits, not_before_day: int, hash_of: Hash) -> None:
        self.id = purse_id
        self.limits = limits
        self.ring_size: int | None = None
        self.entry = self.base = self.number = self.epoch = 0
        self.window = self.balance = self.held = 0
        self.blocked = self.pin_blocked = False
        self.time_floor = not_before_day * _DAY_S
        self.last_ack = b""
        self._hash = hash_of
        self._start = Logged(EntryKind.PAY, 0, 0, 0, b"", b"", bytes(16), 0, 0)
        self._log: dict[int, Logged] = {}
        self._payments: dict[bytes, int] = {}
        self._settled: dict[int, int] = {}
        self._undone: set[int] = set()
        self._own_id_seen = self._own_id_seen_by_state = 0

    # --- what can be asked ----------------------------------------------------------------

    @property
    def newest(self) -> Logged:
        """The last entry, or the beginning."""
        return self.at(self.entry)

    @property
    def unacknowledged(self) -> int:
        """Entries that the operator has not acknowledged."""
        return self.entry - self.base

    @property
    def floor_day(self) -> int:
        """The day of the time floor."""
        return self.time_floor // _DAY_S

    def at(self, entry: int) -> Logged:
        """Return an entry that was ever written; 0 is the beginning."""
        if entry == 0:
            return self._start
        if entry not in self._log:
            raise Nonconformity(f"there is no entry {entry}")
        return self._log[entry]

    def free_slots(self) -> int:
        """Return the slots that can be written, once the size of the ring is known."""
        assert self.ring_size is not None
        return self.ring_size - self.unacknowledged

    def is_in_ring(self, entry: int) -> bool:
        """Whether an entry can still be read: all but those overwritten and the next one to be."""
        if not 1 <= entry <= self.entry:
            return False
        if self.ring_size is None or entry > self.entry + 1 - self.ring_size:
            return True
        return entry == self.entry + 1 - self.ring_size and entry > self.base

    def state_body(self, nonce: bytes) -> bytes:
        """Return the 68 bytes that a STATE signs."""
        newest, base = self.newest, self.at(self.base)
        return (
            struct.pack(">BB8s8s", 6 << 4 | _SUITE, self._flags, nonce, self.id)
            + struct.pack(">IIIQ", self.entry, self.base, self.number, self.window)
            + struct.pack(">II", self.balance, self.held)
            + struct.pack(">I", newest.out_total - base.out_total)
            + struct.pack(">H", newest.out_count - base.out_count)
            + newest.chain
        )

    def status(self, purse_class: int, *, contactless: bool) -> bytes:
        """Return the 12 status bytes of SELECT."""
        number, epoch = (0, 0) if contactless else (self.number, self.epoch)
        free = 255 if self.ring_size is None else min(255, self.free_slots())
        return struct.pack(">BBIIBB", self._flags, purse_class, number, epoch, free, 0)

    # --- the payer ------------------------------------------------------------------------

    def paid(self, order: bytes) -> bytes:
        """Return the voucher that PAY must give: its first 52 bytes if new, else all 116."""
        terms = order[1:32] if len(order) != 27 else _push_terms(order)
        repeated = self._in_ring(self._payments.get(_identity(terms)))
        if repeated is not None:
            return repeated.payload
        kind, payee_and_number, rest = terms[:1], terms[1:13], terms[13:]
        head = bytes((3 << 4 | _SUITE,)) + kind + self.id + (self.entry + 1).to_bytes(4)
        return head + payee_and_number + rest + self.newest.chain[:8]

    def add_payment(self, voucher: bytes) -> None:
        """Take in a new voucher of the purse's, 116 bytes."""
        kind, amount = voucher[1], int.from_bytes(voucher[26:30])
        counted = (0, 0) if kind == Kind.UNLOAD else (amount, 1)
        if kind == Kind.UNLOAD:
            from_held = min(self.held, amount)
            self.held -= from_held
            self.balance -= amount - from_held
        elif kind != Kind.AUTHORISE:
            self.balance -= amount
        self._payments[_identity(voucher[1:2] + voucher[14:44])] = self.entry + 1
        self._add(EntryKind.PAY, voucher, voucher[:52], counted)

    def payment_for(self, payee_and_number: bytes) -> Logged | None:
        """Return the payment of a request, 12 bytes, while it is in the ring."""
        return self._in_ring(self._payments.get(payee_and_number))

    def undone(self, statement: bytes) -> None:
        """Take in an UNDO that was answered with 9000."""
        entry = int.from_bytes(statement[22:26])
        if entry in self._undone:
            return
        self._undone.add(entry)
        paid = self.at(entry)
        self._credit(int.from_bytes(paid.body[26:30]))
        self._add(EntryKind.UNDO, statement + bytes(10), paid.body, content=statement)

    # --- the payee ------------------------------------------------------------------------

    def prepared(self) -> int:
        """Take in a PREPARE and return the number of its request."""
        self.number += 1
        self.window = (self.window << 1) % (1 << _WINDOW)
        return self.number

    def accepted(self, voucher: bytes) -> bytes:
        """Take in an ACCEPT and return the RECEIPT it must have given."""
        logged = self._settled_by(EntryKind.CREDIT, voucher)
        if logged is None:
            partly = self._credit(int.from_bytes(voucher[26:30]))
            self._settle(voucher)
            logged = self._add(EntryKind.CREDIT, voucher, voucher[:52], partly_held=partly)
        head = bytes((5 << 4 | _SUITE, logged.partly_held))
        return head + logged.body[2:14] + self.id + logged.body[22:30] + bytes(2)

    def voided(self, voucher: bytes, tag_is_right: bool) -> bytes:
        """Take in a VOID and return the 42 bytes that its statement must sign."""
        entry, flags = 0, VoidFlags.VOIDED
        if not tag_is_right:
            flags = VoidFlags.NEVER_MY_REQUEST
        elif self.number - int.from_bytes(voucher[22:26]) >= _WINDOW:
            flags = VoidFlags.TOO_OLD
        else:
            logged = self._settled_by(EntryKind.VOID, voucher)
            if logged is None:
                self._settle(voucher)
                logged = self._add(EntryKind.VOID, voucher, voucher[:52])
            entry = logged.entry
        head = bytes((4 << 4 | _SUITE, flags)) + self.id + entry.to_bytes(4)
        return head + voucher[2:14] + voucher[22:30] + self._hash(voucher[:52])[:8]

    # --- the operator ---------------------------------------------------------------------

    def state_taken(self) -> None:
        """Remember what a STATE has seen of the blocklist."""
        self._own_id_seen_by_state = self._own_id_seen

    def acknowledged(self, raw: bytes) -> None:
        """Take in a SYNC ACK that was answered with 9000."""
        if raw == self.last_ack:
            return
        ack = SyncAck.parse(raw)
        self.base, self.time_floor, self.last_ack = ack.entry, ack.time, raw
        self.limits = self.limits.overridden(ack.per_payment, ack.without_pin, ack.holding)
        self.blocked = bool(ack.flags & 1) or self._own_id_seen > self._own_id_seen_by_state

    def blocklisted(self, raw: bytes) -> bytes:
        """Take in a BLOCKLIST and return the epoch it must have answered."""
        if int.from_bytes(raw[2:6]) == self.epoch:
            self.epoch = int.from_bytes(raw[6:10])
            ids = raw[11:-64]
            if self.id in (ids[i : i + 8] for i in range(0, len(ids), 8)):
                self._own_id_seen += 1
                self.blocked = True
        return self.epoch.to_bytes(4)

    def renewed(self, not_before_day: int) -> None:
        """Take in a new certificate."""
        self.time_floor = max(self.time_floor, not_before_day * _DAY_S)

    # --- inside ---------------------------------------------------------------------------

    @property
    def _flags(self) -> int:
        return self.blocked | self.pin_blocked << 1

    def _in_ring(self, entry: int | None) -> Logged | None:
        return self._log[entry] if entry is not None and self.is_in_ring(entry) else None

    def _settled_by(self, kind: EntryKind, voucher: bytes) -> Logged | None:
        """Return the entry that settled a voucher's request; it must be for this very voucher."""
        number = int.from_bytes(voucher[22:26])
        if not 0 <= self.number - number < _WINDOW:
            raise Nonconformity(f"request {number} is not in the window")
        if not self.window >> (self.number - number) & 1:
            return None
        logged = self._in_ring(self._settled[number])
        settled = None if logged is None else (logged.kind.name, logged.body)
        same(settled, (kind.name, voucher[:52]), "what settled the request")
        return logged

    def _settle(self, voucher: bytes) -> None:
        number = int.from_bytes(voucher[22:26])
        self.window |= 1 << (self.number - number)
        self._settled[number] = self.entry + 1

    def _credit(self, amount: int) -> bool:
        """Add to the balance up to the holding limit, the rest to held; say if there was a rest."""
        to_balance = min(amount, max(0, self.limits.holding - self.balance))
        self.balance += to_balance
        self.held += amount - to_balance
        return to_balance < amount

    def _add(
        self,
        kind: EntryKind,
        payload: bytes,
        body: bytes,
        counted: tuple[int, int] = (0, 0),
        *,
        content: bytes = b"",
        partly_held: bool = False,
    ) -> Logged:
        """Add an entry; the chain takes in the voucher's body, or what else is its content."""
        before, entry = self.newest, self.entry + 1
        link = before.chain + struct.pack(">BI", kind, entry) + (content or body)
        logged = Logged(
            kind=kind,
            entry=entry,
            balance=self.balance,
            held=self.held,
            payload=payload,
            body=body,
            chain=self._hash(link)[:16],
            out_total=before.out_total + counted[0],
            out_count=before.out_count + counted[1],
            partly_held=partly_held,
        )
        self._log[entry] = logged
        self.entry = entry
        return logged


def _push_terms(order: bytes) -> bytes:
    """Return a PUSH as the 31 bytes of a request after its head: number 0, the time as tag."""
    kind, payee, amount_currency, rest = order[:1], order[1:9], order[9:15], order[15:27]
    return kind + payee + bytes(4) + amount_currency + rest


def _identity(terms: bytes) -> bytes:
    """Return what makes an order the same one: payee and number; of a PUSH, all its terms."""
    return terms if terms[0] == Kind.PUSH else terms[1:13]
