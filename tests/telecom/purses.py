"""A purse that pays a biller, for tests: only what it signs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from zerobar.issuer import AuthorityFile
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate, Kind, PurseClass, Voucher
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.telecom import reference_of

BILLER = b"biller 1"


@dataclass
class Purse:
    """A purse's key and certificate, and a counter of what it has paid."""

    private_key: bytes
    certificate: Certificate
    entries: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def voucher(self, amount: Fen, number: str, payee_id: bytes = BILLER) -> Voucher:
        """Pay a biller for a line."""
        voucher = Voucher(
            kind=Kind.PUSH,
            payer_id=self.certificate.id,
            entry=next(self.entries),
            payee_id=payee_id,
            number=0,
            amount=amount,
            currency=CNY,
            tag=bytes(4),
            reference=reference_of(number),
            chain=bytes(8),
        )
        return self.signed(voucher)

    def signed(self, voucher: Voucher) -> Voucher:
        """Sign a voucher, also one of an entry that was used before."""
        return voucher.signed(lambda body: P256.sign(self.private_key, body))

    def record(self, voucher: Voucher) -> bytes:
        """Return a voucher with the certificate: 253 bytes."""
        return bytes(voucher) + bytes(self.certificate)

    def push(self, amount: Fen, number: str) -> bytes:
        """Pay a biller for a line; return the record."""
        return self.record(self.voucher(amount, number))

    def forged(self, voucher: Voucher) -> Voucher:
        """Return the same with another amount, under the old signature."""
        return replace(voucher, amount=Fen(voucher.amount + 1))


def new_purse(seed: int) -> Purse:
    """Make a purse from a seed."""
    draw = b"%d" % seed
    authority = AuthorityFile.generate(lambda n: (draw * n)[:n], 1_790_000_000).open().authority
    private_key = P256.private_key((b"purse" + draw).ljust(KEY_SEED_LENGTH, b"."))
    certificate = authority.certify(
        P256.public_key(private_key), PurseClass.PERSON, Validity(20_000, 30_000)
    )
    return Purse(private_key, certificate)
