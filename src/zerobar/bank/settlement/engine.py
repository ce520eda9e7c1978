"""From a batch to settled vouchers: check, store, post, and say what came of it.

A part of the batch is checked, in all cores, then stored in one transaction with its rejects,
evidence of forks and how far the batch came; then what of it moves money of the ledger is posted.
What others have left due is the worker's: no batch waits for it. Nor does it wait for the disk but
where money moves and at its end.
One after the other: while signatures are verified, other work in Python only keeps them waiting.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import examine
from zerobar.bank.fraud.flagging import flag
from zerobar.bank.purses.keys import trusted_keys
from zerobar.bank.settlement import progress, storing
from zerobar.bank.settlement.batch import RECORD_LENGTH, Batch
from zerobar.bank.settlement.certificates import CertificateCache, Certified
from zerobar.bank.settlement.checking import Checked, check_part
from zerobar.bank.settlement.facts import VoucherKey
from zerobar.bank.settlement.model import Reason, Report, Tally
from zerobar.bank.settlement.posting import post_due
from zerobar.bank.settlement.storing import Rejected, Stored

_KEY: Final = struct.Struct(">8sI")
PART: Final = 8_000
"""Records that are stored in one transaction, and looked at before the next ones are."""


Watch = Callable[[int, Tally], None]
"""Is told how many records of a batch are looked at by now, and what they came to."""


def _nobody(_done: int, _tally: Tally) -> None:
    """Tell nobody."""


def settle_batch(
    bank: Bank,
    batch: Batch,
    certificates: CertificateCache | None = None,
    watch: Watch = _nobody,
) -> Report:
    """Settle a batch; the same again changes nothing, and one that was cut off goes on.

    Args:
        bank: whose vouchers and money.
        batch: what is handed in.
        certificates: those checked before; hand the same in with each batch.
        watch: hears at the beginning, and after each part, how far it is.

    Raises TooBusy or OutcomeUnknown when the ledger does not answer: settle the same again.
    """
    known = CertificateCache() if certificates is None else certificates
    with bank.transaction() as connection:
        known.use(trusted_keys(connection))
        begun = progress.begin(connection, batch.hash, batch.present, bank.clock())
    done, tally, finished = begun
    certified: set[Certified] = set()
    start, tally = (0, Tally()) if finished else (done, tally)
    watch(start, tally)
    # A run that was cut off may have stored its last part and not posted it.
    outcomes = post_due(bank, keys=_keys(batch.records(max(0, start - PART), start)))
    for place in range(start, batch.present, PART):
        records = batch.records(place, place + PART)
        checked = check_part(bank, records, place, known)
        unstored = known.unstored(checked.certificates) - certified
        stored, tally = _store(bank, batch, checked, tally, unstored)
        certified |= unstored
        others = [r for at, r in enumerate(records, place) if at not in stored.places]
        outcomes += post_due(bank, keys=_keys(others), fresh=stored.due)
        watch(place + len(records), tally)
    with bank.connection() as connection:
        progress.finish(connection, batch.hash, bank.clock())
    known.note_stored(certified)
    return Report(batch.hash, batch.declared, batch.missing, start, finished, tally, outcomes)


def _keys(records: Sequence[bytes]) -> list[VoucherKey]:
    """Return what the vouchers of whole records are known by, whether or not they are any."""
    whole = [record[2:14] for record in records if len(record) == RECORD_LENGTH]
    return list(_KEY.iter_unpack(b"".join(whole)))


def _store(
    bank: Bank, batch: Batch, checked: Checked, before: Tally, certificates: set[Certified]
) -> tuple[Stored, Tally]:
    """Store a part, and return the batch's tally with it."""
    now, start, many = bank.clock(), checked.start, len(checked.records)
    with bank.transaction() as connection:
        progress.commit_at_leisure(connection)
        stored = storing.store(connection, checked.genuine, now, checked.rivalled)
        rejected = checked.rejected | dict.fromkeys(stored.forks, Reason.FORK)
        storing.store_certificates(connection, certificates)
        storing.store_rejects(connection, _hashed(checked, rejected), batch.hash, now)
        tally = before + _tally(many, stored.new, rejected)
        progress.advance(connection, batch.hash, (start, start + many), tally)
        flag(connection, stored.findings, now)
    examine(bank, [(a.payer_id, a.entry) for a in checked.genuine])
    return stored, tally


def _hashed(checked: Checked, rejected: dict[int, Reason]) -> list[Rejected]:
    return [
        Rejected(hashlib.sha256(checked.records[place - checked.start]).digest(), reason, place)
        for place, reason in rejected.items()
    ]


def _tally(records: int, stored: int, rejected: dict[int, Reason]) -> Tally:
    by_reason = Counter(rejected.values())
    duplicates = records - stored - len(rejected)
    return Tally(stored, duplicates, {reason: by_reason[reason] for reason in sorted(by_reason)})
