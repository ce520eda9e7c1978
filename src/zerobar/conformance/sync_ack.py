"""SYNC ACK: the operator's word that it holds the log."""

from __future__ import annotations

from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import (
    CA_NUMBER,
    OPERATOR_NUMBER,
    ROOT_NUMBER,
    SYNC_NUMBER,
    UNKNOWN_NUMBER,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status


def _refuses(purse: PurseUnderTest, status: Status, ack: bytes) -> None:
    """See that a SYNC ACK is refused, without asking for a STATE, which would renew the nonce."""
    purse.answers(status, Instruction.SYNC_ACK, ack)


@case("5 SYNC ACK", antenna=True)
def test_valid_acknowledgement(purse: PurseUnderTest) -> None:
    """An acknowledged log is the new base, its totals count from there; on any interface."""
    purse.fund(1_000)
    purse.pay(purse.world.person.request())
    purse.sync()
    state = purse.state()
    same((state.base, state.out_total, state.out_count), (state.entry, 0, 0), "base and totals")
    purse.pay(purse.world.person.request())
    purse.contactless()
    purse.sync()
    state = purse.state()
    same((state.base, state.out_total), (state.entry, 0), "base and total")
    purse.contact()


@case("5 SYNC ACK")
def test_valid_earlier_entry(purse: PurseUnderTest) -> None:
    """An entry before the last can be acknowledged: what came after it still counts."""
    purse.fund(1_000)
    vouchers = [purse.pay(purse.world.person.request(amount=a)) for a in (10, 20, 30)]
    purse.sync(entry=vouchers[0].entry)
    state = purse.state()
    same((state.out_total, state.out_count), (50, 2), "out totals")
    purse.sync(entry=vouchers[1].entry)
    same(purse.state().out_total, 30, "out total")


@case("5 SYNC ACK")
def test_valid_nothing_new(purse: PurseUnderTest) -> None:
    """The base itself can be acknowledged again, with the chain recorded for it."""
    purse.earn()
    purse.sync()
    base = purse.mirror.base
    purse.earn()
    purse.sync(entry=base)
    same(purse.state().base, base, "base")
    purse.contact()
    purse.sync(entry=base)
    purse.state()


@case("5 SYNC ACK")
def test_valid_lasts_over_a_reset(purse: PurseUnderTest) -> None:
    """What was acknowledged stays so."""
    purse.earn()
    purse.sync()
    purse.contact()
    state = purse.state()
    same(state.base, state.entry, "base")


@case("5 SYNC ACK")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The recorded message again is answered with 9000 before any other check."""
    purse.earn()
    ack = purse.sync()
    purse.ok(Instruction.SYNC_ACK, ack)
    purse.contact()
    purse.ok(Instruction.SYNC_ACK, ack)
    purse.earn()
    purse.state()
    purse.ok(Instruction.SYNC_ACK, ack)
    purse.state()


@case("5 SYNC ACK", "11")
def test_valid_repeat_undoes_nothing(purse: PurseUnderTest) -> None:
    """A repeat of the recorded message does not take back what happened since."""
    ack = purse.sync()
    conditions.blocked(purse)
    purse.ok(Instruction.SYNC_ACK, ack)
    purse.fund(100)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)


@case("5 SYNC ACK", "11", "10")
def test_invalid_old_acknowledgement(purse: PurseUnderTest) -> None:
    """An earlier SYNC ACK, replayed after a later one, is refused; the base never falls."""
    purse.earn()
    old = purse.sync()
    purse.earn()
    purse.sync()
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, old)
    purse.contact()
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, old)
    purse.state()
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, old)
    purse.state()


@case("5 SYNC ACK")
def test_invalid_second_acknowledgement(purse: PurseUnderTest) -> None:
    """A STATE is answered once: another SYNC ACK for it is refused with 6985."""
    purse.earn()
    purse.sync()
    other = purse.ack(flags=1)
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, other)
    purse.state()


@case("5 SYNC ACK")
def test_invalid_nonce(purse: PurseUnderTest) -> None:
    """A nonce that is not the last STATE's is refused with 6985; that of the last is taken."""
    purse.state()
    first = purse.ack()
    purse.state()
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, first)
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, purse.ack(nonce=bytes(8)))
    purse.ok(Instruction.SYNC_ACK, purse.ack())


@case("5 SYNC ACK")
def test_invalid_without_state(purse: PurseUnderTest) -> None:
    """Without a STATE in this session a SYNC ACK is refused with 6985, one of zeros too."""
    purse.state()
    ack = purse.ack()
    purse.contact()
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, ack)
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, purse.ack(nonce=bytes(8)))
    purse.state()
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, ack)


@case("5 SYNC ACK", over={"the next": 1, "far ahead": 1_000, "the last": 0xFFFFFFFF})
def test_invalid_entry_ahead(purse: PurseUnderTest, ahead: int) -> None:
    """An entry that does not exist yet ({}) is refused with 9E12."""
    purse.earn()
    purse.state()
    entry = min(purse.mirror.entry + ahead, 0xFFFFFFFF)
    _refuses(purse, Status.ENTRY_NOT_IN_LOG, purse.ack(entry=entry))
    purse.state()


@case("5 SYNC ACK", "10.4")
def test_invalid_entry_before_the_base(purse: PurseUnderTest) -> None:
    """An entry before the base is refused with 9E12."""
    for _ in range(2):
        purse.earn()
    purse.sync()
    purse.state()
    for entry in (purse.mirror.base - 1, 0):
        _refuses(purse, Status.ENTRY_NOT_IN_LOG, purse.ack(entry=entry))
    purse.state()


@case("5 SYNC ACK")
def test_invalid_chain(purse: PurseUnderTest) -> None:
    """Another chain than the log's is refused with 9E0A: at the end, in between, at the base."""
    purse.earn()
    purse.sync()
    for _ in range(2):
        purse.earn()
    purse.state()
    mirror = purse.mirror
    for entry in (mirror.entry, mirror.entry - 1, mirror.base):
        other = mirror.at(mirror.entry - 1 if entry == mirror.entry else mirror.entry).chain
        _refuses(purse, Status.OTHER_CONTENT, purse.ack(entry=entry, chain=other))
        _refuses(purse, Status.OTHER_CONTENT, purse.ack(entry=entry, chain=bytes(16)))
    purse.ok(Instruction.SYNC_ACK, purse.ack(entry=mirror.entry - 1))
    purse.state()


@case("5 SYNC ACK", "10.13")
def test_invalid_time(purse: PurseUnderTest) -> None:
    """A time before the time floor is refused with 6A80; the floor itself is taken."""
    later = purse.mirror.time_floor + 100
    purse.sync(time=later)
    purse.state()
    _refuses(purse, Status.MALFORMED, purse.ack(time=later - 1))
    _refuses(purse, Status.MALFORMED, purse.ack(time=0))
    purse.ok(Instruction.SYNC_ACK, purse.ack(time=later))


@case("5 SYNC ACK", "10.13")
def test_invalid_time_before_the_certificate(purse: PurseUnderTest) -> None:
    """A time before the own certificate's first day is refused with 6A80."""
    purse.state()
    first = purse.own_certificate.not_before_day * 86_400
    _refuses(purse, Status.MALFORMED, purse.ack(time=first - 1))
    purse.state()


@case("5 SYNC ACK", "4 SYNC ACK", "11")
def test_invalid_purse(purse: PurseUnderTest) -> None:
    """A SYNC ACK for another purse is refused with 9E0C."""
    purse.state()
    _refuses(purse, Status.REQUEST_NOT_MINE, purse.ack(id=purse.world.person.id))
    purse.ok(Instruction.SYNC_ACK, purse.ack())


_OTHER_KEYS: Final = {
    "root": ("root", ROOT_NUMBER),
    "CA": ("certification authority", CA_NUMBER),
    "operator purse": ("operator purse", OPERATOR_NUMBER),
    "sync, under an unknown number": ("sync", UNKNOWN_NUMBER),
    "sync, under the root's number": ("sync", ROOT_NUMBER),
    "stranger's": ("stranger", SYNC_NUMBER),
}


@case("4 SYNC ACK", "11", over=_OTHER_KEYS)
def test_invalid_key(purse: PurseUnderTest, key: tuple[str, int]) -> None:
    """A SYNC ACK by the {} key is refused with 9E0E."""
    purse.state()
    ack = purse.ack(by=purse.world.signer(key[0]), key_number=key[1])
    _refuses(purse, Status.SIGNATURE_REFUSED, ack)
    purse.state()


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "type 6": {"head": 0x61},
    "type 8": {"head": 0x81},
    "suite 15": {"head": 0x7F},
    "a reserved byte in the middle": {"rfu": b"\x01"},
    "reserved bytes after the flags": {"rfu2": b"\x00\x00\x01"},
}


@case("4 SYNC ACK", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A SYNC ACK of {} is refused with 6A80."""
    purse.state()
    _refuses(purse, Status.MALFORMED, purse.ack(**changes))
    purse.state()


@case("4 SYNC ACK", "6")
def test_valid_block_and_release(purse: PurseUnderTest) -> None:
    """Flags bit 0 blocks the purse; a later SYNC ACK without it releases it."""
    purse.fund(100)
    order = bytes(purse.world.person.request())
    purse.sync(flags=1)
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)
    purse.contact()
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)
    purse.sync()
    purse.pay(order)


@case("4 SYNC ACK")
def test_valid_other_flags_are_ignored(purse: PurseUnderTest) -> None:
    """Of the flags only bit 0 counts."""
    purse.fund(100)
    purse.sync(flags=0xFE)
    purse.pay(purse.world.person.request())
    purse.sync(flags=0xFF)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)


@case("4 BLOCKLIST DELTA", "5 SYNC ACK")
def test_valid_releases_what_the_blocklist_blocked(purse: PurseUnderTest) -> None:
    """A purse that its own id blocked is released by a SYNC ACK for a later STATE."""
    purse.fund(100)
    conditions.blocked(purse)
    purse.sync()
    purse.pay(purse.world.person.request())


@case("4 BLOCKLIST DELTA", "5 SYNC ACK")
def test_invalid_release_of_what_the_operator_has_not_seen(purse: PurseUnderTest) -> None:
    """A SYNC ACK for a STATE from before the purse was blocked leaves it blocked."""
    purse.fund(100)
    purse.state()
    conditions.blocked(purse)
    purse.ok(Instruction.SYNC_ACK, purse.ack())
    order = bytes(purse.world.person.request())
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)
    purse.sync()
    purse.pay(order)


@case("5 SYNC ACK")
def test_invalid_purse_comes_before_key(purse: PurseUnderTest) -> None:
    """9E0C is answered before 9E0E."""
    purse.state()
    ack = purse.ack(by=purse.world.stranger, id=bytes(8))
    _refuses(purse, Status.REQUEST_NOT_MINE, ack)


@case("5 SYNC ACK")
def test_invalid_key_comes_before_nonce(purse: PurseUnderTest) -> None:
    """9E0E is answered before 6985."""
    ack = purse.ack(by=purse.world.stranger, nonce=b"another ")
    _refuses(purse, Status.SIGNATURE_REFUSED, ack)
    purse.state()


@case("5 SYNC ACK")
def test_invalid_nonce_comes_before_entry(purse: PurseUnderTest) -> None:
    """6985 is answered before 9E12."""
    purse.state()
    ack = purse.ack(nonce=b"another ", entry=purse.mirror.entry + 1)
    _refuses(purse, Status.CONDITIONS_NOT_SATISFIED, ack)


@case("5 SYNC ACK")
def test_invalid_entry_comes_before_chain(purse: PurseUnderTest) -> None:
    """9E12 is answered before 9E0A."""
    purse.state()
    ack = purse.ack(entry=purse.mirror.entry + 1, chain=b"another chain...")
    _refuses(purse, Status.ENTRY_NOT_IN_LOG, ack)


@case("5 SYNC ACK")
def test_invalid_chain_comes_before_time(purse: PurseUnderTest) -> None:
    """9E0A is answered before 6A80 for the time."""
    purse.earn()
    purse.state()
    ack = purse.ack(chain=b"another chain...", time=0)
    _refuses(purse, Status.OTHER_CONTENT, ack)
    purse.ok(Instruction.SYNC_ACK, purse.ack())


@case("5 SYNC ACK")
def test_invalid_form_comes_before_purse(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E0C."""
    purse.state()
    _refuses(purse, Status.MALFORMED, purse.ack(id=bytes(8), rfu=b"\xff"))


@case("5 SYNC ACK")
def test_valid_refused_one_leaves_the_nonce(purse: PurseUnderTest) -> None:
    """A SYNC ACK that was refused does not use the STATE up."""
    purse.earn()
    purse.state()
    _refuses(purse, Status.SIGNATURE_REFUSED, purse.ack(by=purse.world.stranger))
    _refuses(purse, Status.OTHER_CONTENT, purse.ack(chain=b"another chain..."))
    purse.ok(Instruction.SYNC_ACK, purse.ack())
    purse.state()
