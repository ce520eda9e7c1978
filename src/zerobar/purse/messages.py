"""The messages of the purse protocol.

Each is frozen and is its exact bytes: `bytes(m)` gives back what was parsed. Parsers raise
FormError for a wrong length, type, suite or value; whether a signature is good is asked apart,
with `verify`. ``docs/protocol.md`` sets out every offset, and a test compares.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Final, Self

from zerobar.purse import wire
from zerobar.purse.apdu import AID
from zerobar.purse.money import Fen
from zerobar.purse.suites import P256, SIGNATURE_LENGTH, Suite, purse_id
from zerobar.purse.wire import FormError, Message, Record, SignedMessage

ID_LENGTH: Final = 8
KEEP_OVERRIDE: Final = 0xFFFFFFFF
MAX_BLOCKED_IDS: Final = 18
CLASS_BLOCK_PREFIX: Final = b"\xff" * 7
SECONDS_PER_DAY: Final = 86400


class Kind(IntEnum):
    """What a request asks for, and what a voucher is."""

    PAYMENT = 1
    REFUND = 2
    LOAD = 3
    UNLOAD = 4
    PUSH = 5
    AUTHORISE = 6


class PurseClass(IntEnum):
    """The class in a certificate."""

    PERSON = 0x01
    ANONYMOUS = 0x02
    MERCHANT = 0x03
    SERVICE = 0x04
    OPERATOR = 0x0F


class Role(IntEnum):
    """What a key in a card's key table is for."""

    ROOT = 1
    CA = 2
    SYNC = 3
    OPERATOR_PURSE = 4


class EntryKind(IntEnum):
    """The kind of a log entry."""

    PAY = 1
    CREDIT = 2
    VOID = 3
    UNDO = 4


class VoidFlags(IntEnum):
    """Why a voucher was voided."""

    VOIDED = 0
    NEVER_MY_REQUEST = 1
    TOO_OLD = 2
    """An own request that slid out of the window: only the log tells whether it was credited."""


class ReceiptStatus(IntEnum):
    """Where the credited value went."""

    CREDITED = 0
    CREDITED_PARTLY_TO_HELD = 1


class StateFlags(IntFlag):
    """Flags of a STATE and of the status in a SELECT answer."""

    BLOCKED = 0x01
    PIN_BLOCKED = 0x02
    FACTORY = 0x80


@dataclass(frozen=True, kw_only=True)
class Certificate(SignedMessage):
    """A CA key's word that a public key is a purse of some class. Days since 1970-01-01."""

    LENGTH: ClassVar[int] = 137

    head: int = wire.head(1)
    key_number: int = wire.number(1)
    purse_class: PurseClass = wire.enumerated(PurseClass)
    currency: int = wire.number(2)
    not_before_day: int = wire.number(2)
    not_after_day: int = wire.number(2)
    public_key: bytes = wire.octets(64)
    signature: bytes = wire.signature()

    @property
    def id(self) -> bytes:
        """The purse id, 8 bytes."""
        return purse_id(self.suite, self.public_key)

    @property
    def hash(self) -> bytes:
        """First 8 bytes of the hash of all 137."""
        return self.suite.hash(bytes(self))[:8]


@dataclass(frozen=True, kw_only=True)
class Request(Message):
    """A purse asks for money; the tag lets it know its own request again."""

    LENGTH: ClassVar[int] = 32

    head: int = wire.head(2)
    kind: Kind = wire.enumerated(Kind)
    payee_id: bytes = wire.octets(8)
    number: int = wire.number(4)
    amount: Fen = wire.amount()
    currency: int = wire.number(2)
    tag: bytes = wire.octets(4)
    reference: bytes = wire.octets(8)


@dataclass(frozen=True)
class SignedRequest:
    """A request with the payee's signature over its 32 bytes, and the payee's certificate."""

    LENGTH: ClassVar[int] = 233

    request: Request
    signature: bytes
    certificate: Certificate

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read exactly 233 bytes; raise FormError otherwise."""
        if len(raw) != cls.LENGTH:
            raise FormError(f"a signed request is {cls.LENGTH} bytes, not {len(raw)}")
        return cls(Request.parse(raw[:32]), raw[32:96], Certificate.parse(raw[96:]))

    def __bytes__(self) -> bytes:
        return bytes(self.request) + self.signature + bytes(self.certificate)

    def verify(self) -> None:
        """Return if the certificate's key signed the request; else raise SignatureRefused."""
        suite = self.certificate.suite
        suite.verify(self.certificate.public_key, bytes(self.request), self.signature)


@dataclass(frozen=True, kw_only=True)
class Push(Record):
    """What PAY takes when no request can reach the card; only a hosted payee is paid so."""

    LENGTH: ClassVar[int] = 27

    kind: Kind = wire.enumerated(Kind)
    payee_id: bytes = wire.octets(8)
    amount: Fen = wire.amount()
    currency: int = wire.number(2)
    time: bytes = wire.octets(4)
    reference: bytes = wire.octets(8)


@dataclass(frozen=True, kw_only=True)
class Voucher(SignedMessage):
    """Money on its way. Its identity is its 52-byte body, never its signature."""

    LENGTH: ClassVar[int] = 116
    BODY_LENGTH: ClassVar[int] = 52

    head: int = wire.head(3)
    kind: Kind = wire.enumerated(Kind)
    payer_id: bytes = wire.octets(8)
    entry: int = wire.number(4)
    payee_id: bytes = wire.octets(8)
    number: int = wire.number(4)
    amount: Fen = wire.amount()
    currency: int = wire.number(2)
    tag: bytes = wire.octets(4)
    reference: bytes = wire.octets(8)
    chain: bytes = wire.octets(8)
    signature: bytes = wire.signature()

    @property
    def hash(self) -> bytes:
        """First 8 bytes of the hash of the body."""
        return self.suite.hash(self.body)[:8]


@dataclass(frozen=True, kw_only=True)
class VoidStatement(SignedMessage):
    """A payee's word that it has not credited a voucher and never will."""

    LENGTH: ClassVar[int] = 106

    head: int = wire.head(4)
    flags: VoidFlags = wire.enumerated(VoidFlags)
    payee_id: bytes = wire.octets(8)
    payee_entry: int = wire.number(4)
    payer_id: bytes = wire.octets(8)
    payer_entry: int = wire.number(4)
    number: int = wire.number(4)
    amount: Fen = wire.amount()
    voucher_hash: bytes = wire.octets(8)
    signature: bytes = wire.signature()


@dataclass(frozen=True, kw_only=True)
class Receipt(Message):
    """A payee's answer to ACCEPT: unsigned, informative."""

    LENGTH: ClassVar[int] = 32

    head: int = wire.head(5)
    status: ReceiptStatus = wire.enumerated(ReceiptStatus)
    payer_id: bytes = wire.octets(8)
    payer_entry: int = wire.number(4)
    payee_id: bytes = wire.octets(8)
    number: int = wire.number(4)
    amount: Fen = wire.amount()
    rfu: bytes = wire.reserved(2)


@dataclass(frozen=True, kw_only=True)
class State(SignedMessage):
    """A purse's signed account of itself; totals are since the last acknowledged entry."""

    LENGTH: ClassVar[int] = 132

    head: int = wire.head(6)
    flags: int = wire.number(1)
    nonce: bytes = wire.octets(8)
    id: bytes = wire.octets(8)
    entry: int = wire.number(4)
    base: int = wire.number(4)
    number: int = wire.number(4)
    window: int = wire.number(8)
    balance: Fen = wire.balance()
    held: Fen = wire.balance()
    out_total: int = wire.number(4)
    out_count: int = wire.number(2)
    chain: bytes = wire.octets(16)
    signature: bytes = wire.signature()


@dataclass(frozen=True, kw_only=True)
class SyncAck(SignedMessage):
    """An operator's word that it holds a purse's log up to an entry. Time in Unix seconds."""

    LENGTH: ClassVar[int] = 123

    head: int = wire.head(7)
    key_number: int = wire.number(1)
    id: bytes = wire.octets(8)
    entry: int = wire.number(4)
    chain: bytes = wire.octets(16)
    rfu: bytes = wire.reserved(1)
    time: int = wire.number(4)
    flags: int = wire.number(1)
    rfu2: bytes = wire.reserved(3)
    per_payment: int = wire.number(4)
    without_pin: int = wire.number(4)
    holding: int = wire.number(4)
    nonce: bytes = wire.octets(8)
    signature: bytes = wire.signature()


@dataclass(frozen=True, kw_only=True)
class KeyUpdate(SignedMessage):
    """A root key's word on one key of the card's table; an all-zero key deletes."""

    LENGTH: ClassVar[int] = 134

    head: int = wire.head(9)
    key_number: int = wire.number(1)
    new_number: int = wire.number(1)
    role: Role = wire.enumerated(Role)
    not_before_day: int = wire.number(2)
    public_key: bytes = wire.octets(64)
    signature: bytes = wire.signature()


@dataclass(frozen=True, kw_only=True)
class Unblock(SignedMessage):
    """An operator sets a new PIN; the counter makes it work once."""

    LENGTH: ClassVar[int] = 84

    head: int = wire.head(10)
    key_number: int = wire.number(1)
    id: bytes = wire.octets(8)
    counter: int = wire.number(2)
    new_pin: bytes = wire.octets(8, secret=True)
    signature: bytes = wire.signature()


@dataclass(frozen=True, kw_only=True)
class _BlocklistHead(Message):
    LENGTH: ClassVar[int] = 11

    head: int = wire.head(8)
    key_number: int = wire.number(1)
    from_epoch: int = wire.number(4)
    to_epoch: int = wire.number(4)
    count: int = wire.number(1)


@dataclass(frozen=True)
class BlocklistDelta:
    """Ids to add to the blocklist, oldest first; takes a card from one epoch to a later one.

    An id of seven FF and a class byte blocks that whole class. 75 to 219 bytes.
    """

    key_number: int
    from_epoch: int
    to_epoch: int
    ids: tuple[bytes, ...]
    signature: bytes = bytes(SIGNATURE_LENGTH)
    suite: Suite = P256

    MIN_LENGTH: ClassVar[int] = 75
    MAX_LENGTH: ClassVar[int] = 219

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a delta of at most 18 ids; raise FormError otherwise."""
        if not cls.MIN_LENGTH <= len(raw) <= cls.MAX_LENGTH:
            raise FormError(f"a blocklist delta is 75 to 219 bytes, not {len(raw)}")
        top = _BlocklistHead.parse(raw[: _BlocklistHead.LENGTH])
        if len(raw) != cls.MIN_LENGTH + ID_LENGTH * top.count:
            raise FormError(f"{top.count} ids do not fill {len(raw)} bytes")
        if top.to_epoch <= top.from_epoch:
            raise FormError(f"epoch {top.to_epoch} is not after {top.from_epoch}")
        ids = raw[_BlocklistHead.LENGTH : -SIGNATURE_LENGTH]
        split = tuple(ids[i : i + ID_LENGTH] for i in range(0, len(ids), ID_LENGTH))
        signed = raw[-SIGNATURE_LENGTH:]
        return cls(top.key_number, top.from_epoch, top.to_epoch, split, signed, top.suite)

    @property
    def body(self) -> bytes:
        """The bytes that are signed."""
        top = _BlocklistHead(
            head=8 << 4 | self.suite.number,
            key_number=self.key_number,
            from_epoch=self.from_epoch,
            to_epoch=self.to_epoch,
            count=len(self.ids),
        )
        return bytes(top) + b"".join(self.ids)

    def __bytes__(self) -> bytes:
        return self.body + self.signature

    def verify(self, public_key: bytes) -> None:
        """Return if the signature is public_key's (64 bytes); else raise SignatureRefused."""
        self.suite.verify(public_key, self.body, self.signature)


@dataclass(frozen=True, kw_only=True)
class LogEntry(Record):
    """One entry of a purse's log: a voucher, or for an undo the statement and 10 zeros."""

    LENGTH: ClassVar[int] = 129

    kind: EntryKind = wire.enumerated(EntryKind)
    entry: int = wire.number(4)
    balance: Fen = wire.balance()
    held: Fen = wire.balance()
    payload: bytes = wire.octets(116)


@dataclass(frozen=True, kw_only=True)
class SelectStatus(Record):
    """What a purse says of itself when selected; number and epoch are 0 to an antenna."""

    LENGTH: ClassVar[int] = 12

    flags: int = wire.number(1)
    purse_class: int = wire.number(1)
    number: int = wire.number(4)
    epoch: int = wire.number(4)
    free_slots: int = wire.number(1)
    rfu: bytes = wire.reserved(1)


@dataclass(frozen=True)
class SelectAnswer:
    """The file control information of SELECT, in BER-TLV (ISO/IEC 7816-4).

    Attributes:
        version: of the application, 1.
        status: the 12 status bytes.
        certificate: absent to an antenna and before personalisation.
    """

    version: int
    status: SelectStatus
    certificate: Certificate | None

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read `6F { 84 AID, A5 { C0, C1, C2? } }`; raise FormError for anything else."""
        outer = _only(raw, 0x6F)
        aid, inner = _first(outer, 0x84)
        if aid != AID:
            raise FormError(f"the card selected {aid.hex().upper()}, not the purse")
        version, rest = _first(_only(inner, 0xA5), 0xC0)
        status, rest = _first(rest, 0xC1)
        certificate = Certificate.parse(_only(rest, 0xC2)) if rest else None
        if len(version) != 1:
            raise FormError("the version is one byte")
        return cls(version[0], SelectStatus.parse(status), certificate)

    def __bytes__(self) -> bytes:
        inner = _tlv(0xC0, bytes((self.version,))) + _tlv(0xC1, bytes(self.status))
        if self.certificate is not None:
            inner += _tlv(0xC2, bytes(self.certificate))
        return _tlv(0x6F, _tlv(0x84, AID) + _tlv(0xA5, inner))


def _tlv(tag: int, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return bytes((tag,)) + length + value


def _first(raw: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return the value of the first object, which must have this tag, and what follows it."""
    if len(raw) < 2 or raw[0] != tag:
        raise FormError(f"object {tag:02X} is missing")
    start, length = 2, raw[1]
    if length == 0x81 and len(raw) > 2:
        start, length = 3, raw[2]
    elif length >= 0x80:
        raise FormError(f"object {tag:02X} has a length of {length:02X}")
    if len(raw) < start + length:
        raise FormError(f"object {tag:02X} is cut short")
    return raw[start : start + length], raw[start + length :]


def _only(raw: bytes, tag: int) -> bytes:
    value, rest = _first(raw, tag)
    if rest:
        raise FormError(f"{len(rest)} bytes follow object {tag:02X}")
    return value


def chain_after(suite: Suite, chain: bytes, kind: EntryKind, entry: int, content: bytes) -> bytes:
    """Return the log chain after an entry: first 16 bytes of hash(chain, kind, entry, content).

    Args:
        suite: whose hash.
        chain: the 16 bytes before it; zeros before the first entry.
        kind: of the entry.
        entry: its number.
        content: the voucher's 52-byte body; for an undo the void statement's 106 bytes.
    """
    expected = VoidStatement.LENGTH if kind is EntryKind.UNDO else Voucher.BODY_LENGTH
    assert len(chain) == 16 and len(content) == expected
    return suite.hash(chain + struct.pack(">BI", kind, entry) + content)[:16]


def terms_of(asked: Request | Voucher) -> tuple[object, ...]:
    """Return what a voucher takes over from the request it pays: both must be the same."""
    return (
        asked.kind,
        asked.payee_id,
        asked.number,
        asked.amount,
        asked.currency,
        asked.tag,
        asked.reference,
    )


def class_block_id(purse_class: PurseClass) -> bytes:
    """Return the blocklist id that stands for a whole class, 8 bytes."""
    return CLASS_BLOCK_PREFIX + bytes((purse_class,))
