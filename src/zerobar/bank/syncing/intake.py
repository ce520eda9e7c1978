"""Taking in a purse's state and log: checked, stored, and what follows decided, at once.

Everything happens in one transaction, in which nobody else takes in anything of this purse. What
proves a cheat is kept before anybody is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zerobar.bank.context import Bank
from zerobar.bank.fraud.flagging import flag
from zerobar.bank.fraud.model import Finding, FraudTest, Signed
from zerobar.bank.purses import store as purses
from zerobar.bank.purses.errors import PurseUnknown
from zerobar.bank.settlement import storing
from zerobar.bank.settlement.outcomes import decide
from zerobar.bank.syncing import parts, proving, store
from zerobar.bank.syncing.errors import LogRefused, StateRefused
from zerobar.bank.syncing.following import follow
from zerobar.bank.syncing.judging import agree, faults_of, is_balanced
from zerobar.bank.syncing.model import MOST_ENTRIES, Head, Link, Position, Upload
from zerobar.database import Connection
from zerobar.purse.messages import Certificate, LogEntry, State
from zerobar.purse.suites import SignatureRefused

VoucherKey = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an upload.

    Attributes:
        forked: the purse has signed another log than the one held; nothing of it was taken in.
        changed: vouchers that are worth looking at again for cheats, by payer id and entry.
    """

    forked: bool = False
    changed: tuple[VoucherKey, ...] = ()


@dataclass(frozen=True, slots=True)
class _Intake:
    """One upload on its way in, under the lock of its purse."""

    connection: Connection
    upload: Upload
    certificate: Certificate
    head: Head
    now: datetime

    @property
    def state(self) -> State:
        return self.upload.state


def take_in(bank: Bank, upload: Upload) -> Taken:
    """Take in what a terminal brings; the same again changes nothing.

    Raises PurseUnknown, StateRefused, LogRefused or CertificatesNeeded, and then has changed
    nothing.
    """
    if len(upload.entries) > MOST_ENTRIES:
        raise LogRefused(f"it has more than {MOST_ENTRIES} entries", upload.state.entry)
    with bank.transaction() as connection:
        certificate = check_state(connection, upload.state)
        head = store.locked_head(connection, upload.state.id)
        return _take_in(_Intake(connection, upload, certificate, head, bank.clock()))


def check_state(connection: Connection, state: State) -> Certificate:
    """Return the certificate of the purse whose state this is.

    Raises PurseUnknown or StateRefused.
    """
    purse = purses.purse(connection, state.id)
    if purse is None:
        raise PurseUnknown(state.id)
    try:
        state.verify(purse.certificate.public_key)
    except SignatureRefused:
        raise StateRefused("the purse did not sign it") from None
    if not state.base <= state.entry:
        raise StateRefused("its base is beyond its entry")
    return purse.certificate


def _take_in(intake: _Intake) -> Taken:
    head, state = intake.head, intake.state
    if head.state is not None and not agree(head.state, state):
        return _forked(intake, b"")
    if state.entry > head.position.entry:
        return _longer(intake)
    held = store.position(intake.connection, state.id, state.entry)
    assert held is not None, "a log is held from its beginning to its head"
    if held.chain != state.chain:
        return _forked(intake, b"")
    _keep(intake, [], held, [])
    return Taken()


def _longer(intake: _Intake) -> Taken:
    """Follow the log to a state beyond what is held."""
    head, state = intake.head, intake.state
    known = head.position.entry
    entries = _with_parts(intake, known)
    first = entries[0].entry if entries else state.entry
    start = None
    if 0 < first <= known + 1:
        start = store.position(intake.connection, state.id, first - 1)
    if start is None:
        raise LogRefused(f"entry {known + 1} is missing", known, state.base)
    links = follow(start, state, entries, known)
    if any(link.entry == known and link.position.chain != head.position.chain for link in links):
        return _forked(intake, b"".join(link.raw for link in links))
    return _take_new(intake, [link for link in links if link.entry > known])


def _with_parts(intake: _Intake, known: int) -> list[LogEntry]:
    """Return the log that was brought now, after what was brought of it in parts before."""
    brought = list(intake.upload.entries)
    first = brought[0].entry if brought else intake.state.entry + 1
    if first <= known + 1:
        return brought
    return parts.kept(intake.connection, intake.state.id, known + 1, first - 1) + brought


def _take_new(intake: _Intake, links: Sequence[Link]) -> Taken:
    connection, state = intake.connection, intake.state
    known = proving.certificates_of(connection)
    needed = proving.signers_of(connection, links) - {state.id}
    signers = proving.gather(connection, known, needed, intake.upload.certificates)
    signers[state.id] = intake.certificate
    earlier = store.earlier(connection, state.id, links)
    faults = faults_of(intake.head, intake.head.position.chain, links, earlier, signers, state)
    faulty = {entry for entry, _ in faults}
    sound = [link for link in links if link.entry not in faulty]
    proved = proving.prove(connection, known, sound, signers, intake.head.position.entry)
    stored = storing.store(connection, proved.arrivals, intake.now)
    storing.store_certificates(connection, proved.certificates)
    findings = [_finding(intake, links, *fault) for fault in faults]
    _keep(intake, links, links[-1].position, [*findings, *stored.findings])
    return Taken(changed=_changed(intake, links, proved))


def _keep(
    intake: _Intake, links: Sequence[Link], reached: Position, findings: list[Finding]
) -> None:
    """Store a log and the state that it leads to, decide what follows, and flag cheats."""
    connection, state = intake.connection, intake.state
    if not is_balanced(state, reached.funds_fen):
        findings.append(_finding(intake, links, state.entry, FraudTest.BROKEN_EQUATION))
    if _is_newest(intake.head, state):
        store.advance(connection, state.id, state, links)
    store.note_sync(connection, state, intake.now)
    parts.forget(connection, state.id)
    decide(connection, [state.id], intake.now)
    flag(connection, findings, intake.now)


def _is_newest(head: Head, state: State) -> bool:
    newest = head.state
    if newest is None:
        return True
    return (state.entry, state.base, state.number) >= (newest.entry, newest.base, newest.number)


def _forked(intake: _Intake, log: bytes) -> Taken:
    """Keep both states, which no one purse can have been in one after the other.

    A state of the very beginning contradicts by itself what every log begins with.
    """
    known = intake.head.state
    finding = Finding(
        intake.state.id,
        intake.state.entry,
        FraudTest.OTHER_LOG,
        Signed.read(None if known is None else bytes(known)),
        Signed.of(intake.state),
        log,
    )
    flag(intake.connection, [finding], intake.now)
    return Taken(forked=True)


def _finding(intake: _Intake, links: Sequence[Link], entry: int, test: FraudTest) -> Finding:
    known = intake.head.state
    before = Signed.read(None if known is None else bytes(known))
    log = b"".join(link.raw for link in links)
    return Finding(intake.state.id, entry, test, Signed.of(intake.state), before, log)


def _changed(
    intake: _Intake, links: Sequence[Link], proved: proving.Proved
) -> tuple[VoucherKey, ...]:
    """Return new vouchers, and the purse's own that its log has now reached, or almost."""
    own = [(intake.state.id, link.entry) for link in links]
    own.append((intake.state.id, links[-1].entry + 1))
    return tuple({*own, *((a.payer_id, a.entry) for a in proved.arrivals)})
