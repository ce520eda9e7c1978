"""Payers' certificates, each checked once: what was checked is known by its exact bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from zerobar.bank.purses.model import KeySet
from zerobar.bank.settlement.model import Reason
from zerobar.purse.messages import Certificate, PurseClass
from zerobar.purse.suites import SignatureRefused
from zerobar.purse.wire import FormError

MOST_KNOWN: Final = 100_000
"""Certificates that are remembered, about 1 kB each; the oldest are forgotten first."""


Certified = tuple[bytes, bytes]
"""A purse id and its certificate's 137 bytes."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose certificate is good.

    Attributes:
        public_key: X||Y, 64 bytes; a point of the curve.
    """

    id: bytes
    purse_class: PurseClass
    currency: int
    public_key: bytes = field(repr=False)


class CertificateCache:
    """Certificates that one bank has checked under its present keys, for many batches."""

    def __init__(self) -> None:
        self._keys = KeySet({}, frozenset())
        self._payers: dict[bytes, Payer] = {}
        self._stored: set[Certified] = set()

    def use(self, keys: KeySet) -> None:
        """Check by these keys from now on: other ones make all that is known doubtful."""
        if keys != self._keys:
            self._keys = keys
            self._payers.clear()

    @property
    def keys(self) -> KeySet:
        """What is checked by now."""
        return self._keys

    def payer(self, raw: bytes) -> Payer | Reason:
        """Return whom a certificate of 137 bytes is of, or why it is refused."""
        known = self._payers.get(raw)
        if known is not None:
            return known
        found = _checked(raw, self._keys)
        if isinstance(found, Payer):
            self._remember(raw, found)
        return found

    def unstored(self, certificates: set[Certified]) -> set[Certified]:
        """Return those that are not known to be in the database."""
        return certificates - self._stored

    def note_stored(self, certificates: set[Certified]) -> None:
        """Note what is in the database for good."""
        if len(self._stored) + len(certificates) > MOST_KNOWN:
            self._stored.clear()
        self._stored |= certificates

    def _remember(self, raw: bytes, payer: Payer) -> None:
        if len(self._payers) >= MOST_KNOWN:
            del self._payers[next(iter(self._payers))]
        self._payers[raw] = payer


def _checked(raw: bytes, keys: KeySet) -> Payer | Reason:
    try:
        certificate = Certificate.parse(raw)
    except FormError:
        return Reason.MALFORMED
    authority = keys.authorities.get(certificate.key_number)
    if authority is None:
        return Reason.KEY_UNKNOWN
    try:
        certificate.verify(authority)
        # Checked here for good: what verifies batches takes it for a point of the curve.
        ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), b"\x04" + certificate.public_key
        )
    except (SignatureRefused, ValueError):
        return Reason.CERTIFICATE_REFUSED
    return Payer(
        certificate.id, certificate.purse_class, certificate.currency, certificate.public_key
    )
