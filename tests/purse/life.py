"""A card's life up to some moment, and every command that can be tried on it then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.purse.cards import (
    CONTACT,
    CONTACTLESS,
    NEW_PIN,
    NOW_UNIX_S,
    PIN,
    SELECT,
    TODAY,
    WRONG_PIN,
    Card,
    Stranger,
    authority,
    operator_purse,
    stranger,
    terms,
    voucher_in,
)
from zerobar.issuer.authority import Validity
from zerobar.issuer.operator import KEEP_ALL, Overrides
from zerobar.purse.apdu import Instruction, command
from zerobar.purse.messages import (
    Certificate,
    Kind,
    PurseClass,
    Push,
    Request,
    Role,
    SignedRequest,
    Voucher,
)
from zerobar.purse.purse import Interface
from zerobar.purse.suites import P256

NONCE = b"nonce 99"
ROTATED_KEY = 9
Order = Request | SignedRequest | Push


@dataclass(frozen=True)
class Attempt:
    """One command to try: after power-up by an interface, SELECT and these commands.

    Attributes:
        idempotent: sent again after it has succeeded, it gives the same answer and state.
        takes_try: a cut may cost a PIN try, and even a refusal is written down.
        selected: SELECT is sent first; else the command itself is the first one.
    """

    name: str
    interface: Interface
    apdu: bytes
    before: tuple[bytes, ...] = ()
    idempotent: bool = False
    takes_try: bool = False
    selected: bool = True


def apdu(instruction: Instruction, data: bytes, p1: int = 0) -> bytes:
    return command(instruction, data, p1)


def by_hash(presented: bytes) -> bytes:
    """Turn VOUCHER and CERTIFICATE into VOUCHER and the certificate's hash, 124 bytes."""
    certificate_hash = P256.hash(presented[Voucher.LENGTH :])[:8]
    return presented[: Voucher.LENGTH] + certificate_hash


VERIFY = apdu(Instruction.VERIFY, PIN)


@dataclass
class Life:
    """Drives one card, by contact, with strangers at the other end of every payment."""

    card: Card
    shop: Stranger = field(default_factory=lambda: stranger("shop", PurseClass.MERCHANT))
    friend: Stranger = field(default_factory=lambda: stranger("friend"))
    paid: list[Voucher] = field(default_factory=list)
    repeats: dict[str, bytes] = field(default_factory=dict)
    """The last command of each kind that succeeded."""
    open_requests: list[Request] = field(default_factory=list)
    _counter: int = 0
    synced_unix_s: int = NOW_UNIX_S

    def next(self) -> int:
        """A number not used before: request numbers and entries of strangers."""
        self._counter += 1
        return self._counter

    # --- payments -------------------------------------------------------------------------

    def loads(self, amount: int) -> None:
        presented = operator_purse().voucher(self.card.prepare(Kind.LOAD, amount), self.next())
        self.card.accept(presented)
        self.repeats["LOAD"] = presented

    def receives(self, amount: int, payer: Stranger | None = None) -> None:
        request = self.card.prepare(Kind.PAYMENT, amount)
        presented = (payer or self.friend).voucher(request, self.next())
        self.card.accept(presented)
        self.repeats["ACCEPT"] = presented

    def voids(self, amount: int) -> None:
        request = self.card.prepare(Kind.PAYMENT, amount)
        presented = self.friend.voucher(request, self.next())
        self.card.do(Instruction.VOID, presented)
        self.repeats["VOID"] = presented

    def pays(self, amount: int) -> Voucher:
        request = self.shop.request(self.next(), amount)
        self.paid.append(voucher_in(self.card.pay(request)))
        self.repeats["PAY"] = bytes(request)
        return self.paid[-1]

    def undoes(self) -> None:
        statement = self.shop.statement(self.paid.pop())
        self.card.do(Instruction.UNDO, statement)
        self.repeats["UNDO"] = statement

    def unloads(self, amount: int) -> None:
        request = operator_purse().request(self.next(), amount, Kind.UNLOAD)
        self.card.pay(request)
        self.repeats["UNLOAD"] = bytes(request)

    def opens(self, times: int = 4) -> None:
        """Prepare requests that stay open: two payments, a load, and one to void."""
        kinds = (Kind.PAYMENT, Kind.PAYMENT, Kind.LOAD, Kind.PAYMENT)
        for kind in kinds[:times]:
            self.open_requests.append(self.card.prepare(kind, 700))

    # --- the operator ---------------------------------------------------------------------

    def syncs(
        self, later_s: int = 60, *, blocked: bool = False, overrides: Overrides = KEEP_ALL
    ) -> None:
        self.synced_unix_s += later_s
        state = self.card.state(self.next().to_bytes(8))
        operator = authority().operator
        ack = operator.acknowledge(state, self.synced_unix_s, blocked=blocked, overrides=overrides)
        self.card.do(Instruction.SYNC_ACK, bytes(ack))
        self.repeats["SYNC ACK"] = bytes(ack)

    def lists(self, ids: tuple[bytes, ...]) -> None:
        epoch = self.card.purse.store.blocklist.value.epoch
        delta = authority().operator.blocklist(epoch, epoch + 1, ids)
        self.card.do(Instruction.BLOCKLIST, bytes(delta))
        self.repeats["BLOCKLIST"] = bytes(delta)

    def rotates(self, number: int, day: int = TODAY) -> None:
        update = authority().authority.key_update(number, Role.CA, day, spare_key(number))
        self.card.do(Instruction.KEY_UPDATE, bytes(update))
        self.repeats["KEY UPDATE"] = bytes(update)

    def renews(self) -> None:
        renewal = bytes(self.renewed(30))
        self.card.do(Instruction.PUT_CERTIFICATE, renewal)
        self.repeats["PUT CERTIFICATE"] = renewal

    def renewed(self, days_later: int) -> Certificate:
        own = self.card.purse.certificate
        validity = Validity(own.not_before_day + days_later, own.not_after_day + days_later)
        return authority().authority.certify(own.public_key, own.purse_class, validity)

    def resets_pin(self) -> None:
        counter = self.card.purse.store.security.value.unblock_counter + 1
        unblock = authority().operator.unblock(self.card.purse.id, counter, "1234")
        self.card.do(Instruction.RESET_PIN, bytes(unblock))
        self.repeats["RESET PIN"] = bytes(unblock)

    # --- what can be tried now ------------------------------------------------------------

    def attempts(self) -> list[Attempt]:
        """Every command: as it succeeds, repeated, and refused, in this state."""
        if not self.card.purse.active:
            return list(self._factory())
        groups = (self._selecting(), self._paying(), self._asking(), self._settling())
        more = (self._syncing(), self._keys(), self._pin(), self._factory())
        found = [attempt for group in groups + more for attempt in group]
        assert len({attempt.name for attempt in found}) == len(found)
        return found

    def _selecting(self) -> Iterator[Attempt]:
        other = apdu(Instruction.SELECT, b"\xa0\x00\x00\x00\x03", p1=0x04)
        yield Attempt("SELECT by contact", CONTACT, SELECT, idempotent=True, selected=False)
        yield Attempt("SELECT by antenna", CONTACTLESS, SELECT, idempotent=True, selected=False)
        yield Attempt("SELECT something else", CONTACT, other)

    def _paying(self) -> Iterator[Attempt]:
        shop, service = self.shop, stranger("service", PurseClass.SERVICE)
        small, large = shop.request(9001, 300), shop.request(9002, 30000)
        yield self._pay("by antenna", CONTACTLESS, small)
        yield self._pay("by contact", CONTACT, small)
        yield self._pay("with PIN", CONTACT, large, VERIFY)
        yield self._pay("with PIN by antenna", CONTACTLESS, large, VERIFY)
        yield self._pay("without PIN", CONTACTLESS, large)
        yield self._pay("signed", CONTACTLESS, shop.signed_request(9003, 250))
        yield self._pay("authorise", CONTACTLESS, service.signed_request(9, 80, Kind.AUTHORISE))
        yield self._pay("push", CONTACT, service.push(60))
        yield self._pay("more than there is", CONTACT, shop.request(9004, 0x7FFFFFFF))
        yield from self._unloading()
        if "PAY" in self.repeats:
            first = Request.parse(self.repeats["PAY"])
            other = shop.request(first.number, first.amount + 1)
            yield self._pay("again", CONTACTLESS, first)
            yield self._pay("with other content", CONTACTLESS, other)

    def _pay(self, name: str, interface: Interface, order: Order, *before: bytes) -> Attempt:
        paying = apdu(Instruction.PAY, bytes(order))
        return Attempt(f"PAY {name}", interface, paying, before, idempotent=True)

    def _unloading(self) -> Iterator[Attempt]:
        operator = operator_purse()
        all_there_is = max(1, self.card.purse.newest.balance + self.card.purse.newest.held)
        unload = operator.request(9001, all_there_is, Kind.UNLOAD)
        signed = operator.signed_request(9002, 10, Kind.UNLOAD)
        yield self._pay("unload", CONTACT, unload)
        yield self._pay("unload by antenna", CONTACTLESS, signed)
        yield self._pay("unload to anyone", CONTACT, self.shop.request(9005, 10, Kind.UNLOAD))
        if "UNLOAD" in self.repeats:
            again = Request.parse(self.repeats["UNLOAD"])
            yield self._pay("unload again", CONTACT, again)

    def _asking(self) -> Iterator[Attempt]:
        asking = terms(Kind.PAYMENT, 500)
        for interface in (CONTACT, CONTACTLESS):
            prepare = apdu(Instruction.PREPARE, asking)
            yield Attempt(f"PREPARE by {interface.value}", interface, prepare)
        signed = apdu(Instruction.PREPARE, asking, p1=1)
        dollars = apdu(Instruction.PREPARE, terms(Kind.PAYMENT, 500, currency=840))
        yield Attempt("PREPARE signed", CONTACT, signed)
        yield Attempt("PREPARE in dollars", CONTACT, dollars)

    def _settling(self) -> Iterator[Attempt]:
        if self.open_requests:
            yield from self._open()
        if self.paid:
            yield from self._undoing(self.paid[-1])
        for kind in ("ACCEPT", "LOAD"):
            if kind in self.repeats:
                yield self._accept(f"{kind} again", self.repeats[kind])
        for kind in ("VOID", "UNDO"):
            if kind in self.repeats:
                again = apdu(Instruction[kind], self.repeats[kind])
                yield Attempt(f"{kind} again", CONTACT, again, idempotent=True)
        first_voucher = apdu(Instruction.GET_VOUCHER, (1).to_bytes(4))
        certificate = apdu(Instruction.GET_CERTIFICATE, b"")
        yield Attempt("GET VOUCHER", CONTACT, first_voucher, idempotent=True)
        yield Attempt("GET CERTIFICATE", CONTACT, certificate, idempotent=True)

    def _undoing(self, voucher: Voucher) -> Iterator[Attempt]:
        statement = apdu(Instruction.UNDO, self.shop.statement(voucher))
        forged = apdu(Instruction.UNDO, self.friend.statement(voucher))
        for interface in (CONTACT, CONTACTLESS):
            name = f"UNDO by {interface.value}"
            yield Attempt(name, interface, statement, idempotent=True)
        yield Attempt("UNDO by a forged statement", CONTACT, forged, idempotent=True)

    def _open(self) -> Iterator[Attempt]:
        first, second, load, last = self.open_requests
        new, known = stranger("newcomer"), self.friend.voucher(second, 9002)
        yield self._accept("of a newcomer", new.voucher(first, 9001))
        yield self._accept("by antenna", new.voucher(first, 9001), CONTACTLESS)
        yield self._accept("by hash", by_hash(known))
        yield self._accept("LOAD", operator_purse().voucher(load, 9001))
        yield self._accept("of a forged load", new.voucher(load, 9003))
        spoiled = bytearray(known)
        spoiled[Voucher.LENGTH - 1] ^= 1
        yield self._accept("of a spoiled voucher", bytes(spoiled))
        voiding = apdu(Instruction.VOID, new.voucher(last, 9004))
        not_mine = new.voucher(new.request(last.number, 700), 9005)
        foreign = not_mine[:14] + last.payee_id + not_mine[22:]
        yield Attempt("VOID", CONTACT, voiding, idempotent=True)
        yield Attempt("VOID with PIN", CONTACTLESS, voiding, (VERIFY,), idempotent=True)
        yield Attempt("VOID by antenna", CONTACTLESS, voiding, idempotent=True)
        yield Attempt("VOID never asked", CONTACT, apdu(Instruction.VOID, foreign))

    def _accept(self, name: str, data: bytes, interface: Interface = CONTACT) -> Attempt:
        accepting = apdu(Instruction.ACCEPT, data)
        return Attempt(f"ACCEPT {name}", interface, accepting, idempotent=True)

    def _syncing(self) -> Iterator[Attempt]:
        copy = Card.of(self.card.image)
        copy.insert()
        operator, asking = authority().operator, apdu(Instruction.STATE, NONCE)
        state = copy.state(NONCE)
        for name, blocked in (("SYNC ACK", False), ("SYNC ACK that blocks", True)):
            ack = operator.acknowledge(state, self.synced_unix_s + 60, blocked=blocked)
            acking = apdu(Instruction.SYNC_ACK, bytes(ack))
            yield Attempt(name, CONTACT, acking, (asking,), idempotent=True)
        signed = apdu(Instruction.STATE, operator.state_query(state.id, NONCE))
        ack = operator.acknowledge(state, self.synced_unix_s + 60)
        acking = apdu(Instruction.SYNC_ACK, bytes(ack))
        yield Attempt("SYNC ACK by antenna", CONTACTLESS, acking, (signed,), idempotent=True)
        stale = apdu(Instruction.SYNC_ACK, bytes(operator.acknowledge(state, 1)))
        yield Attempt("SYNC ACK without STATE", CONTACT, acking)
        yield Attempt("SYNC ACK from the past", CONTACT, stale, (asking,))
        yield Attempt("STATE", CONTACT, asking, idempotent=True)
        yield Attempt("READ LOG", CONTACT, apdu(Instruction.READ_LOG, bytes(4)), (asking,))
        if "SYNC ACK" in self.repeats:
            again = apdu(Instruction.SYNC_ACK, self.repeats["SYNC ACK"])
            yield Attempt("SYNC ACK again", CONTACT, again, idempotent=True)
        yield from self._blocklists()

    def _blocklists(self) -> Iterator[Attempt]:
        operator, purse = authority().operator, self.card.purse
        epoch = purse.store.blocklist.value.epoch
        many = tuple(bytes((i,)) * 8 for i in range(18))
        forged = operator.blocklist(epoch, epoch + 2, many)
        deltas = {
            "of 18": operator.blocklist(epoch, epoch + 2, many),
            "of none": operator.blocklist(epoch, epoch + 1),
            "of the card itself": operator.blocklist(epoch, epoch + 1, (purse.id,)),
            "of another epoch": operator.blocklist(epoch + 7, epoch + 8, many),
        }
        for name, delta in deltas.items():
            listing = apdu(Instruction.BLOCKLIST, bytes(delta))
            yield Attempt(f"BLOCKLIST {name}", CONTACTLESS, listing, idempotent=True)
        spoiled = apdu(Instruction.BLOCKLIST, bytes(forged)[:-1] + b"\x00")
        yield Attempt("BLOCKLIST forged", CONTACT, spoiled)

    def _keys(self) -> Iterator[Attempt]:
        keys = authority().authority
        day = TODAY + 100
        new = keys.key_update(ROTATED_KEY, Role.CA, day, spare_key(ROTATED_KEY))
        replaced = keys.key_update(keys.ca.number, Role.CA, day, spare_key(1))
        deleted = keys.key_update(keys.ca.number, Role.CA, day, bytes(64))
        for name, update in (("new", new), ("replaced", replaced), ("deleted", deleted)):
            updating = apdu(Instruction.KEY_UPDATE, bytes(update))
            yield Attempt(f"KEY UPDATE {name}", CONTACT, updating, idempotent=True)
        forged = apdu(Instruction.KEY_UPDATE, bytes(new)[:-1] + b"\x00")
        yield Attempt("KEY UPDATE forged", CONTACT, forged)
        renewal = apdu(Instruction.PUT_CERTIFICATE, bytes(self.renewed(60)))
        older = apdu(Instruction.PUT_CERTIFICATE, bytes(self.renewed(-60)))
        yield Attempt("PUT CERTIFICATE", CONTACT, renewal, idempotent=True)
        yield Attempt("PUT CERTIFICATE older", CONTACT, older)
        for instruction in ("KEY UPDATE", "PUT CERTIFICATE", "BLOCKLIST"):
            if instruction in self.repeats:
                again = apdu(Instruction[instruction.replace(" ", "_")], self.repeats[instruction])
                yield Attempt(f"{instruction} again", CONTACT, again, idempotent=True)

    def _pin(self) -> Iterator[Attempt]:
        for interface in (CONTACT, CONTACTLESS):
            by = interface.value
            right, wrong = VERIFY, apdu(Instruction.VERIFY, WRONG_PIN)
            yield Attempt(f"VERIFY by {by}", interface, right, takes_try=True)
            yield Attempt(f"VERIFY wrong by {by}", interface, wrong, takes_try=True)
        change = apdu(Instruction.CHANGE_PIN, PIN + NEW_PIN)
        wrong = apdu(Instruction.CHANGE_PIN, WRONG_PIN + NEW_PIN)
        yield Attempt("CHANGE PIN", CONTACT, change, takes_try=True)
        yield Attempt("CHANGE PIN wrong", CONTACT, wrong, takes_try=True)
        purse = self.card.purse
        counter = purse.store.security.value.unblock_counter
        unblock = authority().operator.unblock(purse.id, counter + 1, "555555")
        yield Attempt("RESET PIN", CONTACTLESS, apdu(Instruction.RESET_PIN, bytes(unblock)))
        if "RESET PIN" in self.repeats:
            again = apdu(Instruction.RESET_PIN, self.repeats["RESET PIN"])
            yield Attempt("RESET PIN again", CONTACT, again)
        arming = apdu(Instruction.ARM, (5000).to_bytes(4))
        yield Attempt("ARM", CONTACT, arming, (VERIFY,), idempotent=True)
        yield Attempt("ARM without PIN", CONTACT, arming)
        yield Attempt("DISARM", CONTACT, apdu(Instruction.ARM, bytes(4)), (VERIFY,))

    def _factory(self) -> Iterator[Attempt]:
        purse = self.card.purse
        root = authority().authority.root
        key = bytes((root.number, Role.ROOT)) + root.public_key
        limits = bytes((PurseClass.PERSON,)) + bytes(range(32))
        steps = {
            "GENERATE KEY": apdu(Instruction.GENERATE_KEY, b"\x01"),
            "PUT KEY": apdu(Instruction.PUT_KEY, key),
            "PUT LIMITS": apdu(Instruction.PUT_LIMITS, limits),
            "FINISH": apdu(Instruction.FINISH, NEW_PIN),
        }
        if not purse.active:
            steps["SELECT in the factory"] = SELECT
            steps["PUT CERTIFICATE in the factory"] = apdu(
                Instruction.PUT_CERTIFICATE, factory_certificate(self.card)
            )
        for name, step in steps.items():
            again = name in ("PUT KEY", "PUT LIMITS", "PUT CERTIFICATE in the factory")
            yield Attempt(name, CONTACT, step, idempotent=again)


def spare_key(number: int) -> bytes:
    """A public key that nobody uses."""
    return stranger(f"spare {number}").certificate.public_key


def factory_certificate(card: Card) -> bytes:
    """The certificate for the key that a card in the factory has, or anyone's if it has none."""
    identity = card.purse.store.identity.value
    key = identity.public_key if identity.suite else spare_key(0)
    validity = Validity.years_from(NOW_UNIX_S, 3)
    return bytes(authority().authority.certify(key, PurseClass.PERSON, validity))
