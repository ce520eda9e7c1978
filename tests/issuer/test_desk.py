"""The desk: what it signs it signs once, what it sees it keeps, and every fen is accounted for."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.purse.cards import (
    NOW_UNIX_S,
    Card,
    Stranger,
    authority,
    fresh,
    personalised,
    stranger,
    voucher_in,
)
from zerobar.issuer import EvidenceRefused, Journal, OperatorDesk, SyncRefused
from zerobar.issuer.authority import Validity
from zerobar.issuer.desk import Accounting
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    LogEntry,
    PurseClass,
    Request,
    SignedRequest,
    State,
    Voucher,
    chain_after,
)
from zerobar.purse.money import Fen
from zerobar.purse.status import Status
from zerobar.purse.suites import P256

SHARED_MEMORY = Path("/dev/shm")


def quick_directory() -> Path:
    """A directory whose files need no disk: the journal's fsync is not what is tried here."""
    return Path(tempfile.mkdtemp(dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))


class Till:
    """A desk, its journal, and the cards that belong to it."""

    def __init__(self, directory: Path, seeds: tuple[str, ...] = ("anna", "ben")) -> None:
        self.path = directory / "journal"
        self.journal = Journal(self.path)
        self.desk = OperatorDesk(authority(), self.journal)
        self.cards = {seed: fresh(seed, slots=64) for seed in seeds}
        self.presented: dict[str, bytes] = {}
        for card in self.cards.values():
            self.desk.register(card.purse.certificate)

    def reopen(self) -> None:
        self.journal.close()
        self.journal = Journal(self.path)
        self.desk = OperatorDesk(authority(), self.journal)

    def load(self, card: Card, amount: int) -> None:
        voucher, certificate = self.desk.load(card.prepare(Kind.LOAD, amount))
        card.accept(bytes(voucher) + bytes(certificate))

    def told(self, card: Card) -> tuple[State, list[LogEntry]]:
        """What a card says of itself."""
        card.insert()
        state = card.state()
        known = self.desk.known_entry(state.id)
        return state, [card.log(entry) for entry in range(known + 1, state.entry + 1)]

    def sync(self, card: Card) -> None:
        state, entries = self.told(card)
        self.desk.record(state, entries)
        ack = self.desk.acknowledge(state, NOW_UNIX_S)
        card.do(Instruction.SYNC_ACK, bytes(ack))

    @property
    def accounting(self) -> Accounting:
        return self.desk.accounting()


@pytest.fixture
def till() -> Iterator[Till]:
    directory = quick_directory()
    till = Till(directory)
    yield till
    till.journal.close()
    shutil.rmtree(directory)


@pytest.fixture
def anna(till: Till) -> Card:
    return till.cards["anna"]


@pytest.fixture
def ben(till: Till) -> Card:
    return till.cards["ben"]


def pay(payer: Card, payee: Card, amount: int, kind: Kind = Kind.PAYMENT) -> bytes:
    return payer.pay(payee.prepare(kind, amount))


# --- loads ------------------------------------------------------------------------------------


def test_the_same_load_request_gets_the_same_voucher(till: Till, anna: Card) -> None:
    request = anna.prepare(Kind.LOAD, 5000)
    first = till.desk.load(request)
    assert till.desk.load(request) == first
    till.reopen()
    assert till.desk.load(request) == first
    assert till.accounting.loaded == 5000


def test_another_load_under_the_same_number_is_refused(till: Till, anna: Card) -> None:
    request = anna.prepare(Kind.LOAD, 5000)
    till.desk.load(request)
    with pytest.raises(SyncRefused, match="another load"):
        till.desk.load(replace(request, amount=Fen(5001)))
    with pytest.raises(SyncRefused, match="another load"):
        till.desk.load(replace(request, tag=b"evil"))
    assert till.accounting.loaded == 5000


def test_no_two_loads_share_an_entry(till: Till, anna: Card, ben: Card) -> None:
    vouchers = []
    for card in (anna, ben, anna):
        vouchers.append(till.desk.load(card.prepare(Kind.LOAD, 100))[0])
        till.reopen()
    assert [voucher.entry for voucher in vouchers] == [1, 2, 3]
    assert len({voucher.chain for voucher in vouchers}) == 3


def test_only_loads_of_own_purses_are_signed(till: Till, anna: Card) -> None:
    with pytest.raises(SyncRefused, match="not a LOAD"):
        till.desk.load(anna.prepare(Kind.PAYMENT, 100))
    with pytest.raises(SyncRefused, match="not one of this operator's"):
        till.desk.load(fresh("somebody else").prepare(Kind.LOAD, 100))
    assert till.accounting.loaded == 0


# --- unloads ----------------------------------------------------------------------------------


def unloaded(till: Till, card: Card, amount: int) -> tuple[bytes, Certificate]:
    answer = card.pay(till.desk.unload_request(Fen(amount)))
    return answer, Certificate.parse(answer[116:])


def test_an_unload_is_taken_once(till: Till, anna: Card) -> None:
    till.load(anna, 5000)
    answer, certificate = unloaded(till, anna, 2000)
    for _ in range(3):
        till.desk.take_unload(voucher_in(answer), certificate)
        till.reopen()
    assert till.accounting.unloaded == 2000 and till.accounting.balanced
    till.sync(anna)
    till.desk.take_unload(voucher_in(answer), certificate)
    assert till.accounting.unloaded == 2000 and till.accounting.balanced


def test_every_unload_request_has_its_own_number(till: Till) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(till.desk.unload_request(Fen(100)).request.number)
        till.reopen()
    assert numbers == [1, 2, 3]


def test_what_is_no_unload_of_an_own_purse_is_refused(till: Till, anna: Card, ben: Card) -> None:
    till.load(anna, 5000)
    answer, certificate = unloaded(till, anna, 100)
    good = voucher_in(answer)
    foreign = fresh("somebody else").purse.certificate
    cases = [
        (voucher_in(pay(anna, ben, 100)), certificate),
        (good.signed(stranger("thief").sign), certificate),
        (replace(good, amount=Fen(200)), certificate),
        (replace(good, payer_id=foreign.id), foreign),
        (good, ben.purse.certificate),
    ]
    for voucher, presented in cases:
        with pytest.raises(SyncRefused):
            till.desk.take_unload(voucher, presented)
    assert till.accounting.unloaded == 0


# --- syncs ------------------------------------------------------------------------------------


def test_only_what_was_recorded_is_acknowledged(till: Till, anna: Card) -> None:
    till.load(anna, 5000)
    state, entries = till.told(anna)
    with pytest.raises(SyncRefused, match="not been recorded"):
        till.desk.acknowledge(state, NOW_UNIX_S)
    till.desk.record(state, entries)
    assert till.desk.acknowledge(state, NOW_UNIX_S).entry == state.entry
    till.reopen()
    assert till.desk.acknowledge(state, NOW_UNIX_S).chain == state.chain


def test_recording_twice_changes_nothing(till: Till, anna: Card) -> None:
    till.load(anna, 5000)
    state, entries = till.told(anna)
    till.desk.record(state, entries)
    before = till.accounting
    till.desk.record(state, ())
    assert till.accounting == before


def test_a_late_state_changes_nothing(till: Till, anna: Card, ben: Card) -> None:
    till.load(anna, 5000)
    late = till.told(anna)
    pay(anna, ben, 700)
    till.sync(anna)
    before = till.accounting
    with pytest.raises(EvidenceRefused) as refusal:
        till.desk.record(*late)
    assert refusal.value.test == "gap" and till.accounting == before


def test_an_unknown_purse_is_refused(till: Till) -> None:
    with pytest.raises(SyncRefused):
        till.desk.record(*till.told(fresh("somebody else")))


def test_a_forked_purse_is_found_by_its_second_log(till: Till, anna: Card, ben: Card) -> None:
    till.load(anna, 5000)
    clone = Card.of(anna.image)
    clone.insert()
    pay(anna, ben, 700)
    till.sync(anna)
    pay(clone, ben, 800)
    known = till.desk.known_entry(anna.purse.id)
    pay(clone, ben, 100)
    state = clone.state()
    entries = [clone.log(entry) for entry in range(known + 1, state.entry + 1)]
    with pytest.raises(EvidenceRefused) as refusal:
        till.desk.record(state, entries)
    assert refusal.value.test == "chain"


def test_a_forked_purse_is_found_by_its_payees(till: Till, anna: Card, ben: Card) -> None:
    till.load(anna, 5000)
    clone = Card.of(anna.image)
    clone.insert()
    ben.accept(pay(anna, ben, 700))
    ben.accept(pay(clone, ben, 800))
    till.sync(anna)
    with pytest.raises(EvidenceRefused) as refusal:
        till.sync(ben)
    assert refusal.value.test == "fork"


def test_a_forked_unload_is_found(till: Till, anna: Card) -> None:
    till.load(anna, 5000)
    clone = Card.of(anna.image)
    clone.insert()
    first, certificate = unloaded(till, anna, 700)
    second, _ = unloaded(till, clone, 700)
    till.desk.take_unload(voucher_in(first), certificate)
    with pytest.raises(EvidenceRefused) as refusal:
        till.desk.take_unload(voucher_in(second), certificate)
    assert refusal.value.test == "fork"


def opened_account(thief: Stranger, kind: EntryKind, voucher: Voucher) -> tuple[State, LogEntry]:
    """An opened element's account of itself: one entry, and a state that fits it."""
    funds = Fen(voucher.amount if kind is EntryKind.CREDIT else 0)
    payload = bytes(voucher)
    entry = LogEntry(kind=kind, entry=1, balance=funds, held=Fen(0), payload=payload)
    chain = chain_after(P256, bytes(16), kind, 1, voucher.body)
    state = State(
        flags=0,
        nonce=bytes(8),
        id=thief.id,
        entry=1,
        base=0,
        number=1,
        window=0,
        balance=funds,
        held=Fen(0),
        out_total=0,
        out_count=0,
        chain=chain,
    )
    return state.signed(thief.sign), entry


@pytest.mark.parametrize("kind", [EntryKind.CREDIT, EntryKind.VOID])
def test_an_opened_purse_cannot_make_an_honest_one_look_forked(
    till: Till, anna: Card, ben: Card, kind: EntryKind
) -> None:
    till.load(anna, 5000)
    till.sync(anna)
    thief = stranger("thief")
    till.desk.register(thief.certificate)
    # Signed by the thief in anna's name, under the entry that her next payment will have.
    entry = anna.purse.newest.entry + 1
    forged = thief.voucher(thief.request(1, 100), entry, payer_id=anna.purse.id)
    state, logged = opened_account(thief, kind, voucher_in(forged))
    with contextlib.suppress(EvidenceRefused):
        till.desk.record(state, [logged])
    pay(anna, ben, 700)
    till.sync(anna)
    assert till.desk.known_entry(anna.purse.id) == entry


def test_a_payment_logged_in_anothers_name_is_refused(till: Till, anna: Card) -> None:
    thief = stranger("thief")
    till.desk.register(thief.certificate)
    free = thief.request(1, 1, Kind.AUTHORISE)
    forged = thief.voucher(free, 1, payer_id=anna.purse.id)
    state, logged = opened_account(thief, EntryKind.PAY, voucher_in(forged))
    with pytest.raises(EvidenceRefused):
        till.desk.record(state, [logged])


def test_a_payment_logged_under_another_entry_is_refused(till: Till) -> None:
    thief = stranger("thief")
    till.desk.register(thief.certificate)
    other = thief.voucher(thief.request(1, 1, Kind.AUTHORISE), 7)
    state, logged = opened_account(thief, EntryKind.PAY, voucher_in(other))
    with pytest.raises(EvidenceRefused):
        till.desk.record(state, [logged])


def test_a_purse_of_another_authority_is_not_registered(till: Till, anna: Card) -> None:
    forged = anna.purse.certificate.signed(stranger("another authority").sign)
    with pytest.raises(SyncRefused, match="another authority"):
        till.desk.register(forged)
    assert till.accounting.accounts[forged.id].certificate != forged


def test_a_renewed_certificate_replaces_the_old_one(till: Till, anna: Card) -> None:
    old = anna.purse.certificate
    later = Validity(old.not_before_day + 10, old.not_after_day + 10)
    renewed = authority().authority.certify(old.public_key, old.purse_class, later)
    till.desk.register(renewed)
    till.desk.register(renewed)
    assert till.accounting.accounts[old.id].certificate == renewed


# --- delivery again ---------------------------------------------------------------------------


def test_what_was_not_credited_is_delivered_again(till: Till, anna: Card, ben: Card) -> None:
    till.load(anna, 5000)
    lost = pay(anna, ben, 700)
    till.sync(anna)
    ((voucher, certificate),) = till.desk.undelivered(ben.purse.id)
    assert bytes(voucher) + bytes(certificate) == lost
    assert till.accounting.in_flight == 700
    ben.accept(bytes(voucher) + bytes(certificate))
    till.sync(ben)
    assert till.desk.undelivered(ben.purse.id) == []
    assert till.accounting.in_flight == 0 and till.accounting.balanced


def test_a_lost_load_is_delivered_again(till: Till, anna: Card) -> None:
    till.desk.load(anna.prepare(Kind.LOAD, 5000))
    till.reopen()
    ((voucher, certificate),) = till.desk.undelivered(anna.purse.id)
    anna.accept(bytes(voucher) + bytes(certificate))
    till.sync(anna)
    assert till.desk.undelivered(anna.purse.id) == [] and till.accounting.balanced


# --- accounting -------------------------------------------------------------------------------


def test_a_voided_load_is_refunded(till: Till, anna: Card) -> None:
    voucher, certificate = till.desk.load(anna.prepare(Kind.LOAD, 5000))
    anna.do(Instruction.VOID, bytes(voucher) + bytes(certificate))
    till.sync(anna)
    assert till.accounting.refunded == 5000 and till.accounting.balanced
    assert till.desk.undelivered(anna.purse.id) == []


def test_a_credit_is_ahead_until_its_payer_has_told(till: Till, anna: Card, ben: Card) -> None:
    till.load(anna, 5000)
    till.sync(anna)
    ben.accept(pay(anna, ben, 700))
    till.sync(ben)
    assert (till.accounting.ahead, till.accounting.in_purses) == (700, 5700)
    till.sync(anna)
    assert (till.accounting.ahead, till.accounting.in_purses) == (0, 5000)
    assert till.accounting.balanced


def test_a_push_is_accounted_for(till: Till, anna: Card) -> None:
    till.load(anna, 5000)
    anna.pay(stranger("biller", PurseClass.SERVICE).push(700))
    till.sync(anna)
    assert till.accounting.balanced


STEPS = ("load", "pay", "deliver", "void", "unload", "take", "sync", "reopen")
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(["anna", "ben"]), st.integers(1, 2000)),
    max_size=40,
)


class Story:
    """Random business at one till: every step is the protocol's, the order is anyone's."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.in_flight: list[tuple[Card, Card, bytes]] = []
        self.unloads: list[bytes] = []

    def take(self, step: str, name: str, amount: int) -> None:
        cards = self.till.cards
        card = cards[name]
        other = cards["ben" if name == "anna" else "anna"]
        steps: dict[str, Callable[[], None]] = {
            "sync": lambda: self.till.sync(card),
            "reopen": self.till.reopen,
            "load": lambda: self._load(card, amount),
            "pay": lambda: self._pay(card, other, amount),
            "deliver": lambda: self._deliver(amount),
            "void": lambda: self._void(amount),
            "unload": lambda: self._unload(card, amount),
            "take": lambda: self._take_unload(amount),
        }
        steps[step]()

    def _load(self, card: Card, amount: int) -> None:
        asked = card.send(Instruction.PREPARE, b"\x03" + amount.to_bytes(4) + b"\x00\x9corder 01")
        if asked.status == Status.OK:
            voucher, certificate = self.till.desk.load(Request.parse(asked.data))
            presented = bytes(voucher) + bytes(certificate)
            if amount % 3:
                card.send(Instruction.ACCEPT, presented)
            else:
                card.send(Instruction.VOID, presented)

    def _pay(self, payer: Card, payee: Card, amount: int) -> None:
        asked = payee.send(Instruction.PREPARE, b"\x01" + amount.to_bytes(4) + b"\x00\x9corder 01")
        if asked.status == Status.OK:
            paid = payer.send(Instruction.PAY, asked.data)
            if paid.status == Status.OK:
                self.in_flight.append((payer, payee, paid.data))

    def _deliver(self, pick: int) -> None:
        if self.in_flight:
            _, payee, presented = self.in_flight[pick % len(self.in_flight)]
            payee.send(Instruction.ACCEPT, presented)

    def _void(self, pick: int) -> None:
        if self.in_flight:
            payer, payee, presented = self.in_flight[pick % len(self.in_flight)]
            voided = payee.send(Instruction.VOID, presented)
            if voided.status == Status.OK:
                statement = voided.data + bytes(payee.purse.certificate)
                payer.send(Instruction.UNDO, statement)

    def _unload(self, card: Card, amount: int) -> None:
        request: SignedRequest = self.till.desk.unload_request(Fen(amount))
        paid = card.send(Instruction.PAY, bytes(request))
        if paid.status == Status.OK:
            self.unloads.append(paid.data)

    def _take_unload(self, pick: int) -> None:
        if self.unloads:
            answer = self.unloads[pick % len(self.unloads)]
            self.till.desk.take_unload(voucher_in(answer), Certificate.parse(answer[116:]))


@given(steps)
def test_the_books_balance_at_every_point_in_any_order(
    story: list[tuple[str, str, int]],
) -> None:
    directory = quick_directory()
    till = Till(directory)
    try:
        business = Story(till)
        for step in (("load", "anna", 20000), ("load", "ben", 20000), *story):
            business.take(*step)
            assert till.accounting.balanced, till.accounting
        everything_told(till, business)
    finally:
        till.journal.close()
        shutil.rmtree(directory)


def everything_told(till: Till, business: Story) -> None:
    """Once every purse has synced, the books say what the cards hold."""
    for card in till.cards.values():
        till.sync(card)
    books = till.accounting
    held = {c.purse.id: c.purse.newest.balance + c.purse.newest.held for c in till.cards.values()}
    assert {i: a.balance + a.held for i, a in books.accounts.items()} == held
    assert books.ahead == 0 and books.balanced
    assert books.unloaded == sum(voucher_in(answer).amount for answer in business.unloads)
    before = books
    till.reopen()
    assert till.accounting == before


def test_a_blank_desk_has_nothing(till: Till) -> None:
    books = till.accounting
    assert (books.loaded, books.unloaded, books.in_flight, books.ahead) == (0, 0, 0, 0)
    assert books.balanced and len(books.accounts) == 2
    assert till.desk.known_entry(personalised()[:8]) == 0
