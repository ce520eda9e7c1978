"""PAY of kind AUTHORISE: signed and numbered, the balance untouched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import Counterpart, World
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.status import Status


def _order(purse: PurseUnderTest, amount: int = 100) -> bytes:
    service = purse.world.service
    return service.sign_request(service.request(Kind.AUTHORISE, amount))


@case("5 PAY", "1 Two primitives", antenna=True)
def test_valid_balance_untouched(purse: PurseUnderTest) -> None:
    """An authorisation writes an entry and leaves the balance, on both interfaces."""
    purse.fund(50)
    purse.pay(_order(purse, 20_000))
    purse.contactless()
    purse.pay(_order(purse, 20_000))
    state = purse.state()
    same((state.balance, state.out_count), (50, 2), "balance and count out")


@case("5 PAY")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The same authorisation again gives the same bytes, also to the plain request."""
    purse.fund(0)
    order = _order(purse)
    purse.pay(order)
    purse.repeats(Instruction.PAY, order)
    purse.repeats(Instruction.PAY, order[:32])


@case("6", "5 PAY")
def test_invalid_unsigned(purse: PurseUnderTest) -> None:
    """An authorisation without the payee's signature is refused with 9E0D."""
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, _order(purse)[:32])


_Payee = Callable[[World], Counterpart]
_OTHERS: Final[dict[str, _Payee]] = {
    "person": lambda world: world.person,
    "anonymous person": lambda world: world.anonymous,
    "merchant": lambda world: world.merchant,
    "operator": lambda world: world.bank,
}


@case("6", "5 PAY", over=_OTHERS)
def test_invalid_payee_class(purse: PurseUnderTest, payee: _Payee) -> None:
    """An authorisation that a purse of class {} asks for is refused with 9E0D."""
    other = payee(purse.world)
    order = other.sign_request(other.request(Kind.AUTHORISE))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)


@case("6", "5 PAY")
def test_invalid_signature(purse: PurseUnderTest) -> None:
    """An authorisation with another's signature is refused with 9E0E."""
    order = _order(purse)
    forged = order[:32] + purse.world.stranger.sign(order[:32]) + order[96:]
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, forged)


@case("6", "5 PAY")
def test_invalid_certificate(purse: PurseUnderTest) -> None:
    """An authorisation with a certificate that a stranger signed is refused with 9E0D."""
    forger = purse.world.merchant.certified(by=purse.world.stranger, purse_class=PurseClass.SERVICE)
    order = forger.sign_request(forger.request(Kind.AUTHORISE))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)


@case("6")
def test_invalid_limits(purse: PurseUnderTest) -> None:
    """An authorisation is held to the limits per payment and without PIN."""
    over = _order(purse, purse.limits.per_payment + 1)
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    large = _order(purse, purse.limits.per_payment)
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, large)
    purse.verify_pin()
    purse.pay(large)
    purse.state()


@case("6")
def test_valid_counts_to_the_no_pin_total(purse: PurseUnderTest) -> None:
    """An authorisation without PIN counts to the no-PIN total."""
    limit = purse.limits.no_pin_total
    purse.fund(100)
    for _ in range(limit // purse.limits.without_pin):
        purse.pay(_order(purse, purse.limits.without_pin))
    purse.pay(_order(purse, limit % purse.limits.without_pin))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, _order(purse, 1))
    plain = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, plain)


@case("6")
def test_valid_counts_as_a_payment(purse: PurseUnderTest) -> None:
    """Authorisations count to the number of payments."""
    purse.fund(100)
    for _ in range(purse.limits.count_out):
        purse.pay(_order(purse, 1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, _order(purse, 1))
    plain = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, plain)


@case("6")
def test_valid_counts_to_value_out(purse: PurseUnderTest) -> None:
    """Authorisations count to the value out, and need no balance."""
    purse.fund(0)
    for _ in range(purse.limits.value_out // purse.limits.per_payment):
        purse.verify_pin()
        purse.pay(_order(purse, purse.limits.per_payment))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PAY, _order(purse, 1))


@case("6", over={"blocked": conditions.blocked, "expired": conditions.expired})
def test_invalid_purse(purse: PurseUnderTest, hinder: Callable[[PurseUnderTest], None]) -> None:
    """A purse that is {} authorises nothing."""
    hinder(purse)
    expected = Status.PURSE_BLOCKED if purse.mirror.blocked else Status.CERTIFICATE_EXPIRED
    purse.refuses(expected, Instruction.PAY, _order(purse))


@case("5 UNDO")
def test_invalid_undo(purse: PurseUnderTest) -> None:
    """An authorisation cannot be undone: 9E12, for there is nothing to give back."""
    purse.fund(0)
    voucher = purse.pay(_order(purse))
    undoing = purse.world.service.undoing(voucher)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)
