"""A phone with a wallet: its key, its session, its outbox, and what its holder does with it."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self
from uuid import UUID, uuid4

from zerobar.client.funding import CardOrderShown, CardShown
from zerobar.client.http import BankHttp
from zerobar.client.outbox import Outbox
from zerobar.client.paying import CodeSecretShown, PayeeNamed, PayeeNamedBy, PaymentShown
from zerobar.client.people import WalletShown
from zerobar.client.person import PersonClient
from zerobar.client.purses import PurseProof, PursesClient, PurseShown
from zerobar.codes.customer import derive_code
from zerobar.demo import passkeys
from zerobar.demo.authenticator import Authenticator
from zerobar.demo.purses import ServedPurse
from zerobar.demo.relay import Relay
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import PurseCard

PIN: Final = "417293"
_KNOWN_AT_MOST_S: Final = 30.0
_LONGEST_PAUSE_S: Final = 0.2


class Phone:
    """A person's phone; a context manager that closes what is open.

    Args:
        bank_url: of the operator.
        number: of the phone, E.164.
        outbox: the file in which the phone keeps what it asks.

    Attributes:
        network: its road to the bank.
        http: the bank, over that road.
        bank: what the wallet app asks.
        purses: what it asks about hard wallets.
    """

    def __init__(self, bank_url: str, number: str, outbox: Path) -> None:
        self.number = number
        self.network = Relay(bank_url)
        self._outbox = Outbox(outbox, time.time)
        self.http = BankHttp(self.network.url, outbox=self._outbox, sleep=wait_briefly)
        self._private_key = P256.private_key(os.urandom(KEY_SEED_LENGTH))
        self.bank = PersonClient(self.http, self._private_key)
        self.purses = PursesClient(self.http)
        self._wallet: WalletShown | None = None
        self._code_secret: CodeSecretShown | None = None
        self._codes_shown = 0

    @property
    def wallet(self) -> WalletShown:
        """The wallet."""
        assert self._wallet is not None, "not opened yet"
        return self._wallet

    def open_wallet(self, read_message: Callable[[str], str]) -> WalletShown:
        """Open a wallet by the code that is sent to the phone."""
        self.bank.ask_for_code(self.number)
        opened = self.bank.open_wallet(uuid4(), self.number, read_message(self.number))
        self._wallet = opened.wallet
        return opened.wallet

    def make_passkey(self, authenticator: Authenticator) -> None:
        """Make a passkey that other phones of the same person can sign in with."""
        passkeys.register(self.http, authenticator)

    def sign_in(self, authenticator: Authenticator) -> WalletShown:
        """Sign in on this phone as somebody who has a wallet and a passkey already."""
        passkeys.sign_in(self.http, self._private_key, authenticator)
        (self._wallet,) = self.bank.me().wallets
        return self._wallet

    def bind_card(self, card_number: str, phone: str) -> CardShown:
        """Bind a bank card, whose bank knows another phone number."""
        return self.bank.bind_card(uuid4(), card_number, phone)

    def raise_category(self, category: int) -> WalletShown:
        """Ask for a higher category."""
        self._wallet = self.bank.raise_category(self.wallet.wallet_id, category)
        return self._wallet

    def choose_pin(self) -> None:
        """Choose the payment PIN, and give it: payments are possible for five minutes."""
        self.bank.set_pin(PIN)
        self.enter_pin()

    def enter_pin(self) -> None:
        """Give the payment PIN, for five minutes."""
        self.bank.enter_pin(self.wallet.wallet_id, PIN)

    def link(self, purse: ServedPurse) -> PurseShown:
        """Link a purse that is in this phone to the wallet, by its signed state."""
        asked = self.purses.challenge()
        with purse.on_contact() as link:
            state = PurseCard(link).state(bytes.fromhex(asked.nonce))
        proof = PurseProof(
            challenge_id=asked.challenge_id,
            certificate=bytes(purse.certificate).hex(),
            state=bytes(state).hex(),
        )
        return self.purses.link(self.wallet.wallet_id, proof)

    def exchange(self, card_id: UUID, amount: Fen) -> CardOrderShown:
        """Take money from a card into the wallet; wait until the bank knows."""
        order_id = uuid4()
        self.bank.exchange(order_id, self.wallet.wallet_id, card_id, amount)
        return self.bank.card_order(order_id, _KNOWN_AT_MOST_S)

    def save(self, card_id: UUID, amount: Fen) -> CardOrderShown:
        """Give money from the wallet to a card; wait until the bank knows."""
        order_id = uuid4()
        self.bank.save_to_bank(order_id, self.wallet.wallet_id, card_id, amount)
        return self.bank.card_order(order_id, _KNOWN_AT_MOST_S)

    def pay(
        self, kind: PayeeNamedBy, value: str, amount: Fen, payment_id: UUID | None = None
    ) -> PaymentShown:
        """Pay; the same payment id pays once."""
        payee = PayeeNamed(kind=kind, value=value)
        return self.bank.pay(payment_id or uuid4(), self.wallet.wallet_id, payee, amount)

    def enrol_codes(self) -> None:
        """Fetch the secret that codes are derived from, once; then they need no network."""
        self._code_secret = self.bank.enrol_codes(self.wallet.wallet_id)

    def show_code(self) -> str:
        """Return the 19 digits for a till to scan; nobody is asked."""
        assert self._code_secret is not None, "not enrolled yet"
        secret = base64.urlsafe_b64decode(self._code_secret.secret + "=")
        sequence = self._codes_shown % 10
        self._codes_shown += 1
        return derive_code(secret, self._code_secret.handle, int(time.time()), sequence)

    def balance(self) -> Fen:
        """Return what can be spent."""
        return Fen(self.bank.balance(self.wallet.wallet_id).available_fen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._outbox.close()
        self.network.close()


def wait_briefly(seconds: float) -> None:
    """Wait as a device does before it asks again, but not the minute that an audience would."""
    time.sleep(min(seconds, _LONGEST_PAUSE_S))
