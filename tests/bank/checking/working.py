"""A bank at work, by its own rules only: no money comes from nowhere, as it may in other tests.

    work = Work(bank, partners, clock)
    work.go()

Afterwards everything that the checks compare is there at least once, ended in every way there is,
and some of it is still going on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from stdnum.cn import ric

from tests.bank.conftest import Clock
from tests.bank.doubles import DONE, Doubles
from tests.bank.holders import Holder, grant, open_holder
from tests.bank.merchants.trading import (
    Trader,
    begin,
    charge_request,
    new_order,
    pay,
    pay_shop,
)
from tests.bank.paying.orders import by_phone, order, signed, to
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.cards import allow_auto_top_up, bind_card
from zerobar.bank.funding.exchanging import exchange, save_to_bank
from zerobar.bank.funding.model import Asked, CardOrder, OrderKind, OrderStatus
from zerobar.bank.funding.orders import carry_out
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.funding.stranding import follow_stranded
from zerobar.bank.merchants import orders, refunding, settling, shops
from zerobar.bank.merchants.charging import charge_order
from zerobar.bank.merchants.pain import read_amounts
from zerobar.bank.merchants.refunding import NewRefund
from zerobar.bank.partners import BankOutcome, BankStatus, CardHolder
from zerobar.bank.paying.charging import confirmation_order, decline_charge
from zerobar.bank.paying.codes import enrol_code, set_limit
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import ConfirmationNeeded
from zerobar.bank.paying.model import Payee, PayeeKind
from zerobar.bank.paying.requests import ask_for_money, cancel_request, decline_request
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.model import Category
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.verifying import raise_category, verify_identity
from zerobar.bank.people.wallets import Freezer, freeze_wallet, unfreeze_wallet
from zerobar.codes.customer import derive_code
from zerobar.purse.money import Fen

NAME = "林安娜"
ON_CARD = 1_000_00
CARD_NUMBERS = ("6299900000000016", "6299900000000024")
NOT_PAID = BankOutcome(BankStatus.REFUSED, "account-closed")


@dataclass
class Work:
    """Anna and Carl with a card each, Bea without, Dora with two numbers, and a tea house.

    Attributes:
        dora: on her second number, with a name, having closed the wallet on her first.
        confirmed: the charge by code that Anna confirmed.
    """

    bank: Bank
    partners: Doubles
    clock: Clock
    anna: Holder = field(init=False)
    bea: Holder = field(init=False)
    carl: Holder = field(init=False)
    dora: Holder = field(init=False)
    tea: Trader = field(init=False)
    confirmed: UUID = field(init=False)
    cards: dict[UUID, UUID] = field(default_factory=dict)

    def go(self) -> None:
        """Do everything."""
        self.anna = self._with_card("+8613800000001", CARD_NUMBERS[0])
        self.carl = self._with_card("+8613800000003", CARD_NUMBERS[1])
        self.bea = open_holder(self.bank, "+8613800000002")
        self.tea = begin(self.bank)
        self._move_between_card_and_wallet()
        self._pay_people()
        self._ask_for_money()
        self._pay_by_code()
        self._sell_and_refund()
        self._give_back_what_no_wallet_takes()
        self._close_and_freeze()
        self._change_number()
        self._settle()
        self._leave_something_open()

    def _resident_id(self, digit: str) -> str:
        first = "1101011990030712" + digit
        resident_id = first + ric.calc_check_digit(first + "0")
        self.partners.identity.people[resident_id] = NAME
        return resident_id

    def _with_card(self, phone: str, number: str) -> Holder:
        bank, holder = self.bank, open_holder(self.bank, phone)
        resident_id = self._resident_id(number[-1])
        self.partners.bank.give_card(CardHolder(number, NAME, resident_id, phone), ON_CARD)
        grant(bank, holder)
        verify_identity(bank, holder.session, NAME, resident_id)
        self.cards[holder.wallet] = bind_card(bank, holder.session, bank.new_id(), number).id
        raise_category(bank, holder.session, holder.wallet, Category.II)
        return holder

    def _asked(self, holder: Holder, amount: int) -> Asked:
        return Asked(self.bank.new_id(), self.cards[holder.wallet], Fen(amount))

    def _exchange(self, holder: Holder, amount: int) -> CardOrder:
        asked = self._asked(holder, amount)
        return exchange(self.bank, holder.person, holder.wallet, holder.key.id, asked)

    def _save(self, holder: Holder, amount: int) -> CardOrder:
        asked = self._asked(holder, amount)
        return save_to_bank(self.bank, holder.person, holder.wallet, holder.key.id, asked)

    def _move_between_card_and_wallet(self) -> None:
        grant(self.bank, self.anna)
        assert self._exchange(self.anna, 600_00).status is OrderStatus.DONE
        assert self._save(self.anna, 50_00).status is OrderStatus.DONE
        assert self._exchange(self.anna, 5_000_00).status is OrderStatus.REFUSED
        self.partners.bank.lose_orders = 1
        assert self._exchange(self.anna, 1_00).status is OrderStatus.PENDING
        self.clock.advance(minutes=1)
        assert resolve_orders(self.bank) == 1

    def _pay_people(self) -> None:
        grant(self.bank, self.anna)
        pay_now(self.bank, order(self.bank, self.anna, to(self.bea), 100_00))
        grant(self.bank, self.bea)
        pay_now(self.bank, order(self.bank, self.bea, to(self.anna), 30_00))

    def _ask_for_money(self) -> None:
        bank, bea, ids = self.bank, self.bea, [self.bank.new_id() for _ in range(3)]
        for request_id in ids:
            terms = (Fen(5_00), "lunch")
            ask_for_money(bank, bea.person, bea.wallet, request_id, by_phone(self.anna), terms)
        grant(bank, self.anna)
        payee = Payee(PayeeKind.REQUEST, str(ids[0]))
        pay_now(bank, order(bank, self.anna, payee, 5_00))
        decline_request(bank, self.anna.person, ids[1])
        cancel_request(bank, bea.person, ids[2])

    def _pay_by_code(self) -> None:
        bank, anna = self.bank, self.anna
        grant(bank, anna)
        secret = enrol_code(bank, anna.person, anna.wallet, anna.key.id, bank.new_id())
        now = int(bank.clock().timestamp())
        codes = [derive_code(secret.secret, secret.handle, now, n) for n in range(3)]
        self._charge(codes[0], bank.new_id())
        set_limit(bank, anna.person, anna.wallet, anna.key.id, Fen(1_00))
        self.confirmed, declined = bank.new_id(), bank.new_id()
        for code, charge_id in zip(codes[1:], (self.confirmed, declined), strict=True):
            with pytest.raises(ConfirmationNeeded):
                self._charge(code, charge_id)
        path = f"/v1/confirmations/{self.confirmed}"
        claim = signed(bank, anna, path, self.confirmed, {})
        pay_now(bank, confirmation_order(bank, self.confirmed, claim))
        decline_charge(bank, anna.person, declined)

    def _charge(self, code: str, charge_id: UUID) -> None:
        sold = new_order(self.bank, self.tea, 7_00)
        signed_by_till = charge_request(self.bank, self.tea.till_key, sold, code, charge_id)
        charge_order(self.bank, self.tea.till, sold.id, code, signed_by_till)

    def _sell_and_refund(self) -> None:
        bank, anna, tea = self.bank, self.anna, self.tea
        grant(bank, anna)
        pay_shop(bank, anna, tea.shop, 3_00)
        allow_auto_top_up(bank, anna.person, anna.wallet, anna.key.id)
        large, small = new_order(bank, tea, 500_00), new_order(bank, tea, 20_00)
        assert pay(bank, anna, large).card_amount > 0
        assert pay(bank, anna, small).card_amount == 20_00
        for number, (sold, amount) in enumerate([(large, 400_00), (large, 1_00), (small, 20_00)]):
            new = NewRefund(sold.id, f"R{number}", Fen(amount), "broken")
            assert refunding.refund_order(bank, tea.till, bank.new_id(), new).done_at
        orders.close_order(bank, tea.till, new_order(bank, tea, 1_00).id)
        new_order(bank, tea, 1_00)
        self.clock.advance(minutes=16)
        assert orders.expire_orders(bank) > 0

    def _give_back_what_no_wallet_takes(self) -> None:
        """Carl's card pays, but his wallet is closed meanwhile; then his card is gone as well."""
        bank, accounts = self.bank, self.partners.bank.cards
        grant(bank, self.carl)
        self.partners.bank.lose_answers = 2
        pending = [self._exchange(self.carl, 40_00) for _ in range(2)]
        assert bank.ledger.close_account(self.carl.wallet).ok
        self.clock.advance(minutes=1)
        resolve_orders(bank)
        assert {self._order(o.id).status for o in pending} == {OrderStatus.REFUSED}
        first, second = self._returns()
        assert carry_out(bank, first).status is OrderStatus.DONE
        gone = dict(accounts)
        accounts.clear()
        assert carry_out(bank, second).status is OrderStatus.STRANDED
        accounts.update(gone)
        with bank.transaction() as connection:
            followed, _ = follow_stranded(bank, connection, second.id)
        assert carry_out(bank, followed).status is OrderStatus.DONE

    def _order(self, order_id: UUID) -> CardOrder:
        with self.bank.connection() as connection:
            found = store.order(connection, order_id)
        assert found is not None
        return found

    def _returns(self) -> list[CardOrder]:
        with self.bank.connection() as connection:
            rows = connection.execute(
                "SELECT order_id FROM bank.card_order WHERE kind = %s AND status = %s",
                (OrderKind.RETURN, OrderStatus.PENDING),
            ).fetchall()
        return [self._order(order_id) for (order_id,) in rows]

    def _close_and_freeze(self) -> None:
        bank, bea = self.bank, self.bea
        grant(bank, bea)
        further = open_further(bank, bea.session, bank.new_id(), "spare")
        close_wallet(bank, bea.session, further.id)
        freeze_wallet(bank, bea.wallet, Freezer.HOLDER)
        unfreeze_wallet(bank, bea.wallet, Freezer.HOLDER)
        kiosk = begin(bank, number=2)
        assert kiosk.till.terminal is not None
        shops.revoke_terminal(bank, kiosk.server, kiosk.till.terminal.id)
        shops.close_shop(bank, kiosk.server, kiosk.shop.id)

    def _change_number(self) -> None:
        """Dora spends on one number, closes it, and goes on with another that she has spent on."""
        bank, resident_id = self.bank, self._resident_id("9")
        first, self.dora = (open_holder(bank, f"+861380000000{n}") for n in (4, 5))
        for holder in (self.anna, first, self.dora):
            grant(bank, holder)
        verify_identity(bank, first.session, NAME, resident_id)
        for payer, payee, amount in (
            (self.anna, first, 8_00),
            (first, self.dora, 5_00),
            (first, self.bea, 3_00),
            (self.dora, self.bea, 1_00),
        ):
            pay_now(bank, order(bank, payer, to(payee), amount))
        close_wallet(bank, first.session, first.wallet)
        verify_identity(bank, self.dora.session, NAME, resident_id)

    def _settle(self) -> None:
        """The tea house is paid for the first day, refused for the second, held for the third."""
        for outcome in (DONE, NOT_PAID, None):
            grant(self.bank, self.anna)
            pay(self.bank, self.anna, new_order(self.bank, self.tea, 11_00))
            self.clock.advance(days=1)
            settling.run_settlements(self.bank)
            for name, message in self.partners.bank.files.items():
                if outcome is not None:
                    told = dict.fromkeys(read_amounts(message), outcome)
                    self.partners.bank.transfers.setdefault(name, told)
            settling.run_settlements(self.bank)

    def _leave_something_open(self) -> None:
        grant(self.bank, self.anna)
        self.partners.bank.lose_answers = 2
        assert self._exchange(self.anna, 2_00).status is OrderStatus.PENDING
        assert self._save(self.anna, 1_00).status is OrderStatus.PENDING
