"""PAY of kind PUSH: to a hosted payee, when no request can reach the card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen
from zerobar.purse.status import Status


@case("4 VOUCHER", "5 PAY", "6")
def test_valid_push(purse: PurseUnderTest) -> None:
    """By contact a push is paid: request number 0, and the terminal's time in the tag's place."""
    purse.fund(300)
    order = purse.world.service.push_order(time=b"time", reference=b"account1")
    voucher = purse.pay(order)
    same((voucher.kind, voucher.number, voucher.tag), (Kind.PUSH, 0, b"time"), "voucher")
    state = purse.state()
    same((state.balance, state.out_total, state.out_count), (200, 100, 1), "balance and totals")


@case("5 PAY")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The same push again - payee, time, amount, reference - gives the same bytes."""
    purse.fund(300)
    order = bytes(purse.world.service.push_order())
    purse.pay(order)
    purse.repeats(Instruction.PAY, order)
    conditions.blocked(purse)
    purse.repeats(Instruction.PAY, order)


_OTHER_ORDERS: Final[dict[str, dict[str, Any]]] = {
    "payee": {"payee_id": b"another "},
    "time": {"time": b"\xff\xff\xff\xfe"},
    "amount": {"amount": Fen(101)},
    "reference": {"reference": b"account2"},
}


@case("5 PAY", over=_OTHER_ORDERS)
def test_valid_another_push(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A push with another {} is another payment."""
    purse.fund(300)
    order = purse.world.service.push_order()
    first = purse.pay(order)
    second = purse.pay(replace(order, **changes))
    same(second.entry, first.entry + 1, "entry of the second push")
    purse.state()


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "kind 0": {"kind": 0},
    "kind 1": {"kind": Kind.PAYMENT},
    "kind 4": {"kind": Kind.UNLOAD},
    "kind 6": {"kind": Kind.AUTHORISE},
    "kind 7": {"kind": 7},
    "amount 0": {"amount": 0},
    "amount 80000000": {"amount": 0x80000000},
    "currency 840": {"currency": 840},
}


@case("5 PAY", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A push of {} is refused with 6A80."""
    purse.fund(1_000)
    order = bytes(purse.world.service.push_order(**changes))
    purse.refuses(Status.MALFORMED, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_to_itself(purse: PurseUnderTest) -> None:
    """A push to the purse itself is refused with 6A80."""
    purse.fund(100)
    order = bytes(purse.world.service.push_order(payee_id=purse.id))
    purse.refuses(Status.MALFORMED, Instruction.PAY, order)


@case("6", "5 PAY", antenna=True)
def test_invalid_in_a_field(purse: PurseUnderTest) -> None:
    """In a field a push is refused with 9E03 without PIN, and paid with it."""
    purse.fund(100)
    order = bytes(purse.world.service.push_order())
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)
    purse.verify_pin()
    purse.pay(order)
    purse.contactless()
    purse.repeats(Instruction.PAY, order)


@case("6", "5 PAY")
def test_invalid_limits(purse: PurseUnderTest) -> None:
    """A push is held to every limit and to the balance."""
    service = purse.world.service
    purse.fund(30_000)
    over = bytes(service.push_order(purse.limits.per_payment + 1))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    large = bytes(service.push_order(purse.limits.without_pin + 1))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, large)
    purse.verify_pin()
    too_much = bytes(service.push_order(30_001))
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, too_much)
    purse.pay(large)
    purse.state()


@case("6")
def test_valid_counts_as_a_payment(purse: PurseUnderTest) -> None:
    """A push counts to the payments, the value out and the no-PIN total."""
    service = purse.world.service
    purse.fund(60_000)
    for _ in range(2):
        purse.pay(service.push_order(purse.limits.without_pin))
    purse.pay(service.push_order(purse.limits.no_pin_total - 2 * purse.limits.without_pin))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, bytes(service.push_order(1)))
    purse.verify_pin()
    purse.pay(service.push_order(1))
    same(purse.state().out_count, 4, "count out")


@case("5 UNDO")
def test_invalid_undo(purse: PurseUnderTest) -> None:
    """A push cannot be undone: 9E12."""
    purse.fund(100)
    voucher = purse.pay(purse.world.service.push_order())
    undoing = purse.world.service.undoing(voucher)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)
