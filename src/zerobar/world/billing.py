"""A biller that the bank hosts: it has keys and a wallet, and no secure element."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from zerobar.bank.purses.hosting import host_payee, issue_request
from zerobar.bank.purses.keys import issuing_keys
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate, Kind, PurseClass, Push, Request, SignedRequest
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.world.banking import WorldBank
from zerobar.world.people import Person

_YEARS: Final = 3
_TAG_LENGTH: Final = 4


@dataclass
class Biller:
    """A biller.

    Attributes:
        numbers: of requests so far.
    """

    world: WorldBank
    person: Person
    certificate: Certificate
    key: bytes = field(repr=False)
    numbers: int = 0

    @classmethod
    def hosted(cls, world: WorldBank, person: Person) -> Biller:
        """Have a biller hosted, paid to somebody's wallet."""
        bank = world.bank
        key = P256.private_key(bank.random(KEY_SEED_LENGTH))
        validity = Validity.years_from(int(world.clock.unix_s()), _YEARS)
        certificate = issuing_keys(bank).authority.certify(
            P256.public_key(key), PurseClass.SERVICE, validity
        )
        host_payee(bank, certificate, person.wallet_id)
        return cls(world, person, certificate, key)

    def order(self, kind: Kind, amount: Fen, reference: bytes) -> SignedRequest:
        """Return a request, which the bank knows before anybody sees it."""
        self.numbers += 1
        request = Request(
            kind=kind,
            payee_id=self.certificate.id,
            number=self.numbers,
            amount=amount,
            currency=CNY,
            tag=self.world.bank.random(_TAG_LENGTH),
            reference=reference,
        )
        issue_request(self.world.bank, request)
        return SignedRequest(request, P256.sign(self.key, bytes(request)), self.certificate)

    def push(self, amount: Fen, reference: bytes) -> Push:
        """Return what a card pays with when no request can reach it."""
        return Push(
            kind=Kind.PUSH,
            payee_id=self.certificate.id,
            amount=amount,
            currency=CNY,
            time=int(self.world.clock.unix_s()).to_bytes(4),
            reference=reference,
        )
