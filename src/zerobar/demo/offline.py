"""The story without a network: taps between chips, a torn one, dead programs, and who gets help."""

from __future__ import annotations

from uuid import uuid4

from zerobar.demo import facts
from zerobar.demo.handset import REFERENCE, Handset
from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.street import Street
from zerobar.demo.tearing import LeavesEarly
from zerobar.device import (
    OperatorUnreachable,
    give_back,
    go_on,
    synchronise,
    take,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.money import CNY, Fen
from zerobar.reader import Payment, Sentence, StatusError, TapOutcome, TapStatus, Terms, collect
from zerobar.reader.refusals import AlreadySettled
from zerobar.reader.void import VoidStatus


def play_offline(narrator: Narrator, street: Street) -> None:
    """Play what two chips can do between them; raise Deviation where it goes wrong."""
    _cut(narrator, street)
    _pay_the_shop(narrator, street)
    _tear_and_resume(narrator, street)
    _pull_the_battery(narrator, street)
    _spend_onward(narrator, street)
    _void_and_undo(narrator, street)
    _refuse_too_much(narrator, street)


def is_cut_off(handset: Handset) -> bool:
    """Try to reach the bank; return whether no answer came."""
    try:
        synchronise(handset.device)
    except OperatorUnreachable:
        return True
    return False


def note(street: Street, outcome: TapOutcome) -> TapOutcome:
    """Remember the voucher of a tap, to ask the bank about it later."""
    if outcome.voucher is not None:
        street.vouchers.append(outcome.voucher)
    return outcome


def _cut(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence("THE NETWORK GOES DOWN, for everyone", zh="全网断开，所有设备都没有信号")
    )
    for handset in street:
        handset.network.go_silent()
    narrator.check(
        is_cut_off(street.alice) and is_cut_off(street.till),
        Sentence(
            "Alice's phone and the till ask the bank, and get no answer",
            zh="小艾的手机和收银机请求银行，均无应答",
        ),
    )


def _pay_the_shop(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Alice taps the shop: two chips and nothing else",
            zh="小艾碰一碰付款：只有两枚芯片",
        )
    )
    facts.paid(narrator, _tap(street, street.alice, street.till, 1250))
    facts.in_purse(narrator, street.alice, Fen(18750))
    facts.in_purse(narrator, street.till, Fen(1250))


def _tear_and_resume(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "The next tap is torn: the phone leaves before its answer arrives",
            zh="下一次碰一碰中断：手机在应答到达前移开",
        )
    )
    alice, till, tap_id = street.alice, street.till, uuid4()

    def leaving() -> LeavesEarly:
        return LeavesEarly(alice.purse.in_field(), Instruction.PAY)

    torn = take(till.device, tap_id, leaving, Terms(Fen(3000), REFERENCE))
    facts.ended(narrator, torn, TapStatus.TORN_BEFORE_PAY)
    facts.in_purse(narrator, till, Fen(1250))
    narrator.tell(Sentence("Alice taps again.", zh="小艾再碰一次。"))
    facts.paid(narrator, note(street, go_on(till.device, tap_id, alice.purse.in_field)))
    facts.in_purse(narrator, alice, Fen(15750))
    facts.in_purse(narrator, till, Fen(4250))


def _pull_the_battery(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Alice's purse loses its power: its process is killed and started again",
            zh="小艾的硬钱包断电：进程被强制终止后重启",
        )
    )
    alice, till = street.alice, street.till
    request = till.card().prepare(Kind.PAYMENT, Fen(800), CNY, REFERENCE)
    before = collect(alice.purse.in_field, request)
    alice.purse.lose_power()
    alice.purse.power_up()
    again = note(street, collect(alice.purse.in_field, request))
    narrator.check(
        again.voucher is not None and again.voucher == before.voucher,
        Sentence(
            "It gives the very same voucher for the same request",
            zh="对同一收款请求，给出逐字节相同的支付凭证",
        ),
    )
    tap_id = uuid4()
    till.device.store.taps.keep(tap_id, again)
    facts.paid(narrator, go_on(till.device, tap_id, alice.purse.in_field))
    facts.in_purse(narrator, alice, Fen(14950))
    facts.in_purse(narrator, till, Fen(5050))


def _spend_onward(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Alice taps her friend Bo, and Bo spends the money at once",
            zh="小艾碰一碰转给朋友小博，小博立刻花掉收到的钱",
        )
    )
    facts.paid(narrator, _tap(street, street.alice, street.bo, 4000))
    facts.paid(narrator, _tap(street, street.bo, street.till, 1500))
    facts.in_purse(narrator, street.alice, Fen(10950))
    facts.in_purse(narrator, street.bo, Fen(2500))
    facts.in_purse(narrator, street.till, Fen(6550))


def _void_and_undo(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "A payment that was never taken is voided, and Alice has it back",
            zh="一笔未入账的付款被撤销，退回小艾",
        )
    )
    alice, till = street.alice, street.till
    request = till.card().prepare(Kind.PAYMENT, Fen(500), CNY, REFERENCE)
    collected = note(street, collect(alice.purse.in_field, request))
    payment = _payment(collected)
    facts.in_purse(narrator, alice, Fen(10450))
    outcome = give_back(till.device, alice.purse.in_field, payment)
    narrator.check(outcome.status is VoidStatus.GIVEN_BACK, outcome.what_happened)
    facts.in_purse(narrator, alice, Fen(10950))
    narrator.check(
        isinstance(_refusal(till, payment), AlreadySettled),
        Sentence(
            "The till's purse will never credit that voucher",
            zh="收银机的硬钱包永远不会再入账这张凭证",
        ),
    )


def _refuse_too_much(narrator: Narrator, street: Street) -> None:
    narrator.chapter(Sentence("Bo wants to pay more than he has", zh="小博想付的钱超过余额"))
    outcome = _tap(street, street.bo, street.till, 9900)
    facts.ended(narrator, outcome, TapStatus.REFUSED_BY_PAYER)
    facts.in_purse(narrator, street.bo, Fen(2500))


def _tap(street: Street, payer: Handset, payee: Handset, amount: int) -> TapOutcome:
    return note(street, payee.take(payer.purse.in_field, Fen(amount)))


def _payment(outcome: TapOutcome) -> Payment:
    if outcome.voucher is None or outcome.certificate is None:
        raise Deviation(str(outcome.what_happened))
    return Payment(outcome.voucher, outcome.certificate)


def _refusal(handset: Handset, payment: Payment) -> StatusError | None:
    try:
        handset.card().accept(*payment)
    except StatusError as refusal:
        return refusal
    return None
