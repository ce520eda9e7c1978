"""Renewing certificates: the same key, a later first day, handed to the purse at its next sync.

A renewal is signed half a year before the old one ends, and is the purse's newest from then on;
a sync hands it to a card that shows an older one, however often that takes.
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import PurseStatus
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import SECONDS_PER_DAY, Certificate, PurseClass

YEARS: Final = 3
RENEWED_BEFORE_DAYS: Final = 180
_AT_ONCE: Final = 200

# The days stand in bytes 5 to 8 of a certificate. A card takes only a later first day, so one that
# was certified today has to wait.
_ENDING: Final = """
    SELECT certificate FROM bank.purse
    WHERE status = %(active)s AND class = ANY(%(classes)s)
      AND get_byte(certificate, 5) * 256 + get_byte(certificate, 6) < %(today)s
      AND get_byte(certificate, 7) * 256 + get_byte(certificate, 8) <= %(last_day)s
    ORDER BY purse_id LIMIT %(most)s
"""
_RENEW: Final = "UPDATE bank.purse SET certificate = %s WHERE purse_id = %s AND certificate = %s"
_RENEWED: Final = [int(c) for c in (PurseClass.PERSON, PurseClass.ANONYMOUS, PurseClass.MERCHANT)]


def renew_certificates(bank: Bank) -> int:
    """Sign certificates for purses whose own will end; return how many."""
    if bank.purse_keys is None:
        return 0
    today = int(bank.clock().timestamp()) // SECONDS_PER_DAY
    asked = {
        "active": int(PurseStatus.ACTIVE),
        "classes": _RENEWED,
        "today": today,
        "last_day": today + RENEWED_BEFORE_DAYS,
        "most": _AT_ONCE,
    }
    with bank.connection() as connection:
        ending = [Certificate.parse(raw) for (raw,) in connection.execute(_ENDING, asked)]
    return sum(_renew(bank, certificate) for certificate in ending)


def _renew(bank: Bank, old: Certificate) -> int:
    validity = Validity.years_from(int(bank.clock().timestamp()), YEARS)
    renewed = issuing_keys(bank).authority.certify(old.public_key, old.purse_class, validity)
    with bank.connection() as connection:
        done = connection.execute(_RENEW, (bytes(renewed), old.id, bytes(old)))
    return done.rowcount
