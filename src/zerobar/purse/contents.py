"""What each of the purse's checked records holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from zerobar.purse import wire
from zerobar.purse.limits import DEFAULT_LIMITS, Limits
from zerobar.purse.messages import KEEP_OVERRIDE, PurseClass, Role
from zerobar.purse.suites import PUBLIC_KEY_LENGTH
from zerobar.purse.wire import Record

KEY_TABLE_SIZE: Final = 8
NO_KEY: Final = bytes(PUBLIC_KEY_LENGTH)


@dataclass(frozen=True, kw_only=True)
class Identity(Record):
    """The key pair, and the internal key that makes the tags of requests; suite 0: none."""

    LENGTH: ClassVar[int] = 129

    suite: int = wire.number(1)
    private_key: bytes = wire.octets(32, secret=True)
    public_key: bytes = wire.octets(64)
    internal_key: bytes = wire.octets(32, secret=True)


@dataclass(frozen=True, kw_only=True)
class Security(Record):
    """Life state (0 factory, 1 active), PIN, tries left, and the last UNBLOCK's counter."""

    LENGTH: ClassVar[int] = 12

    life: int = wire.number(1)
    tries: int = wire.number(1)
    pin: bytes = wire.octets(8, secret=True)
    unblock_counter: int = wire.number(2)


@dataclass(frozen=True, kw_only=True)
class OwnCertificate(Record):
    """The purse's own certificate as it was put; zeros before."""

    LENGTH: ClassVar[int] = 137

    raw: bytes = wire.octets(137)


@dataclass(frozen=True, kw_only=True)
class SyncRecord(Record):
    """What the last SYNC ACK set: the acknowledged entry (base) and all that counts from it."""

    LENGTH: ClassVar[int] = 93

    base: int = wire.number(4)
    chain: bytes = wire.octets(16)
    time: int = wire.number(4)
    flags: int = wire.number(1)
    per_payment: int = wire.number(4)
    without_pin: int = wire.number(4)
    holding: int = wire.number(4)
    out_total: int = wire.number(4)
    out_count: int = wire.number(2)
    in_total: int = wire.number(4)
    no_pin_total: int = wire.number(4)
    nonce: bytes = wire.octets(8)
    own_hits: int = wire.number(2)
    message_hash: bytes = wire.octets(32)


@dataclass(frozen=True, kw_only=True)
class RequestCell(Record):
    """The last request number, and how many were made by antenna without PIN since."""

    LENGTH: ClassVar[int] = 10

    number: int = wire.number(4)
    contactless: int = wire.number(2)
    last_credit: int = wire.number(4)


@dataclass(frozen=True, kw_only=True)
class ArmCell(Record):
    """The most that one contactless payment may take while the entry is still this one."""

    LENGTH: ClassVar[int] = 8

    maximum: int = wire.number(4)
    entry: int = wire.number(4)


@dataclass(frozen=True, kw_only=True)
class BlocklistHead(Record):
    """Epoch, ids ever added, times the own id was among them, and credits at the last delta."""

    LENGTH: ClassVar[int] = 12

    epoch: int = wire.number(4)
    total: int = wire.number(4)
    own_hits: int = wire.number(2)
    accepted: int = wire.number(2)


@dataclass(frozen=True, kw_only=True)
class Key(Record):
    """One key of the table; role 0: free; an all-zero key is deleted, its date stays."""

    LENGTH: ClassVar[int] = 68

    number: int = wire.number(1)
    role: int = wire.number(1)
    not_before_day: int = wire.number(2)
    public_key: bytes = wire.octets(64)


FREE_KEY: Final = Key(number=0, role=0, not_before_day=0, public_key=NO_KEY)


@dataclass(frozen=True, kw_only=True)
class KeyTable(Record):
    """Eight keys, in force all together or not at all."""

    LENGTH: ClassVar[int] = KEY_TABLE_SIZE * Key.LENGTH

    raw: bytes = wire.octets(KEY_TABLE_SIZE * Key.LENGTH)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All eight entries, free ones included."""
        size = Key.LENGTH
        return tuple(Key.parse(self.raw[i : i + size]) for i in range(0, self.LENGTH, size))

    def stored(self, key_number: int) -> Key | None:
        """Return the entry of a number, deleted or not; None when there is none."""
        return next((k for k in self.keys if k.role and k.number == key_number), None)

    def key(self, key_number: int, role: Role) -> bytes | None:
        """Return the usable public key of that number and role, 64 bytes, or None."""
        found = self.stored(key_number)
        if found is None or found.role != role or found.public_key == NO_KEY:
            return None
        return found.public_key

    def of_role(self, role: Role) -> tuple[bytes, ...]:
        """Return all usable public keys of a role."""
        return tuple(k.public_key for k in self.keys if k.role == role and k.public_key != NO_KEY)

    def with_key(self, new: Key) -> KeyTable | None:
        """Return the table with this entry put or replaced; None when it is full."""
        entries = list(self.keys)
        known = [i for i, k in enumerate(entries) if k.role and k.number == new.number]
        free = [i for i, k in enumerate(entries) if not k.role]
        if not known + free:
            return None
        entries[(known + free)[0]] = new
        return replace(self, raw=b"".join(map(bytes, entries)))


@dataclass(frozen=True, kw_only=True)
class LimitTable(Record):
    """Limits of the three classes a purse can have."""

    LENGTH: ClassVar[int] = 3 * Limits.LENGTH

    raw: bytes = wire.octets(3 * Limits.LENGTH)

    def of_class(self, purse_class: PurseClass) -> Limits:
        """Return the limits of class 01, 02 or 03."""
        start = (purse_class - PurseClass.PERSON) * Limits.LENGTH
        return Limits.parse(self.raw[start : start + Limits.LENGTH])

    def with_class(self, purse_class: PurseClass, limits: Limits) -> LimitTable:
        """Return the table with one class's limits replaced."""
        start = (purse_class - PurseClass.PERSON) * Limits.LENGTH
        end = start + Limits.LENGTH
        return replace(self, raw=self.raw[:start] + bytes(limits) + self.raw[end:])


NO_IDENTITY: Final = Identity(
    suite=0, private_key=bytes(32), public_key=NO_KEY, internal_key=bytes(32)
)
FACTORY: Final = Security(life=0, tries=0, pin=b"\xff" * 8, unblock_counter=0)
NO_CERTIFICATE: Final = OwnCertificate(raw=bytes(137))
NO_KEYS: Final = KeyTable(raw=bytes(FREE_KEY) * KEY_TABLE_SIZE)
STANDARD_LIMITS: Final = LimitTable(raw=b"".join(map(bytes, DEFAULT_LIMITS.values())))
NO_REQUEST: Final = RequestCell(number=0, contactless=0, last_credit=0)
DISARMED: Final = ArmCell(maximum=0, entry=0)
NO_BLOCKLIST: Final = BlocklistHead(epoch=0, total=0, own_hits=0, accepted=0)
NEVER_SYNCED: Final = SyncRecord(
    base=0,
    chain=bytes(16),
    time=0,
    flags=0,
    per_payment=KEEP_OVERRIDE,
    without_pin=KEEP_OVERRIDE,
    holding=KEEP_OVERRIDE,
    out_total=0,
    out_count=0,
    in_total=0,
    no_pin_total=0,
    nonce=bytes(8),
    own_hits=0,
    message_hash=bytes(32),
)
