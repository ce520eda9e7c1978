"""Random and mutated commands for a card, and what must hold after every one of them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.purse.cards import (
    CONTACT,
    CONTACTLESS,
    SELECT,
    Answer,
    Card,
    authority,
    operator_purse,
    stranger,
)
from tests.purse.logical import Logical, logical_state
from tests.purse.scenes import scene
from tests.purse.tearing import conserved
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import EntryKind, Voucher
from zerobar.purse.status import WRONG_PIN_BASE, Status
from zerobar.purse.suites import SIGNATURE_LENGTH

KNOWN_STATUSES = {*map(int, Status), *(WRONG_PIN_BASE + tries for tries in range(3))}
ANSWER_LENGTHS: dict[Instruction, tuple[int, ...]] = {
    Instruction.SELECT: (32, 174),
    Instruction.PAY: (253,),
    Instruction.GET_VOUCHER: (253,),
    Instruction.GET_CERTIFICATE: (137,),
    Instruction.PREPARE: (32, 96),
    Instruction.ACCEPT: (32,),
    Instruction.VOID: (106,),
    Instruction.STATE: (132,),
    Instruction.READ_LOG: (129,),
    Instruction.BLOCKLIST: (4,),
    Instruction.GENERATE_KEY: (64,),
}
PIN_COMMANDS = (Instruction.VERIFY, Instruction.CHANGE_PIN)
TELLING_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
RESTORE_EVERY = 400


def instruction_of(apdu: bytes) -> Instruction | None:
    return next((i for i in Instruction if bytes(i.value) == apdu[:2]), None)


def signer_of(apdu: bytes) -> Callable[[bytes], bytes] | None:
    """Who signs what this command carries at its end (ACCEPT: the voucher in it)."""
    keys = authority()
    signers: dict[Instruction, Callable[[bytes], bytes]] = {
        Instruction.SYNC_ACK: keys.operator.sync.sign,
        Instruction.BLOCKLIST: keys.operator.sync.sign,
        Instruction.RESET_PIN: keys.operator.sync.sign,
        Instruction.KEY_UPDATE: keys.authority.root.sign,
        Instruction.PUT_CERTIFICATE: keys.authority.ca.sign,
    }
    instruction = instruction_of(apdu)
    if instruction is Instruction.ACCEPT:
        payers = (stranger("friend"), stranger("newcomer"), operator_purse())
        return next((p.sign for p in payers if bytes(p.certificate) in apdu), None)
    return signers.get(instruction) if instruction else None


class Fuzzer:
    """Sends commands to the card of a scene; valid ones are harvested from what it can be tried."""

    def __init__(self, name: str, seed: object) -> None:
        here = scene(name)
        self.draw = Random(f"{name} {seed}")
        self.image = here.image
        attempts = here.attempts
        self.corpus = sorted({a.apdu for a in attempts} | {b for a in attempts for b in a.before})
        accepting = bytes(Instruction.ACCEPT.value)
        self.genuine = {a[5 : 5 + Voucher.BODY_LENGTH] for a in self.corpus if a[:2] == accepting}
        self.signable = [(a, signer) for a in self.corpus if (signer := signer_of(a))]
        self.sent = 0
        self.statuses: dict[int, int] = {}
        self._restore()

    def run(self, count: int) -> None:
        while self.sent < count:
            if self.sent % RESTORE_EVERY == 0:
                self._restore()
            if self.draw.random() < 0.02:
                self._power_up()
            for apdu in self._next():
                self._send(apdu)

    def _restore(self) -> None:
        self.card = Card.of(self.image)
        self.card.insert()
        self.state = logical_state(self.card.memory)
        self.seen = self.card.image
        self._power_up()

    def _power_up(self) -> None:
        self.card.power(self.draw.choice((CONTACT, CONTACTLESS)))
        if self.draw.random() < 0.95:
            self._send(SELECT)

    # --- what is sent ---------------------------------------------------------------------

    def _next(self) -> list[bytes]:
        draw, apdu = self.draw, bytearray(self.draw.choice(self.corpus))
        kind = draw.randrange(12)
        if kind <= 1:
            return [bytes(apdu)]
        if kind == 2:
            return [draw.randbytes(draw.randrange(300))]
        if kind == 3:
            return [self._random_command()]
        if kind == 4:
            return self._chained(bytes(apdu))
        if kind <= 6:
            return [self._signed_anew()]
        for _ in range(draw.choice((1, 1, 1, 2, 5))):
            self._mutate(apdu)
        return [bytes(apdu)]

    def _random_command(self) -> bytes:
        draw = self.draw
        header = bytes((*draw.choice(list(Instruction)).value, draw.choice((0, 0, 0, 1, 4)), 0))
        data = draw.randbytes(draw.choice((0, 4, 8, 12, 15, 27, 32, 123, 134, 137, 233, 253)))
        return header + bytes((len(data),)) + data

    def _chained(self, apdu: bytes) -> list[bytes]:
        data = apdu[5:-1]
        at = self.draw.randint(0, len(data))
        first = bytes((apdu[0] | 0x10,)) + apdu[1:4] + bytes((at,)) + data[:at]
        return [first, apdu[:4] + bytes((len(data) - at,)) + data[at:]]

    def _signed_anew(self) -> bytes:
        """Mutate what is signed, and sign it with the right key: an operator gone mad."""
        apdu, sign = self.draw.choice(self.signable)
        instruction = instruction_of(apdu)
        end = 5 + Voucher.LENGTH if instruction is Instruction.ACCEPT else len(apdu) - 1
        body = bytearray(apdu[5 : end - SIGNATURE_LENGTH])
        for _ in range(self.draw.choice((1, 1, 2))):
            body[self.draw.randrange(1, len(body))] = self.draw.randrange(256)
        if instruction is Instruction.ACCEPT:
            self.genuine.add(bytes(body))
        return apdu[:5] + bytes(body) + sign(bytes(body)) + apdu[end:]

    def _mutate(self, apdu: bytearray) -> None:
        draw = self.draw
        way = draw.randrange(9)
        at = draw.randrange(len(apdu)) if apdu else 0
        if not apdu or way == 0:
            apdu += draw.randbytes(draw.randrange(1, 20))
        elif way == 1:
            del apdu[at : at + draw.randrange(1, 10)]
        elif way == 2:
            apdu[draw.randrange(min(5, len(apdu)))] = draw.randrange(256)
        elif way == 3:
            apdu[4:5] = bytes((0, 0)) + apdu[4:5]
        elif way == 4:
            self._splice(apdu, at)
        elif way == 5:
            apdu[at] = draw.choice(TELLING_BYTES)
        else:
            apdu[at] ^= 1 << draw.randrange(8)

    def _splice(self, apdu: bytearray, at: int) -> None:
        """Put a stretch of another valid command in place of one of this."""
        other = self.draw.choice(self.corpus)
        length = self.draw.randrange(1, 80)
        apdu[at : at + length] = other[at : at + length]

    # --- what must hold -------------------------------------------------------------------

    def _send(self, apdu: bytes) -> None:
        answer = self.card.exchange(apdu)
        self.sent += 1
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        self._check_answer(apdu, answer)
        image = self.card.image
        if image != self.seen:
            after = logical_state(self.card.memory)
            self._check_change(apdu, answer, after)
            self.state, self.seen = after, image

    def _check_answer(self, apdu: bytes, answer: Answer) -> None:
        assert answer.status in KNOWN_STATUSES, f"{apdu.hex()}: {answer.status:04X}"
        instruction = instruction_of(apdu)
        succeeded = answer.status == Status.OK and instruction is not None
        lengths = ANSWER_LENGTHS.get(instruction, (0,)) if succeeded and instruction else (0,)
        assert len(answer.data) in lengths, f"{apdu.hex()}: {len(answer.data)} bytes"

    def _check_change(self, apdu: bytes, answer: Answer, after: Logical) -> None:
        before = self.state
        if answer.status != Status.OK:
            assert instruction_of(apdu) in PIN_COMMANDS, f"{apdu.hex()} is refused and writes"
            assert before.differences(after) == ["security"]
            assert after.security.tries == before.security.tries - 1
            return
        assert conserved(before, after), f"{apdu.hex()} makes or loses money"
        assert after.newest.entry - before.newest.entry in (0, 1)
        assert after.number >= before.number and after.sync.base >= before.sync.base
        if after.newest.last_credit != before.newest.last_credit:
            assert after.newest.kind == EntryKind.CREDIT
            body = after.newest.payload[: Voucher.BODY_LENGTH]
            assert body in self.genuine, f"{apdu.hex()} is credited and was never signed"
