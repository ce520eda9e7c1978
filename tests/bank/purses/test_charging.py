"""Loads, and wallets that pay purses without network: money first, then one voucher, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, fill, grant
from tests.bank.purses.conftest import IN_WALLET, MakeCard, Sim, consent
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.checking import check_books
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.paying.errors import InsufficientBalance
from zerobar.bank.paying.papers import as_csv
from zerobar.bank.paying.statements import LAST_NUMBER, lines_of, statement_of
from zerobar.bank.people.errors import OverLimit, PinNeeded, WalletFrozen, WalletUnknown
from zerobar.bank.people.limits import Limits, check_payment, used_at
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.purses import (
    CertificateRefused,
    PurseUnknown,
    block_purse,
    charging,
    register_purse,
    signing,
)
from zerobar.bank.purses.charging import load, pay_purse
from zerobar.bank.purses.errors import (
    LoadTooLarge,
    NotLoadable,
    PurseBlocked,
    PurseExpired,
    PursesNotOffered,
    RequestKindRefused,
    RequestPaid,
    RequestRefused,
)
from zerobar.bank.purses.model import Charge, SignedVoucher
from zerobar.bank.purses.payees import Asked
from zerobar.purse.messages import EntryKind, Kind, PurseClass, Request, chain_after
from zerobar.purse.money import CNY, Fen
from zerobar.reader import StatusError


@pytest.fixture
def float_(bank: Bank) -> UUID:
    return operator_account(bank.operator_id, AccountCode.FLOAT)


def test_a_load_moves_money_from_the_wallet_onto_the_card(
    offering: Bank, anna: Holder, sim: Sim, float_: UUID
) -> None:
    request = sim.ask(200_00)
    paid = load(offering, consent(anna), offering.new_id(), anna.wallet, request)
    sim.card.accept(*paid)
    assert sim.card.state(bytes(8)).balance == 200_00
    assert balance(offering, anna.wallet) == IN_WALLET - 200_00
    assert balance(offering, float_) == 200_00
    assert not [check for check in check_books(offering) if check.deviations]


def test_asked_again_it_is_the_same_voucher_and_the_same_money(
    offering: Bank, anna: Holder, sim: Sim, float_: UUID
) -> None:
    id_, request = offering.new_id(), sim.ask(200_00)
    first = load(offering, consent(anna), id_, anna.wallet, request)
    again = load(offering, consent(anna), id_, anna.wallet, request)
    assert bytes(again) == bytes(first)
    assert balance(offering, float_) == 200_00


def test_an_answer_is_given_again_when_nothing_new_would_be_paid(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock
) -> None:
    id_, request = offering.new_id(), sim.ask(200_00)
    first = load(offering, consent(anna), id_, anna.wallet, request)
    clock.advance(hours=1)
    freeze_wallet(offering, anna.wallet, Freezer.BANK)
    block_purse(offering, sim.id)
    assert load(offering, consent(anna), id_, anna.wallet, request) == first


def test_one_request_is_paid_once_under_whatever_id(
    offering: Bank, anna: Holder, sim: Sim, float_: UUID
) -> None:
    request = sim.ask(100_00)

    def try_it(id_: UUID) -> SignedVoucher | None:
        try:
            return load(offering, consent(anna), id_, anna.wallet, request)
        except RequestPaid:
            return None

    ids = [offering.new_id() for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        paid = list(threads.map(try_it, ids))
    assert sum(voucher is not None for voucher in paid) == 1
    assert balance(offering, float_) == 100_00


def test_an_id_stands_for_one_load(offering: Bank, anna: Holder, bea: Holder, sim: Sim) -> None:
    id_, request = offering.new_id(), sim.ask(100_00)
    load(offering, consent(anna), id_, anna.wallet, request)
    with pytest.raises(IdUsed):
        load(offering, consent(anna), id_, anna.wallet, sim.ask(100_00))
    with pytest.raises(IdUsed):
        load(offering, consent(anna), id_, anna.wallet, replace(request, amount=Fen(1)))
    with pytest.raises(WalletUnknown):
        load(offering, consent(bea), id_, anna.wallet, request)


def test_the_operators_entries_and_its_chain_follow_each_other(
    offering: Bank, anna: Holder, sim: Sim
) -> None:
    chain = bytes(16)
    for number in range(1, 4):
        request = sim.ask(number)
        voucher, _ = load(offering, consent(anna), offering.new_id(), anna.wallet, request)
        assert (voucher.entry, voucher.chain) == (number, chain[:8])
        chain = chain_after(voucher.suite, chain, EntryKind.PAY, voucher.entry, voucher.body)


def test_entries_are_distinct_however_many_load_at_once(
    offering: Bank, anna: Holder, sim: Sim
) -> None:
    requests = [sim.ask(1 + amount) for amount in range(12)]
    with ThreadPoolExecutor(6) as threads:
        paid = threads.map(
            lambda request: (
                load(offering, consent(anna), offering.new_id(), anna.wallet, request).voucher.entry
            ),
            requests,
        )
        assert sorted(paid) == list(range(1, 13))


def test_a_crash_between_money_and_signature_is_finished_by_the_worker(
    offering: Bank, anna: Holder, sim: Sim, float_: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: Bank, charge: Charge) -> SignedVoucher:
        raise KeyboardInterrupt(str(charge.id))

    id_, request = offering.new_id(), sim.ask(100_00)
    monkeypatch.setattr(charging, "sign_charge", crash)
    with pytest.raises(KeyboardInterrupt):
        load(offering, consent(anna), id_, anna.wallet, request)
    monkeypatch.undo()
    assert balance(offering, float_) == 100_00
    assert (signing.sign_due(offering), signing.sign_due(offering)) == (1, 0)
    voucher, _ = load(offering, consent(anna), id_, anna.wallet, request)
    assert voucher.entry == 1
    assert balance(offering, float_) == 100_00


def test_a_crash_between_money_and_signature_is_finished_by_who_asks_again(
    offering: Bank, anna: Holder, sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: Bank, charge: Charge) -> SignedVoucher:
        raise KeyboardInterrupt(str(charge.id))

    id_, request = offering.new_id(), sim.ask(100_00)
    monkeypatch.setattr(charging, "sign_charge", crash)
    with pytest.raises(KeyboardInterrupt):
        load(offering, consent(anna), id_, anna.wallet, request)
    monkeypatch.undo()
    sim.card.accept(*load(offering, consent(anna), id_, anna.wallet, request))
    assert signing.sign_due(offering) == 0


def test_a_charge_that_cannot_be_signed_holds_up_no_other(
    offering: Bank, anna: Holder, sim: Sim, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    sign = signing.sign_charge
    signed: list[Request] = []

    def stumble(bank: Bank, charge: Charge) -> SignedVoucher:
        if charge.request == first:
            raise AssertionError("an entry was signed before")
        signed.append(charge.request)
        return sign(bank, charge)

    first, second = sim.ask(1_00), sim.ask(2_00)
    with monkeypatch.context() as patched:
        patched.setattr(charging, "sign_charge", lambda *_: None)
        for request in (first, second):
            load(offering, consent(anna), offering.new_id(), anna.wallet, request)
    with monkeypatch.context() as patched:
        patched.setattr(signing, "sign_charge", stumble)
        assert signing.sign_due(offering) == 1
    assert signed == [second]
    assert signing.sign_due(offering) == 0
    clock.advance(minutes=1)
    assert signing.sign_due(offering) == 1


def test_a_request_that_somebody_made_up_keeps_nobody_from_paying_the_real_one(
    offering: Bank, anna: Holder, bea: Holder, sim: Sim, make_card: MakeCard
) -> None:
    till = make_card(PurseClass.MERCHANT)
    fill(offering, bea.wallet, IN_WALLET)
    grant(offering, bea)
    real = till.ask(50_00, Kind.PAYMENT)
    for made_up in (
        replace(real, amount=Fen(1), tag=bytes(4)),
        replace(real, amount=Fen(1)),
        replace(real, reference=b"another!"),
    ):
        asked = Asked(made_up, till.certificate)
        paid = pay_purse(offering, consent(bea), offering.new_id(), bea.wallet, asked)
        with pytest.raises(StatusError):
            till.card.accept(*paid)
    asked = Asked(real, till.certificate)
    till.card.accept(*pay_purse(offering, consent(anna), offering.new_id(), anna.wallet, asked))
    assert till.card.state(bytes(8)).balance == 50_00
    assert not [check for check in check_books(offering) if check.many]


def test_both_shadows_count_what_the_operator_signed(
    offering: Bank, anna: Holder, sim: Sim
) -> None:
    voucher, _ = load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(100_00))
    with offering.connection() as connection:
        shadows = dict(
            connection.execute(
                "SELECT purse_id, in_fen - out_fen FROM bank.purse_shadow"
            ).fetchall()
        )
    assert shadows == {sim.id: 100_00, voucher.payer_id: -100_00}


def test_a_load_needs_the_pin_and_money_and_counts_towards_the_limits(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock
) -> None:
    load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_000_00))
    with offering.connection() as connection:
        assert used_at(connection, anna.wallet, clock()).today == 1_000_00
    with pytest.raises(InsufficientBalance) as short:
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(600_00))
    assert short.value.facts["shortfall_fen"] == 100_00
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))


def test_the_limit_of_a_day_holds_for_loads(offering: Bank, anna: Holder, sim: Sim) -> None:
    fill(offering, anna.wallet, Fen(9_000_00))
    for _ in range(5):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_000_00))
    with pytest.raises(OverLimit):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1))


def test_what_may_not_be_loaded_is_refused_with_its_reason(
    offering: Bank, bank: Bank, anna: Holder, bea: Holder, sim: Sim, make_card: MakeCard
) -> None:
    fill(offering, bea.wallet, Fen(100_00))
    grant(offering, bea)
    stranger = make_card()

    def refused(error: type[Exception], by: Holder, sim: Sim, **changes: object) -> None:
        request = replace(sim.ask(1_00), **changes)  # type: ignore[arg-type]
        with pytest.raises(error):
            load(offering, consent(by), offering.new_id(), by.wallet, request)

    refused(NotLoadable, bea, sim)
    refused(PurseUnknown, anna, stranger)
    refused(LoadTooLarge, anna, sim, amount=Fen(1_000_01))
    refused(RequestKindRefused, anna, sim, kind=Kind.PAYMENT)
    refused(RequestRefused, anna, sim, number=0)
    refused(RequestRefused, anna, sim, currency=840)
    with pytest.raises(PursesNotOffered):
        load(bank, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))
    block_purse(offering, sim.id)
    refused(PurseBlocked, anna, sim)


def test_a_purse_that_has_expired_is_not_loaded(
    offering: Bank, anna: Holder, sim: Sim, clock: Clock
) -> None:
    clock.advance(days=3 * 365)
    grant(offering, anna)
    load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))
    clock.advance(days=1)
    grant(offering, anna)
    with pytest.raises(PurseExpired):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))


def test_an_anonymous_purse_is_loaded_from_any_wallet(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard
) -> None:
    anonymous = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, anonymous.certificate, None)
    request = anonymous.ask(100_00)
    anonymous.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, request))
    assert anonymous.card.state(bytes(8)).balance == 100_00
    assert sim.card.state(bytes(8)).balance == 0


def test_a_freeze_that_comes_while_a_load_is_judged_stops_it(
    offering: Bank, anna: Holder, sim: Sim, monkeypatch: pytest.MonkeyPatch, float_: UUID
) -> None:
    def freeze_now(limits: Limits, amount: Fen) -> None:
        freeze_wallet(offering, anna.wallet, Freezer.BANK)
        check_payment(limits, amount)

    monkeypatch.setattr(charging, "check_payment", freeze_now)
    with pytest.raises(WalletFrozen):
        load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))
    assert balance(offering, float_) == 0


@pytest.mark.parametrize("kind", [Kind.PAYMENT, Kind.REFUND])
def test_a_wallet_pays_a_till_that_has_no_network(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard, kind: Kind, float_: UUID
) -> None:
    till = make_card(PurseClass.MERCHANT)
    signed = till.card.prepare_signed(kind, Fen(88_00), CNY, b"order 01")
    asked = Asked.of(signed)
    paid = pay_purse(offering, consent(anna), offering.new_id(), anna.wallet, asked)
    till.card.accept(*paid)
    assert till.card.state(bytes(8)).balance == 88_00
    assert sim.card.state(bytes(8)).balance == 0
    assert balance(offering, anna.wallet) == IN_WALLET - 88_00
    assert balance(offering, float_) == 88_00


def test_a_payees_request_is_checked_before_money_moves(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard, float_: UUID
) -> None:
    till = make_card(PurseClass.MERCHANT)
    signed = till.card.prepare_signed(Kind.PAYMENT, Fen(88_00), CNY, b"order 01")
    good = Asked.of(signed)
    forged = replace(signed, request=replace(signed.request, amount=Fen(99_00)))
    bad_certificate = replace(till.certificate, not_after_day=30_000)

    def refused(error: type[Exception], asked: Asked) -> None:
        with pytest.raises(error):
            pay_purse(offering, consent(anna), offering.new_id(), anna.wallet, asked)

    refused(RequestRefused, Asked.of(forged))
    refused(RequestRefused, Asked(good.request, sim.certificate))
    refused(CertificateRefused, Asked(good.request, bad_certificate))
    refused(RequestKindRefused, Asked(till.ask(1_00, Kind.LOAD), till.certificate))
    register_purse(offering, till.certificate, None)
    block_purse(offering, till.id)
    refused(PurseBlocked, good)
    assert balance(offering, float_) == 0


def test_a_card_takes_nobody_elses_voucher(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard
) -> None:
    paid = load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(1_00))
    with pytest.raises(StatusError):
        make_card().card.accept(*paid)


def test_a_wallets_statement_names_what_went_into_purses(
    offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard, clock: Clock
) -> None:
    load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(200_00))
    till = make_card(PurseClass.MERCHANT)
    asked = Asked(till.ask(38_00, Kind.PAYMENT), till.certificate)
    pay_purse(offering, consent(anna), offering.new_id(), anna.wallet, asked)
    lines = lines_of(offering, anna.person, anna.wallet, LAST_NUMBER, 2)
    assert [(line.code, line.amount) for line in lines] == [
        (TransferCode.WALLET_TO_PURSE, -38_00),
        (TransferCode.LOAD, -200_00),
    ]
    today = clock().date()
    paper = as_csv(statement_of(offering, anna.person, anna.wallet, today, today)).decode()
    assert "圈存 Load" in paper and "离线收款 Paid offline" in paper
