"""READ LOG: the entries as they are kept."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import EntryKind, Kind, LogEntry
from zerobar.purse.status import Status


def _read(purse: PurseUnderTest, entry: int) -> LogEntry:
    return LogEntry.parse(purse.ok(Instruction.READ_LOG, entry.to_bytes(4)))


@case("5 STATE and READ LOG", "7 The ring")
def test_valid_every_kind_of_entry(purse: PurseUnderTest) -> None:
    """Each entry is read back: kind, number, balance, held, and its message as it came."""
    first = purse.mirror.entry + 1
    purse.load(purse.limits.holding)
    purse.load(70)
    person, service = purse.world.person, purse.world.service
    voucher = purse.pay(person.request())
    conditions.void_a_load(purse)
    purse.undo(person.undoing(voucher))
    purse.pay(service.push_order())
    purse.pay(service.sign_request(service.request(Kind.AUTHORISE)))
    purse.unload(170)
    purse.state()
    kinds = [_read(purse, entry).kind for entry in range(first, purse.mirror.entry + 1)]
    pay, credit = EntryKind.PAY, EntryKind.CREDIT
    wanted = [credit, credit, pay, EntryKind.VOID, EntryKind.UNDO, pay, pay, pay]
    same(kinds[-8:], wanted, "kinds of the entries")


@case("4 STATE", "7 The ring")
def test_valid_chain_of_the_log(purse: PurseUnderTest) -> None:
    """The chain of the STATE is made of the entries, each after the one before."""
    purse.fund(300)
    person = purse.world.person
    voucher = purse.pay(person.request())
    purse.earn()
    purse.undo(person.undoing(voucher))
    state = purse.state()
    chain = purse.mirror.at(state.base).chain
    for entry in range(state.base + 1, state.entry + 1):
        logged = _read(purse, entry)
        content = logged.payload[: 106 if logged.kind == EntryKind.UNDO else 52]
        link = chain + bytes((logged.kind,)) + entry.to_bytes(4) + content
        chain = purse.world.hash(link)[:16]
    same(chain, state.chain, "chain")


@case("5 STATE and READ LOG", "4 VOUCHER")
def test_valid_signature_as_it_came(purse: PurseUnderTest) -> None:
    """The log keeps the voucher that was credited first, signature and all."""
    payment = purse.earn()
    other = purse.world.other_s(payment[52:116])
    purse.repeats(Instruction.ACCEPT, payment[:52] + other + payment[116:])
    purse.state()
    same(_read(purse, purse.mirror.entry).payload, payment[:116], "payload")


@case("5 STATE and READ LOG", "5 SYNC ACK")
def test_valid_after_the_acknowledgement(purse: PurseUnderTest) -> None:
    """The log is read on after a SYNC ACK of the same session, acknowledged entries too."""
    purse.earn()
    purse.sync()
    purse.earn()
    for entry in (purse.mirror.entry - 1, purse.mirror.entry):
        _read(purse, entry)


@case("5 STATE and READ LOG", antenna=True)
def test_valid_in_a_field(purse: PurseUnderTest) -> None:
    """In a field the log is read after a STATE with PIN, or after one the operator asked for."""
    purse.earn()
    purse.contactless()
    purse.state()
    _read(purse, purse.mirror.entry)
    purse.contactless()
    purse.verify_pin()
    purse.ok(Instruction.STATE, bytes(8))
    _read(purse, purse.mirror.entry)


@case("5 STATE and READ LOG", over={"0": 0, "next": 1, "far": 100_000, "last": 0xFFFFFFFF})
def test_invalid_entry_not_in_the_log(purse: PurseUnderTest, ahead: int) -> None:
    """An entry that does not exist ({}) is refused with 9E12."""
    purse.earn()
    purse.state()
    entry = min(purse.mirror.entry + ahead, 0xFFFFFFFF) if ahead else 0
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.READ_LOG, entry.to_bytes(4))


@case("5 STATE and READ LOG")
def test_invalid_without_state(purse: PurseUnderTest) -> None:
    """Without a STATE in this session the log is refused with 6985."""
    purse.earn()
    purse.state()
    purse.contact()
    entry = purse.mirror.entry.to_bytes(4)
    purse.refuses(Status.CONDITIONS_NOT_SATISFIED, Instruction.READ_LOG, entry)


@case("5 STATE and READ LOG", antenna=True)
def test_invalid_after_a_refused_state(purse: PurseUnderTest) -> None:
    """A STATE that was refused opens no log."""
    purse.earn()
    purse.contactless()
    purse.answers(Status.PIN_NEEDED, Instruction.STATE, bytes(8))
    entry = purse.mirror.entry.to_bytes(4)
    purse.refuses(Status.CONDITIONS_NOT_SATISFIED, Instruction.READ_LOG, entry)


@case("5 STATE and READ LOG")
def test_invalid_session_comes_before_entry(purse: PurseUnderTest) -> None:
    """6985 is answered before 9E12."""
    purse.contact()
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.READ_LOG, bytes(4))
    purse.state()
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.READ_LOG, bytes(4))
