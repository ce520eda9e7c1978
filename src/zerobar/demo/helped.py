"""The story with a network on one side only, and with a till's program that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from uuid import uuid4

from zerobar.codes.vouchers import read_request, read_voucher, request_text, voucher_text
from zerobar.demo import facts
from zerobar.demo.handset import REFERENCE
from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.offline import is_cut_off, note
from zerobar.demo.programs import own_environment
from zerobar.demo.purses import ServedPurse
from zerobar.demo.street import Street
from zerobar.demo.town import Town
from zerobar.device import collect_for, finish_open, pay_till, receive
from zerobar.purse.messages import Kind
from zerobar.purse.money import CNY, Fen
from zerobar.reader import Payment, Sentence


def play_helped(narrator: Narrator, town: Town, street: Street) -> None:
    """Play it, from a network that is down to one that is down again."""
    _kill_the_till(narrator, street)
    _phone_has_network(narrator, town, street)
    _till_has_network(narrator, town, street)


def _kill_the_till(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "The till's program is killed between the customer's voucher and its own purse",
            zh="收银程序在收到凭证、尚未入账时被强制终止",
        )
    )
    till = street.till
    # That program is a process of its own, with the till's store and purse to itself.
    till.stop()
    purses = _antenna(till.purse), _antenna(street.alice.purse)
    died = _run("doomed_till", str(till.store_path), *purses, "900")
    narrator.check(died.returncode == -signal.SIGKILL, Sentence("It is dead", zh="程序已终止"))
    facts.in_purse(narrator, street.alice, Fen(10050))
    facts.in_purse(narrator, till, Fen(6550))
    finished = finish_open(till.start())
    if len(finished) != 1:
        raise Deviation(f"{len(finished)} payments go on, it should be one")
    facts.paid(narrator, note(street, finished[0]))
    narrator.tell(
        Sentence(
            "Started again, it found the voucher in its store; Alice need not come back.",
            zh="重启后在本机存储中找到凭证，小艾无需再来。",
        )
    )
    facts.in_purse(narrator, till, Fen(7450))


def _phone_has_network(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Alice finds a network, the till has none: her bank pays the till by a code",
            zh="小艾有网，收银机没网：银行用一段码向收银机付款",
        )
    )
    alice, till = street.alice, street.till
    alice.network.come_back()
    town.alice.enter_pin()
    shown = request_text(till.card().prepare_signed(Kind.PAYMENT, Fen(1800), CNY, REFERENCE))
    narrator.tell(Sentence(f"The till shows {shown[:40]}…", zh=f"收银机显示 {shown[:40]}…"))
    payment = pay_till(alice.device, alice.holder, uuid4(), read_request(shown))
    answer = voucher_text(*payment)
    narrator.tell(Sentence(f"Her phone shows {answer[:40]}…", zh=f"手机显示 {answer[:40]}…"))
    narrator.check(is_cut_off(till), Sentence("The till still gets no answer", zh="收银机仍无应答"))
    received = receive(till.device, uuid4(), Payment(*read_voucher(answer)))
    facts.paid(narrator, note(street, received))
    facts.in_purse(narrator, till, Fen(9250))
    facts.in_wallet(narrator, alice.name, town.alice, Fen(6600))
    alice.network.go_silent()


def _till_has_network(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "The till finds a network, Alice has none: her card pays a bill from her wallet",
            zh="收银机有网，小艾没网：刷卡从钱包缴水费",
        )
    )
    alice, till = street.alice, street.till
    till.network.come_back()
    bill = _run("hosted_bill", str(town.bank.folder), str(town.water.merchant.wallet_id), "2000")
    if bill.returncode != 0:
        raise Deviation(bill.stderr)
    collected = collect_for(till.device, read_request(bill.stdout), alice.purse.in_field)
    if collected.payment is None or collected.told is None:
        raise Deviation(f"the bill was not paid: {collected.error}")
    street.vouchers.append(collected.payment.voucher)
    narrator.check(
        collected.told.taken,
        Sentence(f"The bank says: {collected.told.sentence}", zh="银行已受理凭证"),
    )
    facts.in_purse(narrator, alice, Fen(10050))
    narrator.equal(
        Sentence("the water company's balance", zh="自来水公司余额"),
        town.water.balance(town.bank.url),
        Fen(2000),
    )
    till.network.go_silent()


def _antenna(purse: ServedPurse) -> str:
    host, port = purse.antenna
    return f"{host}:{port}"


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the story until it ends."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", f"zerobar.demo.{module}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=own_environment(),
    )
