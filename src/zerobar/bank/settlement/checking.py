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
from zerobar.bank.settlement.arrivals import Arrival, taken_apart
from zerobar.bank.settlement.certificates import CertificateCache, Certified, Payer
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
        rejected: by place.
    """

    start: int
    records: list[bytes]
    genuine: list[Arrival]
    certificates: set[Certified]
    rejected: dict[int, Reason]


def check_part(bank: Bank, records: list[bytes], start: int, known: CertificateCache) -> Checked:
    """Check the records of a batch from a place on."""
    arrivals: list[Arrival] = []
    checked = Checked(start, records, [], set(), {})
    for place, record in enumerate(records, start):
        found = taken_apart(place, record)
        if isinstance(found, Reason):
            checked.rejected[place] = found
        else:
            arrivals.append(found)
    signed = _admitted(_news(bank, arrivals), checked, known)
    for (arrival, payer), is_signed in zip(signed, verified(signed), strict=True):
        if is_signed:
            checked.genuine.append(arrival)
            checked.certificates.add((payer.id, arrival.certificate))
        else:
            checked.rejected[arrival.place] = Reason.SIGNATURE_REFUSED
    return checked


def _news(bank: Bank, arrivals: list[Arrival]) -> list[Arrival]:
    """Return the vouchers whose body is not stored."""
    if not arrivals:
        return []
    with bank.transaction() as connection:
        unknown = storing.unknown_places(connection, arrivals)
    return [arrival for arrival in arrivals if arrival.place in unknown]


def _admitted(arrivals: list[Arrival], checked: Checked, known: CertificateCache) -> list[Signed]:
    """Return the vouchers that may be their payers', signatures aside, and reject the others."""
    admitted: list[Signed] = []
    for arrival in arrivals:
        payer = known.payer(arrival.certificate)
        reason = payer if isinstance(payer, Reason) else refusal(arrival, payer, known.keys)
        if isinstance(payer, Payer) and reason is None:
            admitted.append((arrival, payer))
        elif reason is not None:
            checked.rejected[arrival.place] = reason
    return admitted
