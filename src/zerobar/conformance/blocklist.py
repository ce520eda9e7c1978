"""BLOCKLIST: gossiped by every terminal, applied in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, patched, signed
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import (
    CA_NUMBER,
    OPERATOR_NUMBER,
    ROOT_NUMBER,
    SYNC_NUMBER,
    UNKNOWN_NUMBER,
    Counterpart,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status

_SIZE: Final = 256
_MOST_IDS: Final = 18


def _nobodies(purse: PurseUnderTest, count: int) -> tuple[bytes, ...]:
    return tuple(purse.world.nobody() for _ in range(count))


def _refuses_payer(purse: PurseUnderTest, payer: Counterpart) -> None:
    payment = payer.payment(purse.prepare(amount=1))
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, payment)


@case("5 BLOCKLIST", over={"no id": 0, "1 id": 1, "17 ids": 17, "18 ids": 18}, antenna=True)
def test_valid_delta(purse: PurseUnderTest, count: int) -> None:
    """A delta of {} leads to its epoch, on any interface."""
    purse.blocklist(*_nobodies(purse, count))
    purse.contactless()
    purse.blocklist(*_nobodies(purse, count))
    epoch = purse.mirror.epoch
    same(purse.contact().status.epoch, epoch, "epoch")
    purse.state()


@case("4 BLOCKLIST DELTA")
def test_valid_epochs_may_jump(purse: PurseUnderTest) -> None:
    """A delta may lead over many epochs at once."""
    start = purse.mirror.epoch
    purse.ok(Instruction.BLOCKLIST, signed(purse.delta(end=start + 1_000), purse.world.sync))
    same(purse.contact().status.epoch, start + 1_000, "epoch")


@case("4 BLOCKLIST DELTA", "10.13", over={"older": -1, "newer": 1})
def test_valid_another_epoch(purse: PurseUnderTest, step: int) -> None:
    """A delta from an {} epoch is answered with the card's epoch and not applied."""
    purse.blocklist()
    purse.blocklist()
    payer, epoch = purse.world.newcomer(), purse.mirror.epoch
    delta = purse.delta(payer.id, start=epoch + step, end=epoch + 5)
    purse.ok(Instruction.BLOCKLIST, signed(delta, purse.world.sync))
    same(purse.contact().status.epoch, epoch, "epoch")
    purse.accept(payer.payment(purse.prepare()))


@case("4 BLOCKLIST DELTA")
def test_valid_another_epoch_whoever_signed(purse: PurseUnderTest) -> None:
    """The signature of a delta that does not apply is not looked at."""
    delta = purse.delta(start=purse.mirror.epoch + 1)
    purse.ok(Instruction.BLOCKLIST, delta.body + bytes(64))
    unknown = replace(delta, key_number=UNKNOWN_NUMBER)
    purse.ok(Instruction.BLOCKLIST, unknown.body + bytes(64))
    purse.contact()


@case("4 BLOCKLIST DELTA")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """A delta that was applied is answered with the epoch again."""
    payer = purse.world.newcomer()
    delta = purse.blocklist(payer.id)
    purse.ok(Instruction.BLOCKLIST, delta)
    purse.blocklist()
    purse.ok(Instruction.BLOCKLIST, delta)
    purse.contact()


@case("4 BLOCKLIST DELTA")
def test_valid_lasts_over_a_reset(purse: PurseUnderTest) -> None:
    """Every id of a delta is blocked, for good."""
    payers = [purse.world.newcomer() for _ in range(3)]
    purse.blocklist(*_nobodies(purse, 8), *(payer.id for payer in payers), *_nobodies(purse, 7))
    purse.contact()
    for payer in payers:
        _refuses_payer(purse, payer)
    purse.earn()


@case("4 BLOCKLIST DELTA")
def test_valid_newest_256(purse: PurseUnderTest) -> None:
    """The newest 256 ids count: the 256th is still blocked, the next id frees it."""
    first, second = purse.world.newcomer(), purse.world.newcomer()
    purse.blocklist(first.id, second.id)
    left = _SIZE - 2
    while left:
        count = min(left, _MOST_IDS)
        purse.blocklist(*_nobodies(purse, count))
        left -= count
    _refuses_payer(purse, first)
    _refuses_payer(purse, second)
    purse.blocklist(*_nobodies(purse, 1))
    purse.accept(first.payment(purse.prepare(amount=1)))
    _refuses_payer(purse, second)
    purse.blocklist(*_nobodies(purse, 1))
    purse.accept(second.payment(purse.prepare(amount=1)))


@case("4 BLOCKLIST DELTA", "5 SYNC ACK")
def test_valid_own_id(purse: PurseUnderTest) -> None:
    """The own id blocks the purse until a SYNC ACK, and over resets."""
    purse.fund(100)
    purse.blocklist(*_nobodies(purse, 3), purse.id, *_nobodies(purse, 2))
    order = bytes(purse.world.person.request())
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)
    purse.contact()
    purse.blocklist()
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)
    purse.sync()
    purse.contact()
    purse.pay(order)


@case("4 BLOCKLIST DELTA")
def test_valid_own_class(purse: PurseUnderTest) -> None:
    """The class of the purse itself on the list does not keep it from paying."""
    purse.fund(100)
    conditions.class_listed(purse, purse.world.person)
    purse.pay(purse.world.person.request())


@case("6", "4 BLOCKLIST DELTA")
def test_valid_empty_delta_makes_the_list_fresh(purse: PurseUnderTest) -> None:
    """A delta without ids is a fresh list; one that does not apply is none."""
    conditions.blocklist_too_old(purse)
    stale = signed(purse.delta(start=purse.mirror.epoch + 1), purse.world.sync)
    purse.ok(Instruction.BLOCKLIST, stale)
    purse.refuses(
        Status.BLOCKLIST_TOO_OLD, Instruction.PREPARE, b"\x01\x00\x00\x00\x01\x00\x9c" + bytes(8)
    )
    purse.blocklist()
    purse.earn()


@case("4 BLOCKLIST DELTA", over={"the same": 0, "an earlier": -1})
def test_invalid_epochs(purse: PurseUnderTest, step: int) -> None:
    """A delta to {} epoch is refused with 6A80."""
    purse.blocklist()
    epoch = purse.mirror.epoch
    delta = purse.delta(end=epoch + step)
    purse.refuses(Status.MALFORMED, Instruction.BLOCKLIST, signed(delta, purse.world.sync))
    same(purse.contact().status.epoch, epoch, "epoch")


@case("4 BLOCKLIST DELTA", "11")
def test_invalid_signature(purse: PurseUnderTest) -> None:
    """A delta that nobody signed, or whose ids were changed, is refused with 9E0E."""
    delta = purse.delta(purse.id)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.BLOCKLIST, delta.body + bytes(64))
    raw = signed(purse.delta(*_nobodies(purse, 1)), purse.world.sync)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.BLOCKLIST, patched(raw, 11, b"somebody"))
    purse.contact()


_OTHER_KEYS: Final = {
    "root": ("root", ROOT_NUMBER),
    "CA": ("certification authority", CA_NUMBER),
    "operator purse": ("operator purse", OPERATOR_NUMBER),
    "sync, under an unknown number": ("sync", UNKNOWN_NUMBER),
    "stranger's": ("stranger", SYNC_NUMBER),
}


@case("4 BLOCKLIST DELTA", "11", over=_OTHER_KEYS)
def test_invalid_key(purse: PurseUnderTest, key: tuple[str, int]) -> None:
    """A delta by the {} key is refused with 9E0E."""
    delta = purse.delta(purse.id, number=key[1])
    raw = signed(delta, purse.world.signer(key[0]))
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.BLOCKLIST, raw)
    purse.contact()


@case("4 BLOCKLIST DELTA", over={"type 7": 0x71, "type 9": 0x91, "suite 15": 0x8F})
def test_invalid_form(purse: PurseUnderTest, head: int) -> None:
    """A delta of {} is refused with 6A80."""
    body = bytes((head,)) + purse.delta().body[1:]
    raw = body + purse.world.sync.sign(body)
    purse.refuses(Status.MALFORMED, Instruction.BLOCKLIST, raw)
    purse.contact()


@case("4 BLOCKLIST DELTA", over={"too many": 2, "too few": 0, "19": 19, "255": 255})
def test_invalid_count(purse: PurseUnderTest, count: int) -> None:
    """A delta whose count is {} for its one id is refused with 6A80 or 6700."""
    body = patched(purse.delta(*_nobodies(purse, 1)).body, 10, bytes((count,)))
    answer = purse.send(Instruction.BLOCKLIST, body + purse.world.sync.sign(body))
    refused = answer.status in (Status.MALFORMED, Status.WRONG_LENGTH)
    same(refused, True, f"refusal, but it was {answer.status:04X}:")
    purse.contact()


@case("4 BLOCKLIST DELTA")
def test_invalid_nineteen_ids(purse: PurseUnderTest) -> None:
    """A delta of 19 ids is refused with 6A80 or 6700."""
    raw = signed(purse.delta(*_nobodies(purse, _MOST_IDS + 1)), purse.world.sync)
    answer = purse.send(Instruction.BLOCKLIST, raw)
    refused = answer.status in (Status.MALFORMED, Status.WRONG_LENGTH)
    same(refused, True, f"refusal, but it was {answer.status:04X}:")
    purse.contact()
