"""A village: people and shops with real purses, a bank that serves them, and a way to sync.

anna = village.person("Anna")           a purse, linked to a wallet with money
village.load(anna, 200_00)              wallet -> purse
paid = village.pay(anna, shop, 12_50)   the voucher; nobody has credited it yet
paid.accept()
village.sync(anna)                      what a terminal does: reads, uploads, carries the answer
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from tests.bank.holders import Holder, balance, fill, grant, open_holder
from tests.bank.purses.conftest import by
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.people.model import Category
from zerobar.bank.purses import register_purse, trust_authority
from zerobar.bank.purses.charging import load
from zerobar.bank.purses.linking import link_purse
from zerobar.bank.purses.model import Consent, SignedVoucher
from zerobar.bank.purses.proving import Proof, challenge
from zerobar.bank.settlement import Life, life_of
from zerobar.bank.settlement.books import PurseBooks, purse_books
from zerobar.bank.syncing import Upload, known_entry, sync, take_statement
from zerobar.issuer import SyncAnswer, TestAuthority, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import (
    Certificate,
    Kind,
    LogEntry,
    PurseClass,
    Request,
    State,
    SyncAck,
    Voucher,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import InProcessLink, PurseCard, StatusError

CARD_PIN = "1234"
IN_WALLET = Fen(5_000_00)
SLOTS = 64
MANY_SLOTS = 256


@dataclass
class Villager:
    """Somebody with a purse."""

    name: str
    certificate: Certificate
    memory: Memory
    applet: Applet
    card: PurseCard
    holder: Holder | None

    @property
    def id(self) -> bytes:
        return self.certificate.id

    @property
    def wallet(self) -> UUID:
        assert self.holder is not None
        return self.holder.wallet

    def state(self) -> State:
        return self.card.state(b"villages")

    def funds(self) -> int:
        state = self.state()
        return state.balance + state.held

    def log(self, after: int = 0) -> list[LogEntry]:
        last = self.state().entry
        return [self.card.read_log(entry) for entry in range(after + 1, last + 1)]

    def ask(self, amount: int, kind: Kind = Kind.PAYMENT) -> Request:
        return self.card.prepare(kind, Fen(amount), CNY, b"order 01")


@dataclass
class Paid:
    """A voucher on its way to its payee."""

    voucher: Voucher
    certificate: Certificate
    payee: Villager

    @property
    def key(self) -> tuple[bytes, int]:
        return self.voucher.payer_id, self.voucher.entry

    @property
    def record(self) -> bytes:
        return bytes(self.voucher) + bytes(self.certificate)

    def accept(self) -> Paid:
        self.payee.card.accept(self.voucher, self.certificate)
        return self


@dataclass
class Village:
    """Everybody, and their bank."""

    bank: Bank
    keys: TestAuthority
    draw: random.Random
    people: list[Villager] = field(default_factory=list)

    def person(self, name: str) -> Villager:
        """Make a person with a linked purse, and money in the wallet."""
        made = self._purse(name, PurseClass.PERSON, SLOTS)
        made.holder = self._holder(made)
        fill(self.bank, made.wallet, IN_WALLET)
        asked = challenge(self.bank, made.holder.person)
        proof = Proof(asked.id, made.certificate, made.card.state(asked.nonce))
        grant(self.bank, made.holder)
        link_purse(self.bank, by(made.holder), made.wallet, proof)
        return made

    def shop(self, name: str) -> Villager:
        """Make a merchant's purse, linked to a wallet."""
        made = self._purse(name, PurseClass.MERCHANT, MANY_SLOTS)
        made.holder = self._holder(made)
        register_purse(self.bank, made.certificate, made.wallet)
        return made

    def stranger(self, name: str) -> Villager:
        """Make a person's purse that the bank has never heard of."""
        return self._purse(name, PurseClass.PERSON, SLOTS)

    def anonymous(self, name: str) -> Villager:
        """Make an anonymous purse, which has no wallet."""
        made = self._purse(name, PurseClass.ANONYMOUS, SLOTS)
        register_purse(self.bank, made.certificate, None)
        return made

    def clone(self, of: Villager) -> Villager:
        """Copy a purse, as whoever opened the element could."""
        memory = Memory(of.memory.read(0, of.memory.size))
        applet = Applet(memory, self.draw.randbytes)
        card = PurseCard(InProcessLink(applet, Interface.CONTACT))
        return replace(of, name=of.name + "'", memory=memory, applet=applet, card=card)

    def charge(self, who: Villager, request: Request) -> SignedVoucher:
        """Let a wallet pay its purse's LOAD request; nothing reaches the card."""
        assert who.holder is not None
        grant(self.bank, who.holder)
        signed = b"what the device signed"
        key = who.holder.key
        consent = Consent(who.holder.person, key.id, signed, key.sign(signed))
        return load(self.bank, consent, self.bank.new_id(), who.wallet, request)

    def load(self, who: Villager, amount: int) -> SignedVoucher:
        """Load a purse."""
        signed = self.charge(who, who.ask(amount, Kind.LOAD))
        who.card.accept(*signed)
        return signed

    def pay(self, payer: Villager, payee: Villager, amount: int) -> Paid:
        """Let one purse pay another; the voucher is with the terminal."""
        payer.card.verify_pin(CARD_PIN)
        voucher, certificate = payer.card.pay(payee.ask(amount))
        return Paid(voucher, certificate, payee)

    def unload(self, who: Villager, amount: int) -> Voucher:
        """Give value back; the voucher stays in the purse's log."""
        request = self.keys.operator.unload_request(
            1, Fen(amount), bytes(4), self.draw.randbytes(8)
        )
        numbered = replace(request.request, number=self.draw.randrange(1, 2**31))
        return who.card.pay(numbered).voucher

    def upload(self, who: Villager, certificates: Sequence[Certificate] = ()) -> Upload:
        """Read what the bank does not have of a purse."""
        who.card.reset()
        epoch = who.card.select().status.epoch
        known = known_entry(self.bank, who.id)
        state = who.state()
        entries = [who.card.read_log(entry) for entry in range(known + 1, state.entry + 1)]
        return Upload(state, entries, certificates, epoch)

    def sync(self, who: Villager, certificates: Sequence[Certificate] = ()) -> SyncAnswer:
        """Sync as a terminal does, and carry everything to the purse.

        One that must hear of a cheat before it is acknowledged syncs once more.
        """
        answer = sync(self.bank, self.upload(who, certificates))
        self.carry(who, answer)
        if answer.ack is None:
            answer = sync(self.bank, self.upload(who, certificates))
            self.carry(who, answer)
        return answer

    def sync_without_voiding(self, who: Villager) -> SyncAnswer:
        """Sync as a terminal does that leaves it at a refusal."""
        answer = sync(self.bank, self.upload(who))
        self.carry(who, replace(answer, deliveries=()))
        return answer

    def carry(self, who: Villager, answer: SyncAnswer) -> None:
        """Hand everything of an answer to the purse, in the order that it says."""
        for undo in answer.undos:
            who.card.undo(undo.statement, undo.certificate)
        if answer.ack is not None:
            who.card.sync_ack(answer.ack)
        for delta in answer.blocklist:
            who.card.blocklist(delta)
        for voucher, certificate in answer.deliveries:
            self.deliver(who, voucher, certificate)
        while answer.slide_to > who.card.select().status.number:
            who.ask(1)

    def deliver(self, who: Villager, voucher: Voucher, certificate: Certificate) -> None:
        """Bring a voucher; what is refused as not the purse's own is voided, for its word on it."""
        try:
            who.card.accept(voucher, certificate)
        except StatusError:
            self.void(who, voucher, certificate)

    def void(self, who: Villager, voucher: Voucher, certificate: Certificate) -> None:
        """Have a voucher voided, and hand the statement in."""
        try:
            statement = who.card.void(voucher, certificate)
        except StatusError:
            return
        take_statement(self.bank, statement, [who.certificate])

    def sync_all(self, rounds: int = 3) -> None:
        """Let everybody sync until nothing changes any more."""
        for _ in range(rounds):
            for who in self.people:
                self.sync(who)

    def life(self, paid: Paid) -> Life:
        """Return what the bank knows of a voucher."""
        return life_of(self.bank, *paid.key)

    def float(self) -> int:
        """Return what backs all purses."""
        return balance(self.bank, operator_account(self.bank.operator_id, AccountCode.FLOAT))

    def books(self) -> PurseBooks:
        """Return where all money of purses is."""
        with self.bank.connection() as connection:
            return purse_books(connection, self.bank.operator_id)

    def flagged(self) -> dict[bytes, set[int]]:
        """Return which purses failed which tests."""
        with self.bank.connection() as connection:
            rows = connection.execute("SELECT purse_id, test FROM bank.fraud_case").fetchall()
        found: dict[bytes, set[int]] = {}
        for purse_id, test in rows:
            found.setdefault(purse_id, set()).add(test)
        return found

    def _holder(self, made: Villager) -> Holder:
        phone = f"+86139{self.draw.randrange(10**8):08d}"
        return open_holder(self.bank, phone, Category.I)

    def _purse(self, name: str, purse_class: PurseClass, slots: int) -> Villager:
        memory = Memory(bytes(memory_size(slots)))
        applet = Applet(memory, self.draw.randbytes)
        card = PurseCard(InProcessLink(applet, Interface.CONTACT))
        validity = Validity.years_from(int(self.bank.clock().timestamp()), 3)
        plan = Plan(purse_class, validity, CARD_PIN)
        keys = self.keys
        certificate = personalise(card.link.exchange, keys.authority, keys.operator, plan)
        made = Villager(name, certificate, memory, applet, card, None)
        self.people.append(made)
        return made


def ack_of(answer: SyncAnswer) -> SyncAck:
    """Return the acknowledgement of an answer that has one."""
    assert answer.ack is not None
    return answer.ack


def new_village(bank: Bank, keys: TestAuthority) -> Village:
    """Open a bank's purses; another village at the same bank has other people in it."""
    trust_authority(bank, keys)
    seed = int.from_bytes(bank.random(8))
    return Village(replace(bank, purse_keys=keys), keys, random.Random(seed))
