"""The operator as a device of a world sees it: the bank's own rules, behind a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses.charging import load, pay_purse
from zerobar.bank.purses.model import Consent
from zerobar.bank.purses.payees import Asked
from zerobar.bank.purses.unloading import unload_request
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.syncing import Upload, known_entry, sync, take_part, take_statement
from zerobar.device import Brought, Told
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import LogEntry, Request, SignedRequest, State
from zerobar.purse.money import Fen
from zerobar.reader import Payment
from zerobar.world.banking import WorldBank
from zerobar.world.people import Person, give_pin
from zerobar.world.weather import Weather


@dataclass(frozen=True)
class BankAway:
    """The bank behind a network, for whatever a device carries."""

    bank: Bank
    weather: Weather

    def known_entry(self, purse_id: bytes) -> int:
        """Return up to where a purse's log is held."""
        return self.weather.call(lambda: known_entry(self.bank, purse_id))

    def sync(self, brought: Brought) -> SyncAnswer:
        """Bring a state and a log."""
        upload = Upload(
            brought.state,
            brought.entries,
            epoch=brought.epoch,
            certificate_day=brought.certificate_day,
        )
        return self.weather.call(lambda: sync(self.bank, upload))

    def keep_part(self, state: State, entries: Sequence[LogEntry]) -> None:
        """Bring a part of a log."""
        self.weather.call(lambda: take_part(self.bank, state, entries))

    def take_vouchers(self, payments: Sequence[Payment]) -> Sequence[Told]:
        """Bring vouchers."""
        return self.weather.call(lambda: self._bring(payments))

    def take_statements(self, statements: Sequence[Undo]) -> None:
        """Bring void statements."""
        self.weather.call(lambda: self._take(statements))

    def _bring(self, payments: Sequence[Payment]) -> list[Told]:
        told = take_vouchers(self.bank, [bytes(payment) for payment in payments])
        return [Told(one.taken, one.sentence) for one in told]

    def _take(self, statements: Sequence[Undo]) -> None:
        for undo in statements:
            take_statement(self.bank, undo.statement, [undo.certificate])


@dataclass(frozen=True)
class HolderAway:
    """The bank behind a network, for a person who is signed in and types the PIN each time."""

    world: WorldBank
    weather: Weather
    person: Person
    purse_id: bytes

    def load(self, load_id: UUID, request: Request) -> Payment:
        """Load a purse from the wallet."""
        return self.weather.call(lambda: self._load(load_id, request))

    def unload_request(self, unload_id: UUID, amount: Fen) -> SignedRequest:
        """Ask to be asked for an unload."""
        bank = self.world.bank
        return self.weather.call(lambda: unload_request(bank, self.purse_id, unload_id, amount))

    def pay_purse(self, payment_id: UUID, request: SignedRequest) -> Payment:
        """Pay a till's purse from the wallet."""
        return self.weather.call(lambda: self._pay(payment_id, request))

    def _load(self, load_id: UUID, request: Request) -> Payment:
        give_pin(self.world, self.person)
        signed = load(self.world.bank, self._consent(), load_id, self.person.wallet_id, request)
        return Payment(signed.voucher, signed.certificate)

    def _pay(self, payment_id: UUID, request: SignedRequest) -> Payment:
        give_pin(self.world, self.person)
        signed = pay_purse(
            self.world.bank, self._consent(), payment_id, self.person.wallet_id, Asked.of(request)
        )
        return Payment(signed.voucher, signed.certificate)

    def _consent(self) -> Consent:
        session = self.person.session
        return Consent(session.person_id, session.key_id, b"", bytes(64))
