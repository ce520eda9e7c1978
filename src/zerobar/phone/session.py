"""The phone at its bank: opening a wallet, signing in, and a session that renews itself.

Whatever is made has an id that was kept before it was sent. A session that is over is renewed by
the device's key, without a code and without asking anybody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Self, TypeVar
from uuid import UUID, uuid4

from zerobar.client.enrolment import NewDevice, enrolment_bytes, write_64
from zerobar.client.errors import NotSignedIn
from zerobar.client.http import BankHttp
from zerobar.client.outbox import Outbox
from zerobar.client.passkeys import AssertionCredential
from zerobar.client.people import (
    ByAssertion,
    BySmsCode,
    FirstWallet,
    SessionOpened,
    WalletOpened,
    WalletShown,
)
from zerobar.client.person import PersonClient
from zerobar.device.feed import EventFeed, RecordingTransport
from zerobar.phone.errors import NotSignedUp, OtherWallet
from zerobar.phone.memory import DeviceKey, Opening, PhoneMemory, SignedUp
from zerobar.purse.suites import P256

Answer = TypeVar("Answer")
ANSWER_WITHIN_S: Final = 5.0
PAUSES_S: Final = (0.2, 0.6)
"""A person waits for the answer, and what gets none is asked again in the background."""
_LABEL: Final = "Phone"


class BankSession:
    """The way to the bank for the person whose phone this is; a context manager.

    Args:
        bank_url: where the bank is, or a relay to it.

    Attributes:
        http: signs with the device's key, in the person's session.
        person: what a wallet app asks.
    """

    def __init__(self, memory: PhoneMemory, outbox: Outbox, bank_url: str, feed: EventFeed) -> None:
        self._memory = memory
        self._renewing = threading.Lock()
        self._transport = RecordingTransport(feed, ANSWER_WITHIN_S)
        self.http = BankHttp(
            bank_url,
            outbox=outbox,
            transport=self._transport,
            pauses_s=PAUSES_S,
        )
        self.person = PersonClient(self.http, memory.key().private_key, _LABEL)
        signed_up = memory.read(SignedUp)
        if signed_up is not None:
            self.http.use_session(signed_up.token, memory.key().request_key())

    def hang_up(self) -> None:
        """Have every further question get no answer, for the phone is switched off."""
        self._transport.hang_up()

    @property
    def is_signed_up(self) -> bool:
        """Whether a wallet is open on this phone."""
        return self._memory.read(SignedUp) is not None

    @property
    def signed_up(self) -> SignedUp:
        """Whose phone this is; raises NotSignedUp."""
        known = self._memory.read(SignedUp)
        if known is None:
            raise NotSignedUp
        return known

    @property
    def wallet_id(self) -> UUID:
        """The wallet of this phone; raises NotSignedUp."""
        return self.signed_up.wallet_id

    @property
    def device_id(self) -> UUID:
        """What the bank knows this phone by: its key's id."""
        return self._memory.key().key_id

    def open_wallet(self, evidence: BySmsCode | ByAssertion, label: str) -> WalletShown:
        """Open a first wallet; the same again after a lost answer gives the same wallet.

        Raises OtherWallet or ClientError.
        """
        if self.is_signed_up:
            raise OtherWallet
        wallet_id, key = self._opening().wallet_id, self._memory.key()
        asked = FirstWallet(evidence=evidence, device=_enrolled(wallet_id, key), label=label)
        opened = self.http.make(wallet_id, "/v1/wallets", asked, WalletOpened, keep=False)
        self._belong(opened.session, opened.wallet, key)
        self._memory.forget(Opening)
        return opened.wallet

    def sign_in(self, phone: str, code: str) -> WalletShown:
        """Sign in to a wallet that was opened elsewhere, or here before.

        Raises OtherWallet when it is another person's, NotSignedUp when there is none, or
        ClientError.
        """
        return self._signed_in(lambda: self.person.sign_in(phone, code))

    def sign_in_by_passkey(self, credential: AssertionCredential) -> WalletShown:
        """Sign in by a passkey, without any message; raises as `sign_in`."""
        return self._signed_in(lambda: self.person.sign_in_by_passkey(credential))

    def _signed_in(self, sign_in: Callable[[], SessionOpened]) -> WalletShown:
        before = self._memory.read(SignedUp)
        opened = sign_in()
        if before is not None and before.person_id != opened.person_id:
            self.http.use_session(before.token, self._memory.key().request_key())
            raise OtherWallet
        me = self.person.me()
        wanted = before.wallet_id if before else me.main_wallet_id
        wallet = next((wallet for wallet in me.wallets if wallet.wallet_id == wanted), None)
        if wallet is None:
            raise NotSignedUp
        key = DeviceKey(key_id=opened.key_id, private_key=self._memory.key().private_key)
        self._memory.write(key)
        self._belong(opened, wallet, key)
        return wallet

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Ask the bank, in a new session if the old one is over.

        Raises NotSignedUp or ClientError.
        """
        token = self.signed_up.token
        try:
            return question()
        except NotSignedIn:
            self.renew(token)
            return question()

    def renew(self, over: str | None = None) -> None:
        """Begin a new session; raises NotSignedUp or ClientError.

        Args:
            over: the token that was refused; if another is known meanwhile, nothing is to be done.
        """
        with self._renewing:
            known = self.signed_up
            if over is not None and known.token != over:
                return
            opened = self.person.renew_session()
            self._memory.write(
                SignedUp(
                    person_id=known.person_id,
                    wallet_id=known.wallet_id,
                    wallet_number=known.wallet_number,
                    token=opened.token,
                )
            )

    def _opening(self) -> Opening:
        pending = self._memory.read(Opening)
        if pending is None:
            pending = Opening(wallet_id=uuid4())
            self._memory.write(pending)
        return pending

    def _belong(self, session: SessionOpened, wallet: WalletShown, key: DeviceKey) -> None:
        self._memory.write(
            SignedUp(
                person_id=session.person_id,
                wallet_id=wallet.wallet_id,
                wallet_number=wallet.number,
                token=session.token,
            )
        )
        self.http.use_session(session.token, key.request_key())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()


def _enrolled(request_id: UUID, key: DeviceKey) -> NewDevice:
    public_key = P256.public_key(key.private_key)
    message = enrolment_bytes(request_id, key.key_id, public_key)
    return NewDevice(
        key_id=key.key_id,
        public_key=write_64(public_key),
        label=_LABEL,
        proof=write_64(P256.sign(key.private_key, message)),
    )
