"""A town is built in a few seconds: what needs not wait for another is started beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from zerobar.client.http import BankHttp
from zerobar.client.merchant import MerchantClient
from zerobar.client.staff import RoleName
from zerobar.database import Database, EmbeddedPostgres
from zerobar.demo.officers import Business, NewName, Officer, take_on
from zerobar.demo.stage.field import Field
from zerobar.demo.stage.relay import Relay
from zerobar.demo.town import founding
from zerobar.demo.town.device import Device, PhoneDevice, TillDevice
from zerobar.demo.town.devices import CardProgram, PhoneProgram, PhonesPlaces, TillProgram
from zerobar.demo.town.institutions import BankProgram, SandboxProgram, TelecomProgram
from zerobar.demo.town.people import CASHIER, CASHIERS_PIN, PEOPLE, TILLS, Person
from zerobar.demo.town.ports import free_port
from zerobar.demo.town.town import Institutions, Staff, Town
from zerobar.phone.memory import make_phone
from zerobar.pos.bill_store import Biller
from zerobar.pos.folder import NewTill
from zerobar.pos.folder import make as make_till
from zerobar.pos.store import PosStore
from zerobar.purse.messages import PurseClass
from zerobar.serving.programs import LOOPBACK
from zerobar.telecom.installation import Installation
from zerobar.telecom.joining import TakenOn as AsMerchant
from zerobar.telecom.joining import join

SHOP: Final = "小面馆一店"
_NOODLES: Final = NewName("小面馆", "Noodle House")
_NOODLES_CODE: Final = "91110000600037341L"
_TELECOM: Final = NewName("零格试验电信", "Zerobar Telecom")
_TELECOMS_CODE: Final = "91110000600037342P"
_DATABASES: Final = ("zerobar_bank", "zerobar_telecom")
_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Around:
    """What a town needs from whoever shows it.

    Attributes:
        origin: of the page that frames the devices' screens.
        tears: whether the card that has just paid is torn away.
        joined: is told of a device as soon as its screen can be used.
    """

    origin: str
    tears: Callable[[], bool]
    joined: Callable[[Device], None]


def build(town: Town, around: Around) -> None:
    """Start everybody; raises ProgramFailed. Whatever was started, `town.close` stops."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as beside:
        _Builder(town, around, beside).build()


class _Builder:
    """Builds one town."""

    def __init__(self, town: Town, around: Around, beside: ThreadPoolExecutor) -> None:
        self._town, self._around, self._beside = town, around, beside
        self._folder = town.folder
        self._bank_port, self._telecom_port = free_port(), free_port()

    def build(self) -> None:
        databases = self._beside.submit(self._start_databases)
        sandbox = SandboxProgram(self._folder)
        self._town.closing.callback(sandbox.stop)
        sandbox.launch()
        phones = [self._beside.submit(self._start_phone, person) for person in PEOPLE]
        own = founding.found_telecom(self._folder / "telecom", self._url(self._bank_port))
        there, founded = self._found(sandbox, databases.result(), own)
        self._town.institutions, self._town.purse_ids = there, founded.purse_ids
        self._start_cards(phones)
        there.bank.wait()
        self._employ(there, founded.codes)
        tills = [self._beside.submit(self._start_till, id_) for id_ in TILLS]
        self._join_telecom(there)
        for till in tills:
            till.result()
        there.telecom.wait()
        sandbox.wait()

    # --- institutions ---------------------------------------------------------------------

    def _start_databases(self) -> tuple[Database, Database]:
        # One server; each program has a database and a role of its own on it.
        server = EmbeddedPostgres(self._folder / "db")
        self._town.closing.enter_context(server)
        bank, telecom = (server.database(name) for name in _DATABASES)
        return bank, telecom

    def _found(
        self,
        sandbox: SandboxProgram,
        databases: tuple[Database, Database],
        own: Installation,
    ) -> tuple[Institutions, founding.Founded]:
        for_bank, for_telecom = databases
        # One after the other: Alembic, which makes the tables, keeps what it does in globals.
        founding.open_lines(for_telecom)
        bank = BankProgram(self._folder, self._bank_port, for_bank)
        settings = founding.bank_settings(bank.origin, sandbox.url)
        founded = founding.found_bank(bank.folder, settings, for_bank, own, self._cards())
        self._town.closing.callback(bank.stop)
        bank.launch()
        telecom = TelecomProgram(self._folder, self._telecom_port, for_telecom)
        return Institutions(sandbox, bank, telecom, own, settings.operator_id), founded

    def _cards(self) -> dict[Path, PurseClass]:
        people = {self._purse(person.id): PurseClass.PERSON for person in PEOPLE}
        return people | {self._purse(id_): PurseClass.MERCHANT for id_ in TILLS}

    def _employ(self, there: Institutions, codes: dict[str, str]) -> None:
        names = ("administrator", "second administrator")
        officer, risk = (
            self._town.closing.enter_context(
                Officer(there.bank.url, there.bank.origin, codes[name])
            )
            for name in names
        )
        noodles = take_on((officer, risk), _NOODLES, _NOODLES_CODE, Business())
        own = Business("4814", there.telecoms_own.server_key)
        telecom = take_on((officer, risk), _TELECOM, _TELECOMS_CODE, own)
        with BankHttp(there.bank.url, noodles.key) as http:
            shop = MerchantClient(http).open_shop(uuid4(), SHOP, "Noodle House 1")
        for id_ in TILLS:
            purse_id = self._town.purse_ids[id_]
            risk.approve(officer.propose_link(purse_id, noodles.merchant.wallet_id))
        merchant_id = telecom.merchant.merchant_id
        biller_id = officer.host_payee(merchant_id, there.telecoms_own.biller_public_key)
        hired = officer.propose_colleague("Visitor", [RoleName.OPERATIONS, RoleName.RISK])
        risk.approve(hired)
        code = officer.code_for(hired)
        self._town.staff = Staff(officer, risk, noodles, telecom, shop.shop_id, biller_id, code)

    def _join_telecom(self, there: Institutions) -> None:
        staff, own = self._town.people, there.telecoms_own
        join(
            own,
            AsMerchant(there.operator_id, staff.telecom.key.id, staff.biller_id),
            there.telecom.url,
        )
        self._town.closing.callback(there.telecom.stop)
        there.telecom.launch()

    # --- devices --------------------------------------------------------------------------

    def _start_phone(self, person: Person) -> PhoneDevice:
        program = PhoneProgram(person.id, self._folder, self._around.origin)
        card = CardProgram(self._purse(person.id), program.slot)
        phone = phone_of(person, program, self._field(), self._roads(), card)
        make_phone(program.folder)
        self._town.started.append(program)
        program.start()
        self._add(phone)
        return phone

    def _start_cards(self, phones: list[Future[PhoneDevice]]) -> None:
        for started in phones:
            card = started.result().card
            assert card is not None
            self._town.started.append(card)
            card.launch()

    def _start_till(self, id_: str) -> TillDevice:
        staff, field = self._town.people, self._field()
        road = Relay(self._url(self._bank_port))
        program = TillProgram(id_, self._folder, self._around.origin)
        till = TillDevice(TILLS[id_], program, field, (road,))
        till.card = CardProgram(self._purse(id_), program.slot)
        self._town.started += [till.card, program]
        till.card.launch()
        with BankHttp(self._url(self._bank_port), staff.noodles.key) as http:
            added = MerchantClient(http).add_till(uuid4(), staff.shop_id, id_)
        make_till(
            program.folder,
            NewTill(
                bank_url=road.url,
                terminal_id=added.terminal.terminal_id,
                code=added.code,
                shop_id=staff.shop_id,
                shop=SHOP,
                till="1号机" if id_ == "till" else "2号机",
                sam=f"vpcd://{LOOPBACK}:{program.slot}",
                reader=field.target,
                billers=[Biller(biller_id=staff.biller_id.hex(), name=_TELECOM.chinese)],
            ),
        )
        with PosStore(program.folder / "pos.db", time.time) as store:
            store.cashiers.add(CASHIER, CASHIERS_PIN, chief=True)
        program.start()
        self._add(till)
        return till

    def _add(self, device: Device) -> None:
        device.enter()
        self._town.devices[device.id] = device
        self._around.joined(device)

    def _field(self) -> Field:
        return Field(self._around.tears)

    def _roads(self) -> tuple[Relay, Relay]:
        return Relay(self._url(self._bank_port)), Relay(self._url(self._telecom_port))

    def _purse(self, id_: str) -> Path:
        return self._folder / f"{id_}.purse"

    def _url(self, port: int) -> str:
        return f"http://{LOOPBACK}:{port}"


def new_phone(town: Town, person: Person, id_: str, framed_by: str) -> PhoneDevice:
    """Give somebody another phone, without a SIM, and start its program; raises ProgramFailed."""
    program = PhoneProgram(id_, town.folder, framed_by)
    roads = Relay(town.there.bank.url), Relay(town.there.telecom.url)
    phone = phone_of(person, program, Field(), roads, None)
    make_phone(program.folder)
    town.started.append(program)
    phone.switch_on()
    town.devices[id_] = phone
    return phone


def phone_of(
    person: Person,
    program: PhoneProgram,
    field: Field,
    roads: tuple[Relay, Relay],
    card: CardProgram | None,
) -> PhoneDevice:
    """Put a phone together, its program not started yet."""
    to_bank, to_telecom = roads
    antenna = None if card is None else card.antenna
    program.places = PhonesPlaces(to_bank.url, to_telecom.url, person.number, field.target, antenna)
    phone = PhoneDevice(person, program, field, roads)
    phone.card = card
    return phone
