"""Cases: listed, seen, closed with a reason; and the switch for a whole class of purses."""

from __future__ import annotations

import pytest

from tests.bank.employees import Employee, found
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.fraud.cases import CaseClosed, CaseUnknown, close_case, list_cases, read_case
from zerobar.bank.fraud.class_blocking import BLOCK_CLASS
from zerobar.bank.fraud.model import FraudTest
from zerobar.bank.settlement import Batch, settle_batch
from zerobar.bank.staff.audit import entries_before
from zerobar.bank.staff.errors import RoleMissing
from zerobar.bank.staff.model import Role
from zerobar.client.authority import BlockClass
from zerobar.purse.messages import Voucher
from zerobar.reader import StatusError


@pytest.fixture
def officer(village: Village) -> Employee:
    return found(village.bank, "Rita", Role.RISK)


@pytest.fixture
def forks(village: Village, alice: Villager, bob: Villager, shop: Villager) -> list[bytes]:
    """Two vouchers of a cloned purse under one entry, twice."""
    clone = village.clone(alice)
    records = []
    for amount in (10_00, 20_00):
        records.append(village.pay(alice, shop, amount).record)
        records.append(village.pay(clone, bob, amount + 1).record)
    settle_batch(village.bank, Batch.of(records))
    return records


def test_the_evidence_is_kept_as_it_was_signed(
    village: Village, alice: Villager, officer: Employee, forks: list[bytes]
) -> None:
    first, _ = list_cases(village.bank, officer.session, None, 10)
    assert (first.purse_id, first.entry, first.test) == (alice.id, 2, FraudTest.TWO_BODIES)
    kept = {first.first.body + first.first.signature, first.second.body + first.second.signature}
    assert kept == {record[: Voucher.LENGTH] for record in forks[:2]}
    for raw in kept:
        Voucher.parse(raw).verify(alice.certificate.public_key)


def test_cases_are_listed_page_by_page(
    village: Village, officer: Employee, forks: list[bytes]
) -> None:
    assert len(forks) == 4
    (first,) = list_cases(village.bank, officer.session, None, 1)
    (second,) = list_cases(village.bank, officer.session, first.id, 10)
    assert (first.entry, second.entry) == (2, 3)


def test_who_saw_a_case_first_and_who_closed_it_are_noted(
    village: Village, officer: Employee, forks: list[bytes]
) -> None:
    other = found(village.bank, "Rosa", Role.RISK)
    case, *rest = list_cases(village.bank, officer.session, None, 10)
    read_case(village.bank, officer.session, case.id)
    close_case(village.bank, other.session, case.id, "the card was cloned")
    closed = close_case(village.bank, other.session, case.id, "the card was cloned")
    assert (closed.seen_by, closed.closed_by) == (officer.id, other.id)
    with pytest.raises(CaseClosed):
        close_case(village.bank, officer.session, case.id, "something else")
    assert list_cases(village.bank, officer.session, None, 10) == rest
    assert len(list_cases(village.bank, officer.session, None, 10, open_only=False)) == 2
    with village.bank.connection() as connection:
        trail = [entry.action for entry in entries_before(connection, None, 50)]
    assert trail.count("close-fraud-case") == 1


def test_cases_are_for_risk_alone(village: Village, forks: list[bytes]) -> None:
    clerk = found(village.bank, "Olga", Role.OPERATIONS)
    with pytest.raises(RoleMissing):
        list_cases(village.bank, clerk.session, None, 10)


def test_a_case_that_is_none_is_not_found(village: Village, officer: Employee) -> None:
    with pytest.raises(CaseUnknown):
        read_case(village.bank, officer.session, village.bank.new_id())


def test_a_class_that_is_blocked_is_refused_by_payees_after_their_next_sync(
    village: Village, alice: Villager, shop: Villager
) -> None:
    proposal = BlockClass(purse_class=1, reason="the chip was broken")
    BLOCK_CLASS.check(village.bank, proposal)
    for _ in range(2):
        BLOCK_CLASS.carry_out(village.bank, village.bank.new_id(), proposal)
    village.sync(shop)
    paid = village.pay(alice, shop, 1_00)
    with pytest.raises(StatusError, match="block"):
        paid.accept()
    assert BLOCK_CLASS.proposers == BLOCK_CLASS.approvers == {Role.RISK}
