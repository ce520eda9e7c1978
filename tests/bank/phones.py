"""People with phones, who reach a bank and a sandbox over HTTP and nothing else.

anna = Phone.opened(bank.url, sandbox, PEOPLE[0], outbox)
anna.pay(bea.number, Fen(500))
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from tests.bank.programs import Sandbox
from zerobar.client.errors import NotAllowed, Unavailable, Unreachable
from zerobar.client.http import BankHttp
from zerobar.client.outbox import Outbox
from zerobar.client.paying import PayeeNamed, PayeeNamedBy, PaymentShown
from zerobar.client.person import PersonClient
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.sandbox.model import TestPerson

PIN = "417293"
PATIENCE_S = 180.0


@dataclass(frozen=True)
class Phone:
    """Somebody with a wallet of category III, a card, a PIN just entered, and some money.

    Attributes:
        paid: the payments that the bank has acknowledged.
    """

    client: PersonClient
    http: BankHttp
    outbox: Outbox
    wallet: UUID
    number: str
    card: UUID
    paid: dict[UUID, Fen] = field(default_factory=dict)

    @classmethod
    def opened(
        cls, url: str, sandbox: Sandbox, person: TestPerson, outbox_path: Path, amount: Fen
    ) -> Phone:
        """Open a wallet for one of the sandbox's people, and fill it from the person's card."""
        outbox = Outbox(outbox_path, time.time)
        http = BankHttp(url, outbox=outbox)
        client = PersonClient(http, P256.private_key(os.urandom(KEY_SEED_LENGTH)))
        card = person.cards[0]
        client.ask_for_code(card.phone)
        opened = client.open_wallet(uuid4(), card.phone, sandbox.code_for(card.phone))
        wallet = opened.wallet.wallet_id
        client.set_pin(PIN)
        client.enter_pin(wallet, PIN)
        client.verify(person.name, person.resident_id)
        bound = client.bind_card(uuid4(), card.number)
        exchange_id = uuid4()
        client.exchange(exchange_id, wallet, bound.card_id, amount)
        assert client.card_order(exchange_id, PATIENCE_S).status == "done"
        return cls(client, http, outbox, wallet, opened.wallet.number, bound.card_id)

    def pay(self, number: str, amount: Fen, payment_id: UUID | None = None) -> PaymentShown:
        """Pay, and note that it was acknowledged."""
        payment_id = payment_id or uuid4()
        payee = PayeeNamed(kind=PayeeNamedBy.NUMBER, value=number)
        payment = self.client.pay(payment_id, self.wallet, payee, amount)
        self.paid[payment_id] = amount
        return payment

    def pay_until_known(self, number: str, amount: Fen) -> None:
        """Pay one payment, however often it has to be asked for."""
        payment_id, until = uuid4(), time.monotonic() + PATIENCE_S
        while payment_id not in self.paid:
            try:
                self.pay(number, amount, payment_id)
            except (Unreachable, Unavailable):
                assert time.monotonic() < until, "the bank did not come back"
            except NotAllowed as refused:
                if refused.problem != "pin-needed":
                    raise
                self._enter_pin_again()

    def _enter_pin_again(self) -> None:
        # Five minutes are over; if the bank is away, the payment is refused and asks for it anew.
        with suppress(Unreachable, Unavailable):
            self.client.enter_pin(self.wallet, PIN)

    @property
    def balance(self) -> Fen:
        return Fen(self.client.balance(self.wallet).balance_fen)

    def close(self) -> None:
        self.http.close()
        self.outbox.close()
