"""Batches drawn from a seed, as terminals would hand them in: to test with, and to measure.

town = Town(seed, keys, people=100, merchants=10, payees=2)
drawn = town.draw(1_000, Mix(forged=0.01, forks=0.005))
drawn.batch, drawn.ends, drawn.requests

Everything is signed with keys drawn from the seed; test money only.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final, Literal

from zerobar.bank.settlement.batch import RECORD_LENGTH, Batch
from zerobar.bank.settlement.model import Reason
from zerobar.issuer import TestAuthority
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate, Kind, PurseClass, Request, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

_KINDS: Final = {
    "shop": 80,
    "friend": 8,
    "unload": 4,
    "push": 3,
    "hosted": 3,
    "authorise": 2,
}
"""Of a hundred vouchers: to a merchant, to a person, and those that move money of the ledger."""
_MOST_FEN: Final = 20_000
_US_DOLLAR: Final = 840
_VALIDITY: Final = Validity(20_000, 30_000)


End = Reason | Literal["duplicate"] | None
"""What has to become of a record; None: it is a good voucher, seen for the first time."""


@dataclass(frozen=True, slots=True)
class DrawnPurse:
    """A purse whose private key is at hand."""

    private_key: bytes
    certificate: Certificate

    @property
    def id(self) -> bytes:
        """8 bytes."""
        return self.certificate.id


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of what is wrong, each between 0 and 1, together below 1; the rest is good."""

    duplicates: float = 0.0
    forged: float = 0.0
    truncated: float = 0.0
    wrong_key: float = 0.0
    wrong_currency: float = 0.0
    forks: float = 0.0


ALL_GOOD: Final = Mix()
REALISTIC: Final = Mix(0.02, 0.002, 0.001, 0.001, 0.001, 0.0005)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A batch, and what has to become of each record.

    Attributes:
        ends: by place.
        requests: of hosted payees, to be issued before.
    """

    batch: Batch
    ends: tuple[End, ...]
    requests: tuple[Request, ...]


class Town:
    """Purses that pay each other; it remembers what they paid, so that batches follow each other.

    Attributes:
        people, merchants, payees: to be registered, the payees as hosted.
    """

    def __init__(
        self, seed: int, keys: TestAuthority, people: int, merchants: int, payees: int
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a batch must come again from its seed
        self._keys = keys
        self.people = [self._purse(PurseClass.PERSON) for _ in range(people)]
        self.merchants = [self._purse(PurseClass.MERCHANT) for _ in range(merchants)]
        self.payees = [self._purse(PurseClass.SERVICE) for _ in range(payees)]
        self._by_id = {person.id: person for person in self.people}
        self._entries: dict[bytes, int] = {}
        self._numbers: dict[bytes, int] = {}
        self._requests: list[Request] = []

    def draw(self, many: int, mix: Mix = ALL_GOOD) -> Drawn:
        """Draw a batch of that many records."""
        self._requests = []
        records: list[bytes] = []
        ends: list[End] = []
        good: list[bytes] = []
        for _ in range(many):
            fate = self._fate(mix) if good else None
            records.append(self._record(fate, good))
            ends.append(fate)
            if fate is None:
                good.append(records[-1])
        return Drawn(Batch.of(records), tuple(ends), tuple(self._requests))

    def _fate(self, mix: Mix) -> End:
        shares: tuple[tuple[End, float], ...] = (
            ("duplicate", mix.duplicates),
            (Reason.SIGNATURE_REFUSED, mix.forged),
            (Reason.TRUNCATED, mix.truncated),
            (Reason.NOT_THE_PAYER, mix.wrong_key),
            (Reason.WRONG_CURRENCY, mix.wrong_currency),
            (Reason.FORK, mix.forks),
        )
        point = self._random.random()
        for fate, share in shares:
            point -= share
            if point < 0:
                return fate
        return None

    def _record(self, fate: End, good: list[bytes]) -> bytes:
        if fate == "duplicate":
            return self._random.choice(good)
        if fate is Reason.FORK:
            return self._forked(self._random.choice(good))
        payer, voucher = self._voucher()
        if fate is Reason.WRONG_CURRENCY:
            voucher = replace(voucher, currency=_US_DOLLAR)
        signed = self._signed(payer, voucher)
        if fate is Reason.SIGNATURE_REFUSED:
            signed = replace(signed, amount=Fen(signed.amount + 1))
        owner = self._other_than(payer) if fate is Reason.NOT_THE_PAYER else payer
        record = bytes(signed) + bytes(owner.certificate)
        if fate is Reason.TRUNCATED:
            return record[: self._random.randrange(RECORD_LENGTH - 8)].ljust(RECORD_LENGTH, b"\0")
        return record

    def _forked(self, record: bytes) -> bytes:
        """Let the payer of a record sign another body with the same entry."""
        voucher = Voucher.parse(record[: Voucher.LENGTH])
        payer = self._by_id[voucher.payer_id]
        other = replace(voucher, reference=self._random.randbytes(8))
        return bytes(self._signed(payer, other)) + record[Voucher.LENGTH :]

    def _voucher(self) -> tuple[DrawnPurse, Voucher]:
        payer = self._random.choice(self.people)
        request = self._request(payer)
        entry = self._entries[payer.id] = self._entries.get(payer.id, 0) + 1
        voucher = Voucher(
            kind=request.kind,
            payer_id=payer.id,
            entry=entry,
            payee_id=request.payee_id,
            number=request.number,
            amount=request.amount,
            currency=request.currency,
            tag=request.tag,
            reference=request.reference,
            chain=self._random.randbytes(8),
        )
        return payer, voucher

    def _request(self, payer: DrawnPurse) -> Request:
        what = self._random.choices(list(_KINDS), list(_KINDS.values()))[0]
        if what == "unload":
            return self._asked(Kind.UNLOAD, self._keys.operator.id)
        if what == "friend":
            return self._asked(Kind.PAYMENT, self._other_than(payer).id)
        if what == "shop":
            return self._asked(Kind.PAYMENT, self._random.choice(self.merchants).id)
        payee = self._random.choice(self.payees).id
        if what == "push":
            return replace(self._asked(Kind.PUSH, payee), number=0)
        kind = Kind.AUTHORISE if what == "authorise" else Kind.PAYMENT
        self._requests.append(self._asked(kind, payee))
        return self._requests[-1]

    def _other_than(self, payer: DrawnPurse) -> DrawnPurse:
        one, another = self._random.sample(self.people, 2)
        return another if one is payer else one

    def _asked(self, kind: Kind, payee_id: bytes) -> Request:
        number = self._numbers[payee_id] = self._numbers.get(payee_id, 0) + 1
        return Request(
            kind=kind,
            payee_id=payee_id,
            number=number,
            amount=Fen(self._random.randint(1, _MOST_FEN)),
            currency=CNY,
            tag=self._random.randbytes(4),
            reference=self._random.randbytes(8),
        )

    def _purse(self, purse_class: PurseClass) -> DrawnPurse:
        private_key = P256.private_key(self._random.randbytes(KEY_SEED_LENGTH))
        public_key = P256.public_key(private_key)
        certificate = self._keys.authority.certify(public_key, purse_class, _VALIDITY)
        return DrawnPurse(private_key, certificate)

    def _signed(self, payer: DrawnPurse, voucher: Voucher) -> Voucher:
        return voucher.signed(lambda body: P256.sign(payer.private_key, body))
