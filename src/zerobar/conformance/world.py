"""The other parties: an authority, an operator, strangers, and purses that exist as keys only.

Everything here is test money: the keys are made from their names, so that every run of the
suite, and every vector made from it, has the same ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, Protocol

from zerobar.issuer.authority import Authority, Validity
from zerobar.issuer.operator import Operator
from zerobar.issuer.signer import NumberedSigner
from zerobar.purse.messages import (
    Certificate,
    Kind,
    PurseClass,
    Push,
    Request,
    VoidFlags,
    VoidStatement,
    Voucher,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256, Suite

FIRST_DAY: Final = 20_000
"""Where the story of every card begins; days since 1970-01-01."""
LAST_DAY: Final = 0xFFFF
ROOT_NUMBER: Final = 1
CA_NUMBER: Final = 2
SYNC_NUMBER: Final = 3
OPERATOR_NUMBER: Final = 4
UNKNOWN_NUMBER: Final = 99
REFERENCE: Final = b"order 01"
TAG: Final = b"tag."
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Witness(Protocol):
    """Is told of everything computed, so that vectors can say how bytes came about."""

    def signed(self, key: str, message: bytes, signature: bytes) -> None:
        """A test key has signed."""

    def mirrored(self, signature: bytes, other: bytes) -> None:
        """The other s of a signature has been taken."""

    def hashed(self, data: bytes, digest: bytes) -> None:
        """A hash has been taken."""


class NoWitness:
    """Forgets everything at once."""

    def signed(self, key: str, message: bytes, signature: bytes) -> None:
        """Forget."""

    def mirrored(self, signature: bytes, other: bytes) -> None:
        """Forget."""

    def hashed(self, data: bytes, digest: bytes) -> None:
        """Forget."""


@lru_cache(maxsize=4096)
def private_key(name: str) -> bytes:
    """Return the test key of that name: made from the name, 32 bytes."""
    seed = hashlib.sha512(f"zerobar conformance suite: {name}".encode()).digest()
    return P256.private_key(seed[:KEY_SEED_LENGTH])


@lru_cache(maxsize=4096)
def public_key(name: str) -> bytes:
    """Return X||Y of the test key of that name, 64 bytes."""
    return P256.public_key(private_key(name))


class TestSigner:
    """A test key that tells its witness what it signs."""

    __test__ = False
    suite: Suite = P256

    def __init__(self, name: str, witness: Witness) -> None:
        self.name = name
        self.public_key = public_key(name)
        self._witness = witness

    def sign(self, message: bytes) -> bytes:
        """Return r||s, 64 bytes."""
        signature = P256.sign(private_key(self.name), message)
        self._witness.signed(self.name, message, signature)
        return signature


class Counterpart:
    """A purse that exists as a key and a certificate only: a payer or a payee to the card."""

    def __init__(self, world: World, signer: TestSigner, certificate: Certificate) -> None:
        self._world = world
        self.signer = signer
        self.certificate = certificate
        self.id = world.hash(certificate.public_key)[:8]

    def certified(self, by: TestSigner | None = None, **changes: Any) -> Counterpart:
        """Return the same purse with a changed certificate, signed by the CA or by another."""
        certificate = replace(self.certificate, **changes).signed((by or self._world.ca).sign)
        return Counterpart(self._world, self.signer, certificate)

    def presenting(self, certificate: Certificate) -> Counterpart:
        """Return the same purse with any certificate, its own or not."""
        other = Counterpart(self._world, self.signer, certificate)
        other.id = self.id
        return other

    # --- as a payee -----------------------------------------------------------------------

    def request(self, kind: Kind = Kind.PAYMENT, amount: int = 100, **changes: Any) -> Request:
        """Ask for money, each time with the next number."""
        request = Request(
            kind=kind,
            payee_id=self.id,
            number=self._world.next_number(),
            amount=Fen(amount),
            currency=CNY,
            tag=TAG,
            reference=REFERENCE,
        )
        return replace(request, **changes)

    def sign_request(self, request: Request) -> bytes:
        """Return the request in its signed form, 233 bytes."""
        return bytes(request) + self.signer.sign(bytes(request)) + bytes(self.certificate)

    def push_order(self, amount: int = 100, **changes: Any) -> Push:
        """Return an order to push money to this payee."""
        push = Push(
            kind=Kind.PUSH,
            payee_id=self.id,
            amount=Fen(amount),
            currency=CNY,
            time=self._world.next_number().to_bytes(4),
            reference=REFERENCE,
        )
        return replace(push, **changes)

    def statement(self, voucher: Voucher, **changes: Any) -> VoidStatement:
        """State that a voucher of the card's is void."""
        statement = VoidStatement(
            flags=VoidFlags.VOIDED,
            payee_id=self.id,
            payee_entry=1,
            payer_id=voucher.payer_id,
            payer_entry=voucher.entry,
            number=voucher.number,
            amount=voucher.amount,
            voucher_hash=self._world.hash(voucher.body)[:8],
        )
        return replace(statement, **changes).signed(self.signer.sign)

    def undoing(self, voucher: Voucher, **changes: Any) -> bytes:
        """Return what UNDO takes for a voucher of the card's, 243 bytes."""
        return bytes(self.statement(voucher, **changes)) + bytes(self.certificate)

    # --- as a payer -----------------------------------------------------------------------

    def voucher(self, request: Request, **changes: Any) -> Voucher:
        """Pay a request of the card's, each time with the next entry."""
        voucher = Voucher(
            kind=request.kind,
            payer_id=self.id,
            entry=self._world.next_number(),
            payee_id=request.payee_id,
            number=request.number,
            amount=request.amount,
            currency=request.currency,
            tag=request.tag,
            reference=request.reference,
            chain=bytes(8),
        )
        return replace(voucher, **changes).signed(self.signer.sign)

    def payment(self, request: Request, **changes: Any) -> bytes:
        """Return a voucher for a request of the card's and the certificate, 253 bytes."""
        return bytes(self.voucher(request, **changes)) + bytes(self.certificate)

    def short_payment(self, request: Request, **changes: Any) -> bytes:
        """Return a voucher and the hash of the certificate, 124 bytes."""
        return bytes(self.voucher(request, **changes)) + self.certificate_hash

    @property
    def certificate_hash(self) -> bytes:
        """First 8 bytes of the hash of the certificate."""
        return self._world.hash(bytes(self.certificate))[:8]


class World:
    """All other parties of one card's story, and the numbers they have used."""

    def __init__(self, witness: Witness | None = None) -> None:
        self.witness: Witness = witness or NoWitness()
        self._used_numbers = 0
        self._newcomers = 0
        self.ca = self.signer("certification authority")
        self.root = self.signer("root")
        self.sync = self.signer("sync")
        self.stranger = self.signer("stranger")
        self.authority = Authority(
            NumberedSigner(ROOT_NUMBER, self.root), NumberedSigner(CA_NUMBER, self.ca)
        )
        self.bank = self._counterpart("operator purse", PurseClass.OPERATOR)
        self.operator = Operator(
            NumberedSigner(SYNC_NUMBER, self.sync),
            NumberedSigner(OPERATOR_NUMBER, self.bank.signer),
            self.bank.certificate,
        )
        self.other_bank = self._counterpart("other operator's purse", PurseClass.OPERATOR)
        self.person = self._counterpart("person", PurseClass.PERSON)
        self.anonymous = self._counterpart("anonymous person", PurseClass.ANONYMOUS)
        self.merchant = self._counterpart("merchant", PurseClass.MERCHANT)
        self.service = self._counterpart("service", PurseClass.SERVICE)

    def signer(self, name: str) -> TestSigner:
        """Return the test key of that name."""
        return TestSigner(name, self.witness)

    def newcomer(self, purse_class: PurseClass = PurseClass.PERSON) -> Counterpart:
        """Return a purse that no card has met."""
        self._newcomers += 1
        return self._counterpart(f"newcomer {self._newcomers}", purse_class)

    def nobody(self) -> bytes:
        """Return an id that no purse has, 8 bytes, each time another."""
        return b"nobd" + self.next_number().to_bytes(4)

    def next_number(self) -> int:
        """Return a request number, entry or time that no counterpart has used."""
        self._used_numbers += 1
        return self._used_numbers

    def hash(self, data: bytes) -> bytes:
        """Return the hash of data, 32 bytes."""
        digest = P256.hash(data)
        self.witness.hashed(data, digest)
        return digest

    def other_s(self, signature: bytes) -> bytes:
        """Return the other signature that is as good: (r, n - s)."""
        s = P256_ORDER - int.from_bytes(signature[32:])
        other = signature[:32] + s.to_bytes(32)
        self.witness.mirrored(signature, other)
        return other

    def _counterpart(self, name: str, purse_class: PurseClass) -> Counterpart:
        signer = self.signer(name)
        validity = Validity(FIRST_DAY - 100, LAST_DAY)
        certificate = self.authority.certify(signer.public_key, purse_class, validity)
        return Counterpart(self, signer, certificate)
