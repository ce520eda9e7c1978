"""The authority: certifies purses and rotates the keys that cards trust."""

from __future__ import annotations

from dataclasses import dataclass

from zerobar.issuer.signer import NumberedSigner
from zerobar.purse.messages import SECONDS_PER_DAY, Certificate, KeyUpdate, PurseClass, Role
from zerobar.purse.money import CNY


@dataclass(frozen=True)
class Validity:
    """First and last day of a certificate, both included; days since 1970-01-01."""

    not_before_day: int
    not_after_day: int

    @classmethod
    def years_from(cls, now_unix_s: int, years: int) -> Validity:
        """Return from today for that many years of 365 days."""
        today = now_unix_s // SECONDS_PER_DAY
        return cls(today, today + 365 * years)


@dataclass(frozen=True)
class Authority:
    """The root and CA keys of one currency.

    Attributes:
        root: signs KEY UPDATEs.
        ca: signs certificates.
        currency: ISO 4217 number.
    """

    root: NumberedSigner
    ca: NumberedSigner
    currency: int = CNY

    def certify(
        self, public_key: bytes, purse_class: PurseClass, validity: Validity
    ) -> Certificate:
        """Return a certificate for a public key of 64 bytes."""
        return Certificate(
            key_number=self.ca.number,
            purse_class=purse_class,
            currency=self.currency,
            not_before_day=validity.not_before_day,
            not_after_day=validity.not_after_day,
            public_key=public_key,
        ).signed(self.ca.sign)

    def key_update(
        self, new_number: int, role: Role, not_before_day: int, public_key: bytes
    ) -> KeyUpdate:
        """Return the update that puts a key on cards; 64 zero bytes delete the number."""
        return KeyUpdate(
            key_number=self.root.number,
            new_number=new_number,
            role=role,
            not_before_day=not_before_day,
            public_key=public_key,
        ).signed(self.root.sign)
