"""Cards, keys and counterparties to prove things with; each made once and copied as bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from zerobar.issuer.authority import Validity
from zerobar.issuer.authority_file import AuthorityFile, TestAuthority
from zerobar.issuer.personalise import Plan, personalise
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.applet import Applet
from zerobar.purse.limits import Limits
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    Certificate,
    Kind,
    LogEntry,
    PurseClass,
    Push,
    Request,
    SelectAnswer,
    SignedRequest,
    State,
    VoidFlags,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface, Purse
from zerobar.purse.status import Status
from zerobar.purse.store import memory_size
from zerobar.purse.suites import P256

NOW_UNIX_S = 1_790_000_000
TODAY = NOW_UNIX_S // 86400
THREE_YEARS = Validity.years_from(NOW_UNIX_S, 3)
PIN = b"1234\xff\xff\xff\xff"
WRONG_PIN = b"9999\xff\xff\xff\xff"
NEW_PIN = b"24680\xff\xff\xff"
REFERENCE = b"order 01"

CONTACT = Interface.CONTACT
CONTACTLESS = Interface.CONTACTLESS


class Seeded:
    """Randomness that is the same in every run."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._drawn = 0

    def __call__(self, length: int) -> bytes:
        stream = b""
        while len(stream) < length:
            self._drawn += 1
            stream += hashlib.sha256(self._seed + self._drawn.to_bytes(4)).digest()
        return stream[:length]


@cache
def authority_file() -> AuthorityFile:
    """The keys of the authority and operator behind every card here."""
    return AuthorityFile.generate(Seeded("authority"), NOW_UNIX_S)


@cache
def authority() -> TestAuthority:
    """That authority and operator, ready to sign."""
    return authority_file().open()


@dataclass(frozen=True)
class Stranger:
    """A certified key outside any card: it signs whatever a proof needs, honest or not."""

    private_key: bytes
    certificate: Certificate

    @property
    def id(self) -> bytes:
        return self.certificate.id

    def sign(self, message: bytes) -> bytes:
        return P256.sign(self.private_key, message)

    def voucher(self, request: Request, entry: int, *, payer_id: bytes | None = None) -> bytes:
        """Pay a request; return VOUCHER and CERTIFICATE, 253 bytes."""
        voucher = Voucher(
            kind=request.kind,
            payer_id=payer_id or self.id,
            entry=entry,
            payee_id=request.payee_id,
            number=request.number,
            amount=request.amount,
            currency=request.currency,
            tag=request.tag,
            reference=request.reference,
            chain=bytes(8),
        ).signed(self.sign)
        return bytes(voucher) + bytes(self.certificate)

    def request(self, number: int, amount: int, kind: Kind = Kind.PAYMENT) -> Request:
        """Ask for money; the tag is anything, for it is the payee's own affair."""
        return Request(
            kind=kind,
            payee_id=self.id,
            number=number,
            amount=Fen(amount),
            currency=CNY,
            tag=number.to_bytes(4),
            reference=REFERENCE,
        )

    def signed_request(self, number: int, amount: int, kind: Kind = Kind.PAYMENT) -> SignedRequest:
        request = self.request(number, amount, kind)
        return SignedRequest(request, self.sign(bytes(request)), self.certificate)

    def push(self, amount: int, time: int = 1) -> Push:
        return Push(
            kind=Kind.PUSH,
            payee_id=self.id,
            amount=Fen(amount),
            currency=CNY,
            time=time.to_bytes(4),
            reference=REFERENCE,
        )

    def statement(self, voucher: Voucher, entry: int = 1) -> bytes:
        """Void a voucher; return VOID STATEMENT and CERTIFICATE, 243 bytes."""
        statement = VoidStatement(
            flags=VoidFlags.VOIDED,
            payee_id=voucher.payee_id,
            payee_entry=entry,
            payer_id=voucher.payer_id,
            payer_entry=voucher.entry,
            number=voucher.number,
            amount=voucher.amount,
            voucher_hash=voucher.hash,
        ).signed(self.sign)
        return bytes(statement) + bytes(self.certificate)


@cache
def stranger(
    name: str, purse_class: PurseClass = PurseClass.PERSON, validity: Validity = THREE_YEARS
) -> Stranger:
    """Certify a new key of that name and class; the same name, the same key."""
    private_key = P256.private_key(Seeded(f"stranger {name}")(40))
    public_key = P256.public_key(private_key)
    certified = authority().authority.certify(public_key, purse_class, validity)
    return Stranger(private_key, certified)


@cache
def operator_purse() -> Stranger:
    """The operator's own purse, which loads come from and unloads go to."""
    file = authority_file()
    return Stranger(file.private_keys["purse"], file.operator_certificate)


class Answer(NamedTuple):
    """What a card answered."""

    data: bytes
    status: int

    @classmethod
    def of(cls, raw: bytes) -> Answer:
        return cls(raw[:-2], int.from_bytes(raw[-2:]))


SELECT = command(Instruction.SELECT, AID, p1=0x04)


def terms(kind: Kind, amount: int, currency: int = CNY, reference: bytes = REFERENCE) -> bytes:
    """What PREPARE takes, 15 bytes."""
    return bytes((kind,)) + amount.to_bytes(4) + currency.to_bytes(2) + reference


class Card:
    """A card in a proof's hand: memory, applet, and the commands that a reader would send."""

    def __init__(self, memory: Memory, seed: str = "card") -> None:
        self.memory = memory
        self.applet = Applet(memory, Seeded(seed))

    @classmethod
    def of(cls, image: bytes) -> Card:
        return cls(Memory(image))

    @property
    def image(self) -> bytes:
        return self.memory.read(0, self.memory.size)

    @property
    def purse(self) -> Purse:
        """What the memory alone says, as after a power-up."""
        return Purse(self.memory, Seeded("unused"), CONTACT)

    def power(self, interface: Interface) -> None:
        self.applet.power_off()
        self.applet.power_on(interface)

    def insert(self) -> SelectAnswer:
        """Put it into a contact reader and select."""
        self.power(CONTACT)
        return self.select()

    def tap(self) -> SelectAnswer:
        """Hold it into a field and select."""
        self.power(CONTACTLESS)
        return self.select()

    def exchange(self, apdu: bytes) -> Answer:
        return Answer.of(self.applet.exchange(apdu))

    def send(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> Answer:
        return self.exchange(command(instruction, data, p1=p1))

    def do(self, instruction: Instruction, data: bytes = b"", p1: int = 0) -> bytes:
        """Send a command that must succeed."""
        answer = self.send(instruction, data, p1)
        assert answer.status == Status.OK, f"{instruction.name}: {answer.status:04X}"
        return answer.data

    def select(self) -> SelectAnswer:
        return SelectAnswer.parse(self.do(Instruction.SELECT, AID, p1=0x04))

    def prepare(self, kind: Kind, amount: int, reference: bytes = REFERENCE) -> Request:
        raw = self.do(Instruction.PREPARE, terms(kind, amount, reference=reference))
        return Request.parse(raw)

    def pay(self, order: Request | SignedRequest | Push) -> bytes:
        return self.do(Instruction.PAY, bytes(order))

    def accept(self, presented: bytes) -> bytes:
        return self.do(Instruction.ACCEPT, presented)

    def state(self, nonce: bytes = b"nonce 01") -> State:
        return State.parse(self.do(Instruction.STATE, nonce))

    def log(self, entry: int) -> LogEntry:
        return LogEntry.parse(self.do(Instruction.READ_LOG, entry.to_bytes(4)))

    def verify_pin(self) -> None:
        self.do(Instruction.VERIFY, PIN)


def voucher_in(answer: bytes) -> Voucher:
    """The voucher in a PAY answer."""
    return Voucher.parse(answer[: Voucher.LENGTH])


@cache
def personalised(
    seed: str = "card",
    purse_class: PurseClass = PurseClass.PERSON,
    slots: int = 8,
    limits: Limits | None = None,
) -> bytes:
    """The memory of a card fresh from personalisation."""
    card = Card(Memory(bytes(memory_size(slots))), seed)
    card.power(CONTACT)
    plan = Plan(purse_class, THREE_YEARS, "1234", limits)
    keys = authority()
    personalise(card.applet.exchange, keys.authority, keys.operator, plan)
    return card.image


def fresh(
    seed: str = "card",
    purse_class: PurseClass = PurseClass.PERSON,
    slots: int = 8,
    limits: Limits | None = None,
) -> Card:
    """A new personalised card in a contact reader, selected."""
    card = Card.of(personalised(seed, purse_class, slots, limits))
    card.insert()
    return card
