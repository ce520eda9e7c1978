"""Somebody with cards, what they and the books hold, and asking for money."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, balance
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.exchanging import exchange, save_to_bank
from zerobar.bank.funding.model import Asked, CardOrder
from zerobar.bank.people import store as people
from zerobar.bank.people.model import Wallet
from zerobar.ledger import balance as books_of
from zerobar.ledger import trial_balance
from zerobar.purse.money import Fen

CARDS = ("6299900000000016", "6299900000000024", "6299900000000032")


@dataclass(frozen=True)
class Funded:
    """Anna, with two cards bound."""

    bank: Bank
    partners: Doubles
    holder: Holder
    cards: list[UUID]

    def ask(self, amount: int, card: int = 0, order_id: UUID | None = None) -> Asked:
        return Asked(order_id or self.bank.new_id(), self.cards[card], Fen(amount))

    def exchange(self, asked: Asked) -> CardOrder:
        holder = self.holder
        return exchange(self.bank, holder.person, holder.wallet, holder.key.id, asked)

    def save(self, asked: Asked) -> CardOrder:
        holder = self.holder
        return save_to_bank(self.bank, holder.person, holder.wallet, holder.key.id, asked)

    @property
    def in_wallet(self) -> int:
        return balance(self.bank, self.holder.wallet)

    def on_card(self, card: int = 0) -> int:
        return list(self.partners.bank.cards.values())[card].balance

    def in_books(self, code: AccountCode) -> int:
        return balance(self.bank, operator_account(self.bank.operator_id, code))

    def held(self) -> int:
        vault = operator_account(self.bank.operator_id, AccountCode.VAULT)
        with self.bank.connection() as connection:
            accounts = (vault, self.holder.wallet)
            return sum(books_of(connection, account).held for account in accounts)

    def wallet(self) -> Wallet:
        with self.bank.connection() as connection:
            wallet = people.wallet(connection, self.holder.wallet)
        assert wallet is not None
        return wallet

    def order(self, order_id: UUID) -> CardOrder:
        with self.bank.connection() as connection:
            order = store.order(connection, order_id)
        assert order is not None
        return order

    def check_books(self) -> None:
        """Hold digital cash and deposits to each other, and to the bank's own books."""
        moved = sum(1_000_00 - card.balance for card in self.partners.bank.cards.values())
        assert self.in_books(AccountCode.AT_BANK) == moved
        assert self.in_books(AccountCode.BANK_CUSTOMERS) == -moved
        with self.bank.connection() as connection:
            assert trial_balance(connection).balanced
