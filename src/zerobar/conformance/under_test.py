"""The purse under test: its commands, and what its holder, its operator and others send it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from zerobar.conformance.mirror import Mirror
from zerobar.conformance.session import PIN, Session
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import (
    CA_NUMBER,
    FIRST_DAY,
    OPERATOR_NUMBER,
    REFERENCE,
    ROOT_NUMBER,
    SYNC_NUMBER,
    TestSigner,
    public_key,
)
from zerobar.issuer.authority import Validity
from zerobar.purse.apdu import Instruction
from zerobar.purse.limits import DEFAULT_LIMITS, Limits
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    BlocklistDelta,
    Certificate,
    KeyUpdate,
    Kind,
    PurseClass,
    Push,
    Receipt,
    Request,
    Role,
    SyncAck,
    Unblock,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import CNY

VALID_DAYS: Final = 99
"""How long the purse's certificates last, so that they can expire often in one card's life."""

STANDARD_KEYS: Final = {
    ROOT_NUMBER: (Role.ROOT, "root"),
    CA_NUMBER: (Role.CA, "certification authority"),
    SYNC_NUMBER: (Role.SYNC, "sync"),
    OPERATOR_NUMBER: (Role.OPERATOR_PURSE, "operator purse"),
}


@dataclass(frozen=True)
class Make:
    """How a blank card is personalised: its class, and limits other than the standard ones."""

    purse_class: PurseClass = PurseClass.PERSON
    limits: Limits | None = None


class PurseUnderTest(Session):
    """A session with commands that must succeed, and the messages that go with them."""

    # --- commands that must succeed -------------------------------------------------------

    def prepare(
        self, kind: Kind = Kind.PAYMENT, amount: int = 100, reference: bytes = REFERENCE
    ) -> Request:
        """Have a request prepared."""
        return Request.parse(self.ok(Instruction.PREPARE, terms(kind, amount, reference)))

    def pay(self, order: Request | Push | bytes) -> Voucher:
        """Have an order paid: a request, its signed form, or a push."""
        return Voucher.parse(self.ok(Instruction.PAY, bytes(order))[:116])

    def accept(self, payment: bytes) -> Receipt:
        """Have a payment credited."""
        return Receipt.parse(self.ok(Instruction.ACCEPT, payment))

    def void(self, payment: bytes) -> VoidStatement:
        """Have a payment voided."""
        return VoidStatement.parse(self.ok(Instruction.VOID, payment))

    def undo(self, undoing: bytes) -> None:
        """Have a payment undone."""
        self.ok(Instruction.UNDO, undoing)

    def verify_pin(self) -> None:
        """Verify the right PIN."""
        self.ok(Instruction.VERIFY, self.pin)

    def arm(self, maximum: int) -> None:
        """Arm one contactless payment, in a contact session of its own."""
        self.contact()
        self.verify_pin()
        self.ok(Instruction.ARM, maximum.to_bytes(4))

    def earn(self, amount: int = 100, kind: Kind = Kind.PAYMENT) -> bytes:
        """Have a new payment by a person credited; return it."""
        payment = self.world.person.payment(self.prepare(kind, amount))
        self.accept(payment)
        return payment

    def load(self, amount: int) -> None:
        """Have a load of the operator's credited."""
        self.accept(self.world.bank.payment(self.prepare(Kind.LOAD, amount)))

    def unload(self, amount: int) -> Voucher:
        """Have value given back to the operator, by contact."""
        return self.pay(self.world.bank.request(Kind.UNLOAD, amount))

    def fund(self, balance: int) -> None:
        """Bring the balance to this, with nothing held, by loads and unloads."""
        surplus = self.mirror.balance + self.mirror.held - balance
        if surplus > 0:
            self.unload(surplus)
        if surplus < 0:
            self.load(-surplus)
        if self.mirror.held:
            self.unload(self.mirror.balance + self.mirror.held)
            self.load(balance)
        same((self.mirror.balance, self.mirror.held), (balance, 0), "balance and held")

    # --- the operator ---------------------------------------------------------------------

    def ack(self, by: TestSigner | None = None, **changes: Any) -> bytes:
        """Return a SYNC ACK of everything, for the last STATE asked for, or a changed one."""
        entry = int(changes.get("entry", self.mirror.entry))
        known = min(entry, self.mirror.entry)
        ack = SyncAck(
            key_number=SYNC_NUMBER,
            id=self.id,
            entry=entry,
            chain=self.mirror.at(known).chain,
            time=self.mirror.time_floor,
            flags=0,
            per_payment=KEEP_OVERRIDE,
            without_pin=KEEP_OVERRIDE,
            holding=KEEP_OVERRIDE,
            nonce=self.last_nonce,
        )
        return bytes(replace(ack, **changes).signed((by or self.world.sync).sign))

    def sync(self, **changes: Any) -> bytes:
        """Ask for the STATE and acknowledge everything, or as changed; return the SYNC ACK."""
        self.state()
        ack = self.ack(**changes)
        self.ok(Instruction.SYNC_ACK, ack)
        return ack

    def delta(
        self,
        *ids: bytes,
        start: int | None = None,
        end: int | None = None,
        number: int = SYNC_NUMBER,
    ) -> BlocklistDelta:
        """Return the next blocklist delta, unsigned."""
        start = self.mirror.epoch if start is None else start
        return BlocklistDelta(number, start, start + 1 if end is None else end, ids)

    def blocklist(self, *ids: bytes) -> bytes:
        """Have ids added to the blocklist; return the delta."""
        raw = signed(self.delta(*ids), self.world.sync)
        self.ok(Instruction.BLOCKLIST, raw)
        return raw

    def key_update(
        self,
        number: int,
        role: Role,
        key: bytes,
        by: TestSigner | None = None,
        **changes: Any,
    ) -> bytes:
        """Return a KEY UPDATE that the purse must take, or a changed one."""
        update = KeyUpdate(
            key_number=ROOT_NUMBER,
            new_number=number,
            role=role,
            not_before_day=self.key_days.get(number, 0) + 1,
            public_key=key,
        )
        return bytes(replace(update, **changes).signed((by or self.world.root).sign))

    def update_key(self, number: int, role: Role, key: bytes) -> None:
        """Have a key put, replaced or (64 zero bytes) deleted."""
        self.ok(Instruction.KEY_UPDATE, self.key_update(number, role, key))

    def unblock(self, by: TestSigner | None = None, **changes: Any) -> bytes:
        """Return an UNBLOCK that the purse must take, or a changed one."""
        unblock = Unblock(
            key_number=SYNC_NUMBER,
            id=self.id,
            counter=self.unblock_counter + 1,
            new_pin=PIN,
        )
        return bytes(replace(unblock, **changes).signed((by or self.world.sync).sign))

    def renewal(self, by: TestSigner | None = None, **changes: Any) -> bytes:
        """Return a later certificate of the purse, or a changed one."""
        old = self.own_certificate
        first = max(old.not_before_day + 1, self.mirror.floor_day)
        renewed = replace(old, not_before_day=first, not_after_day=first + VALID_DAYS)
        return bytes(replace(renewed, **changes).signed((by or self.world.ca).sign))

    # --- the factory ----------------------------------------------------------------------

    def personalise(self, make: Make) -> None:
        """Make the blank card a purse, by contact."""
        self.contact()
        self.ok(Instruction.GENERATE_KEY, b"\x01")
        for number, (role, name) in STANDARD_KEYS.items():
            self.ok(Instruction.PUT_KEY, bytes((number, role)) + public_key(name))
        certificate = self.own_first_certificate(make.purse_class)
        self.ok(Instruction.PUT_CERTIFICATE, bytes(certificate))
        if make.limits is not None:
            limits = bytes((make.purse_class,)) + bytes(make.limits)
            self.ok(Instruction.PUT_LIMITS, limits)
        self.ok(Instruction.FINISH, PIN)
        self.begin(certificate, make.limits)

    def own_first_certificate(self, purse_class: PurseClass = PurseClass.PERSON) -> Certificate:
        """Return a certificate for the key that the card has made."""
        validity = Validity(FIRST_DAY, FIRST_DAY + VALID_DAYS)
        return self.world.authority.certify(self.public_key, purse_class, validity)

    def begin(self, certificate: Certificate, limits: Limits | None = None) -> None:
        """Take the card for an active purse from now on."""
        self.active, self.certificate = True, certificate
        standard = DEFAULT_LIMITS[certificate.purse_class]
        self.mirror = Mirror(
            self.id, limits or standard, certificate.not_before_day, self.world.hash
        )
        self.key_days = dict.fromkeys(STANDARD_KEYS, 0)
        self.keys = {number: public_key(name) for number, (_, name) in STANDARD_KEYS.items()}
        self.standard_limits = self.mirror.limits
        self.select()


def terms(
    kind: int = Kind.PAYMENT, amount: int = 100, reference: bytes = REFERENCE, currency: int = CNY
) -> bytes:
    """Return what PREPARE takes, 15 bytes."""
    return bytes((kind,)) + amount.to_bytes(4) + currency.to_bytes(2) + reference


def signed(delta: BlocklistDelta, by: TestSigner) -> bytes:
    """Return a blocklist delta with its signature."""
    return delta.body + by.sign(delta.body)


def patched(raw: bytes, offset: int, new: bytes) -> bytes:
    """Return bytes with some of them replaced."""
    return raw[:offset] + new + raw[offset + len(new) :]
