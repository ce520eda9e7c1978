"""The town: everybody who plays, each a process of its own, and the staff who work in it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from zerobar.demo.officers import Officer, TakenOn
from zerobar.demo.town.device import Device, PhoneDevice, TillDevice
from zerobar.demo.town.institutions import BankProgram, SandboxProgram, TelecomProgram
from zerobar.demo.town.people import PEOPLE, TILLS
from zerobar.demo.town.programs import Program
from zerobar.purse.money import Fen
from zerobar.telecom.installation import Installation


@dataclass(frozen=True)
class Institutions:
    """The programs that are no device.

    Attributes:
        telecoms_own: the telecom's folder.
        operator_id: the bank's.
    """

    sandbox: SandboxProgram
    bank: BankProgram
    telecom: TelecomProgram
    telecoms_own: Installation
    operator_id: UUID


@dataclass(frozen=True)
class Staff:
    """Who works at the bank, and whom they have taken on.

    Attributes:
        officer: of operations.
        risk: the officer who sees cases of fraud.
        telecom: the bank's merchant.
        biller_id: of the payee that the bank hosts for the telecom.
        code: with which a visitor enrols a passkey as a colleague, once.
    """

    officer: Officer
    risk: Officer
    noodles: TakenOn
    telecom: TakenOn
    shop_id: UUID
    biller_id: bytes
    code: str


@dataclass
class Town:
    """Everybody; `close` stops all of them.

    Attributes:
        folder: where files are.
        purse_ids: of the cards, by the devices that they are in.
        devices: by their ids, as soon as they are there.
        started: every program that was ever started here.
    """

    folder: Path
    institutions: Institutions | None = None
    staff: Staff | None = None
    purse_ids: dict[str, bytes] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    started: list[Program] = field(default_factory=list)
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def bank(self) -> BankProgram:
        """The bank's program."""
        return self.there.bank

    @property
    def there(self) -> Institutions:
        """The institutions, once they are there."""
        assert self.institutions is not None, "the town is being built"
        return self.institutions

    @property
    def people(self) -> Staff:
        """The bank's staff, once they are there."""
        assert self.staff is not None, "the town is being built"
        return self.staff

    def phone(self, id_: str) -> PhoneDevice:
        """Return somebody's phone."""
        device = self.devices[id_]
        assert isinstance(device, PhoneDevice)
        return device

    def till(self, id_: str) -> TillDevice:
        """Return a till."""
        device = self.devices[id_]
        assert isinstance(device, TillDevice)
        return device

    def telecoms_balance(self) -> Fen:
        """Return what the telecom has at the bank."""
        return self.people.telecom.balance(self.bank.url)

    def in_order(self) -> list[Device]:
        """Return the devices that are there, as the town lists them, not as they came up."""
        listed = [*(person.id for person in PEOPLE), *TILLS]
        there = dict(self.devices)
        return [there.pop(id_) for id_ in listed if id_ in there] + list(there.values())

    def phones(self) -> list[PhoneDevice]:
        """Return the phones that are there."""
        return [each for each in self.in_order() if isinstance(each, PhoneDevice)]

    def tills(self) -> list[TillDevice]:
        """Return the tills that are there."""
        return [each for each in self.in_order() if isinstance(each, TillDevice)]

    def close(self) -> None:
        """Stop all: devices before those that they ask, and the database last."""
        stop_all(device.program for device in self.devices.values())
        stop_all(self.started)
        for device in self.devices.values():
            device.close()
        self.closing.close()


def stop_all(programs: Iterable[Program]) -> None:
    """Stop programs, all at once."""
    with ThreadPoolExecutor(max_workers=8) as stopping:
        list(stopping.map(Program.stop, programs))
