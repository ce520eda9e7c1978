"""The SIM as a hard wallet: set up, loaded, armed, paid into, and looked at.

Nothing here needs a network but setting up, loading, unloading and reporting a loss; and of those,
what was cut is ended by the next sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.client.purses import PurseLimitsWanted, PurseProof, PursesClient, PurseShown
from zerobar.device import (
    Device,
    TapUnknown,
    Told,
    finish_loads,
    give_back,
    go_on,
    load,
    receive,
    take,
    unload,
)
from zerobar.device.over_http import HolderOverHttp
from zerobar.phone.errors import LoadOver, NoPurse, OtherTap
from zerobar.phone.memory import PhoneMemory, Purse
from zerobar.phone.session import BankSession
from zerobar.purse.messages import ID_LENGTH, Certificate, Kind, SignedRequest, State
from zerobar.purse.money import CNY, Fen
from zerobar.reader import OpenPayer, Payment, TapOutcome, TapStatus, Terms, VoidOutcome

NONCE_LENGTH: Final = 8


@dataclass(frozen=True)
class Seen:
    """A purse as it showed itself just now."""

    state: State
    certificate: Certificate


class HardWallet:
    """The purse in this phone's SIM.

    Args:
        device: the phone, for the rules.
    """

    def __init__(self, device: Device, session: BankSession, memory: PhoneMemory) -> None:
        self._device = device
        self._session = session
        self._memory = memory
        self._bank = PursesClient(session.http)

    @property
    def linked_id(self) -> bytes | None:
        """The purse that is linked to the wallet; None: none is."""
        known = self._memory.read(Purse)
        return None if known is None else known.purse_id

    def look(self) -> Seen:
        """Have the purse show itself, on contact; raises CardError."""
        with self._device.purse() as card:
            return Seen(card.state(self._nonce()), card.get_certificate())

    # --- with the bank --------------------------------------------------------------------

    def set_up(self, limits: PurseLimitsWanted | None) -> PurseShown:
        """Link the SIM's purse to the wallet; after the PIN. Doing it again changes nothing.

        Raises NotSignedUp, CardError or ClientError.
        """
        asked = self._session.ask(self._bank.challenge)
        with self._device.purse() as card:
            state = card.state(bytes.fromhex(asked.nonce))
            certificate = card.get_certificate()
        proof = PurseProof(
            challenge_id=asked.challenge_id,
            certificate=bytes(certificate).hex(),
            state=bytes(state).hex(),
        )
        wallet_id = self._session.wallet_id
        linked = self._session.ask(lambda: self._bank.link(wallet_id, proof, limits))
        self._memory.write(Purse(purse_id=certificate.id))
        return linked

    def limits(self) -> PurseLimitsWanted:
        """Read what the purse may do, as the bank knows it; raises NoPurse or ClientError."""
        purse_id = self._linked()
        return self._session.ask(lambda: self._bank.purse(purse_id)).limits

    def change_limits(self, limits: PurseLimitsWanted) -> PurseShown:
        """Choose other limits, which the next sync brings; after the PIN."""
        purse_id = self._linked()
        return self._session.ask(lambda: self._bank.change_limits(purse_id, limits))

    def renew_pin(self, new: str) -> None:
        """Set the card's PIN anew, once the bank's staff have allowed it; after the wallet's PIN.

        Raises NoPurse, ClientError or CardError. After a cut the same may be asked again.
        """
        purse_id = self._linked()
        message = self._session.ask(lambda: self._bank.new_pin(purse_id, new))
        with self._device.purse() as card:
            card.reset_pin(message)

    def purses(self) -> list[PurseShown]:
        """Read the wallet's purses, also those in other phones."""
        wallet_id = self._session.wallet_id
        return self._session.ask(lambda: self._bank.purses(wallet_id))

    def report_lost(self, purse_id: bytes) -> PurseShown:
        """Report a purse lost, this phone's or another's; after the PIN."""
        return self._session.ask(lambda: self._bank.report_lost(purse_id))

    def report_found(self, purse_id: bytes) -> PurseShown:
        """Take a report back; after the PIN."""
        return self._session.ask(lambda: self._bank.report_found(purse_id))

    def load(self, load_id: UUID, amount: Fen) -> None:
        """Put money from the wallet on the purse; with the same id once. After the PIN.

        Raises LoadOver when it was refused before, NoPurse, or as `device.load`.
        """
        known = self._device.store.incoming.load(load_id)
        if known is None:
            load(self._device, self.holder(), load_id, amount)
        elif known.request.amount != amount:
            raise OtherTap
        elif not known.done:
            # All that are open are ended; this one is among them.
            finish_loads(self._device, self.holder())
        elif known.payment is None:
            raise LoadOver

    def unload(self, unload_id: UUID, amount: Fen) -> Told | None:
        """Give money of the purse back to the wallet; with the same id once.

        Raises NoPurse, or as `device.unload`.
        """
        return unload(self._device, self.holder(), unload_id, amount)

    def holder(self) -> HolderOverHttp:
        """Return the operator as it serves this purse's holder; raises NoPurse or NotSignedUp."""
        session = self._session
        return HolderOverHttp(session.http, self._linked(), session.wallet_id, session.renew)

    def payer(self) -> HolderOverHttp:
        """Return the operator for payments of the wallet, with or without a SIM."""
        session = self._session
        no_purse = bytes(ID_LENGTH)
        return HolderOverHttp(session.http, no_purse, session.wallet_id, session.renew)

    # --- without --------------------------------------------------------------------------

    def arm(self, pin: str, maximum: Fen) -> None:
        """Allow one tap up to an amount without PIN; 0 takes it back. Raises CardError."""
        with self._device.purse() as card:
            card.verify_pin(pin)
            card.arm(maximum)

    def change_pin(self, old: str, new: str) -> None:
        """Change the card's PIN; raises CardError."""
        with self._device.purse() as card:
            card.change_pin(old, new)

    def take(self, tap_id: UUID, payer: OpenPayer, terms: Terms, pin: str | None) -> TapOutcome:
        """Let a card in the field pay to this purse; the same id again goes on with it.

        Raises TooMuchAtRisk, or OtherTap for an id of other terms.
        """
        known = self._known(tap_id)
        if known is None or known.status is TapStatus.NOT_PREPARED:
            return take(self._device, tap_id, payer, terms, pin=pin)
        if known.request is None or known.request.amount != terms.amount:
            raise OtherTap
        return go_on(self._device, tap_id, payer, pin=pin)

    def go_on(self, tap_id: UUID, payer: OpenPayer, pin: str | None) -> TapOutcome:
        """Go on with a tap that was torn; raises TapUnknown."""
        return go_on(self._device, tap_id, payer, pin=pin)

    def give_back(self, tap_id: UUID, payer: OpenPayer) -> VoidOutcome:
        """Void what this purse did not take; raises TapUnknown or LinkError."""
        known = self._device.store.taps.outcome(tap_id)
        if known.voucher is None or known.certificate is None:
            raise TapUnknown(tap_id)
        return give_back(self._device, payer, Payment(known.voucher, known.certificate))

    def request(self, amount: Fen, reference: bytes) -> SignedRequest:
        """Ask for money by a code: whoever pays it online sends a voucher back. CardError."""
        with self._device.purse() as card:
            return card.prepare_signed(Kind.PAYMENT, amount, CNY, reference)

    def receive(self, tap_id: UUID, payment: Payment) -> TapOutcome:
        """Take a voucher that came as a code; it must answer a request of this purse."""
        return receive(self._device, tap_id, payment)

    def _known(self, tap_id: UUID) -> TapOutcome | None:
        try:
            return self._device.store.taps.outcome(tap_id)
        except TapUnknown:
            return None

    def _linked(self) -> bytes:
        purse_id = self.linked_id
        if purse_id is None:
            raise NoPurse
        return purse_id

    def _nonce(self) -> bytes:
        return self._device.random(NONCE_LENGTH)
