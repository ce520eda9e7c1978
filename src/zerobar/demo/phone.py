"""A phone with a wallet: its key, its session, its outbox, and what its holder does with it."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self
from uuid import UUID, uuid4

from zerobar.client import people as people_wire
from zerobar.client.enrolment import NewDevice, enrolment_bytes, write_64
from zerobar.client.funding import CardMoney, CardOrderShown, CardShown, NewCard
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchants import CodeReading, ScannedCode
from zerobar.client.outbox import Outbox
from zerobar.client.paying import (
    CodeSecretShown,
    NewPayment,
    PayeeNamed,
    PayeeNamedBy,
    PaymentShown,
)
from zerobar.codes.customer import derive_code
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

PIN: Final = "417293"


class Phone:
    """A person's phone; a context manager that closes what is open.

    Args:
        bank_url: of the operator.
        number: of the phone, E.164.
        folder: where the phone keeps its outbox.
    """

    def __init__(self, bank_url: str, number: str, folder: Path) -> None:
        self.number = number
        self.key = RequestKey(uuid4(), P256.private_key(os.urandom(KEY_SEED_LENGTH)))
        self._outbox = Outbox(folder / f"phone-{number[-4:]}.db", time.time)
        self._bank = BankHttp(bank_url, self.key, outbox=self._outbox)
        self._wallet: people_wire.WalletShown | None = None
        self._code_secret: CodeSecretShown | None = None
        self._codes_shown = 0

    @property
    def wallet(self) -> people_wire.WalletShown:
        """The wallet."""
        assert self._wallet is not None, "not opened yet"
        return self._wallet

    def open_wallet(self, read_message: Callable[[str], str]) -> people_wire.WalletShown:
        """Open a wallet by the code that is sent to the phone."""
        self._bank.send(
            "POST", "/v1/sms-codes", people_wire.SmsCodeWanted(phone=self.number), object
        )
        evidence = people_wire.BySmsCode(phone=self.number, code=read_message(self.number))
        request_id = uuid4()
        asked = people_wire.FirstWallet(evidence=evidence, device=self._device(request_id))
        opened = self._bank.make(
            request_id, "/v1/wallets", asked, people_wire.WalletOpened, keep=False
        )
        self._bank.use_session(opened.session.token)
        self._wallet = opened.wallet
        return opened.wallet

    def verify(self, name: str, resident_id: str) -> people_wire.PersonShown:
        """Say who one is."""
        asked = people_wire.Verification(name=name, resident_id=resident_id)
        path = "/v1/people/me/verification"
        return self._bank.send("POST", path, asked, people_wire.PersonShown)

    def bind_card(self, card_number: str, phone: str) -> CardShown:
        """Bind a bank card, whose bank knows another phone number."""
        return self._bank.make(
            uuid4(), "/v1/cards", NewCard(number=card_number, phone=phone), CardShown, keep=False
        )

    def raise_category(self, category: int) -> people_wire.WalletShown:
        """Ask for a higher category."""
        asked = people_wire.CategoryWanted(category=category)
        self._wallet = self._bank.send(
            "PUT", f"/v1/wallets/{self.wallet.wallet_id}/category", asked, people_wire.WalletShown
        )
        return self._wallet

    def choose_pin(self) -> None:
        """Choose the payment PIN, and give it: payments are possible for five minutes."""
        place = f"/v1/wallets/{self.wallet.wallet_id}"
        self._bank.send("PUT", f"{place}/pin", people_wire.FirstPin(pin=PIN), object)
        given = people_wire.PinGiven(pin=PIN)
        self._bank.send("POST", f"{place}/grants", given, people_wire.GrantOpened)

    def exchange(self, card_id: UUID, amount: Fen) -> CardOrderShown:
        """Take money from a card into the wallet."""
        return self._card_order("/v1/exchanges", card_id, amount)

    def save(self, card_id: UUID, amount: Fen) -> CardOrderShown:
        """Give money from the wallet to a card."""
        return self._card_order("/v1/saves", card_id, amount)

    def card_order(self, order_id: UUID) -> CardOrderShown:
        """Look what became of an order."""
        return self._bank.get(f"/v1/card-orders/{order_id}", CardOrderShown)

    def pay(
        self, kind: PayeeNamedBy, value: str, amount: Fen, payment_id: UUID | None = None
    ) -> PaymentShown:
        """Pay; the same payment id pays once."""
        asked = NewPayment(
            wallet_id=self.wallet.wallet_id,
            payee=PayeeNamed(kind=kind, value=value),
            amount_fen=int(amount),
        )
        return self._bank.make(payment_id or uuid4(), "/v1/payments", asked, PaymentShown)

    def read_code(self, text: str) -> CodeReading:
        """Ask what a shop's code asks for."""
        asked = ScannedCode(text=text)
        return self._bank.send("POST", "/v1/merchant-codes/reading", asked, CodeReading)

    def enrol_codes(self) -> None:
        """Fetch the secret that codes are derived from, once; then they need no network."""
        path = f"/v1/wallets/{self.wallet.wallet_id}/code-secret"
        self._code_secret = self._bank.make(uuid4(), path, None, CodeSecretShown, keep=False)

    def show_code(self) -> str:
        """Return the 19 digits for a till to scan; nobody is asked."""
        assert self._code_secret is not None, "not enrolled yet"
        secret = base64.urlsafe_b64decode(self._code_secret.secret + "=")
        sequence = self._codes_shown % 10
        self._codes_shown += 1
        return derive_code(secret, self._code_secret.handle, int(time.time()), sequence)

    def balance(self) -> Fen:
        """Return what can be spent."""
        path = f"/v1/wallets/{self.wallet.wallet_id}/balance"
        return Fen(self._bank.get(path, people_wire.BalanceShown).available_fen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bank.close()
        self._outbox.close()

    def _card_order(self, path: str, card_id: UUID, amount: Fen) -> CardOrderShown:
        asked = CardMoney(wallet_id=self.wallet.wallet_id, card_id=card_id, amount_fen=int(amount))
        return self._bank.make(uuid4(), path, asked, CardOrderShown)

    def _device(self, request_id: UUID) -> NewDevice:
        public_key = self.key.public_key
        signed = enrolment_bytes(request_id, self.key.id, public_key)
        return NewDevice(
            key_id=self.key.id,
            public_key=write_64(public_key),
            label="demo phone",
            proof=write_64(P256.sign(self.key.private_key, signed)),
        )
