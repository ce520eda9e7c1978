"""The bank's partners over real HTTP, with a sandbox at the other end that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.sandbox.running import running_sandbox
from zerobar.bank.merchants.pain import write_file
from zerobar.bank.merchants.payment_file import CreditTransfer, PaymentFile
from zerobar.bank.partners import (
    BankOrder,
    BankOutcome,
    BankStatus,
    CardHolder,
    Partners,
    PartnerUnavailable,
)
from zerobar.bank.partners.http import HttpBank, PartnerUrls, http_partners
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
HOLDER = CardHolder("6299900000000016", "林安娜", "110101199003071233", "+8613800000001")
DONE = BankOutcome(BankStatus.DONE)
UNKNOWN = BankOutcome(BankStatus.UNKNOWN)
NEVER = BankOutcome(BankStatus.REFUSED, "never-arrived")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[httpx.Client]:
    with running_sandbox(tmp_path / "sandbox.db", lambda: NOON) as client:
        yield client


@pytest.fixture
def partners(sandbox: httpx.Client) -> Iterator[Partners]:
    with partners_at(str(sandbox.base_url)) as partners:
        yield partners


def partners_at(url: str) -> AbstractContextManager[Partners]:
    return http_partners(PartnerUrls(url, url, url), httpx.Timeout(0.4))


def fault(sandbox: httpx.Client, call: str, kind: str, **more: object) -> None:
    sandbox.post("/faults", json={"call": call, "fault": kind, **more}).raise_for_status()


def an_order(partners: Partners, amount: int = 500) -> BankOrder:
    token = partners.bank.bind(HOLDER)
    assert token is not None
    return BankOrder(uuid4(), token, Fen(amount))


def test_a_card_is_bound_and_a_stranger_is_not(partners: Partners) -> None:
    assert partners.bank.bind(HOLDER)
    assert partners.bank.bind(CardHolder(HOLDER.card_number, "王小明", "1" * 18, "+86")) is None


def test_money_goes_both_ways_once(partners: Partners) -> None:
    debit, credit = an_order(partners), an_order(partners, 200)
    assert [partners.bank.debit(debit) for _ in range(2)] == [DONE, DONE]
    assert [partners.bank.credit(credit) for _ in range(2)] == [DONE, DONE]
    assert isinstance(partners.bank, HttpBank)
    assert partners.bank.statement(date(2026, 11, 25)) == [
        StatementLine(LineKind.CARD_DEBIT, str(debit.id), Fen(500)),
        StatementLine(LineKind.CARD_CREDIT, str(credit.id), Fen(200)),
    ]


def test_a_refusal_has_its_reason(partners: Partners) -> None:
    much = an_order(partners, 10**12)
    assert partners.bank.debit(much) == BankOutcome(BankStatus.REFUSED, "insufficient-funds")


@pytest.mark.parametrize("kind, later", [("lost-request", NEVER), ("lost-answer", DONE)])
def test_silence_is_unknown_until_the_bank_is_asked(
    sandbox: httpx.Client, partners: Partners, kind: str, later: BankOutcome
) -> None:
    order = an_order(partners)
    fault(sandbox, "bank.debit", kind)
    assert partners.bank.debit(order) == UNKNOWN
    assert partners.bank.outcome(order.id) == later


def test_a_pending_order_is_unknown_until_it_is_known(
    sandbox: httpx.Client, partners: Partners
) -> None:
    order = an_order(partners)
    fault(sandbox, "bank.credit", "pending", queries=2)
    assert partners.bank.credit(order) == UNKNOWN
    assert [partners.bank.outcome(order.id) for _ in range(2)] == [UNKNOWN, DONE]


def test_what_changes_nothing_is_asked_again_by_itself(
    sandbox: httpx.Client, partners: Partners
) -> None:
    for call in ("bank.bind", "identity.match"):
        fault(sandbox, call, "lost-answer")
    assert partners.bank.bind(HOLDER)
    assert partners.identity.matches(HOLDER.name, HOLDER.resident_id)


def test_a_partner_that_stays_silent_is_unavailable(
    sandbox: httpx.Client, partners: Partners
) -> None:
    fault(sandbox, "identity.match", "lost-request", times=2)
    with pytest.raises(PartnerUnavailable):
        partners.identity.matches(HOLDER.name, HOLDER.resident_id)
    fault(sandbox, "bank.outcome", "refuse", times=2)
    assert partners.bank.outcome(uuid4()) == UNKNOWN


def test_a_message_that_may_have_left_is_not_repeated(
    sandbox: httpx.Client, partners: Partners
) -> None:
    fault(sandbox, "sms.send", "lost-answer")
    with pytest.raises(PartnerUnavailable):
        partners.sms.send("+8613800000001", "493027")
    partners.sms.send("+8613800000002", "493028")
    inboxes = [
        sandbox.get("/sms/messages", params={"phone": f"+861380000000{n}"}).json() for n in (1, 2)
    ]
    assert [[message["code"] for message in inbox] for inbox in inboxes] == [["493027"], ["493028"]]


def test_nobody_listening_is_unknown_or_unavailable() -> None:
    order = BankOrder(uuid4(), "token", Fen(1))
    with partners_at("http://127.0.0.1:1") as partners:
        assert partners.bank.debit(order) == partners.bank.outcome(order.id) == UNKNOWN
        with pytest.raises(PartnerUnavailable):
            partners.bank.bind(HOLDER)


def test_no_number_and_no_code_is_logged(
    partners: Partners, sandbox: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fault(sandbox, "bank.bind", "refuse", times=2)
    with pytest.raises(PartnerUnavailable) as told:
        partners.bank.bind(HOLDER)
    assert HOLDER.card_number not in caplog.text + str(told.value) + repr(partners)


def a_file(*amounts: int) -> PaymentFile:
    """Return a file of transfers to as many shops."""
    transfers = tuple(
        CreditTransfer(uuid4(), Fen(amount), "104100000004", "Shop", "6222000000000000")
        for amount in amounts
    )
    return PaymentFile("settlement-1", "Operator", "62220001", date(2026, 11, 25), NOON, transfers)


def test_a_file_of_transfers_has_an_outcome_for_each(
    sandbox: httpx.Client, partners: Partners
) -> None:
    file = a_file(100_50, 200, 1)
    fault(sandbox, "bank.transfer", "refuse", reason="account-closed")
    fault(sandbox, "bank.transfer", "pending", queries=2)
    message = write_file(file)
    for _ in range(2):
        partners.bank.submit_transfers(file.name, message)
    refused = BankOutcome(BankStatus.REFUSED, "account-closed")
    names = [transfer.id.hex for transfer in file.transfers]
    first = partners.bank.transfer_outcomes(file.name)
    assert [first[name] for name in names] == [refused, UNKNOWN, DONE]
    assert partners.bank.transfer_outcomes(file.name)[names[1]] == DONE
    assert isinstance(partners.bank, HttpBank)
    lines = partners.bank.statement(date(2026, 11, 25))
    assert lines == [
        StatementLine(LineKind.TRANSFER, names[2], Fen(1)),
        StatementLine(LineKind.TRANSFER, names[1], Fen(200)),
    ]
    assert lines[0].order_id is None


def test_a_lost_answer_to_a_file_is_mended_by_handing_it_in_again(
    sandbox: httpx.Client, partners: Partners
) -> None:
    file = a_file(100_50)
    fault(sandbox, "bank.submit", "lost-answer")
    partners.bank.submit_transfers(file.name, write_file(file))
    assert list(partners.bank.transfer_outcomes(file.name).values()) == [DONE]
    assert partners.bank.transfer_outcomes("never-handed-in") == {}


@pytest.mark.parametrize(
    "right, wrong",
    [
        (b"<NbOfTxs>2<", b"<NbOfTxs>3<"),
        (b"<CtrlSum>102.5<", b"<CtrlSum>102.51<"),
        (b'Ccy="CNY"', b'Ccy="USD"'),
        (b"</Document>", b""),
        (b"<CstmrCdtTrfInitn>", b"<Other/><CstmrCdtTrfInitn>"),
        (b"<Document", b"<!DOCTYPE a><Document"),
    ],
)
def test_a_file_that_does_not_add_up_is_refused_as_a_whole(
    partners: Partners, right: bytes, wrong: bytes
) -> None:
    file = a_file(100_50, 2_00)
    message = write_file(file)
    assert right in message, message
    with pytest.raises(PartnerUnavailable):
        partners.bank.submit_transfers(file.name, message.replace(right, wrong, 1))
    assert partners.bank.transfer_outcomes(file.name) == {}


def test_another_file_of_the_same_name_is_refused(partners: Partners) -> None:
    partners.bank.submit_transfers("settlement-1", write_file(a_file(1)))
    with pytest.raises(PartnerUnavailable):
        partners.bank.submit_transfers("settlement-1", write_file(a_file(1)))
