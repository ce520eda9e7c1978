"""A wallet from its opening to a payment, with the typed client, against a running bank.

    zerobar sandbox serve &
    zerobar bank init --issue 1000000
    zerobar bank serve &
    python examples/open_a_wallet.py

Two of the sandbox's test people open wallets with the codes that it shows; one fills hers from her
bank card and pays the other. Each request is on the disk before it is sent, with its own id: after
a crash or a lost answer, asking again does it once. It runs once with a bank, for these two
have wallets then.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import httpx

from zerobar.client.errors import Refused
from zerobar.client.http import BankHttp
from zerobar.client.outbox import Outbox
from zerobar.client.paying import PayeeNamed, PayeeNamedBy
from zerobar.client.person import PersonClient
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.sandbox.model import TestPerson
from zerobar.sandbox.people import PEOPLE

BANK, SANDBOX = "http://127.0.0.1:8000", "http://127.0.0.1:8099"
PIN = "417293"
PATIENCE_S = 60.0


class Wallet(NamedTuple):
    """Somebody's wallet, and the client that is signed in to it."""

    client: PersonClient
    id: UUID
    number: str


def main(bank: str = BANK, sandbox: str = SANDBOX) -> None:
    """Open two wallets, fill one, pay the other, twice with one id."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        anna, bo = (
            _opened(stack, bank, sandbox, person, Path(folder) / str(place))
            for place, person in enumerate(PEOPLE[:2])
        )
        _fill(anna, PEOPLE[0], Fen(500_00))
        payee = PayeeNamed(kind=PayeeNamedBy.NUMBER, value=bo.number)
        payment_id = uuid4()
        for _ in range(2):
            paid = anna.client.pay(payment_id, anna.id, payee, Fen(20_00), "lunch")
            print(f"Payment {paid.payment_id}: {Fen(paid.amount_fen)}.")
        for person, wallet in zip(PEOPLE, (anna, bo), strict=False):
            print(f"{person.name} has {Fen(wallet.client.balance(wallet.id).balance_fen)}.")
        try:
            anna.client.pay(uuid4(), anna.id, payee, Fen(100_000_00))
        except Refused as refused:
            print(f"Too much: {refused}")


def _opened(
    stack: ExitStack, bank: str, sandbox: str, person: TestPerson, outbox_path: Path
) -> Wallet:
    phone = person.cards[0].phone
    outbox = stack.enter_context(Outbox(outbox_path, time.time))
    http = stack.enter_context(BankHttp(bank, outbox=outbox))
    client = PersonClient(http, P256.private_key(secrets.token_bytes(KEY_SEED_LENGTH)))
    client.ask_for_code(phone)
    (newest, *_) = httpx.get(f"{sandbox}/sms/messages", params={"phone": phone}).json()
    opened = client.open_wallet(uuid4(), phone, newest["code"])
    print(f"{person.name} has opened wallet {opened.wallet.number}.")
    return Wallet(client, opened.wallet.wallet_id, opened.wallet.number)


def _fill(wallet: Wallet, person: TestPerson, amount: Fen) -> None:
    """Choose a PIN, verify the name, bind the card, and exchange its money for digital cash."""
    client = wallet.client
    client.set_pin(PIN)
    client.enter_pin(wallet.id, PIN)
    client.verify(person.name, person.resident_id)
    card = client.bind_card(uuid4(), person.cards[0].number)
    order_id = uuid4()
    client.exchange(order_id, wallet.id, card.card_id, amount)
    # The card's bank may be slow; the order is there, and is asked for until it is known.
    order = client.card_order(order_id, PATIENCE_S)
    print(f"Exchanged {amount}: {order.status}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
