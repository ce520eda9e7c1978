"""Vouchers as text, and what is on its way: shown again, carried for others, looked up.

A voucher is money on its way that only its payee can take, so showing it again does no harm: it
counts once. What this phone's purse paid stays in its log until the operator has confirmed it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final
from uuid import UUID

from zerobar.client.errors import NotFound
from zerobar.client.syncing import SyncClient, VoucherLife
from zerobar.codes.vouchers import voucher_text
from zerobar.device import Device, Outgoing, Told, carry, pay_till
from zerobar.device.operator import HolderOperator
from zerobar.phone.errors import PaidByWallet, UnreadableText
from zerobar.phone.hard_wallet import NONCE_LENGTH
from zerobar.phone.paid import Paid, PaidStore
from zerobar.phone.session import BankSession
from zerobar.purse.messages import (
    EntryKind,
    Kind,
    LogEntry,
    SignedRequest,
    VoidStatement,
    Voucher,
)
from zerobar.purse.suites import SignatureRefused
from zerobar.reader import Payment, PurseCard
from zerobar.reader.recover import LONGEST_LOG

MOST_SHOWN: Final = 100
MOST_ASKED: Final = 10
"""Payments that the bank is asked about in one round, the newest."""


class Vouchers:
    """Vouchers of this phone, and those that it carries."""

    def __init__(self, device: Device, session: BankSession, paid: PaidStore) -> None:
        self._device = device
        self._session = session
        self._paid = paid
        self._bank = SyncClient(session.http)

    def in_flight(self) -> list[Paid]:
        """Return what this phone's purse paid and nobody knows the end of yet, newest first.

        Raises CardError.
        """
        self.note_paid()
        return self._paid.open(MOST_SHOWN)

    def paid(self) -> list[Paid]:
        """Return what this phone's purse paid, newest first, with what became of it."""
        return self._paid.newest(MOST_SHOWN)

    def note_paid(self) -> None:
        """Read what the purse paid since its last sync, before the card forgets it; CardError."""
        with self._device.purse() as card:
            payments = _paid(card, self._device.random(NONCE_LENGTH))
        self._paid.note(reversed(payments))

    def ask_outcomes(self) -> None:
        """Ask the bank what became of what is open; raises NotSignedUp or ClientError."""
        for known in self._paid.open(MOST_ASKED):
            voucher = known.payment.voucher
            with suppress(NotFound):
                self._paid.tell(known.payment, self._life(voucher))

    def own(self, entry: int) -> Payment:
        """Show a voucher of this phone's purse again; raises CardError."""
        with self._device.purse() as card:
            return card.get_voucher_by_entry(entry)

    def came_by(self) -> list[Outgoing]:
        """Return vouchers that came by this phone, newest first."""
        return self._device.store.outgoing.history(MOST_SHOWN)

    def pay_till(self, holder: HolderOperator, payment_id: UUID, asked: SignedRequest) -> Payment:
        """Have the wallet pay a till that has no network; with the same id once. After the PIN.

        Raises UnreadableText for a request that nobody signed, or as `device.pay_till`.
        """
        _check(asked)
        return pay_till(self._device, holder, payment_id, asked)

    def pay_by_purse(self, asked: SignedRequest, pin: str | None) -> Payment:
        """Have the SIM pay a request that was scanned, without any network.

        The same request again pays once, for the card gives the voucher again that it has given.
        Raises UnreadableText for a request that nobody signed or that is for something else,
        PaidByWallet, or CardError.
        """
        _check(asked)
        request = asked.request
        if request.kind is not Kind.PAYMENT:
            raise UnreadableText(reason="it does not ask for a payment.")
        # Paid twice, one of the two would come back, but only after some time.
        for kept in self._device.store.outgoing.history(MOST_SHOWN):
            voucher = kept.payment.voucher
            if (voucher.payee_id, voucher.number) == (request.payee_id, request.number):
                raise PaidByWallet
        with self._device.purse() as card:
            if pin is not None:
                card.verify_pin(pin)
            return card.pay(asked)

    def carry(self, payment: Payment) -> Told | None:
        """Take along somebody's voucher, and show it to the operator when it can be reached."""
        return carry(self._device, payment)

    def _life(self, voucher: Voucher) -> VoucherLife:
        return self._session.ask(lambda: self._bank.life(voucher.payer_id, voucher.entry))


def text_of(payment: Payment) -> str:
    """Return a voucher as the text of a code."""
    return voucher_text(*payment)


def _check(asked: SignedRequest) -> None:
    try:
        asked.verify()
    except SignatureRefused as error:
        raise UnreadableText(reason=f"the till's request: {error}.") from None


def _paid(card: PurseCard, nonce: bytes) -> list[Payment]:
    """Return what the purse paid after its base and has not taken back, newest first."""
    state, certificate = card.state(nonce), card.get_certificate()
    oldest = max(state.base, state.entry - LONGEST_LOG) + 1
    logged = [card.read_log(entry) for entry in range(state.entry, oldest - 1, -1)]
    undone = {_undone_entry(entry) for entry in logged if entry.kind is EntryKind.UNDO}
    vouchers = [Voucher.parse(entry.payload) for entry in logged if entry.kind is EntryKind.PAY]
    return [Payment(paid, certificate) for paid in vouchers if paid.entry not in undone]


def _undone_entry(undo: LogEntry) -> int:
    return VoidStatement.parse(undo.payload[: VoidStatement.LENGTH]).payer_entry
