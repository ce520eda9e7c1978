"""What the desk remembers: whatever was answered binds the next payment, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, fill, grant
from tests.bank.merchants.trading import STAFF, Trader, begin
from tests.bank.paying.expressing import ExpressDesk, express_desk
from tests.bank.paying.orders import by_phone, falsified, order, to
from tests.bank.paying.test_guessing import NO_NUMBER, miss
from zerobar.bank.context import Bank
from zerobar.bank.errors import TooMany
from zerobar.bank.merchants import onboarding
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.bank.paying.errors import (
    InsufficientBalance,
    PayeeFull,
    PayeeNotOpen,
    PayeeUnknown,
)
from zerobar.bank.paying.guessing import MOST_MISSES
from zerobar.bank.paying.model import Payee, PayeeKind, Payment, PaymentOrder
from zerobar.bank.paying.reading import outcome_for
from zerobar.bank.paying.reading_room import ReadingRoom
from zerobar.bank.people import store
from zerobar.bank.people.devices import revoke_device
from zerobar.bank.people.errors import OverLimit, PinNeeded, WalletFrozen
from zerobar.bank.people.limits import NO_LIMITS, add_version
from zerobar.bank.people.model import Category
from zerobar.bank.people.sessions import end_session, session_of
from zerobar.bank.people.wallets import Freezer, freeze_wallet, unfreeze_wallet
from zerobar.bank.signatures import KeyUnknown, SignatureWrong
from zerobar.ledger import Transfer
from zerobar.purse.money import Fen

PATIENCE_S = 30


Desk = PaymentDesk | ExpressDesk


@pytest.fixture(params=[PaymentDesk, express_desk])
def desk(bank: Bank, request: pytest.FixtureRequest) -> Iterator[Desk]:
    with request.param(bank) as desk:
        yield desk


@pytest.fixture
def payer(payer: Holder, desk: Desk, bank: Bank, bea: Holder) -> Holder:
    """Anna, who has paid Bea at this desk before, so that it remembers both."""
    paid(desk, order(bank, payer, to(bea), 1))
    if isinstance(desk, ExpressDesk):
        desk.open(order(bank, payer, to(bea), 1) for _ in range(1_000))
    return payer


def paid(desk: Desk, asked: PaymentOrder) -> Payment:
    return desk.submit(asked).result(PATIENCE_S)


def refused(desk: Desk, asked: PaymentOrder) -> type[BaseException]:
    error = desk.submit(asked).exception(PATIENCE_S)
    assert error is not None
    return type(error)


def test_what_is_remembered_is_what_would_be_read(bank: Bank, payer: Holder, bea: Holder) -> None:
    asked = [order(bank, payer, to(bea), 1)]
    with ReadingRoom(bank.pool) as room:
        first = room.read(bank.operator_id, asked, bank.clock())
        again = room.read(bank.operator_id, asked, bank.clock())
    assert not first.facts[0].remembered and again.facts[0].remembered
    assert again.limits == first.limits
    assert [(f.key, f.payer, f.payee, f.granted, f.misses) for f in again.facts] == [
        (f.key, f.payer, f.payee, f.granted, f.misses) for f in first.facts
    ]


def test_some_may_be_remembered_and_others_not(
    bank: Bank, payer: Holder, anna: Holder, bea: Holder
) -> None:
    old, new = order(bank, payer, to(bea), 1), order(bank, bea, to(anna), 1)
    with ReadingRoom(bank.pool) as room:
        room.read(bank.operator_id, [old], bank.clock())
        known = room.read(bank.operator_id, [new, old, new], bank.clock())
        assert [facts.remembered for facts in known.facts] == [False, True, False]
        alone = [room.read(bank.operator_id, [new], bank.clock(), anew=True).facts[0]]
    assert [known.facts[0], known.facts[2]] == alone * 2
    assert known.facts[1].payer == known.facts[0].payee


def test_who_is_named_by_phone_is_looked_up_each_time(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    asked = [order(bank, payer, by_phone(bea), 1)]
    with ReadingRoom(bank.pool) as room:
        for _ in range(2):
            (facts,) = room.read(bank.operator_id, asked, bank.clock()).facts
            assert not facts.remembered


# --- what was answered binds the next payment ---------------------------------------------


def test_a_freeze_that_was_answered_binds_the_next_payment(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    freeze_wallet(bank, payer.wallet, Freezer.HOLDER)
    asked = order(bank, payer, to(bea), 1)
    assert refused(desk, asked) is WalletFrozen
    unfreeze_wallet(bank, payer.wallet, Freezer.HOLDER)
    assert refused(desk, asked) is PinNeeded
    grant(bank, payer)
    assert paid(desk, asked).amount == 1


def test_a_freeze_between_two_payments_is_seen_although_it_is_over(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    """The ledger refuses what was remembered, nothing is left of that, and all is looked up."""
    freeze_wallet(bank, payer.wallet, Freezer.BANK)
    unfreeze_wallet(bank, payer.wallet, Freezer.BANK)
    grant(bank, payer)
    asked = order(bank, payer, to(bea), 2)
    assert paid(desk, asked) == outcome_for(bank, payer.person, asked.payment_id).payment
    assert paid(desk, asked).amount == 2


def test_freezing_the_payee_binds_the_next_payment(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    freeze_wallet(bank, bea.wallet, Freezer.BANK)
    assert refused(desk, order(bank, payer, to(bea), 1)) is PayeeNotOpen


def test_closing_the_payee_binds_the_next_payment(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    back = Transfer(bank.new_id(), bea.wallet, payer.wallet, balance(bank, bea.wallet))
    assert bank.ledger.post(back)[0].ok and bank.ledger.close_account(bea.wallet).ok
    with bank.connection() as connection:
        store.set_closed(connection, bea.wallet, bank.clock())
    assert refused(desk, order(bank, payer, to(bea), 1)) is PayeeNotOpen


def test_a_revoked_device_pays_no_more(bank: Bank, desk: Desk, payer: Holder, bea: Holder) -> None:
    revoke_device(bank, session_of(bank, payer.token), payer.key.id)
    assert refused(desk, order(bank, payer, to(bea), 1)) is KeyUnknown


def test_signing_out_ends_the_grant_at_once(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    end_session(bank, session_of(bank, payer.token))
    assert refused(desk, order(bank, payer, to(bea), 1)) is PinNeeded


def test_a_grant_is_over_after_its_five_minutes(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder, clock: Clock
) -> None:
    clock.advance(minutes=5, seconds=1)
    assert refused(desk, order(bank, payer, to(bea), 1)) is PinNeeded


def test_new_limits_hold_from_their_moment_on(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder, clock: Clock
) -> None:
    tight = {Category.IV: replace(NO_LIMITS, per_payment=Fen(1))}
    with bank.connection() as connection:
        add_version(connection, bank.operator_id, clock() + timedelta(seconds=1), tight, clock())
    clock.advance(seconds=1)
    assert refused(desk, order(bank, payer, to(bea), 2)) is OverLimit
    assert paid(desk, order(bank, payer, to(bea), 1)).amount == 1


def test_another_category_counts_at_once(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    """Up: what was too much is paid. And down, which is nobody's rule today, binds as well."""
    fill(bank, payer.wallet, Fen(4_000_00))
    fill(bank, bea.wallet, Fen(9_000_00))
    assert refused(desk, order(bank, payer, to(bea), 2_000_01)) is OverLimit
    _set_categories(bank, Category.II, payer, bea)
    assert paid(desk, order(bank, payer, to(bea), 2_000_01)).amount == 2_000_01
    _set_categories(bank, Category.IV, payer)
    assert refused(desk, order(bank, payer, to(bea), 2_000_01)) is OverLimit
    _set_categories(bank, Category.IV, bea)
    assert refused(desk, order(bank, payer, to(bea), 1)) is PayeeFull


def _set_categories(bank: Bank, category: Category, *holders: Holder) -> None:
    with bank.connection() as connection:
        for holder in holders:
            store.set_category(connection, holder.wallet, category)


def test_who_misses_too_often_pays_nobody_by_number(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    miss(bank, payer, MOST_MISSES - 1)
    assert refused(desk, order(bank, payer, NO_NUMBER, 1)) is PayeeUnknown
    assert refused(desk, order(bank, payer, to(bea), 1)) is TooMany


def test_suspending_a_merchant_and_going_on_is_seen(bank: Bank, desk: Desk, payer: Holder) -> None:
    tea: Trader = begin(bank)
    shop = Payee(PayeeKind.SHOP, tea.shop.code)
    paid(desk, order(bank, payer, shop, 1))
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    asked = order(bank, payer, shop, 2)
    assert refused(desk, asked).__name__ == "NotTrading"
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=False)
    assert paid(desk, asked).amount == 2


# --- nothing else changes -----------------------------------------------------------------


def test_a_repeated_payment_is_the_same_also_when_the_wallet_is_frozen(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    asked = order(bank, payer, to(bea), 3)
    first = paid(desk, asked)
    assert paid(desk, asked) == first
    freeze_wallet(bank, payer.wallet, Freezer.HOLDER)
    assert paid(desk, asked) == first


def test_a_repeated_payment_is_the_same_also_when_the_grant_is_over(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    """The rules refuse what is remembered, and find the payment when they look again."""
    asked = order(bank, payer, to(bea), 3)
    first = paid(desk, asked)
    end_session(bank, session_of(bank, payer.token))
    assert paid(desk, asked) == first


def test_a_forged_signature_is_refused(bank: Bank, desk: Desk, payer: Holder, bea: Holder) -> None:
    forged = order(bank, payer, to(bea), 2)
    forged = falsified(forged)
    assert refused(desk, forged) is SignatureWrong


def test_what_the_ledger_refuses_is_told_and_kept(
    bank: Bank, desk: Desk, payer: Holder, bea: Holder
) -> None:
    asked = order(bank, payer, to(bea), 2_000_00)
    paid(desk, order(bank, payer, to(bea), 1_500_00))
    assert refused(desk, asked) is InsufficientBalance
    assert _refusal(bank, payer.person, asked.payment_id) == "insufficient-balance"
    fill(bank, payer.wallet, Fen(3_000_00))
    assert refused(desk, asked) is InsufficientBalance


def _refusal(bank: Bank, person: UUID, payment_id: UUID) -> str | None:
    return outcome_for(bank, person, payment_id).refusal


def test_closing_the_desk_finishes_what_has_to_be_looked_up_again(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    with PaymentDesk(bank) as desk:
        paid(desk, order(bank, payer, to(bea), 1))
        late = [desk.submit(order(bank, payer, to(bea), 1_900_00)) for _ in range(5)]
    told = {type(each.exception()) for each in late if each.done()}
    assert told == {type(None), InsufficientBalance} and all(each.done() for each in late)
