"""A shop in one process: a till and customers with purses, and a bank behind a network."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher

from tests.device.conftest import NO_REFERENCE, NOW_UNIX_S, DeskOperator, Network, Phone
from tests.pos.order_bank import OrderBank
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import TillClient
from zerobar.client.outbox import Outbox
from zerobar.device import TILL_CEILING, Device, DeviceStore, RiskCeiling
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk
from zerobar.pos.line import Line
from zerobar.pos.model import Sale
from zerobar.pos.selling import NewSale, begin
from zerobar.pos.settling import WatchedOperator
from zerobar.pos.store import PosStore
from zerobar.pos.till import Place, Till
from zerobar.purse.messages import Kind, PurseClass, Request
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import CardLink, Payment

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SHIFT = UUID(int=77)
PLACE = Place(UUID(int=1), "小面馆", "小面馆一店", "1号机", "a1b2c3d4")
TEN_YUAN = Fen(10_00)
TWO_HUNDRED = Fen(200_00)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = float(NOW_UNIX_S)

    def __call__(self) -> float:
        return self.now


@dataclass
class Parts:
    """What a running till's program has open."""

    store: PosStore
    device_store: DeviceStore
    outbox: Outbox
    http: BankHttp

    def close(self) -> None:
        self.http.close()
        for part in (self.store, self.device_store, self.outbox):
            part.close()


class Town:
    """Everything, made from a seed; `restart` is what is left after the till's power failed."""

    def __init__(self, folder: Path, seed: int = 20261126) -> None:
        self.folder = folder
        self.draw = random.Random(seed)
        self.clock = Clock()
        self.network = Network()
        keys = AuthorityFile.generate(self.draw.randbytes, NOW_UNIX_S).open()
        self.journal = Journal(folder / "journal")
        self.operator = DeskOperator(OperatorDesk(keys, self.journal), self.network)
        self.bank = OrderBank(self.network, self.clock)
        self.line = Line(self.bank, self.clock)
        self.key = RequestKey(UUID(int=2), P256.private_key(self.draw.randbytes(KEY_SEED_LENGTH)))
        self.people: list[Phone] = []
        self.shop = self.phone(PurseClass.MERCHANT)
        self.parts: Parts | None = None
        self.ceiling = TILL_CEILING
        self.till = self.restart()

    def restart(self, ceiling: RiskCeiling | None = None) -> Till:
        if self.parts is not None:
            self.parts.close()
        self.ceiling = ceiling or self.ceiling
        store = PosStore(self.folder / "pos.db", self.clock, QUICK)
        device_store = DeviceStore(self.folder / "till-device.db", self.clock)
        outbox = Outbox(self.folder / "outbox.db", self.clock)
        http = BankHttp(
            "http://bank",
            self.key,
            outbox=outbox,
            clock_unix_s=self.clock,
            sleep=lambda _: None,
            transport=self.line,
        )
        self.parts = Parts(store, device_store, outbox, http)
        watched = WatchedOperator(self.operator)
        device = Device(device_store, self.own_purse, watched, self.draw.randbytes, self.ceiling)
        self.till = Till(
            store=store,
            device=device,
            bank=TillClient(http),
            outbox=outbox,
            resume=http.resume,
            place=PLACE,
            clock_unix_s=self.clock,
            new_id=self.new_id,
        )
        watched.watch_for(self.till)
        return self.till

    def own_purse(self) -> CardLink:
        return self.shop.on_contact()

    def new_id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def sale(self, amount: Fen = TEN_YUAN) -> Sale:
        return begin(self.till, NewSale(self.new_id(), amount, "Mei", SHIFT))

    def read(self, sale: Sale) -> Sale:
        return self.till.store.sales.sale(sale.id)

    def person(self, amount: Fen = TWO_HUNDRED) -> Phone:
        """A person with a loaded purse."""
        phone = self.phone(PurseClass.PERSON)
        with phone.device.purse() as card:
            request = card.prepare(Kind.LOAD, amount, CNY, NO_REFERENCE)
            card.accept(*self.operator.desk.load(request))
        return phone

    def offline(self) -> None:
        self.network.left = 0

    def online(self) -> None:
        self.network.left = None

    def code(self) -> str:
        """The 19 digits that some customer shows."""
        return f"01{self.draw.randrange(10**17):017d}"

    def bank_pays(self, request: Request) -> Payment:
        """Some customer's bank pays a till's request."""
        operator = self.operator.desk.keys.operator
        entry = self.draw.randrange(1_000, 1_000_000)
        return Payment(operator.voucher(request, entry, bytes(16)), operator.certificate)

    def close(self) -> None:
        if self.parts is not None:
            self.parts.close()
        for phone in self.people:
            for store in phone.stores:
                store.close()
        self.journal.__exit__(None, None, None)

    def phone(self, purse_class: PurseClass) -> Phone:
        folder = self.folder / f"phone-{len(self.people)}"
        folder.mkdir()
        phone = Phone(folder, self.operator, purse_class, self.draw)
        self.people.append(phone)
        return phone
