"""Whose signatures stand under what a log names: vouchers, and statements that allow undos.

A log's chain commits to bodies, not to signatures, so a signature that is wrong is the terminal's
fault. A voucher whose very body is stored was proved before and is not looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.settlement import storing
from zerobar.bank.settlement.admitting import refusal
from zerobar.bank.settlement.arrivals import Arrival, taken_apart
from zerobar.bank.settlement.certificates import CertificateCache, Certified, Payer
from zerobar.bank.settlement.verifying import Signed, verified
from zerobar.bank.syncing.errors import CertificatesNeeded, LogRefused
from zerobar.bank.syncing.model import Link
from zerobar.database import Connection
from zerobar.purse.messages import Certificate, EntryKind

Certificates = dict[bytes, Certificate]
"""By purse id."""

_KNOWN = """
    SELECT certificate FROM bank.purse WHERE purse_id = ANY(%(ids)s)
    UNION ALL
    SELECT certificate FROM bank.payer_certificate WHERE purse_id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Proved:
    """Vouchers of a log that are not stored yet, all signed by their payers.

    Attributes:
        certificates: of their payers, to deliver them with.
    """

    arrivals: list[Arrival]
    certificates: set[Certified]


def gather(
    connection: Connection,
    known: CertificateCache,
    ids: Iterable[bytes],
    given: Sequence[Certificate] = (),
) -> Certificates:
    """Return the certificates of purses, checked, from what is known and what was sent along.

    Raises CertificatesNeeded for those that neither has.
    """
    wanted = set(ids)
    rows = connection.execute(_KNOWN, {"ids": sorted(wanted)}).fetchall()
    found: Certificates = {}
    for certificate in [Certificate.parse(raw) for (raw,) in rows] + list(given):
        if certificate.id in wanted and isinstance(known.payer(bytes(certificate)), Payer):
            found[certificate.id] = certificate
    if missing := wanted - found.keys():
        raise CertificatesNeeded(missing)
    return found


def certificates_of(connection: Connection) -> CertificateCache:
    """Return a cache that checks by the keys that are trusted now."""
    known = CertificateCache()
    known.use(trusted_keys(connection))
    return known


def signers_of(connection: Connection, links: Sequence[Link]) -> set[bytes]:
    """Return whose certificates are needed to check new entries.

    That is: payers of vouchers that are not stored, and payees whose word an undo rests on.
    """
    named = [link for link in links if link.kind in (EntryKind.CREDIT, EntryKind.VOID)]
    bodies = [link.content for link in named]
    stored = connection.execute(
        "SELECT v.body FROM unnest(%s::bytea[], %s::bigint[]) k (payer_id, entry)"
        " JOIN bank.voucher v ON v.payer_id = k.payer_id AND v.entry = k.entry",
        ([link.subject[0] for link in named], [link.subject[1] for link in named]),
    ).fetchall()
    known = {body for (body,) in stored}
    payers = {
        link.subject[0] for link, body in zip(named, bodies, strict=True) if body not in known
    }
    return payers | {link.statement.payee_id for link in links if link.statement is not None}


def prove(
    connection: Connection,
    known: CertificateCache,
    links: Sequence[Link],
    signers: Certificates,
    held: int,
) -> Proved:
    """Check the signatures of all vouchers in a log that are not stored; raises LogRefused.

    Args:
        links: entries without fault.
        signers: certificates of the purse itself, and those of `signers_of`.
        held: up to where the log was held before.
    """
    arrivals = _arrivals(links, signers, held)
    new = storing.unknown_places(connection, arrivals)
    signed = [_admitted(a, known, held) for a in arrivals if a.place in new]
    for (arrival, _), is_signed in zip(signed, verified(signed), strict=True):
        if not is_signed:
            raise LogRefused(f"the payer did not sign the voucher of entry {arrival.place}", held)
    return Proved(
        [arrival for arrival, _ in signed], {(payer.id, a.certificate) for a, payer in signed}
    )


def _arrivals(links: Sequence[Link], signers: Certificates, held: int) -> list[Arrival]:
    """Take the vouchers of a log apart; those without a certificate are stored already."""
    found = []
    for link in links:
        certificate = signers.get(link.subject[0])
        if link.voucher is None or certificate is None:
            continue
        arrival = taken_apart(link.entry, bytes(link.voucher) + bytes(certificate))
        if not isinstance(arrival, Arrival):
            raise LogRefused(f"entry {link.entry} holds no voucher that can be read", held)
        found.append(arrival)
    return found


def _admitted(arrival: Arrival, known: CertificateCache, held: int) -> Signed:
    payer = known.payer(arrival.certificate)
    if not isinstance(payer, Payer) or refusal(arrival, payer, known.keys) is not None:
        raise LogRefused(f"no purse of its class signs the voucher of entry {arrival.place}", held)
    return arrival, payer
