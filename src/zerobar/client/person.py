"""A person's phone at the bank: opening a wallet, money from and to a card, paying, reading.

    with Outbox(path, time.time) as outbox:
        phone = PersonClient(BankHttp("https://bank", outbox=outbox), private_key)
        phone.ask_for_code("+8613800000001")
        opened = phone.open_wallet(uuid4(), "+8613800000001", "123456")

What moves money takes an id that the caller made and will use again for the same; see `BankHttp`.
All methods raise ClientError.
"""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID, uuid4

from zerobar.client.enrolment import NewDevice, enrolment_bytes, write_64
from zerobar.client.funding import (
    AutoTopUp,
    CardMoney,
    CardOrderShown,
    CardOrderStatus,
    CardShown,
    NewCard,
)
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchants import CodeReading, ScannedCode
from zerobar.client.passkeys import AssertionCredential, PasskeyOptions, PasskeySignIn
from zerobar.client.paying import (
    CodeSecretShown,
    NewPayment,
    PayeeNamed,
    PayeeNamedBy,
    PayeeShown,
    PaymentOutcomeShown,
    PaymentShown,
)
from zerobar.client.people import (
    BalanceShown,
    BySmsCode,
    CategoryWanted,
    FirstPin,
    FirstWallet,
    GrantOpened,
    LimitsShown,
    PersonShown,
    PinGiven,
    SessionOpened,
    SignIn,
    SmsCodeWanted,
    Verification,
    WalletOpened,
    WalletShown,
)
from zerobar.purse.money import Fen
from zerobar.purse.suites import P256

_ASK_AGAIN_AFTER_S: Final = 0.5


class PersonClient:
    """What a wallet app asks the bank.

    Args:
        http: the way there; it gets the session and the key when somebody signs in.
        private_key: of this device, P-256, 32 bytes; the bank enrols its public half.
        label: of this device, as its owner will know it again.
    """

    def __init__(self, http: BankHttp, private_key: bytes, label: str = "Phone") -> None:
        self._http = http
        self._private_key = private_key
        self._label = label

    # --- who one is -----------------------------------------------------------------------

    def ask_for_code(self, phone: str) -> None:
        """Have a code sent to a phone number."""
        self._http.send("POST", "/v1/sms-codes", SmsCodeWanted(phone=phone), object)

    def open_wallet(
        self, wallet_id: UUID, phone: str, code: str, label: str = "Wallet"
    ) -> WalletOpened:
        """Open a first wallet with the code that was sent; one is signed in then."""
        key = RequestKey(uuid4(), self._private_key)
        asked = FirstWallet(
            evidence=BySmsCode(phone=phone, code=code),
            device=self._device(wallet_id, key),
            label=label,
        )
        opened = self._http.make(wallet_id, "/v1/wallets", asked, WalletOpened, keep=False)
        self._http.use_session(opened.session.token, key)
        return opened

    def sign_in(self, phone: str, code: str) -> SessionOpened:
        """Sign in on this device with the code that was sent."""
        session_id, key = uuid4(), RequestKey(uuid4(), self._private_key)
        asked = SignIn(phone=phone, code=code, device=self._device(session_id, key))
        opened = self._http.make(session_id, "/v1/sessions", asked, SessionOpened, keep=False)
        self._http.use_session(opened.token, key)
        return opened

    def passkey_options(self) -> PasskeyOptions:
        """Ask what a browser needs to use a passkey."""
        return self._http.send("POST", "/v1/sessions/by-passkey/options", None, PasskeyOptions)

    def sign_in_by_passkey(self, credential: AssertionCredential) -> SessionOpened:
        """Sign in on this device with a passkey that a browser has used."""
        session_id, key = uuid4(), RequestKey(uuid4(), self._private_key)
        asked = PasskeySignIn(credential=credential, device=self._device(session_id, key))
        path = "/v1/sessions/by-passkey"
        opened = self._http.make(session_id, path, asked, SessionOpened, keep=False)
        self._http.use_session(opened.token, key)
        return opened

    def renew_session(self) -> SessionOpened:
        """Begin a new session on this device, which has not signed out; no code is needed."""
        path = "/v1/sessions/renewal"
        opened = self._http.make(uuid4(), path, None, SessionOpened, keep=False)
        self._http.use_session(opened.token)
        return opened

    def verify(self, name: str, resident_id: str) -> PersonShown:
        """Verify one's name, which raises the wallets' category."""
        asked = Verification(name=name, resident_id=resident_id)
        return self._http.send("POST", "/v1/people/me/verification", asked, PersonShown)

    def me(self) -> PersonShown:
        """Read who is signed in, and which wallets there are."""
        return self._http.get("/v1/people/me", PersonShown)

    # --- the wallet -----------------------------------------------------------------------

    def balance(self, wallet_id: UUID) -> BalanceShown:
        """Read what is in a wallet."""
        return self._http.get(f"/v1/wallets/{wallet_id}/balance", BalanceShown)

    def limits(self, wallet_id: UUID) -> LimitsShown:
        """Read what a wallet may hold and spend, and what is left of it."""
        return self._http.get(f"/v1/wallets/{wallet_id}/limits", LimitsShown)

    def raise_category(self, wallet_id: UUID, category: int) -> WalletShown:
        """Ask for a higher category; 1 is the most."""
        asked = CategoryWanted(category=category)
        return self._http.send("PUT", f"/v1/wallets/{wallet_id}/category", asked, WalletShown)

    def set_pin(self, pin: str) -> None:
        """Choose the PIN, which is one for all wallets."""
        self._http.send("PUT", "/v1/people/me/pin", FirstPin(pin=pin), object)

    def enter_pin(self, wallet_id: UUID, pin: str) -> GrantOpened:
        """Show the PIN: for five minutes this device may pay from the wallet."""
        asked = PinGiven(pin=pin)
        return self._http.send("POST", f"/v1/wallets/{wallet_id}/grants", asked, GrantOpened)

    # --- cards ----------------------------------------------------------------------------

    def bind_card(self, card_id: UUID, number: str, phone: str | None = None) -> CardShown:
        """Bind a bank card of one's own; `phone` if the card's bank knows another number."""
        asked = NewCard(number=number, phone=phone)
        return self._http.make(card_id, "/v1/cards", asked, CardShown, keep=False)

    def exchange(
        self, order_id: UUID, wallet_id: UUID, card_id: UUID, amount: Fen
    ) -> CardOrderShown:
        """Exchange money of a card for digital cash; it may be pending for a while."""
        asked = CardMoney(wallet_id=wallet_id, card_id=card_id, amount_fen=int(amount))
        return self._move(order_id, "/v1/exchanges", asked)

    def save_to_bank(
        self, order_id: UUID, wallet_id: UUID, card_id: UUID, amount: Fen
    ) -> CardOrderShown:
        """Save digital cash to a card; it may be pending for a while."""
        asked = CardMoney(wallet_id=wallet_id, card_id=card_id, amount_fen=int(amount))
        return self._move(order_id, "/v1/saves", asked)

    def card_order(self, order_id: UUID, patience_s: float = 0) -> CardOrderShown:
        """Read what became of money between wallet and card.

        Args:
            order_id: which.
            patience_s: how long to ask again while it is pending.
        """
        until = time.monotonic() + patience_s
        while True:
            order = self._http.get(f"/v1/card-orders/{order_id}", CardOrderShown)
            if order.status is not CardOrderStatus.PENDING or time.monotonic() >= until:
                return order
            time.sleep(_ASK_AGAIN_AFTER_S)

    def switch_auto_top_up(self, wallet_id: UUID, *, on: bool) -> None:
        """Say whether cards may be asked for what a payment lacks."""
        self._http.send("PUT", f"/v1/wallets/{wallet_id}/auto-top-up", AutoTopUp(on=on), object)

    # --- paying ---------------------------------------------------------------------------

    def check_payee(self, kind: PayeeNamedBy, value: str) -> PayeeShown:
        """Read who would be paid."""
        return self._http.send("POST", "/v1/payees", PayeeNamed(kind=kind, value=value), PayeeShown)

    def read_merchant_code(self, text: str) -> CodeReading:
        """Read what a merchant's code asks for."""
        return self._http.send(
            "POST", "/v1/merchant-codes/reading", ScannedCode(text=text), CodeReading
        )

    def enrol_codes(self, wallet_id: UUID) -> CodeSecretShown:
        """Fetch the secret that the wallet's codes are derived from; codes of before end."""
        path = f"/v1/wallets/{wallet_id}/code-secret"
        return self._http.make(uuid4(), path, None, CodeSecretShown, keep=False)

    def pay(
        self, payment_id: UUID, wallet_id: UUID, payee: PayeeNamed, amount: Fen, memo: str = ""
    ) -> PaymentShown:
        """Pay somebody; with the same id never twice."""
        asked = NewPayment(wallet_id=wallet_id, payee=payee, amount_fen=int(amount), memo=memo)
        outcome_at = f"/v1/payments/{payment_id}"
        return self._http.make(
            payment_id, "/v1/payments", asked, PaymentShown, outcome_at=outcome_at
        )

    def payment(self, payment_id: UUID) -> PaymentOutcomeShown:
        """Read what became of a payment."""
        return self._http.get(f"/v1/payments/{payment_id}", PaymentOutcomeShown)

    def _move(self, order_id: UUID, path: str, asked: CardMoney) -> CardOrderShown:
        outcome_at = f"/v1/card-orders/{order_id}"
        return self._http.make(order_id, path, asked, CardOrderShown, outcome_at=outcome_at)

    def _device(self, request_id: UUID, key: RequestKey) -> NewDevice:
        message = enrolment_bytes(request_id, key.id, key.public_key)
        return NewDevice(
            key_id=key.id,
            public_key=write_64(key.public_key),
            label=self._label,
            proof=write_64(P256.sign(key.private_key, message)),
        )
