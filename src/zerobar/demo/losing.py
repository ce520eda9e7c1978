"""A phone is lost: it is reported from another one, and after a month its money comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from zerobar.client.purses import PurseState
from zerobar.demo import facts
from zerobar.demo.books import tell_supply
from zerobar.demo.narrator import Narrator
from zerobar.demo.phone import Phone
from zerobar.demo.settling import sync
from zerobar.demo.street import Street
from zerobar.demo.town import Town
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen
from zerobar.reader import Sentence, TapStatus

_LATER: Final = timedelta(days=31)
"""The bank waits thirty days for whoever the purse may have paid."""
_DONE_AT_MOST_S: Final = 30.0
_POLL_S: Final = 0.1


def play_losing(narrator: Narrator, town: Town, street: Street) -> None:
    """Play it; raise Deviation where it goes wrong."""
    voucher = _pay_and_lose(narrator, street)
    with ExitStack() as running:
        phone = running.enter_context(
            Phone(town.bank.url, town.bo.number, town.folder / "second-phone.db")
        )
        _report(narrator, street, phone)
        _vouchers_count(narrator, town, street, voucher)
        _wait(narrator, town, phone)
        _money_is_back(narrator, town, street, phone)


def _pay_and_lose(narrator: Narrator, street: Street) -> Voucher:
    narrator.chapter(
        Sentence(
            "Bo pays the shop ¥10.00 without a network, and then loses his phone",
            zh="小博离线付给商户 ¥10.00，随后手机丢失",
        )
    )
    street.till.network.go_silent()
    outcome = street.till.take(street.bo.purse.in_field, Fen(1000))
    facts.paid(narrator, outcome)
    assert outcome.voucher is not None, "it is paid"
    facts.in_purse(narrator, street.bo, Fen(1500))
    street.bo.network.go_silent()
    return outcome.voucher


def _report(narrator: Narrator, street: Street, phone: Phone) -> None:
    narrator.chapter(
        Sentence(
            "He reports it lost from another phone, with his passkey and PIN",
            zh="他用另一部手机，凭通行密钥和支付密码挂失",
        )
    )
    phone.sign_in(street.bos_passkeys)
    phone.enter_pin()
    shown = phone.purses.report_lost(street.bo.purse.id)
    narrator.check(
        shown.state is PurseState.LOST and shown.horizon_at is not None,
        Sentence(
            f"Lost; what is in it comes back on {shown.horizon_at:%Y-%m-%d}",
            zh=f"已挂失，余额将于 {shown.horizon_at:%Y-%m-%d} 退回钱包",
        ),
    )
    sync(narrator, street.other_till)
    outcome = street.other_till.take(street.bo.purse.in_field, Fen(100))
    facts.ended(narrator, outcome, TapStatus.REFUSED_BY_PAYEE)


def _vouchers_count(narrator: Narrator, town: Town, street: Street, voucher: Voucher) -> None:
    narrator.chapter(Sentence("What he paid before still counts", zh="丢失前的付款仍然有效"))
    street.till.network.come_back()
    sync(narrator, street.till)
    narrator.equal(
        Sentence("the bank's answer", zh="银行答复"), town.officer.life(voucher).outcome, "settled"
    )
    facts.in_purse(narrator, street.till, Fen(4000))


def _wait(narrator: Narrator, town: Town, phone: Phone) -> None:
    narrator.chapter(
        Sentence(
            "A month passes: the bank starts again with its clock set ahead",
            zh="一个月过去：银行以拨快的时钟重新启动",
        )
    )
    town.bank.let_pass(_LATER)
    phone.bank.renew_session()
    town.officer.sign_in()
    narrator.check(
        phone.http.clock_offset_s > 0,
        Sentence(
            "Bo's phone was told what time it is, and signs with that",
            zh="小博的手机获知银行时间，并据此签名",
        ),
    )


def _money_is_back(narrator: Narrator, town: Town, street: Street, phone: Phone) -> None:
    narrator.chapter(
        Sentence("The lost purse's money is in Bo's wallet", zh="丢失硬钱包里的钱回到小博的钱包")
    )
    _await(lambda: phone.balance() != Fen(2100))
    facts.in_wallet(narrator, street.bo.name, phone, Fen(3600))
    narrator.check(
        phone.purses.purse(street.bo.purse.id).state is PurseState.CLOSED,
        Sentence("The purse is closed for ever", zh="该硬钱包已永久注销"),
    )
    in_purses = Fen(street.alice.purse.balance() + street.till.purse.balance())
    _await(lambda: Fen(town.officer.supply().float_fen) == in_purses)
    supply = tell_supply(narrator, town)
    narrator.equal(
        Sentence(
            "behind the purses of those who are honest, also for what the thief spent",
            zh="为诚实用户的硬钱包备付（含被盗刷部分）",
        ),
        Fen(supply.float_fen),
        in_purses,
    )


def _await(is_done: Callable[[], bool]) -> None:
    """Wait for what the bank does by itself, and tells nobody; a fact says whether it is done."""
    until = time.monotonic() + _DONE_AT_MOST_S
    while not is_done() and time.monotonic() < until:
        time.sleep(_POLL_S)
