"""What cards pay a biller that has no use for it goes back to whoever paid: whole, and once."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import found
from tests.bank.holders import Holder, balance, fill, grant, move
from tests.bank.merchants.tapping import check, tap
from tests.bank.merchants.test_tap_abuse import flagged
from tests.bank.merchants.trading import STAFF, Trader, begin, new_order
from tests.bank.purses.conftest import MakeCard, Sim, consent
from tests.bank.purses.test_billers import KEY, biller, loaded, order, payee, push, telecom
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.merchants import event_store, webhooks
from zerobar.bank.merchants.errors import MerchantSuspended, ServerOnly
from zerobar.bank.merchants.model import Event
from zerobar.bank.merchants.onboarding import suspend_merchant
from zerobar.bank.merchants.tapping import pay_by_tap
from zerobar.bank.merchants.webhooks import set_webhook_url
from zerobar.bank.paying.errors import InsufficientBalance, OutcomeUnknown
from zerobar.bank.people.errors import WalletFrozen
from zerobar.bank.purses import register_purse
from zerobar.bank.purses.billers import NEWEST, issue_for, settled_to
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.model import Purse
from zerobar.bank.purses.owed_loads import load_owed
from zerobar.bank.settlement.books import purse_books
from zerobar.bank.settlement.giving_back import (
    PayerIsPayee,
    PayerOutOfReach,
    PayerUnproved,
    VoucherNotSettled,
    VoucherPaidOrder,
    VoucherReturn,
    give_back_voucher,
    returned,
)
from zerobar.bank.settlement.life import VoucherUnknown, life_of
from zerobar.bank.settlement.owing import owed_to
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.staff.granting import freeze
from zerobar.bank.staff.model import Role
from zerobar.client.errors import BankSaysNo
from zerobar.client.hosting import GivenBackTo, HostingClient
from zerobar.client.syncing import StepKind
from zerobar.ledger import LedgerUnavailable
from zerobar.purse import paying
from zerobar.purse.messages import EntryKind, Kind, PurseClass, VoidFlags, VoidStatement
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import P256
from zerobar.reader import Payment
from zerobar.reader.refusals import CertificateRefused

__all__ = ["biller", "loaded", "payee", "telecom"]
pytestmark = pytest.mark.slow
AMOUNT = 20_00


@pytest.fixture
def pushed(offering: Bank, loaded: Sim, payee: Purse) -> Payment:
    """What Anna's card has pushed to the biller, settled."""
    paid = push(loaded, payee, AMOUNT)
    assert take_vouchers(offering, [bytes(paid)])[0].taken
    loaded.sync(offering)
    return paid


def key_of(paid: Payment) -> tuple[bytes, int]:
    return paid.voucher.payer_id, paid.voucher.entry


def events(bank: Bank, trader: Trader) -> list[Event]:
    with bank.connection() as connection:
        return event_store.events(connection, trader.merchant.id, None, 9)


def notices_of(bank: Bank, holder: Holder) -> list[tuple[Any, ...]]:
    with bank.connection() as connection:
        return connection.execute(
            "SELECT kind, amount_fen FROM bank.notice WHERE person_id = %s", (holder.person,)
        ).fetchall()


def test_it_goes_to_the_wallet_behind_the_card_and_its_holder_is_told(
    offering: Bank, anna: Holder, telecom: Trader, pushed: Payment
) -> None:
    before = balance(offering, anna.wallet)
    given = give_back_voucher(offering, telecom.server, *key_of(pushed))
    assert (given.amount, given.wallet_id) == (AMOUNT, anna.wallet)
    assert balance(offering, anna.wallet) - before == AMOUNT
    assert balance(offering, telecom.wallet) == 0
    assert (2, AMOUNT) in notices_of(offering, anna)
    step = life_of(offering, *key_of(pushed)).steps[-1]
    assert (step.kind, step.at) == (StepKind.GIVEN_BACK, given.made_at)
    (listed,) = settled_to(offering, telecom.server, NEWEST, 9)
    assert listed.given_back_at == given.made_at
    check(offering)


def test_it_is_given_back_once_however_often_and_by_how_many_it_is_asked(
    offering: Bank, anna: Holder, telecom: Trader, pushed: Payment
) -> None:
    fill(offering, telecom.wallet, Fen(1_000_00))
    before = balance(offering, anna.wallet)

    def ask(_: int) -> Any:
        return give_back_voucher(offering, telecom.server, *key_of(pushed))

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(ask, range(8))
    assert all(other == first for other in others)
    assert balance(offering, anna.wallet) - before == AMOUNT
    suspend_merchant(offering, STAFF, telecom.merchant.id, suspended=True)
    assert ask(9) == first, "what is done is told, whatever has happened since"
    check(offering)


def test_whoever_is_overtaken_hears_that_it_is_given_back_and_not_that_money_lacks(
    offering: Bank, telecom: Trader, pushed: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[VoucherReturn] = []

    def overtaken(*asked: Any) -> VoucherReturn | None:
        made = returned(*asked)
        monkeypatch.undo()
        first.append(give_back_voucher(offering, telecom.server, *key_of(pushed)))
        return made

    monkeypatch.setattr("zerobar.bank.settlement.giving_back.returned", overtaken)
    assert give_back_voucher(offering, telecom.server, *key_of(pushed)) == first[0]
    assert balance(offering, telecom.wallet) == 0
    check(offering)


class Forgetful:
    """A ledger that posts, and whose answer is lost."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def submit_many(self, postings: Any) -> Future[Any]:
        self._ledger.submit_many(postings).result()
        lost: Future[Any] = Future()
        lost.set_exception(LedgerUnavailable())
        return lost


def test_an_answer_that_got_lost_is_asked_for_again(
    offering: Bank, anna: Holder, telecom: Trader, pushed: Payment
) -> None:
    before = balance(offering, anna.wallet)
    forgetful: Any = Forgetful(offering.ledger)
    with pytest.raises(OutcomeUnknown):
        give_back_voucher(replace(offering, ledger=forgetful), telecom.server, *key_of(pushed))
    give_back_voucher(offering, telecom.server, *key_of(pushed))
    assert balance(offering, anna.wallet) - before == AMOUNT
    check(offering)


@pytest.fixture
def cash(offering: Bank, anna: Holder, sim: Sim, make_card: MakeCard) -> Sim:
    """An anonymous card with 50.00."""
    card = make_card(PurseClass.ANONYMOUS)
    register_purse(offering, card.certificate, None)
    grant(offering, anna)
    card.card.accept(
        *load(offering, consent(anna), offering.new_id(), anna.wallet, card.ask(50_00))
    )
    return card


def test_an_anonymous_card_is_owed_it_and_gets_it_with_its_next_load(
    offering: Bank, telecom: Trader, payee: Purse, cash: Sim
) -> None:
    paid = push(cash, payee, AMOUNT)
    take_vouchers(offering, [bytes(paid)])
    cash.sync(offering)
    float_ = operator_account(offering.operator_id, AccountCode.FLOAT)
    before = balance(offering, float_)
    for _ in range(2):
        given = give_back_voucher(offering, telecom.server, *key_of(paid))
        assert given.wallet_id is None
    with offering.connection() as connection:
        assert owed_to(connection, cash.id) == AMOUNT
        books = purse_books(connection, offering.operator_id)
    assert books.given_back == AMOUNT and books.is_exact
    assert balance(offering, float_) - before == AMOUNT
    assert "as a load" in life_of(offering, *key_of(paid)).steps[-1].sentence
    asked = cash.card.prepare_signed(Kind.LOAD, Fen(AMOUNT), CNY, bytes(8))
    cash.card.accept(*load_owed(offering, asked))
    assert cash.card.state(bytes(8)).balance == 50_00
    cash.sync(offering)
    check(offering)


def test_only_the_merchant_that_was_paid_gives_it_back(
    offering: Bank, telecom: Trader, pushed: Payment
) -> None:
    with pytest.raises(VoucherUnknown):
        give_back_voucher(offering, begin(offering, 2).server, *key_of(pushed))
    with pytest.raises(ServerOnly):
        give_back_voucher(offering, telecom.till, *key_of(pushed))
    with pytest.raises(VoucherUnknown):
        give_back_voucher(offering, telecom.server, pushed.voucher.payer_id, 999)


def halted(bank: Bank, trader: Trader, how: str) -> type[Exception]:
    """Halt a merchant; return what is raised then."""
    if how == "suspended":
        suspend_merchant(bank, STAFF, trader.merchant.id, suspended=True)
        return MerchantSuspended
    session = found(bank, "officer", Role.RISK).session
    freeze(bank, session, trader.wallet, "looked at")
    return WalletFrozen


@pytest.mark.parametrize("how", ["suspended", "frozen"])
def test_a_merchant_that_is_halted_gives_nothing_back(
    offering: Bank, telecom: Trader, pushed: Payment, how: str
) -> None:
    raised = halted(offering, telecom, how)
    with pytest.raises(raised):
        give_back_voucher(offering, telecom.server, *key_of(pushed))
    assert balance(offering, telecom.wallet) == AMOUNT


def test_what_was_paid_out_meanwhile_is_given_back_once_there_is_money_again(
    offering: Bank,
    anna: Holder,
    telecom: Trader,
    pushed: Payment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zerobar.bank.settlement.asking.MOST_ATTEMPTS", 2)
    vault = operator_account(offering.operator_id, AccountCode.VAULT)
    move(offering, telecom.wallet, vault, Fen(1), TransferCode.MERCHANT_SETTLEMENT)
    for _ in range(3):
        with pytest.raises(InsufficientBalance) as lacking:
            give_back_voucher(offering, telecom.server, *key_of(pushed))
        assert lacking.value.facts["shortfall_fen"] == 1
    fill(offering, telecom.wallet, Fen(1))
    before = balance(offering, anna.wallet)
    give_back_voucher(offering, telecom.server, *key_of(pushed))
    assert balance(offering, anna.wallet) - before == AMOUNT


def test_nothing_goes_back_before_the_card_has_shown_that_it_had_the_money(
    offering: Bank, anna: Holder, telecom: Trader, payee: Purse, loaded: Sim
) -> None:
    """Whoever has opened an element can sign pushes of money that was never there."""
    paid = push(loaded, payee, AMOUNT)
    take_vouchers(offering, [bytes(paid)])
    assert balance(offering, telecom.wallet) == AMOUNT, "a small one is credited at first sight"
    before = balance(offering, anna.wallet)
    with pytest.raises(PayerUnproved):
        give_back_voucher(offering, telecom.server, *key_of(paid))
    assert balance(offering, anna.wallet) == before
    loaded.sync(offering)
    assert give_back_voucher(offering, telecom.server, *key_of(paid)).wallet_id == anna.wallet


def test_money_of_a_proved_cheat_does_not_come_back_clean(
    offering: Bank, telecom: Trader, pushed: Payment, loaded: Sim
) -> None:
    with offering.connection() as connection:
        payer = connection.execute(
            "SELECT payer_id FROM bank.purse_log WHERE purse_id = %s AND kind = %s",
            (loaded.id, int(EntryKind.CREDIT)),
        ).fetchone()
        assert payer is not None
        connection.execute("UPDATE bank.purse_head SET acknowledged = 0")
    flagged(offering, payer[0])
    with pytest.raises(PayerUnproved):
        give_back_voucher(offering, telecom.server, *key_of(pushed))


def test_a_proved_cheat_gets_nothing_back_until_the_risk_officers_say_so(
    offering: Bank, telecom: Trader, pushed: Payment
) -> None:
    flagged(offering, pushed.voucher.payer_id)
    with pytest.raises(PayerUnproved):
        give_back_voucher(offering, telecom.server, *key_of(pushed))
    with offering.connection() as connection:
        connection.execute(
            "INSERT INTO bank.voucher_release VALUES (%s, %s, gen_random_uuid(), now())",
            key_of(pushed),
        )
    assert give_back_voucher(offering, telecom.server, *key_of(pushed)).amount == AMOUNT


def test_a_card_that_nothing_leads_back_to_is_said_to_be_out_of_reach(
    offering: Bank, telecom: Trader, payee: Purse, make_card: MakeCard, cash: Sim, pushed: Payment
) -> None:
    paid = push(cash, payee, AMOUNT)
    take_vouchers(offering, [bytes(paid)])
    with offering.connection() as connection:
        connection.execute("DELETE FROM bank.purse WHERE purse_id = %s", (cash.id,))
    with pytest.raises(PayerOutOfReach):
        give_back_voucher(offering, telecom.server, *key_of(paid))


def test_what_the_merchants_own_card_has_paid_is_in_its_wallet_already(
    offering: Bank, telecom: Trader, payee: Purse, loaded: Sim, make_card: MakeCard
) -> None:
    """A shop of the telecom's that is paid cash, and pushes with its till's card."""
    own = make_card(PurseClass.MERCHANT)
    register_purse(offering, own.certificate, telecom.wallet)
    own.card.accept(*loaded.card.pay(own.ask(50_00, Kind.PAYMENT)))
    loaded.sync(offering)
    paid = push(own, payee, AMOUNT)
    take_vouchers(offering, [bytes(paid)])
    own.sync(offering)
    with pytest.raises(PayerIsPayee):
        give_back_voucher(offering, telecom.server, *key_of(paid))
    assert balance(offering, telecom.wallet) == AMOUNT
    check(offering)


def test_what_has_no_money_yet_and_what_paid_an_order_is_refused(
    offering: Bank, telecom: Trader, payee: Purse, loaded: Sim
) -> None:
    never_asked = loaded.card.pay(order(payee, 7))
    take_vouchers(offering, [bytes(never_asked)])
    with pytest.raises(VoucherNotSettled):
        give_back_voucher(offering, telecom.server, *key_of(never_asked))
    sold = new_order(offering, telecom, 30_00)
    raw = tap(offering, telecom, sold, loaded)
    pay_by_tap(offering, telecom.till, sold.id, raw)
    with pytest.raises(VoucherPaidOrder):
        give_back_voucher(offering, telecom.server, raw[2:10], int.from_bytes(raw[10:14]))


def test_what_a_biller_was_paid_and_voids_is_not_taken_back_but_by_an_opened_card(
    offering: Bank,
    telecom: Trader,
    payee: Purse,
    loaded: Sim,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = order(payee, 1)
    issue_for(offering, telecom.server, asked.request)
    payment = loaded.card.pay(asked)
    take_vouchers(offering, [bytes(payment)])
    paid = payment.voucher
    void = VoidStatement(
        flags=VoidFlags.VOIDED,
        payee_id=payee.id,
        payee_entry=1,
        payer_id=paid.payer_id,
        payer_entry=paid.entry,
        number=paid.number,
        amount=paid.amount,
        voucher_hash=paid.hash,
    ).signed(lambda body: P256.sign(KEY, body))
    with pytest.raises(CertificateRefused):
        loaded.card.undo(void, payee.certificate)
    with monkeypatch.context() as opened:
        opened.setattr(paying, "PAYER_CLASSES", tuple(PurseClass))
        loaded.card.undo(void, payee.certificate)
    loaded.sync(offering)
    with offering.connection() as connection:
        cases = connection.execute("SELECT purse_id, test FROM bank.fraud_case").fetchall()
    assert cases == [(loaded.id, FraudTest.BROKEN_VOID)]
    assert balance(offering, telecom.wallet) == paid.amount


def test_a_biller_gives_back_over_http(
    offering: Bank, anna: Holder, biller: HostingClient, pushed: Payment
) -> None:
    before = balance(offering, anna.wallet)
    first = biller.give_back(*key_of(pushed))
    assert (first.to, first.amount_fen) == (GivenBackTo.WALLET, AMOUNT)
    assert biller.give_back(*key_of(pushed)) == first
    assert balance(offering, anna.wallet) - before == AMOUNT
    (page,) = biller.settled()
    assert page[0].given_back_at == first.given_back_at
    for entry in (0, 2**32, 999):
        with pytest.raises(BankSaysNo, match="No voucher"):
            biller.give_back(pushed.voucher.payer_id, entry)


def test_a_biller_that_has_an_address_is_told_what_cards_have_paid_it(
    offering: Bank, telecom: Trader, payee: Purse, loaded: Sim, clock: Clock
) -> None:
    take_vouchers(offering, [bytes(push(loaded, payee, 5_00))])
    assert events(offering, telecom) == []
    set_webhook_url(offering, telecom.server, "https://telecom.example/v1/notices")
    paid = push(loaded, payee, AMOUNT)
    for _ in range(2):
        take_vouchers(offering, [bytes(paid)])
    (event,) = events(offering, telecom)
    with offering.connection() as connection:
        told = json.loads(webhooks.compose(connection, event))
    assert told["kind"] == "voucher.settled"
    (listed, _) = settled_to(offering, telecom.server, NEWEST, 9)
    assert told["voucher"] == {
        "payer_id": loaded.id.hex(),
        "entry": paid.voucher.entry,
        "payee_id": payee.id.hex(),
        "amount_fen": AMOUNT,
        "reference": b"line  01".hex(),
        "settled_at": listed.settled_at.isoformat().replace("+00:00", "Z"),
    }


def test_what_pays_an_order_is_told_as_the_order_and_not_as_a_voucher_too(
    offering: Bank, telecom: Trader, loaded: Sim
) -> None:
    set_webhook_url(offering, telecom.server, "https://telecom.example/v1/notices")
    sold = new_order(offering, telecom, 30_00)
    pay_by_tap(offering, telecom.till, sold.id, tap(offering, telecom, sold, loaded))
    assert [event.kind.word for event in events(offering, telecom)] == ["order.paid"]
