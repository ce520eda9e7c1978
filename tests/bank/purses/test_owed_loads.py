"""What is owed to a purse without a wallet comes at its next LOAD request, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.bank.holders import Holder, balance
from tests.bank.purses.conftest import MakeCard, Sim, consent
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.context import Bank
from zerobar.bank.purses import PurseUnknown, block_purse, charging, owed_loads, register_purse
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.errors import (
    OwedLess,
    PurseBlocked,
    RequestKindRefused,
    RequestPaid,
    RequestRefused,
)
from zerobar.bank.purses.model import Charge, SignedVoucher
from zerobar.bank.purses.owed_loads import load_owed
from zerobar.bank.settlement.owing import owed_to
from zerobar.issuer import TestAuthority
from zerobar.purse.messages import Kind, PurseClass, Request, SignedRequest, Voucher
from zerobar.purse.money import CNY, Fen

OWED = Fen(150_00)


def owed(bank: Bank, purse_id: bytes) -> Fen:
    with bank.connection() as connection:
        return owed_to(connection, purse_id)


def asked(card: Sim, amount: int, kind: Kind = Kind.LOAD) -> SignedRequest:
    return card.card.prepare_signed(kind, Fen(amount), CNY, bytes(8))


@pytest.fixture
def cash(offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard, keys: TestAuthority) -> Sim:
    """Give an anonymous card that has unloaded, and has no wallet for it."""
    card = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, card.certificate, None)
    paid = load(offering, consent(anna), offering.new_id(), anna.wallet, card.ask(int(OWED)))
    card.card.accept(*paid)
    request = keys.operator.unload_request(1, OWED, bytes(4), bytes(8))
    card.card.pay(request)
    card.sync(offering)
    return card


def test_it_is_loaded_in_parts_until_nothing_is_left(offering: Bank, cash: Sim) -> None:
    assert owed(offering, cash.id) == OWED
    float_ = operator_account(offering.operator_id, AccountCode.FLOAT)
    before = balance(offering, float_)
    for amount in (100_00, 50_00):
        cash.card.accept(*load_owed(offering, asked(cash, amount)))
    assert cash.card.state(bytes(8)).balance == OWED
    assert (owed(offering, cash.id), balance(offering, float_)) == (0, before)
    assert not [check for check in check_books(offering) if check.many]
    with pytest.raises(OwedLess):
        load_owed(offering, asked(cash, 1))


def test_what_its_card_voids_is_owed_again(offering: Bank, cash: Sim) -> None:
    cash.card.void(*load_owed(offering, asked(cash, 100_00)))
    for _ in range(2):
        cash.sync(offering)
    assert owed(offering, cash.id) == OWED
    assert not [check for check in check_books(offering) if check.many]
    cash.card.accept(*load_owed(offering, asked(cash, 150_00)))
    cash.sync(offering)
    assert (owed(offering, cash.id), cash.card.state(bytes(8)).balance) == (0, OWED)
    assert not [check for check in check_books(offering) if check.many]


def test_the_same_request_gives_the_same_voucher(offering: Bank, cash: Sim) -> None:
    request = asked(cash, 100_00)
    first = load_owed(offering, request)
    assert load_owed(offering, request) == first
    assert owed(offering, cash.id) == 50_00


def test_a_request_is_paid_by_a_wallet_or_from_what_is_owed_never_by_both(
    offering: Bank, anna: Holder, cash: Sim
) -> None:
    first, second = asked(cash, 10_00), asked(cash, 10_00)
    load(offering, consent(anna), offering.new_id(), anna.wallet, first.request)
    assert load_owed(offering, first).voucher.number == first.request.number
    assert owed(offering, cash.id) == OWED
    load_owed(offering, second)
    with pytest.raises(RequestPaid):
        load(offering, consent(anna), offering.new_id(), anna.wallet, second.request)


def test_what_a_wallet_paid_and_is_not_signed_yet_is_not_paid_from_what_is_owed(
    offering: Bank, anna: Holder, cash: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: Bank, charge: Charge) -> SignedVoucher:
        raise KeyboardInterrupt(str(charge.id))

    request = asked(cash, 10_00)
    monkeypatch.setattr(charging, "sign_charge", crash)
    with pytest.raises(KeyboardInterrupt):
        load(offering, consent(anna), offering.new_id(), anna.wallet, request.request)
    with pytest.raises(RequestPaid):
        load_owed(offering, request)
    assert owed(offering, cash.id) == OWED


def test_a_crash_between_the_mark_and_the_signature_is_finished_by_who_asks_again(
    offering: Bank, cash: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: Bank, request: Request) -> Voucher:
        raise KeyboardInterrupt(str(request.number))

    request = asked(cash, 10_00)
    monkeypatch.setattr(owed_loads, "_signed", crash)
    with pytest.raises(KeyboardInterrupt):
        load_owed(offering, request)
    monkeypatch.undo()
    assert not [check for check in check_books(offering) if check.many]
    cash.card.accept(*load_owed(offering, request))
    assert owed(offering, cash.id) == OWED - 10_00


def test_no_more_is_loaded_than_is_owed_however_many_ask_at_once(offering: Bank, cash: Sim) -> None:
    def ask(request: SignedRequest) -> SignedVoucher | None:
        try:
            return load_owed(offering, request)
        except OwedLess:
            return None

    requests = [asked(cash, 100_00) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        loaded = list(threads.map(ask, requests))
    assert sum(voucher is not None for voucher in loaded) == 1
    assert owed(offering, cash.id) == 50_00


def test_what_cannot_be_loaded_so_is_refused(
    offering: Bank, cash: Sim, make_card: MakeCard
) -> None:
    good, stranger = asked(cash, 1_00), make_card(PurseClass.ANONYMOUS)
    forged = replace(good, request=replace(good.request, amount=Fen(2_00)))
    for wrong in (forged, replace(good, certificate=stranger.certificate)):
        with pytest.raises(RequestRefused):
            load_owed(offering, wrong)
    with pytest.raises(RequestKindRefused):
        load_owed(offering, asked(cash, 1_00, Kind.PAYMENT))
    with pytest.raises(PurseUnknown):
        load_owed(offering, asked(stranger, 1_00))
    block_purse(offering, cash.id)
    with pytest.raises(PurseBlocked):
        load_owed(offering, asked(cash, 1_00))
