"""A shop with a till, a customer with a phone, and a bank: all of them programs.

with Shop(folder, sandbox, bank) as shop:
    with shop.card_tapped():
        ...                        # the customer holds the phone at the reader meanwhile
    shop.till.road.cut()           # no network
    shop.code()                    # the 19 digits that the customer's phone shows
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import PIN as WALLET_PIN
from tests.phone.conftest import open_wallet
from tests.phone.programs import PhoneProgram, Sim
from tests.pos.programs import Merchant, Road, Sam, TillProgram

ORIGIN = "http://localhost:8000"
PAY = bytes((0x80, 0x10))
VERIFY = bytes((0x00, 0x20))
"""How the command begins by which a card pays."""


class Shop:
    """Everything; a context manager.

    Attributes:
        field: of the till's reader; no card is in it until one is tapped.
    """

    def __init__(self, folder: Path, sandbox: Sandbox, bank: BankProgram) -> None:
        self._folder, self._sandbox, self.bank = folder, sandbox, bank
        self._open = ExitStack()

    def __enter__(self) -> Self:
        bank_folder = self._folder / "bank"
        self.sim = self._open.enter_context(Sim(self._folder, "customer-sim", bank_folder))
        self.field = self._open.enter_context(Road(self.sim.field.port))
        self.field.cut()
        sam = self._open.enter_context(Sam(self._folder, bank_folder))
        self.merchant = Merchant(self.bank, ORIGIN, sam)
        reader = f"antenna://{self.field.address}"
        till = TillProgram(self._folder, self.bank, sam, self.merchant, reader)
        self.till = self._open.enter_context(till)
        phone = PhoneProgram(self._folder, "customer", self.bank.port, self.sim)
        self.phone = self._open.enter_context(phone)
        self._give_money()
        return self

    def _give_money(self) -> None:
        open_wallet(self.phone, self._sandbox, 0)
        self.phone.post("/code/enrolment")
        self.phone.post("/purse/loads", id=str(uuid4()), amount_fen=300_00)

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @contextmanager
    def card_tapped(self) -> Iterator[None]:
        """Hold the customer's phone at the reader for a while."""
        self.field.join()
        try:
            yield
        finally:
            self.field.cut()

    def code(self) -> str:
        """The digits that the customer's phone shows; they need no network."""
        digits: str = self.phone.get("/code")["digits"]
        return digits

    def voucher_for(self, request: str) -> str:
        """Have the customer, who has a network, pay a request that the till shows."""
        self.phone.post("/grant", pin=WALLET_PIN)
        voucher: str = self.phone.post("/till-payments", id=str(uuid4()), text=request)["text"]
        return voucher

    def pay_code(self, text: str, amount_fen: int) -> None:
        """Have the customer pay the code of an order."""
        read = self.phone.post("/scans", text=text)
        self.phone.post("/grant", pin=WALLET_PIN)
        self.phone.post("/payments", id=str(uuid4()), payee=read["payee"], amount_fen=amount_fen)
