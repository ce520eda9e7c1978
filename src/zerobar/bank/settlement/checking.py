"""What can be said of a part of a batch before anything is stored.

apart     what is no voucher is rejected at once
known     vouchers whose very body is stored are duplicates, and cost no signature
payers    certificates, and whether the payer may sign such a voucher
signed    signatures
"""

from __future__ import annotations

from dataclasses import dataclass

from zerobar.bank.context import Bank
from zerobar.bank.settlement import storing
from zerobar.bank.settlement.admitting import refusal
from zerobar.bank.settlement.arrivals import Arrival, all_apart
from zerobar.bank.settlement.certificates import CertificateCache, Certified
from zerobar.bank.settlement.model import Reason
from zerobar.bank.settlement.verifying import Signed, verified


@dataclass(frozen=True, slots=True)
class Checked:
    """A part of a batch, ready to be stored.

    Attributes:
        start: the place of its first record.
        records: as they came; those neither genuine nor rejected are duplicates.
        genuine: vouchers that their payers signed, none of them known when it was looked up.
        certificates: of their payers.
        rivalled: places of vouchers with a key under which another body was stored by then.
        rejected: by place.
    """

    start: int
    records: list[bytes]
    genuine: list[Arrival]
    certificates: set[Certified]
    rivalled: set[int]
    rejected: dict[int, Reason]


def check_part(bank: Bank, records: list[bytes], start: int, known: CertificateCache) -> Checked:
    """Check the records of a batch from a place on."""
    arrivals, rejected = all_apart(start, records)
    unknown = _unknown(bank, arrivals)
    rivalled = {place for place, is_rivalled in unknown.items() if is_rivalled}
    checked = Checked(start, records, [], set(), rivalled, rejected)
    news = [arrival for arrival in arrivals if arrival.place in unknown]
    signed = _admitted(news, checked, known)
    for (arrival, payer), is_signed in zip(signed, verified(signed), strict=True):
        if is_signed:
            checked.genuine.append(arrival)
            checked.certificates.add((payer.id, arrival.certificate))
        else:
            checked.rejected[arrival.place] = Reason.SIGNATURE_REFUSED
    return checked


def _unknown(bank: Bank, arrivals: list[Arrival]) -> dict[int, bool]:
    """Return the places of vouchers whose body is not stored, and whether another one is."""
    with bank.connection() as connection:
        return storing.unknown_places(connection, arrivals)


def _admitted(arrivals: list[Arrival], checked: Checked, known: CertificateCache) -> list[Signed]:
    """Return the vouchers that may be their payers', signatures aside, and reject the others."""
    admitted: list[Signed] = []
    keys = known.keys
    for arrival in arrivals:
        payer = known.payer(arrival.certificate)
        if isinstance(payer, Reason):
            checked.rejected[arrival.place] = payer
        elif (reason := refusal(arrival, payer, keys)) is None:
            admitted.append((arrival, payer))
        else:
            checked.rejected[arrival.place] = reason
    return admitted
