"""What the bank's answers over HTTP mean to a device: done, refused for good, or still open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from tests.device.conftest import NO_REFERENCE, IssuePhone
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.outbox import Outbox
from zerobar.device import OperatorRefused, OperatorUnreachable
from zerobar.device.over_http import HolderOverHttp, OperatorOverHttp, OperatorUndecided
from zerobar.issuer import Undo
from zerobar.purse.messages import Kind, PurseClass, Request
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.reader import Payment

WALLET = UUID(int=7)
PURSE = bytes(8)


class Bank:
    """Answers what it is told to, one after the other; the last one from then on."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response | None] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise httpx.ConnectError("no network")
        return answer

    def says(self, *answers: httpx.Response | None) -> None:
        self.answers = list(answers)


def no(status: int, name: str, **facts: object) -> httpx.Response:
    problem = {
        "type": f"urn:zerobar:problem:{name}",
        "title": "No",
        "status": status,
        "detail": "It is not so.",
        "next_step": "Do otherwise.",
    }
    return httpx.Response(status, content=msgspec.json.encode(problem | facts))


def yes(**content: object) -> httpx.Response:
    return httpx.Response(200, content=msgspec.json.encode(content))


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def http(bank: Bank, tmp_path: Path) -> Iterator[BankHttp]:
    key = RequestKey(uuid4(), P256.private_key(bytes(range(1, 1 + KEY_SEED_LENGTH))))
    with (
        Outbox(tmp_path / "outbox.db", lambda: 1.8e9) as outbox,
        BankHttp(
            "http://bank",
            key,
            token="first",
            outbox=outbox,
            clock_unix_s=lambda: 1.8e9,
            sleep=lambda _: None,
            transport=httpx.MockTransport(bank),
        ) as asking,
    ):
        yield asking


@pytest.fixture
def request_and_voucher(issue: IssuePhone) -> tuple[Request, Payment]:
    phone = issue(PurseClass.PERSON)
    with phone.device.purse() as card:
        request = card.prepare(Kind.LOAD, Fen(100), 156, NO_REFERENCE)
    return request, Payment(*phone.operator.desk.load(request))


def holder(http: BankHttp, renew: Callable[[], object] | None = None) -> HolderOverHttp:
    return HolderOverHttp(http, PURSE, WALLET, renew)


def test_a_load_brings_the_voucher_and_is_asked_with_its_own_id(
    bank: Bank, http: BankHttp, request_and_voucher: tuple[Request, Payment]
) -> None:
    request, payment = request_and_voucher
    voucher, certificate = payment
    bank.says(None, yes(voucher=bytes(voucher).hex(), certificate=bytes(certificate).hex()))
    load_id = uuid4()
    assert holder(http).load(load_id, request) == payment
    assert {asked.headers["idempotency-key"] for asked in bank.asked} == {str(load_id)}
    assert holder(http).load(load_id, request) == payment and len(bank.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        None,
        no(503, "unavailable"),
        no(500, "internal-error"),
        no(429, "too-many", retry_after_s=60),
        httpx.Response(200, content=b"<html>Sign in to this hotel's network</html>"),
        httpx.Response(502, content=b"Bad gateway"),
        yes(voucher="00", certificate="00"),
    ],
    ids=["silence", "503", "mistake", "busy", "hotel", "gateway", "nonsense"],
)
def test_what_does_not_last_leaves_it_open(
    bank: Bank,
    http: BankHttp,
    request_and_voucher: tuple[Request, Payment],
    answer: httpx.Response | None,
) -> None:
    bank.says(answer)
    with pytest.raises(OperatorUnreachable) as open_still:
        holder(http).load(uuid4(), request_and_voucher[0])
    assert open_still.value.what_happened and open_still.value.next_step


def test_a_refusal_lasts_but_not_after_an_attempt_without_an_answer(
    bank: Bank, http: BankHttp, request_and_voucher: tuple[Request, Payment]
) -> None:
    request = request_and_voucher[0]
    bank.says(no(422, "insufficient-balance"))
    with pytest.raises(OperatorRefused) as refused:
        holder(http).load(uuid4(), request)
    assert refused.value.problem == "insufficient-balance"
    bank.says(None, no(422, "insufficient-balance"))
    with pytest.raises(OperatorUndecided) as undecided:
        holder(http).load(uuid4(), request)
    assert undecided.value.problem == "insufficient-balance"


def test_a_session_that_is_over_is_renewed_once(bank: Bank, http: BankHttp) -> None:
    renewed: list[bool] = []
    operator = OperatorOverHttp(http, lambda: renewed.append(True))
    bank.says(no(401, "session-unknown"), yes(known_entry=7, epoch=0, query=None))
    assert operator.known_entry(PURSE) == 7 and renewed == [True]
    bank.says(no(401, "session-unknown"))
    with pytest.raises(OperatorRefused):
        operator.known_entry(PURSE)
    assert renewed == [True, True]


def test_vouchers_get_one_answer_each_or_none_counts(
    bank: Bank, http: BankHttp, request_and_voucher: tuple[Request, Payment]
) -> None:
    payment = request_and_voucher[1]
    told = {"taken": False, "sentence": "It is refused.", "sentence_zh": "未被接受。"}
    bank.says(yes(items=[told, told]))
    answers = OperatorOverHttp(http).take_vouchers([payment, payment])
    assert [answer.taken for answer in answers] == [False, False]
    assert answers[0].sentence.zh == "未被接受。"
    bank.says(yes(items=[told]))
    with pytest.raises(OperatorUndecided):
        OperatorOverHttp(http).take_vouchers([payment, payment])


def test_statements_go_a_hundred_at_a_time(
    bank: Bank, http: BankHttp, issue: IssuePhone, funded: object
) -> None:
    del funded
    undo = _void(issue)
    bank.says(yes(items=[]))
    OperatorOverHttp(http).take_statements([undo] * 250)
    sizes = [len(msgspec.json.decode(asked.content)["items"]) for asked in bank.asked]
    assert sizes == [100, 100, 50]


def _void(issue: IssuePhone) -> Undo:
    payer, payee = issue(PurseClass.PERSON), issue(PurseClass.PERSON)
    with payer.device.purse() as card:
        request = card.prepare(Kind.LOAD, Fen(100), 156, NO_REFERENCE)
        card.accept(*payer.operator.desk.load(request))
        with payee.device.purse() as other:
            asked = other.prepare(Kind.PAYMENT, Fen(100), 156, NO_REFERENCE)
            payment = card.pay(asked)
            return Undo(other.void(*payment), other.get_certificate())
