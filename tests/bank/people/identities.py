"""People with several phone numbers and one identity, whose limits are small.

mia = Numbers(bank, partners, resident_id_of(7))
first = mia.number(1)
mia.verify(first)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from stdnum.cn import ric

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, balance, fill, grant, move, open_holder
from tests.bank.paying.orders import order, to
from tests.bank.people.asking import NAME
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.people import store
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.errors import OverLimit
from zerobar.bank.people.limits import Limits, Used, add_version, used_at
from zerobar.bank.people.model import Category, Wallet
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.verifying import verify_identity
from zerobar.purse.money import Fen

ANONYMOUS: Final = Limits(None, None, Fen(50), Fen(400), bank_withdrawal=False)
VERIFIED: Final = Limits(None, None, Fen(100), Fen(300), bank_withdrawal=False)
RAISED: Final = Limits(None, None, Fen(150), Fen(350), bank_withdrawal=True)
LIMITS: Final = {Category.IV: ANONYMOUS, Category.III: VERIFIED, Category.II: RAISED}


def limit_tightly(bank: Bank, clock: Clock) -> None:
    """Let small limits of day and year hold from now on."""
    with bank.transaction() as connection:
        add_version(connection, bank.operator_id, clock() + timedelta(seconds=1), LIMITS, clock())
    clock.advance(seconds=1)


def resident_id_of(number: int) -> str:
    """Return a resident ID of one of a thousand people."""
    first = f"11010120050307{number % 1000:03d}"
    return first + ric.calc_check_digit(first + "0")


@dataclass(frozen=True)
class Numbers:
    """Somebody with as many phone numbers as may be.

    Attributes:
        shop: who is paid.
    """

    bank: Bank
    partners: Doubles
    resident_id: str
    shop: Holder

    def number(self, phone: int) -> Holder:
        """Get another number, and open a first wallet on it."""
        return self._ready(open_holder(self.bank, f"+86137{phone:08d}"))

    def further(self, holder: Holder) -> Holder:
        """Open another wallet on the same number."""
        grant(self.bank, holder)
        opened = open_further(self.bank, holder.session, self.bank.new_id(), "")
        return self._ready(replace(holder, wallet=opened.id, number=opened.number))

    def verify(self, holder: Holder) -> None:
        """Show who one is, on that number."""
        self.partners.identity.people[self.resident_id] = NAME
        grant(self.bank, holder)
        verify_identity(self.bank, holder.session, NAME, self.resident_id)

    def close(self, holder: Holder) -> None:
        """Empty a wallet and close it."""
        left = balance(self.bank, holder.wallet)
        if left:
            vault = operator_account(self.bank.operator_id, AccountCode.VAULT)
            move(self.bank, holder.wallet, vault, left, TransferCode.REDEEM)
        grant(self.bank, holder)
        close_wallet(self.bank, holder.session, holder.wallet)

    def wallet(self, holder: Holder) -> Wallet:
        """Return a wallet as it is stored."""
        with self.bank.connection() as connection:
            found = store.wallet(connection, holder.wallet)
        assert found is not None
        return found

    def used(self, holder: Holder) -> Used:
        """Return what a wallet has used of its limits."""
        spender_id = self.wallet(holder).spender_id
        with self.bank.connection() as connection:
            return used_at(connection, spender_id, self.bank.clock())

    def spend(self, holder: Holder, amount: int) -> bool:
        """Pay the shop; return whether the limits allow it."""
        missing = amount - balance(self.bank, holder.wallet)
        if missing > 0:
            fill(self.bank, holder.wallet, Fen(missing))
        grant(self.bank, holder)
        try:
            pay_now(self.bank, order(self.bank, holder, to(self.shop), amount))
        except OverLimit:
            return False
        return True

    def _ready(self, holder: Holder) -> Holder:
        grant(self.bank, holder)
        return holder
