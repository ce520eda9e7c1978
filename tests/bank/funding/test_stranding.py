"""Money that no place took is placed by staff, exactly once, and the books agree."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import Employee, found
from tests.bank.funding.cards import Funded
from tests.bank.holders import balance
from tests.bank.staff.asking import Client, as_, asked, problem
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.funding.errors import NotStranded, OrderUnknown
from zerobar.bank.funding.model import OrderKind, OrderStatus
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.funding.returning import return_id, return_row, return_to_card, vault_of
from zerobar.bank.funding.stranding import follow_stranded, retry_id
from zerobar.bank.people.opening import open_ledger_account
from zerobar.bank.staff import banking
from zerobar.bank.staff.errors import RoleMissing
from zerobar.bank.staff.model import Role
from zerobar.ledger import Transfer
from zerobar.purse.money import Fen

REFUND, AMOUNT = UUID(int=7), Fen(30_00)


@dataclass(frozen=True)
class Stranded:
    """A refund of 30 yuan whose card is gone, and whose wallet is closed in the books."""

    funded: Funded
    cards: dict[str, Any]
    order: UUID

    @property
    def bank(self) -> Bank:
        return self.funded.bank

    def card_comes_back(self) -> None:
        self.funded.partners.bank.cards.update(self.cards)

    def status(self, order_id: UUID) -> OrderStatus:
        return self.funded.order(order_id).status

    def check_returned(self) -> None:
        """Hold the card to what was on it at first, and the books to each other."""
        assert (self.funded.in_wallet, self.funded.on_card()) == (0, 1_000_00)
        self.funded.check_books()


@pytest.fixture
def stranded(funded: Funded) -> Stranded:
    bank, wallet = funded.bank, funded.wallet()
    funded.exchange(funded.ask(AMOUNT))
    row = return_row(bank, wallet, funded.cards[0], AMOUNT, REFUND)
    (posted,) = bank.ledger.post(
        Transfer(bank.new_id(), wallet.id, vault_of(wallet), AMOUNT, TransferCode.REFUND),
        rows=(row,),
    )
    assert posted.ok
    cards = dict(funded.partners.bank.cards)
    funded.partners.bank.cards.clear()
    bank.ledger.close_account(wallet.id)
    assert return_to_card(bank, REFUND) is OrderStatus.STRANDED
    return Stranded(funded, cards, return_id(REFUND))


@pytest.fixture
def clerk(bank: Bank) -> Employee:
    return found(bank, "Clerk", Role.OPERATIONS)


def actions(bank: Bank) -> list[str]:
    with bank.connection() as connection:
        rows = connection.execute("SELECT action FROM bank.audit_entry ORDER BY number").fetchall()
    return [action for (action,) in rows if action == "retry-stranded-order"]


def test_the_card_is_tried_again(stranded: Stranded, clerk: Employee) -> None:
    stranded.card_comes_back()
    tried = banking.retry_stranded(stranded.bank, clerk.session, stranded.order)
    assert (tried.kind, tried.status, tried.cause_id) == (
        OrderKind.RETURN,
        OrderStatus.DONE,
        stranded.order,
    )
    stranded.check_returned()
    assert stranded.status(stranded.order) is OrderStatus.RETRIED


def test_a_wallet_that_can_be_credited_by_now_takes_what_the_card_does_not(
    funded: Funded, clerk: Employee
) -> None:
    bank, wallet = funded.bank, funded.wallet()
    late = replace(wallet, id=bank.new_id())
    funded.exchange(funded.ask(AMOUNT))
    row = return_row(bank, late, funded.cards[0], AMOUNT, REFUND)
    transfer = Transfer(bank.new_id(), wallet.id, vault_of(wallet), AMOUNT, TransferCode.REFUND)
    assert bank.ledger.post(transfer, rows=(row,))[0].ok
    cards = dict(funded.partners.bank.cards)
    funded.partners.bank.cards.clear()
    assert return_to_card(bank, REFUND) is OrderStatus.STRANDED
    open_ledger_account(bank, late)
    tried = banking.retry_stranded(bank, clerk.session, return_id(REFUND))
    assert (tried.status, tried.reason) == (OrderStatus.REFUSED, "card-unknown")
    assert balance(bank, late.id) == AMOUNT
    funded.partners.bank.cards.update(cards)
    funded.check_books()


def test_however_often_and_by_however_many_it_is_tried_the_money_moves_once(
    stranded: Stranded, clerk: Employee
) -> None:
    stranded.card_comes_back()
    with ThreadPoolExecutor(8) as many:
        ids = {
            order.id
            for order in many.map(
                lambda _: banking.retry_stranded(stranded.bank, clerk.session, stranded.order),
                range(16),
            )
        }
    assert ids == {retry_id(stranded.order)}
    assert stranded.status(retry_id(stranded.order)) is OrderStatus.DONE
    stranded.check_returned()
    assert len(actions(stranded.bank)) == 1


def test_what_strands_again_is_listed_again_and_tried_in_its_turn(
    stranded: Stranded, clerk: Employee
) -> None:
    bank, session = stranded.bank, clerk.session
    second = banking.retry_stranded(bank, session, stranded.order)
    assert second.status is OrderStatus.STRANDED
    listed = banking.stranded_orders(bank, session, None, 10)
    assert [order.id for order in listed] == [second.id]
    stranded.card_comes_back()
    assert banking.retry_stranded(bank, session, second.id).status is OrderStatus.DONE
    assert banking.stranded_orders(bank, session, None, 10) == []
    stranded.check_returned()


def test_after_a_crash_the_worker_goes_on(stranded: Stranded, clock: Clock) -> None:
    with stranded.bank.transaction() as connection:
        order, new = follow_stranded(stranded.bank, connection, stranded.order)
    assert new
    stranded.card_comes_back()
    clock.advance(minutes=1)
    assert resolve_orders(stranded.bank) == 1
    assert stranded.status(order.id) is OrderStatus.DONE
    stranded.check_returned()


def test_invalid_nothing_else_is_tried_again(funded: Funded, bank: Bank, clerk: Employee) -> None:
    done = funded.exchange(funded.ask(AMOUNT))
    with pytest.raises(NotStranded):
        banking.retry_stranded(bank, clerk.session, done.id)
    with pytest.raises(OrderUnknown):
        banking.retry_stranded(bank, clerk.session, bank.new_id())
    issuer = found(bank, "Issuer", Role.AUTHORITY_ISSUER, Role.ADMINISTRATOR)
    with pytest.raises(RoleMissing):
        banking.retry_stranded(bank, issuer.session, done.id)
    assert actions(bank) == []


@pytest.fixture
def client(bank: Bank) -> Iterator[Client]:
    with asked(bank) as client:
        yield client


@pytest.mark.slow
def test_staff_list_and_retry_over_http(
    stranded: Stranded, clerk: Employee, client: Client
) -> None:
    place, headers = "/v1/stranded-orders", as_(clerk.token)
    (item,) = client.get(place, headers=headers).json()["items"]
    assert item["person_id"] == str(stranded.funded.holder.person)
    assert (item["order"]["status"], item["order"]["amount_fen"]) == ("stranded", AMOUNT)
    stranded.card_comes_back()
    for _ in range(2):
        tried = client.post(f"{place}/{stranded.order}/retry", headers=headers)
        assert tried.json()["order"]["status"] == "done"
    assert client.get(place, headers=headers).json() == {"items": [], "next_cursor": None}
    shown = client.get(
        f"/v1/card-orders/{stranded.order}", headers=as_(stranded.funded.holder.token)
    )
    assert shown.json()["status"] == "retried"
    again = client.post(f"{place}/{retry_id(stranded.order)}/retry", headers=headers)
    assert problem(again, 409) == "order-not-stranded"
    stranger = client.post(f"{place}/{stranded.bank.new_id()}/retry", headers=headers)
    assert problem(stranger, 404) == "card-order-unknown"
    assert problem(client.get(place, headers=as_(stranded.funded.holder.token)), 401)
