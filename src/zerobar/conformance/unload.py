"""PAY of kind UNLOAD: back to the operator, whatever the purse's condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import OPERATOR_NUMBER
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass, Request, Role
from zerobar.purse.money import MAX_AMOUNT
from zerobar.purse.status import Status

_Condition = Callable[[PurseUnderTest], object]
_HINDRANCES: Final[dict[str, _Condition]] = {
    "blocked": conditions.blocked,
    "expired": conditions.expired,
    "its log has two free slots": conditions.log_full,
    "its log has one free slot": lambda purse: conditions.log_fuller(purse, 1),
    "its payments are used up": conditions.payments_used_up,
    "its no-PIN total is used up": conditions.no_pin_total_used_up,
    "its blocklist is too old": conditions.blocklist_too_old,
}


def _request(purse: PurseUnderTest, amount: int = 100) -> Request:
    return purse.world.bank.request(Kind.UNLOAD, amount)


@case("5 PAY", "1 Two primitives")
def test_valid_unload(purse: PurseUnderTest) -> None:
    """By contact an unload is paid without PIN, plain or signed, and counts to no limit."""
    purse.fund(300)
    purse.pay(_request(purse))
    bank = purse.world.bank
    purse.pay(bank.sign_request(_request(purse, 200)))
    state = purse.state()
    same((state.balance, state.out_total, state.out_count), (0, 0, 0), "balance and out totals")


@case("5 PAY")
def test_valid_held_first(purse: PurseUnderTest) -> None:
    """An unload takes what is held first, then the balance, to the last fen."""
    purse.fund(purse.limits.holding)
    purse.load(1_000)
    purse.pay(_request(purse, 400))
    purse.pay(_request(purse, 700))
    state = purse.state()
    same((state.balance, state.held), (purse.limits.holding - 100, 0), "balance and held")
    over = bytes(_request(purse, state.balance + 1))
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, over)
    purse.pay(_request(purse, state.balance))
    purse.state()


@case("5 PAY")
def test_invalid_more_than_balance_and_held(purse: PurseUnderTest) -> None:
    """An unload of one fen more than balance and held is refused with 9E01."""
    purse.fund(purse.limits.holding)
    purse.load(500)
    everything = purse.limits.holding + 500
    over = bytes(_request(purse, everything + 1))
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, over)
    purse.pay(_request(purse, everything))
    purse.state()


@case("5 PAY", "6", "10.14", over=_HINDRANCES)
def test_valid_whatever_hinders(purse: PurseUnderTest, hinder: _Condition) -> None:
    """A purse that could pay nobody else ({}) gives its value back to the operator."""
    purse.fund(60_000)
    hinder(purse)
    purse.pay(_request(purse, purse.mirror.balance))
    purse.state()


@case("5 PAY", "6")
def test_valid_above_every_limit(purse: PurseUnderTest) -> None:
    """An unload is held to no limit per payment or in all."""
    purse.fund(purse.limits.value_out)
    conditions.value_out_used_up(purse)
    purse.fund(purse.limits.holding)
    purse.load(2 * purse.limits.per_payment)
    purse.pay(_request(purse, purse.limits.holding + 2 * purse.limits.per_payment))
    purse.state()


@case("5 PAY")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The same unload again gives the same bytes and takes nothing more."""
    purse.fund(300)
    order = bytes(_request(purse))
    purse.pay(order)
    purse.repeats(Instruction.PAY, order)


@case("5 PAY", antenna=True)
def test_invalid_in_a_field(purse: PurseUnderTest) -> None:
    """In a field without PIN a plain unload is refused with 9E03; with PIN it is paid."""
    purse.fund(100)
    order = bytes(_request(purse))
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)
    purse.verify_pin()
    purse.pay(order)
    purse.state()


@case("5 PAY", antenna=True)
def test_valid_signed_in_a_field(purse: PurseUnderTest) -> None:
    """In a field without PIN an unload that the operator's purse signed is paid."""
    purse.fund(60_000)
    purse.contactless()
    bank = purse.world.bank
    purse.pay(bank.sign_request(_request(purse, 60_000)))
    purse.state()


@case("5 PAY", antenna=True)
def test_invalid_signed_in_a_field_by_another_class(purse: PurseUnderTest) -> None:
    """In a field without PIN only a class 0F certificate opens an unload; else 9E03."""
    purse.fund(100)
    purse.contactless()
    merchant = purse.world.bank.certified(purse_class=PurseClass.MERCHANT)
    order = merchant.sign_request(_request(purse))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)


@case("5 PAY", antenna=True)
def test_invalid_signature_in_a_field(purse: PurseUnderTest) -> None:
    """An unload whose signature is not the operator's is refused with 9E0E."""
    purse.fund(100)
    purse.contactless()
    request = _request(purse)
    bank = purse.world.bank
    forged = bytes(request) + purse.world.stranger.sign(bytes(request)) + bytes(bank.certificate)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, forged)


@case("5 PAY", antenna=True)
def test_invalid_to_anyone_else(purse: PurseUnderTest) -> None:
    """An unload to an id that is no key of role 4 is refused with 9E0D, on any interface."""
    purse.fund(200)
    merchant = purse.world.merchant
    order = bytes(merchant.request(Kind.UNLOAD))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)
    other_bank = purse.world.newcomer(PurseClass.OPERATOR)
    signed = other_bank.sign_request(other_bank.request(Kind.UNLOAD))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, signed)
    purse.contactless()
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, signed)


@case("5 PAY", "4 KEY UPDATE")
def test_invalid_to_a_deleted_key(purse: PurseUnderTest) -> None:
    """Once the operator's key is deleted, an unload to it is refused with 9E0D."""
    purse.fund(100)
    purse.update_key(OPERATOR_NUMBER, Role.OPERATOR_PURSE, bytes(64))
    order = bytes(_request(purse))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)
    purse.update_key(OPERATOR_NUMBER, Role.OPERATOR_PURSE, purse.world.bank.signer.public_key)
    purse.pay(order)


@case("5 PAY")
def test_invalid_log_without_a_free_slot(purse: PurseUnderTest) -> None:
    """With no slot free at all an unload is refused with 9E09, before anything else."""
    purse.fund(300)
    conditions.log_fuller(purse, 0)
    order = bytes(_request(purse, MAX_AMOUNT))
    purse.refuses(Status.LOG_FULL, Instruction.PAY, order)
    to_other = bytes(purse.world.merchant.request(Kind.UNLOAD))
    purse.refuses(Status.LOG_FULL, Instruction.PAY, to_other)
    purse.sync()
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, order)


@case("5 PAY", antenna=True)
def test_invalid_pin_comes_before_balance(purse: PurseUnderTest) -> None:
    """9E03 is answered before 9E01."""
    purse.fund(0)
    purse.contactless()
    order = bytes(_request(purse, 1))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)
    purse.verify_pin()
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_expired_certificate(purse: PurseUnderTest) -> None:
    """An unload signed under the operator's expired certificate is refused with 9E0D."""
    purse.fund(100)
    bank = purse.world.bank.certified(not_after_day=purse.mirror.floor_day - 1)
    request = _request(purse)
    order = bank.sign_request(request)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)
    purse.pay(request)


@case("5 PAY", antenna=True)
def test_invalid_certificate_comes_before_signature(purse: PurseUnderTest) -> None:
    """9E0D is answered before 9E0E, and 9E0E before 9E03 and 9E01."""
    purse.fund(0)
    purse.contactless()
    request, bank = _request(purse), purse.world.bank
    unsigned = bytes(request) + bytes(64)
    forged = bank.certified(by=purse.world.stranger).certificate
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, unsigned + bytes(forged))
    merchant = bank.certified(purse_class=PurseClass.MERCHANT).certificate
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, unsigned + bytes(merchant))
