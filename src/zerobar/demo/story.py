"""The story of this version: three purses, no network, one torn tap, and every fen at the end."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobar.branch import load, synchronise, unload
from zerobar.demo.devices import Device
from zerobar.demo.narrator import Narrator
from zerobar.demo.tearing import LeavesEarly
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.desk import Accounting
from zerobar.issuer.personalise import Plan
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import CNY, Fen
from zerobar.purse.ring import MERCHANT_SLOTS, PERSON_SLOTS
from zerobar.reader import (
    Payment,
    Sentence,
    StatusError,
    TapOutcome,
    TapStatus,
    Terms,
    collect,
    resume,
    tap,
    void_and_undo,
)
from zerobar.reader.refusals import AlreadySettled
from zerobar.reader.void import VoidStatus

_PIN: Final = "135790"
_YEARS: Final = 3
_NAMES: Final = {
    "alice": Sentence("Alice", zh="小艾"),
    "bo": Sentence("Bo", zh="小博"),
    "till": Sentence("the till", zh="收银机"),
}
_PURSES: Final = {
    "alice": PurseClass.PERSON,
    "bo": PurseClass.PERSON,
    "till": PurseClass.MERCHANT,
}


@dataclass(frozen=True)
class Cast:
    """Who plays: a customer and a friend with phones, and a shop with a till."""

    alice: Device
    bo: Device
    till: Device

    def __iter__(self) -> Iterator[Device]:
        return iter((self.alice, self.bo, self.till))


def play(narrator: Narrator) -> Accounting:
    """Play the whole story in a temporary folder; raise Deviation where it goes wrong."""
    with tempfile.TemporaryDirectory(prefix="zerobar-demo-") as name:
        folder = Path(name)
        with _desk(folder) as desk, ExitStack() as devices:
            cast = Cast(*(devices.enter_context(_device(who, folder)) for who in _PURSES))
            _issue(narrator, cast, desk)
            return _play(narrator, cast, desk)


def _play(narrator: Narrator, cast: Cast, desk: OperatorDesk) -> Accounting:
    _load(narrator, cast, desk)
    _pay_the_shop(narrator, cast)
    _tear_and_resume(narrator, cast)
    _pull_the_battery(narrator, cast)
    _spend_onward(narrator, cast)
    _void_and_undo(narrator, cast)
    _refuse_too_much(narrator, cast)
    _sync(narrator, cast, desk)
    return _account(narrator, cast, desk)


@contextmanager
def _desk(folder: Path) -> Iterator[OperatorDesk]:
    keys = AuthorityFile.generate(os.urandom, int(time.time())).open()
    with Journal(folder / "authority.journal") as journal:
        yield OperatorDesk(keys, journal)


def _device(name: str, folder: Path) -> Device:
    merchant = _PURSES[name] is PurseClass.MERCHANT
    return Device(name, folder, MERCHANT_SLOTS if merchant else PERSON_SLOTS)


def _issue(narrator: Narrator, cast: Cast, desk: OperatorDesk) -> None:
    narrator.chapter(
        Sentence("Three blank SIM cards become purses", zh="三张空白 SIM 卡成为硬钱包")
    )
    keys, validity = desk.keys, Validity.years_from(int(time.time()), _YEARS)
    for device in cast:
        plan = Plan(_PURSES[device.name], validity, _PIN)
        exchange = device.card.link.exchange
        desk.register(personalise(exchange, keys.authority, keys.operator, plan))
    narrator.tell(
        Sentence(
            "Alice's phone, Bo's phone and a shop's till: each purse is a process of its own.",
            zh="小艾的手机、小博的手机和一家店的收银机：每个硬钱包都是独立的进程。",
        )
    )


def _load(narrator: Narrator, cast: Cast, desk: OperatorDesk) -> None:
    narrator.chapter(Sentence("Alice loads her SIM", zh="小艾给 SIM 硬钱包圈存"))
    load(cast.alice.card, desk, Fen(20000))
    _balance(narrator, cast.alice, Fen(20000))


def _pay_the_shop(narrator: Narrator, cast: Cast) -> None:
    narrator.chapter(
        Sentence(
            "No network anywhere: Alice taps the shop, two chips and nothing else",
            zh="全网断开：小艾碰一碰付款，只有两枚芯片",
        )
    )
    outcome = tap(cast.alice.in_field, cast.till.card, _terms(1250))
    _paid(narrator, outcome)
    _balance(narrator, cast.alice, Fen(18750))
    _balance(narrator, cast.till, Fen(1250))


def _tear_and_resume(narrator: Narrator, cast: Cast) -> None:
    narrator.chapter(
        Sentence(
            "The next tap is torn: the phone leaves before its answer arrives",
            zh="下一次碰一碰中断：手机在应答到达前移开",
        )
    )
    torn = tap(
        lambda: LeavesEarly(cast.alice.in_field(), Instruction.PAY),
        cast.till.card,
        _terms(3000),
    )
    _told(narrator, torn, TapStatus.TORN_BEFORE_PAY)
    _balance(narrator, cast.till, Fen(1250))
    narrator.tell(Sentence("Alice taps again.", zh="小艾再碰一次。"))
    _paid(narrator, resume(cast.alice.in_field, cast.till.card, torn))
    _balance(narrator, cast.alice, Fen(15750))
    _balance(narrator, cast.till, Fen(4250))


def _pull_the_battery(narrator: Narrator, cast: Cast) -> None:
    narrator.chapter(
        Sentence(
            "Alice's purse loses its power: the process is killed and started again",
            zh="小艾的硬钱包断电：进程被强制终止后重启",
        )
    )
    before = collect(cast.alice.in_field, cast.till.card.prepare(*_request(800)))
    cast.alice.lose_power()
    cast.alice.power_up()
    assert before.request is not None
    again = collect(cast.alice.in_field, before.request)
    narrator.check(
        again.voucher is not None and bytes(again.voucher) == bytes(before.voucher or b""),
        Sentence(
            "It gives the very same voucher for the same request",
            zh="对同一收款请求，给出逐字节相同的支付凭证",
        ),
    )
    _paid(narrator, resume(cast.alice.in_field, cast.till.card, again))
    _balance(narrator, cast.alice, Fen(14950))
    _balance(narrator, cast.till, Fen(5050))


def _spend_onward(narrator: Narrator, cast: Cast) -> None:
    narrator.chapter(
        Sentence(
            "Alice taps her friend Bo, and Bo spends the money at once",
            zh="小艾碰一碰转给朋友小博，小博立刻花掉收到的钱",
        )
    )
    _paid(narrator, tap(cast.alice.in_field, cast.bo.card, _terms(4000)))
    _paid(narrator, tap(cast.bo.in_field, cast.till.card, _terms(1500)))
    _balance(narrator, cast.alice, Fen(10950))
    _balance(narrator, cast.bo, Fen(2500))
    _balance(narrator, cast.till, Fen(6550))


def _void_and_undo(narrator: Narrator, cast: Cast) -> None:
    narrator.chapter(
        Sentence(
            "A payment that was never taken is voided, and Alice has it back",
            zh="一笔未入账的付款被撤销，退回小艾",
        )
    )
    request = cast.till.card.prepare(*_request(500))
    paid = collect(cast.alice.in_field, request)
    assert paid.voucher is not None and paid.certificate is not None
    _balance(narrator, cast.alice, Fen(10450))
    payment = Payment(paid.voucher, paid.certificate)
    outcome = void_and_undo(cast.alice.in_field, cast.till.card, payment)
    narrator.check(outcome.status is VoidStatus.GIVEN_BACK, outcome.what_happened)
    _balance(narrator, cast.alice, Fen(10950))
    narrator.check(
        isinstance(_refusal(cast.till, payment), AlreadySettled),
        Sentence(
            "The till's purse will never credit that voucher",
            zh="收银机的硬钱包永远不会再入账这张凭证",
        ),
    )


def _refuse_too_much(narrator: Narrator, cast: Cast) -> None:
    narrator.chapter(Sentence("Bo wants to pay more than he has", zh="小博想付的钱超过余额"))
    outcome = tap(cast.bo.in_field, cast.till.card, _terms(9900))
    _told(narrator, outcome, TapStatus.REFUSED_BY_PAYER)
    _balance(narrator, cast.bo, Fen(2500))


def _sync(narrator: Narrator, cast: Cast, desk: OperatorDesk) -> None:
    narrator.chapter(Sentence("The network is back: everyone syncs", zh="网络恢复：全部同步"))
    for device in cast:
        report = synchronise(device.card, desk, int(time.time()), os.urandom)
        narrator.check(
            report.state.entry > 0,
            Sentence(
                f"{_NAMES[device.name]}: {report.entries} entries settled",
                zh=f"{_NAMES[device.name].zh}：{report.entries} 笔已结算",
            ),
        )
    unload(cast.bo.card, desk, Fen(2500))
    synchronise(cast.bo.card, desk, int(time.time()), os.urandom)
    narrator.tell(Sentence("Bo unloads ¥25.00.", zh="小博圈提 ¥25.00。"))
    _balance(narrator, cast.bo, Fen(0))


def _account(narrator: Narrator, cast: Cast, desk: OperatorDesk) -> Accounting:
    narrator.chapter(Sentence("Every fen is accounted for", zh="每一分钱都有去处"))
    books = desk.accounting()
    narrator.equal(Sentence("loaded", zh="圈存"), books.loaded, Fen(20000))
    for device, balance in zip(cast, (10950, 0, 6550), strict=True):
        account = books.accounts[device.card.state(os.urandom(8)).id]
        name = _NAMES[device.name]
        narrator.equal(name, account.balance + account.held, Fen(balance))
    narrator.equal(Sentence("unloaded", zh="圈提"), books.unloaded, Fen(2500))
    narrator.equal(Sentence("in flight", zh="在途"), books.in_flight, Fen(0))
    narrator.check(
        books.balanced,
        Sentence(
            f"{books.loaded} = {books.in_purses} + {books.in_flight} + {books.unloaded}",
            zh=f"{books.loaded} = {books.in_purses} + {books.in_flight} + {books.unloaded}",
        ),
    )
    return books


def _request(amount: int) -> tuple[Kind, Fen, int, bytes]:
    return (Kind.PAYMENT, Fen(amount), CNY, b"demo\0\0\0\0")


def _terms(amount: int) -> Terms:
    return Terms(Fen(amount), b"demo\0\0\0\0")


def _paid(narrator: Narrator, outcome: TapOutcome) -> None:
    narrator.check(outcome.status is TapStatus.PAID, outcome.what_happened)


def _told(narrator: Narrator, outcome: TapOutcome, status: TapStatus) -> None:
    """Check how a tap ended, and say what the till says: what happened and what to do."""
    both = Sentence(
        f"{outcome.what_happened} → {outcome.next_step}",
        zh=f"{outcome.what_happened.zh} → {outcome.next_step.zh}",
    )
    narrator.check(outcome.status is status, both)


def _balance(narrator: Narrator, device: Device, expected: Fen) -> None:
    who = _NAMES[device.name]
    name = Sentence(f"{who}'s balance", zh=f"{who.zh}余额")
    narrator.equal(name, device.card.state(os.urandom(8)).balance, expected)


def _refusal(device: Device, payment: Payment) -> StatusError | None:
    try:
        device.card.accept(payment.voucher, payment.certificate)
    except StatusError as refusal:
        return refusal
    return None
