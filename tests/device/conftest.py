"""Devices with purses in one process, and their operator behind a network that can be cut."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest

from zerobar.device import (
    TILL_CEILING,
    Brought,
    Device,
    DeviceStore,
    OperatorRefused,
    OperatorUnreachable,
    RiskCeiling,
    Told,
)
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, SyncAnswer, Undo, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    BlocklistDelta,
    Kind,
    LogEntry,
    PurseClass,
    Request,
    SignedRequest,
    State,
)
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import CardLink, InProcessLink, Payment, Sentence

T = TypeVar("T")
NOW_UNIX_S = 1_790_000_000
SLOTS = 64


class Network:
    """What is between a device and its operator: lets through as many messages as it is told to.

    A call is two messages, so every other cut loses the answer to something that was done.
    """

    def __init__(self) -> None:
        self.left: int | None = None

    def pass_one(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise OperatorUnreachable
            self.left -= 1


class DeskOperator:
    """An operator's desk behind a network."""

    def __init__(self, desk: OperatorDesk, network: Network) -> None:
        self.desk = desk
        self.network = network
        self.undos: list[Undo] = []
        self.deltas: list[BlocklistDelta] = []
        self.slide_to = 0
        self.taken: list[bytes] = []
        self.statements: list[Undo] = []
        self.loads: dict[UUID, Request] = {}
        self.refuses_loads = False
        self.refuses_logs = False
        self.holds_back_below = 0
        self.held: int | None = None
        self.parts: list[LogEntry] = []
        self.brought: list[list[int]] = []

    def known_entry(self, purse_id: bytes) -> int:
        if self.held is not None:
            return self.held
        return self._called(lambda: self.desk.known_entry(purse_id))

    def sync(self, brought: Brought) -> SyncAnswer:
        return self._called(lambda: self._sync(brought))

    def keep_part(self, state: State, entries: Sequence[LogEntry]) -> None:
        self._called(lambda: self._keep_part(state, entries))

    def take_vouchers(self, payments: Sequence[Payment]) -> Sequence[Told]:
        return self._called(lambda: [self._take(payment) for payment in payments])

    def take_statements(self, statements: Sequence[Undo]) -> None:
        self._called(lambda: self.statements.extend(statements))

    def load(self, load_id: UUID, request: Request) -> Payment:
        return self._called(lambda: self._load(load_id, request))

    def unload_request(self, unload_id: UUID, amount: Fen) -> SignedRequest:
        del unload_id
        return self._called(lambda: self.desk.unload_request(amount))

    def pay_purse(self, payment_id: UUID, request: SignedRequest) -> Payment:
        return self._called(lambda: self._pay(payment_id, request))

    def _called(self, do: Callable[[], T]) -> T:
        self.network.pass_one()
        answer = do()
        self.network.pass_one()
        return answer

    def _sync(self, brought: Brought) -> SyncAnswer:
        state = brought.state
        self.brought.append([entry.entry for entry in brought.entries])
        entries = [*self.parts, *brought.entries]
        if self.parts:
            self.parts, self.held = [], None
        if self.refuses_logs:
            raise OperatorRefused("log-refused", "It does not fit.", "Read it again.")
        self.desk.record(state, entries)
        held_back = brought.epoch < self.holds_back_below
        ack = None if held_back else self.desk.acknowledge(state, NOW_UNIX_S)
        return SyncAnswer(
            known_entry=state.entry,
            ack=ack,
            undos=tuple(self.undos),
            deliveries=tuple(self.desk.undelivered(state.id)),
            blocklist=tuple(d for d in self.deltas if d.from_epoch >= brought.epoch),
            slide_to=self.slide_to,
        )

    def _keep_part(self, state: State, entries: Sequence[LogEntry]) -> None:
        self.parts += entries
        self.held = entries[-1].entry

    def _take(self, payment: Payment) -> Told:
        body = payment.voucher.body
        if body not in self.taken:
            self.taken.append(body)
        return Told(taken=True, sentence=Sentence("It is kept.", zh="已收存。"))

    def _load(self, load_id: UUID, request: Request) -> Payment:
        if self.refuses_loads:
            raise OperatorRefused("balance-too-low", "Too little.", "Exchange first.")
        assert self.loads.setdefault(load_id, request) == request
        return Payment(*self.desk.load(request))

    def _pay(self, payment_id: UUID, order: SignedRequest) -> Payment:
        del payment_id
        operator = self.desk.keys.operator
        return Payment(operator.voucher(order.request, 1000, bytes(16)), operator.certificate)


class Phone:
    """A device and its card; the device can die and come back with what it kept."""

    def __init__(
        self, folder: Path, operator: DeskOperator, purse_class: PurseClass, draw: random.Random
    ) -> None:
        self.folder, self.draw = folder, draw
        self.applet = Applet(Memory(bytes(memory_size(SLOTS))), draw.randbytes)
        plan = Plan(purse_class, Validity.years_from(NOW_UNIX_S, 3), "1234")
        keys = operator.desk.keys
        with InProcessLink(self.applet, Interface.CONTACT) as link:
            self.certificate = personalise(link.exchange, keys.authority, keys.operator, plan)
        operator.desk.register(self.certificate)
        self.operator = operator
        self.ceiling = TILL_CEILING
        self.stores: list[DeviceStore] = []
        self.device = self.started()

    def started(self) -> Device:
        """Start the device's program (again), with nothing but its file."""
        store = DeviceStore(self.folder / "device.db", lambda: NOW_UNIX_S)
        self.stores.append(store)
        self.device = Device(
            store, self.on_contact, self.operator, self.draw.randbytes, self.ceiling
        )
        return self.device

    def limited(self, ceiling: RiskCeiling) -> Device:
        self.ceiling = ceiling
        return self.started()

    def on_contact(self) -> CardLink:
        return InProcessLink(self.applet, Interface.CONTACT)

    def in_field(self) -> CardLink:
        return InProcessLink(self.applet, Interface.CONTACTLESS)

    def balance(self) -> int:
        with self.device.purse() as card:
            return int(card.state(bytes(8)).balance)


IssuePhone = Callable[[PurseClass], Phone]
NO_REFERENCE = bytes(8)


@pytest.fixture
def draw() -> random.Random:
    return random.Random(20261126)


@pytest.fixture
def operator(tmp_path: Path, draw: random.Random) -> Iterator[DeskOperator]:
    keys = AuthorityFile.generate(draw.randbytes, NOW_UNIX_S).open()
    with Journal(tmp_path / "journal") as journal:
        yield DeskOperator(OperatorDesk(keys, journal), Network())


@pytest.fixture
def issue(tmp_path: Path, operator: DeskOperator, draw: random.Random) -> Iterator[IssuePhone]:
    phones: list[Phone] = []

    def issue_phone(purse_class: PurseClass) -> Phone:
        folder = tmp_path / f"phone-{len(phones)}"
        folder.mkdir()
        phones.append(Phone(folder, operator, purse_class, draw))
        return phones[-1]

    yield issue_phone
    for phone in phones:
        for store in phone.stores:
            store.close()


@pytest.fixture
def funded(issue: IssuePhone, operator: DeskOperator) -> Phone:
    """A person's phone whose purse holds 200.00."""
    phone = issue(PurseClass.PERSON)
    with phone.device.purse() as card:
        request = card.prepare(Kind.LOAD, Fen(20_000), 156, NO_REFERENCE)
        card.accept(*operator.desk.load(request))
    return phone


@pytest.fixture
def shop(issue: IssuePhone) -> Phone:
    return issue(PurseClass.MERCHANT)
