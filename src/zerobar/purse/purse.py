"""The purse as its commands see it: what lasts, what the session knows, what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from zerobar.purse.contents import NO_IDENTITY
from zerobar.purse.limits import Limits
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    SECONDS_PER_DAY,
    Certificate,
    EntryKind,
    PurseClass,
    Role,
    StateFlags,
    chain_after,
)
from zerobar.purse.money import Fen
from zerobar.purse.ring import Ring, Slot
from zerobar.purse.status import Refusal, Status
from zerobar.purse.store import Store
from zerobar.purse.suites import (
    SignatureRefused,
    Suite,
    purse_id,
    suite_of,
)
from zerobar.purse.wire import FormError

COUNTER_END: Final = 0xFFFFFFFF
COUNTER_MARGIN: Final = 256
RESERVED_SLOTS: Final = 2
"""Kept free for UNLOAD and UNDO, so that value can always get back to its operator."""
WINDOW_SIZE: Final = 64
_WINDOW_MASK: Final = (1 << WINDOW_SIZE) - 1
GRACE_DAYS: Final = 30
"""How long after a payer's expiry its vouchers are still accepted."""
PURSE_CLASSES: Final = (PurseClass.PERSON, PurseClass.ANONYMOUS, PurseClass.MERCHANT)
PAYER_CLASSES: Final = (*PURSE_CLASSES, PurseClass.OPERATOR)
ACTIVE: Final = 1


class Interface(Enum):
    """How the card is spoken to."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"


@dataclass
class Session:
    """What is forgotten with the power: RAM.

    Attributes:
        stated: a STATE was answered, so the log may be read.
        nonce: of the last STATE, 8 bytes, until a SYNC ACK has answered it.
        hits_seen: own blocklist hits that STATE could tell of.
    """

    interface: Interface
    pin_verified: bool = False
    prepared: bool = False
    stated: bool = False
    nonce: bytes | None = None
    hits_seen: int = 0


def refuse_if(condition: bool, status: Status) -> None:
    """Raise Refusal with this status word if the condition holds."""
    if condition:
        raise Refusal(status)


class Purse:
    """One purse at work between two power-ups.

    Args:
        memory: of `store.memory_size` bytes; zeros are a blank purse in factory state.
        random: returns that many random bytes.
        interface: the one that powered it.
    """

    def __init__(
        self, memory: Memory, random: Callable[[int], bytes], interface: Interface
    ) -> None:
        self.store = Store(memory)
        self.random = random
        self.session = Session(interface)

    @property
    def ring(self) -> Ring:
        """The log."""
        return self.store.ring

    @property
    def newest(self) -> Slot:
        """The log's newest slot: balances, totals, chain."""
        return self.store.ring.newest

    @property
    def base(self) -> int:
        """The last acknowledged entry."""
        return self.store.sync.value.base

    # --- identity -------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Personalisation is finished, for ever."""
        return self.store.security.value.life == ACTIVE

    @property
    def suite(self) -> Suite:
        """The suite of the purse's own key."""
        return suite_of(self.store.identity.value.suite)

    @property
    def public_key(self) -> bytes:
        """X||Y, 64 bytes; refuses while there is no key."""
        refuse_if(self.store.identity.value == NO_IDENTITY, Status.CONDITIONS_NOT_SATISFIED)
        return self.store.identity.value.public_key

    @property
    def id(self) -> bytes:
        """The purse id, 8 bytes."""
        return purse_id(self.suite, self.public_key)

    @property
    def certificate(self) -> Certificate:
        """The own certificate; refuses while there is none for the present key."""
        raw = self.store.certificate.value.raw
        refuse_if(not any(raw), Status.CONDITIONS_NOT_SATISFIED)
        certificate = Certificate.parse(raw)
        other_key = certificate.public_key != self.public_key
        refuse_if(other_key, Status.CONDITIONS_NOT_SATISFIED)
        return certificate

    @property
    def currency(self) -> int:
        """ISO 4217 number in the own certificate."""
        return self.certificate.currency

    def sign(self, message: bytes) -> bytes:
        """Sign with the purse's key."""
        return self.suite.sign(self.store.identity.value.private_key, message)

    # --- who may ask ----------------------------------------------------------------------

    @property
    def contactless(self) -> bool:
        """The card is in an antenna's field."""
        return self.session.interface is Interface.CONTACTLESS

    @property
    def trusted(self) -> bool:
        """The holder is there: the card is in contact, or the PIN was given."""
        return not self.contactless or self.session.pin_verified

    def covered(self, amount: int) -> bool:
        """Whether the holder has agreed to this amount by PIN, or by arming the card for it."""
        arm = self.store.arm.value
        armed = arm.entry == self.newest.entry and amount <= arm.maximum
        return self.session.pin_verified or (self.contactless and armed)

    # --- limits, time, blocks -------------------------------------------------------------

    @property
    def limits(self) -> Limits:
        """The limits in force: of the own class, with the last sync's overrides."""
        sync = self.store.sync.value
        limits = self.store.limits.value.of_class(self.certificate.purse_class)
        return limits.overridden(sync.per_payment, sync.without_pin, sync.holding)

    @property
    def time_floor(self) -> int:
        """The earliest that now can be, Unix seconds: only operators' dates move it."""
        not_before = self.certificate.not_before_day * SECONDS_PER_DAY
        return max(self.store.sync.value.time, not_before)

    @property
    def floor_day(self) -> int:
        """The time floor in days since 1970-01-01."""
        return self.time_floor // SECONDS_PER_DAY

    @property
    def blocked(self) -> bool:
        """Blocked by the last sync, or by a blocklist with the own id since."""
        sync = self.store.sync.value
        hit = self.store.blocklist.value.own_hits != sync.own_hits
        return bool(sync.flags & StateFlags.BLOCKED) or hit

    @property
    def flags(self) -> StateFlags:
        """Flags of STATE and of SELECT's status."""
        flags = StateFlags(0)
        if self.blocked:
            flags |= StateFlags.BLOCKED
        if self.active and self.store.security.value.tries == 0:
            flags |= StateFlags.PIN_BLOCKED
        return flags if self.active else flags | StateFlags.FACTORY

    def out_since_sync(self) -> int:
        """Fen paid since the last sync, unloads left out."""
        return (self.newest.out_total - self.store.sync.value.out_total) & 0xFFFFFFFF

    def count_since_sync(self) -> int:
        """Payments made since the last sync, unloads left out."""
        return (self.newest.out_count - self.store.sync.value.out_count) & 0xFFFF

    def in_since_sync(self) -> int:
        """Fen accepted since the last sync, loads left out."""
        return (self.newest.in_total - self.store.sync.value.in_total) & 0xFFFFFFFF

    def no_pin_since_sync(self) -> int:
        """Fen paid without PIN since the last sync."""
        return (self.newest.no_pin_total - self.store.sync.value.no_pin_total) & 0xFFFFFFFF

    def accepted_since_blocklist(self) -> int:
        """Payments accepted since the last blocklist delta."""
        return (self.newest.accepted - self.store.blocklist.value.accepted) & 0xFFFF

    def blocklist_too_old(self) -> bool:
        """Whether so many payments were accepted that a newer blocklist must come first."""
        age = self.limits.blocklist_age
        return age != 0 and self.accepted_since_blocklist() >= age

    # --- the log --------------------------------------------------------------------------

    @property
    def number(self) -> int:
        """The number of the last request prepared."""
        return max(self.store.request.value.number, self.newest.number)

    @property
    def window(self) -> int:
        """Bit i is set when request `number` - i is credited or voided; 64 bits."""
        slid = min(self.number - self.newest.number, WINDOW_SIZE)
        return (self.newest.window << slid) & _WINDOW_MASK

    def window_bit(self, number: int) -> int:
        """Return the bit that stands for a request number, 0 outside the window."""
        distance = self.number - number
        return 1 << distance if number >= 1 and 0 <= distance < WINDOW_SIZE else 0

    def slid_out(self, number: int) -> bool:
        """Whether a request was prepared so long ago that the window has left it behind."""
        return 1 <= number <= self.number - WINDOW_SIZE

    def entry_exhausted(self) -> bool:
        """Whether the entry counter is so near its end that only value may leave."""
        return self.newest.entry >= COUNTER_END - COUNTER_MARGIN

    def log_full(self) -> bool:
        """Whether only the slots kept for UNLOAD and UNDO are left."""
        return self.ring.free(self.base) <= RESERVED_SLOTS

    def next_slot(self, kind: EntryKind, payload: bytes, content: bytes, **changes: int) -> Slot:
        """Return the slot after the newest one, with these fields changed.

        Args:
            kind: of the entry.
            payload: 116 bytes.
            content: what of it the chain takes in, see `chain_after`.
            changes: fields of Slot.
        """
        newest, entry = self.newest, self.newest.entry + 1
        moved = replace(newest, kind=kind, entry=entry, flags=0, payload=payload)
        carried = {"number": self.number, "window": self.window, **changes}
        chain = chain_after(self.suite, newest.chain, kind, entry, content)
        return replace(moved, chain=chain, **carried)  # type: ignore[arg-type]

    def credited(self, amount: int) -> dict[str, Fen]:
        """Return balance and held after this amount comes in.

        What the holding limit does not let into the balance is held, never refused.
        """
        room = max(0, self.limits.holding - self.newest.balance)
        into = min(amount, room)
        return {
            "balance": self.newest.balance + into,
            "held": self.newest.held + (amount - into),
        }

    # --- certificates ---------------------------------------------------------------------

    def read_certificate(self, raw: bytes) -> Certificate:
        """Return the certificate in 137 bytes; refuse (9E0D) what is none."""
        try:
            return Certificate.parse(raw)
        except FormError:
            raise Refusal(Status.CERTIFICATE_REFUSED) from None

    def check_certificate(
        self,
        certificate: Certificate,
        owner_id: bytes,
        classes: tuple[PurseClass, ...],
        *,
        grace_days: int | None,
        verified: bool = False,
    ) -> None:
        """Refuse (9E0D) a certificate that does not make owner_id a purse of these classes.

        Args:
            certificate: as presented.
            owner_id: 8 bytes.
            classes: that will do.
            grace_days: after its last day; None: expiry does not matter.
            verified: its signature has been checked before, under the present keys.
        """
        authority = self.store.keys.value.key(certificate.key_number, Role.CA)
        refuse_if(authority is None, Status.CERTIFICATE_REFUSED)
        refuse_if(certificate.currency != self.currency, Status.CERTIFICATE_REFUSED)
        refuse_if(certificate.id != owner_id, Status.CERTIFICATE_REFUSED)
        refuse_if(certificate.purse_class not in classes, Status.CERTIFICATE_REFUSED)
        if grace_days is not None:
            expired = certificate.not_after_day + grace_days < self.floor_day
            refuse_if(expired, Status.CERTIFICATE_REFUSED)
        if not verified:
            assert authority is not None
            self.check_signature(certificate.verify, authority, Status.CERTIFICATE_REFUSED)

    def check_signature(
        self,
        verify: Callable[[bytes], None],
        public_key: bytes | None,
        status: Status = Status.SIGNATURE_REFUSED,
    ) -> None:
        """Refuse a message whose `verify` does not take this key, or that has no key at all."""
        if public_key is None:
            raise Refusal(status)
        try:
            verify(public_key)
        except SignatureRefused:
            raise Refusal(status) from None

    def is_operator_purse(self, owner_id: bytes) -> bool:
        """Whether an id is that of an operator's purse key (role 4)."""
        keys = self.store.keys.value.of_role(Role.OPERATOR_PURSE)
        return owner_id in {purse_id(self.suite, key) for key in keys}
