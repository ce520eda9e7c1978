"""Which entries of a log no honest purse can have written, one rule at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.syncing.following import follow
from zerobar.bank.syncing.judging import Earlier, Fault, agree, faults_of
from zerobar.bank.syncing.model import BEGINNING, Head, Link
from zerobar.issuer.authority import Validity
from zerobar.issuer.authority_file import TestAuthority
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    LogEntry,
    PurseClass,
    State,
    VoidFlags,
    VoidStatement,
    Voucher,
    chain_after,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import P256

NOTHING = Earlier({}, frozenset(), frozenset())
ME, PAYEE, PAYER = b"i am me!", b"a payee!", b"a payer!"
PAYEE_KEY = P256.private_key(bytes(39) + b"\x05")


def voucher(kind: Kind = Kind.PAYMENT, amount: int = 10_00, **changed: object) -> Voucher:
    plain = Voucher(
        kind=kind,
        payer_id=PAYER,
        entry=1,
        payee_id=ME,
        number=1,
        amount=Fen(amount),
        currency=CNY,
        tag=bytes(4),
        reference=bytes(8),
        chain=bytes(8),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


class Log:
    """A log that is written entry by entry, as its purse would."""

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []
        self.chain = bytes(16)

    def add(self, kind: EntryKind, about: Voucher | VoidStatement) -> Log:
        number = len(self.entries) + 1
        is_undo = isinstance(about, VoidStatement)
        payload = bytes(about).ljust(Voucher.LENGTH, b"\0")
        content = bytes(about) if is_undo else about.body
        self.chain = chain_after(P256, self.chain, kind, number, content)
        self.entries.append(
            LogEntry(kind=kind, entry=number, balance=Fen(0), held=Fen(0), payload=payload)
        )
        return self

    def credit(self, about: Voucher) -> Log:
        return self.add(EntryKind.CREDIT, about)

    def pay(self, amount: int = 5_00, **changed: object) -> Log:
        own: dict[str, object] = {
            "payer_id": ME,
            "payee_id": PAYEE,
            "entry": len(self.entries) + 1,
            "chain": self.chain[:8],
        }
        plain = replace(voucher(amount=amount), **(own | changed))  # type: ignore[arg-type]
        return self.add(EntryKind.PAY, plain)

    def undo(self, entry: int, **changed: object) -> Log:
        paid = Voucher.parse(self.entries[entry - 1].payload)
        plain = VoidStatement(
            flags=VoidFlags.VOIDED,
            payee_id=PAYEE,
            payee_entry=1,
            payer_id=ME,
            payer_entry=entry,
            number=paid.number,
            amount=paid.amount,
            voucher_hash=paid.hash,
        )
        said = replace(plain, **changed)  # type: ignore[arg-type]
        signed = said.signed(lambda body: P256.sign(PAYEE_KEY, body))
        return self.add(EntryKind.UNDO, signed)

    def links(self) -> list[Link]:
        return follow(BEGINNING, self.state(), self.entries, 0)

    def state(self) -> State:
        return State(
            flags=0,
            nonce=bytes(8),
            id=ME,
            entry=len(self.entries),
            base=0,
            number=0,
            window=0,
            balance=Fen(0),
            held=Fen(0),
            out_total=0,
            out_count=0,
            chain=self.chain,
        )


@pytest.fixture(scope="module")
def certificates(keys: TestAuthority) -> dict[bytes, Certificate]:
    key = P256.public_key(PAYEE_KEY)
    return {PAYEE: keys.authority.certify(key, PurseClass.PERSON, Validity(20_000, 30_000))}


def faults(
    log: Log, certificates: dict[bytes, Certificate], base: int = 0, earlier: Earlier = NOTHING
) -> list[Fault]:
    head = Head(BEGINNING, base, 0, 0, None)
    return faults_of(head, bytes(16), log.links(), earlier, certificates, log.state())


Certificates = dict[bytes, Certificate]


def test_an_honest_log_has_no_fault(certificates: Certificates) -> None:
    log = Log().credit(voucher()).pay().pay().undo(2).add(EntryKind.VOID, voucher(number=2))
    assert faults(log, certificates) == []


def test_a_request_ends_once(certificates: Certificates) -> None:
    twice = Log().credit(voucher()).credit(voucher(entry=2))
    assert faults(twice, certificates) == [(2, FraudTest.BROKEN_VOID)]
    both = Log().add(EntryKind.VOID, voucher()).credit(voucher())
    assert faults(both, certificates) == [(2, FraudTest.BROKEN_VOID)]
    before = Earlier({}, frozenset(), frozenset({1}))
    late = Log().credit(voucher())
    assert faults(late, certificates, earlier=before) == [(1, FraudTest.BROKEN_VOID)]


@pytest.mark.parametrize(
    "wrong", [{"payer_id": PAYER}, {"entry": 7}, {"chain": b"another!"}, {"kind": Kind.LOAD}]
)
def test_an_own_voucher_stands_where_it_says(
    wrong: dict[str, object], certificates: Certificates
) -> None:
    log = Log().credit(voucher()).pay(5_00, **wrong)
    assert faults(log, certificates) == [(2, FraudTest.OTHER_LOG)]


@pytest.mark.parametrize("wrong", [{"payee_id": PAYEE}, {"kind": Kind.AUTHORISE}])
def test_only_what_is_the_purses_own_is_credited(
    wrong: dict[str, object], certificates: Certificates
) -> None:
    log = Log().credit(replace(voucher(), **wrong))  # type: ignore[arg-type]
    assert (1, FraudTest.BROKEN_EQUATION) in faults(log, certificates)


def test_nothing_is_paid_that_is_not_there(certificates: Certificates) -> None:
    log = Log().credit(voucher(amount=10_00)).pay(10_00).pay(1)
    assert faults(log, certificates) == [(3, FraudTest.BROKEN_EQUATION)]
    free = Log().credit(voucher()).pay(99_00, kind=Kind.AUTHORISE)
    assert faults(free, certificates) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"flags": VoidFlags.TOO_OLD},
        {"amount": Fen(6_00)},
        {"number": 2},
        {"voucher_hash": b"another!"},
        {"payer_id": PAYER},
    ],
)
def test_an_undo_takes_back_what_its_statement_says(
    wrong: dict[str, object], certificates: Certificates
) -> None:
    log = Log().credit(voucher()).pay().undo(2, **wrong)
    assert faults(log, certificates) == [(3, FraudTest.BROKEN_VOID)]


def test_an_undo_happens_once_and_not_after_its_end(certificates: Certificates) -> None:
    twice = Log().credit(voucher()).pay().undo(2).undo(2)
    assert faults(twice, certificates) == [(4, FraudTest.BROKEN_VOID)]
    late = Log().credit(voucher()).pay().undo(2)
    assert faults(late, certificates, base=2) == [(3, FraudTest.BROKEN_VOID)]
    unload = Log().credit(voucher()).pay(kind=Kind.UNLOAD).undo(2)
    assert faults(unload, certificates) == [(3, FraudTest.BROKEN_VOID)]


counters = st.tuples(*[st.integers(0, 5)] * 3)


@given(counters, counters)
def test_of_two_states_of_one_purse_one_is_the_later_in_everything(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    def state(counts: tuple[int, ...]) -> State:
        entry, base, number = counts
        return replace(Log().state(), entry=entry, base=base, number=number)

    lower = all(a <= b for a, b in zip(one, other, strict=True))
    higher = all(a >= b for a, b in zip(one, other, strict=True))
    assert agree(state(one), state(other)) == (lower or higher)
