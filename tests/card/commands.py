"""Commands at random: valid ones, nearly valid ones, and noise; from one seed always the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from tests.card.twins import PIN, Twins
from zerobar.conformance.world import Counterpart, World
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.messages import (
    KEEP_OVERRIDE,
    BlocklistDelta,
    KeyUpdate,
    Kind,
    PurseClass,
    Request,
    Role,
    SyncAck,
    Unblock,
    VoidFlags,
    Voucher,
    class_block_id,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface

Maker = Callable[[], bytes]

AMOUNTS: Final = (1, 100, 5_000, 9_999, 20_000, 20_001, 50_000, 50_001, 0x7FFFFFFF)
PINS: Final = (PIN, PIN, PIN, b"9999\xff\xff\xff\xff", b"12345678", b"12\xff\xff\xff\xff\xff\xff")
REMEMBERED: Final = 40


class Commands:
    """Makes the next command from what both purses have told so far.

    Args:
        twins: whose answers are learned from.
        random: decides everything.
    """

    def __init__(self, twins: Twins, random: Random) -> None:
        self._twins = twins
        self._random = random
        self._world: World = twins.world
        self._requests: list[Request] = []
        self._payments: list[bytes] = []
        self._vouchers: list[Voucher] = []
        self._orders: list[bytes] = []
        self._updates: list[bytes] = []
        self._acks: list[bytes] = []
        self._unblocks = 0
        self._nonce = bytes(8)
        self._day = 0
        self._then: list[Maker] = []
        self._makers: dict[Maker, int] = {
            self._prepare: 14,
            self._accept: 16,
            self._void: 5,
            self._pay: 16,
            self._push: 3,
            self._unload: 5,
            self._repeated_order: 4,
            self._undo: 7,
            self._get_voucher: 4,
            self._get_certificate: 2,
            self._state: 6,
            self._read_log: 4,
            # Some purses are synchronised often and some hardly ever: both ends are to be reached.
            self._sync: random.choice((1, 9)),
            self._sync_ack: 2,
            self._repeated_ack: 1,
            self._blocklist: 4,
            self._key_update: 4,
            self._verify: 5,
            self._change_pin: 1,
            self._reset_pin: 2,
            self._arm: 1,
            self._verified_arm: 3,
            self._renewal: 2,
            self._factory: 2,
            self._noise: 2,
        }

    # --- choosing --------------------------------------------------------------------------

    def next(self) -> bytes:
        """Return a command."""
        apdu = self._then.pop()() if self._then else self._chosen()()
        return self._spoilt(apdu) if self._chance(0.12) else apdu

    def _chosen(self) -> Maker:
        return self._random.choices(list(self._makers), list(self._makers.values()))[0]

    def learn(self, apdu: bytes, answer: bytes) -> None:
        """Keep what an answer told."""
        if answer[-2:] != b"\x90\x00":
            return
        instruction, data = (apdu[0], apdu[1]), answer[:-2]
        if instruction == Instruction.PREPARE.value:
            self._keep(self._requests, Request.parse(data[:32]))
        elif instruction == Instruction.PAY.value:
            self._keep(self._vouchers, Voucher.parse(data[:116]))
        elif instruction == Instruction.STATE.value:
            self._nonce = data[2:10]

    def _keep(self, into: list[object] | list[Request] | list[Voucher], what: object) -> None:
        into.append(what)  # type: ignore[arg-type]
        del into[:-REMEMBERED]

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _amount(self) -> Fen:
        return Fen(self._random.choice(AMOUNTS[:4] if self._chance(0.7) else AMOUNTS))

    def _party(self) -> Counterpart:
        world = self._world
        common = (world.person, world.merchant, world.anonymous, world.service, world.bank)
        return self._random.choice((*common, world.other_bank, world.newcomer()))

    def _spoilt(self, apdu: bytes) -> bytes:
        """Return the command with a byte changed, cut off, put to it, or of another class."""
        how, raw = self._random.randrange(6), bytearray(apdu)
        if how < 3 and len(raw) > 6:
            at = self._random.randrange(5, len(raw) - 1)
            raw[at] ^= 1 << self._random.randrange(8)
        elif how == 3 and len(raw) >= 4:
            raw[self._random.randrange(4)] ^= 1 << self._random.randrange(8)
        elif how == 4 and len(raw) > 6:
            return bytes(raw[:4]) + bytes((len(raw) - 7,)) + bytes(raw[5:-2])
        elif 5 < len(raw) < 250:
            return bytes(raw[:4]) + bytes((len(raw) - 5,)) + bytes(raw[5:])
        return bytes(raw)

    # --- the payee -------------------------------------------------------------------------

    def _prepare(self) -> bytes:
        kind = self._random.choice((1, 1, 1, 2, 3, 3, 4))
        currency = CNY if self._chance(0.97) else 840
        reference = self._random.randbytes(8)
        data = bytes((kind,)) + self._amount().to_bytes(4) + currency.to_bytes(2) + reference
        return command(Instruction.PREPARE, data, int(self._chance(0.2)))

    def _payment(self) -> bytes:
        """Return 253 bytes: a payment of a request, most often by somebody who may pay it."""
        if self._payments and self._chance(0.15):
            return self._random.choice(self._payments)
        request = self._some_request()
        loads = request.kind is Kind.LOAD and self._chance(0.9)
        party = self._world.bank if loads else self._party()
        payment = party.payment(request)
        self._payments = [*self._payments, payment][-REMEMBERED:]
        return payment

    def _some_request(self) -> Request:
        strange = Request(
            kind=Kind.PAYMENT,
            payee_id=self._twins.id,
            number=self._random.choice((1, 2, 0xFFFFFFFF)),
            amount=self._amount(),
            currency=CNY,
            tag=self._random.randbytes(4),
            reference=bytes(8),
        )
        if not self._requests or self._chance(0.04):
            return strange
        recent = self._requests[-6:] if self._chance(0.8) else self._requests
        request = self._random.choice(recent)
        return replace(request, amount=self._amount()) if self._chance(0.05) else request

    def _accept(self) -> bytes:
        payment = self._payment()
        if self._chance(0.25):
            return command(Instruction.ACCEPT, payment[:116] + self._world.hash(payment[116:])[:8])
        return command(Instruction.ACCEPT, payment)

    def _void(self) -> bytes:
        return command(Instruction.VOID, self._payment())

    def fund(self, amount: int) -> None:
        """Have both purses take a load."""
        terms = bytes((Kind.LOAD,)) + amount.to_bytes(4) + CNY.to_bytes(2) + bytes(8)
        request = Request.parse(self._twins.ok(Instruction.PREPARE, terms))
        self._twins.ok(Instruction.ACCEPT, self._world.bank.payment(request))

    # --- the payer -------------------------------------------------------------------------

    def _pay(self) -> bytes:
        party = self._party()
        kind = self._random.choice((Kind.PAYMENT, Kind.PAYMENT, Kind.REFUND, Kind.AUTHORISE))
        if kind is Kind.AUTHORISE and self._chance(0.8):
            party = self._world.service
        request = party.request(kind, self._amount(), reference=self._random.randbytes(8))
        signed = self._chance(0.9 if kind is Kind.AUTHORISE else 0.3)
        return self._order(party.sign_request(request) if signed else bytes(request))

    def _push(self) -> bytes:
        party = self._world.service
        return self._order(bytes(party.push_order(self._amount())))

    def _unload(self) -> bytes:
        party = self._world.bank if self._chance(0.9) else self._world.other_bank
        request = party.request(Kind.UNLOAD, self._amount())
        return self._order(party.sign_request(request) if self._chance(0.5) else bytes(request))

    def _order(self, data: bytes) -> bytes:
        self._orders = [*self._orders, data][-REMEMBERED:]
        return command(Instruction.PAY, data)

    def _repeated_order(self) -> bytes:
        if not self._orders:
            return self._pay()
        data = bytearray(self._random.choice(self._orders))
        if self._chance(0.3):
            data[-1] ^= 1
        return command(Instruction.PAY, bytes(data))

    def _undo(self) -> bytes:
        if not self._vouchers:
            return self._pay()
        voucher = self._random.choice(self._vouchers[-8:])
        parties = (self._world.person, self._world.merchant, self._world.service, self._world.bank)
        payee = next((p for p in parties if p.id == voucher.payee_id), self._world.anonymous)
        changes: dict[str, object] = {}
        if self._chance(0.2):
            changes["flags"] = self._random.choice(list(VoidFlags))
        if self._chance(0.05):
            changes["amount"] = Fen(voucher.amount % 1000 + 1)
        return command(Instruction.UNDO, payee.undoing(voucher, **changes))

    def _get_voucher(self) -> bytes:
        if self._vouchers and self._chance(0.6):
            voucher = self._random.choice(self._vouchers)
            key = voucher.payee_id + voucher.number.to_bytes(4)
            return command(Instruction.GET_VOUCHER, key)
        return command(Instruction.GET_VOUCHER, self._entry())

    def _get_certificate(self) -> bytes:
        return command(Instruction.GET_CERTIFICATE)

    def _entry(self) -> bytes:
        newest = self._twins.purse.newest.entry
        return self._random.randrange(max(0, newest - 10), newest + 2).to_bytes(4)

    # --- the operator ----------------------------------------------------------------------

    def _state(self) -> bytes:
        nonce = self._random.randbytes(8)
        signed = self._twins.interface is Interface.CONTACTLESS or self._chance(0.2)
        if not signed:
            return command(Instruction.STATE, nonce)
        query = self._world.operator.state_query(self._twins.id, nonce)
        return command(Instruction.STATE, query)

    def _read_log(self) -> bytes:
        return command(Instruction.READ_LOG, self._entry())

    def _sync(self) -> bytes:
        self._then = [self._sync_ack, self._read_log]
        return self._state()

    def _sync_ack(self) -> bytes:
        purse, random = self._twins.purse, self._random
        base, newest = purse.base, purse.newest.entry
        entry = newest if self._chance(0.5) else random.randint(max(0, base - 1), newest + 1)
        slot = purse.ring.entry(entry, base)
        chain = purse.store.sync.value.chain if slot is None else slot.chain
        if self._chance(0.05):
            chain = random.randbytes(16)
        kept = (KEEP_OVERRIDE, KEEP_OVERRIDE, KEEP_OVERRIDE)
        overrides = (
            kept if self._chance(0.85) else tuple(random.choice((30_000, 90_000)) for _ in kept)
        )
        ack = SyncAck(
            key_number=3,
            id=self._twins.id,
            entry=entry,
            chain=chain,
            time=purse.time_floor + random.choice((0, 0, 0, 1, 3600, 86_400)),
            flags=int(self._chance(0.08)),
            per_payment=overrides[0],
            without_pin=overrides[1],
            holding=overrides[2],
            nonce=self._nonce if self._chance(0.95) else random.randbytes(8),
        )
        raw = bytes(ack.signed(self._world.sync.sign))
        self._acks = [*self._acks, raw][-REMEMBERED:]
        return command(Instruction.SYNC_ACK, raw)

    def _repeated_ack(self) -> bytes:
        return command(Instruction.SYNC_ACK, self._acks[-1]) if self._acks else self._state()

    def _blocklist(self) -> bytes:
        epoch = self._twins.purse.store.blocklist.value.epoch
        start = epoch if self._chance(0.9) else epoch + 1
        ids = tuple(
            self._random.choice(self._blockable()) for _ in range(self._random.randint(0, 4))
        )
        delta = BlocklistDelta(3, start, start + self._random.randint(1, 3), ids)
        raw = delta.body + self._world.sync.sign(delta.body)
        return command(Instruction.BLOCKLIST, raw)

    def _blockable(self) -> tuple[bytes, ...]:
        """Mostly strangers: who is on the list stays there for a long time."""
        strangers = tuple(self._world.nobody() for _ in range(24))
        rare = (self._twins.id, self._world.anonymous.id, class_block_id(PurseClass.SERVICE))
        return strangers + rare

    def _key_update(self) -> bytes:
        if self._updates and self._chance(0.3):
            return command(Instruction.KEY_UPDATE, self._random.choice(self._updates))
        self._day += self._random.randint(0, 2)
        world = self._world
        number, role, key = self._random.choice(
            (
                (4, Role.OPERATOR_PURSE, world.bank.signer.public_key),
                (self._random.randint(5, 9), Role.CA, world.stranger.public_key),
                (5, Role.SYNC, bytes(64)),
                (2, Role.SYNC, world.stranger.public_key),
                (2, Role.CA, world.ca.public_key),
            )
        )
        update = KeyUpdate(
            key_number=1, new_number=number, role=role, not_before_day=self._day, public_key=key
        )
        raw = bytes(update.signed(world.root.sign))
        self._updates = [*self._updates, raw][-REMEMBERED:]
        return command(Instruction.KEY_UPDATE, raw)

    def _renewal(self) -> bytes:
        old = self._twins.certificate
        first = max(old.not_before_day, self._twins.purse.floor_day) + self._random.randint(0, 1)
        renewed = replace(old, not_before_day=first, not_after_day=first + 20)
        raw = bytes(renewed.signed(self._world.ca.sign))
        return command(Instruction.PUT_CERTIFICATE, raw if self._chance(0.8) else bytes(old))

    # --- the holder ------------------------------------------------------------------------

    def _verify(self) -> bytes:
        return command(Instruction.VERIFY, self._random.choice(PINS))

    def _change_pin(self) -> bytes:
        new = PIN if self._chance(0.8) else self._random.choice(PINS)
        return command(Instruction.CHANGE_PIN, self._random.choice(PINS) + new)

    def _verified_arm(self) -> bytes:
        self._then = [self._arm]
        return command(Instruction.VERIFY, PIN)

    def _reset_pin(self) -> bytes:
        self._unblocks += self._random.randint(0, 2)
        unblock = Unblock(
            key_number=3, id=self._twins.id, counter=self._unblocks, new_pin=PIN
        ).signed(self._world.sync.sign)
        return command(Instruction.RESET_PIN, bytes(unblock))

    def _arm(self) -> bytes:
        return command(Instruction.ARM, self._random.choice((0, 20_000, 50_000)).to_bytes(4))

    # --- what never helps ------------------------------------------------------------------

    def _factory(self) -> bytes:
        instruction, length = self._random.choice(
            (
                (Instruction.GENERATE_KEY, 1),
                (Instruction.PUT_KEY, 66),
                (Instruction.PUT_LIMITS, 33),
                (Instruction.FINISH, 8),
            )
        )
        return command(instruction, b"\x01" * length)

    def _noise(self) -> bytes:
        choices = (
            self._random.randbytes(self._random.randint(0, 8)),
            command(Instruction.SELECT, AID[:-1], 4),
            command(self._random.choice(list(Instruction)), self._random.randbytes(20)),
        )
        return self._random.choice(choices)
