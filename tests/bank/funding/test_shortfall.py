"""Auto top-up, and giving back to the card."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from zerobar.bank.chart import AccountCode, TransferCode
from zerobar.bank.funding.cards import prefer_cards, unbind_card
from zerobar.bank.funding.errors import NoCardPays, OrderUnknown, TopUpOff, TopUpPending
from zerobar.bank.funding.model import Covered, OrderStatus
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.funding.returning import return_id, return_row, return_to_card, vault_of
from zerobar.bank.funding.shortfall import cover_shortfall, shortfall_order_id
from zerobar.bank.funding.store import set_auto_top_up
from zerobar.ledger import Transfer
from zerobar.purse.money import Fen

PAYMENT = UUID("0190f7a0-0000-7000-8000-0000000000a1")
REFUND = UUID("0190f7a0-0000-7000-8000-0000000000b1")


@pytest.fixture
def allowed(funded: Funded) -> Funded:
    with funded.bank.connection() as connection:
        set_auto_top_up(connection, funded.holder.wallet, True)
    return funded


def cover(funded: Funded, shortfall: int) -> Covered:
    return cover_shortfall(funded.bank, funded.wallet(), Fen(shortfall), PAYMENT)


def empty_card(funded: Funded, card: int) -> None:
    list(funded.partners.bank.cards.values())[card].balance = 0


def test_the_first_card_pays_just_the_shortfall(allowed: Funded) -> None:
    card = allowed.cards[0]
    assert cover(allowed, 30_00) == Covered(shortfall_order_id(PAYMENT, card), card, Fen(30_00))
    assert (allowed.in_wallet, allowed.on_card()) == (30_00, 970_00)
    allowed.check_books()


def test_the_next_card_pays_when_the_first_refuses(allowed: Funded) -> None:
    empty_card(allowed, 0)
    assert cover(allowed, 30_00).card_id == allowed.cards[1]
    assert allowed.on_card(1) == 970_00


def test_when_no_card_pays_each_reason_is_told(allowed: Funded) -> None:
    with pytest.raises(NoCardPays) as told:
        cover(allowed, 1_000_01)
    assert told.value.reasons == dict.fromkeys(allowed.cards, "insufficient-funds")
    with pytest.raises(NoCardPays) as again:
        cover(allowed, 1_000_02)
    assert again.value.reasons == told.value.reasons
    assert len(allowed.partners.bank.orders) == 2, "no card is asked twice for a payment"


def test_no_card_is_asked_when_it_is_switched_off(funded: Funded) -> None:
    with pytest.raises(TopUpOff):
        cover(funded, 1)
    assert funded.partners.bank.orders == []


def test_a_payment_asked_for_again_is_covered_once_whatever_changed(allowed: Funded) -> None:
    first = cover(allowed, 30_00)
    prefer_cards(allowed.bank, allowed.holder.person, [allowed.cards[1]])
    assert cover(allowed, 31_00) == first
    assert (allowed.on_card(0), allowed.on_card(1)) == (970_00, 1_000_00)


def test_an_unknown_answer_asks_no_other_card(allowed: Funded, clock: Clock) -> None:
    allowed.partners.bank.lose_answers = 1
    with pytest.raises(TopUpPending):
        cover(allowed, 30_00)
    with pytest.raises(TopUpPending):
        cover(allowed, 30_00)
    clock.advance(seconds=3)
    assert cover(allowed, 30_00).card_id == allowed.cards[0]
    assert (allowed.on_card(0), allowed.on_card(1)) == (970_00, 1_000_00)


def test_a_payment_sent_many_times_at_once_is_covered_once(allowed: Funded) -> None:
    def try_once(_: int) -> Covered | None:
        try:
            return cover(allowed, 30_00)
        except TopUpPending:
            return None

    with ThreadPoolExecutor(6) as pool:
        covered = set(pool.map(try_once, range(6))) - {None}
    assert len(covered) == 1
    assert (allowed.in_wallet, allowed.on_card(0), allowed.on_card(1)) == (30_00, 970_00, 1_000_00)


def refund(funded: Funded, amount: int) -> None:
    """Move an amount into the vault together with the order, as a merchant's refund does."""
    row = return_row(funded.bank, funded.wallet(), funded.cards[0], Fen(amount), REFUND)
    vault = vault_of(funded.wallet())
    transfer = Transfer(uuid4(), funded.holder.wallet, vault, Fen(amount), TransferCode.REFUND)
    (posted,) = funded.bank.ledger.post(transfer, rows=(row,))
    assert posted.ok, posted


def test_a_refund_goes_back_to_the_card_though_it_was_unbound(allowed: Funded) -> None:
    cover(allowed, 30_00)
    refund(allowed, 30_00)
    unbind_card(allowed.bank, allowed.holder.person, allowed.cards[0])
    assert return_to_card(allowed.bank, REFUND) is OrderStatus.DONE
    assert return_to_card(allowed.bank, REFUND) is OrderStatus.DONE
    assert (allowed.in_wallet, allowed.on_card()) == (0, 1_000_00)
    allowed.check_books()


def test_the_worker_gives_back_what_nobody_else_did(allowed: Funded, clock: Clock) -> None:
    cover(allowed, 30_00)
    refund(allowed, 30_00)
    allowed.partners.bank.lose_orders = 1
    for _ in range(3):
        clock.advance(minutes=1)
        resolve_orders(allowed.bank)
    assert allowed.on_card() == 1_000_00
    allowed.check_books()


def test_what_a_closed_card_does_not_take_goes_into_the_wallet(allowed: Funded) -> None:
    cover(allowed, 30_00)
    refund(allowed, 30_00)
    tokens = allowed.partners.bank.cards
    token = next(iter(tokens))
    kept = tokens.pop(token)
    assert return_to_card(allowed.bank, REFUND) is OrderStatus.REFUSED
    tokens[token] = replace(kept)
    assert allowed.in_wallet == 30_00
    assert allowed.order(return_id(REFUND)).reason == "card-unknown"
    assert allowed.in_books(AccountCode.AT_BANK) == 30_00


def test_money_that_no_place_takes_is_stranded_for_staff(allowed: Funded) -> None:
    cover(allowed, 30_00)
    refund(allowed, 30_00)
    allowed.partners.bank.cards.clear()
    allowed.bank.ledger.close_account(allowed.holder.wallet)
    assert return_to_card(allowed.bank, REFUND) is OrderStatus.STRANDED
    assert allowed.order(return_id(REFUND)).reason == "wallet-closed"


def test_a_refund_that_was_not_posted_returns_nothing(allowed: Funded) -> None:
    with pytest.raises(OrderUnknown):
        return_to_card(allowed.bank, REFUND)
