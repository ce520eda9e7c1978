"""The network is back: everything settles, and every fen is where it should be."""

from __future__ import annotations

from collections import Counter
from typing import Final
from uuid import uuid4

from zerobar.demo import facts
from zerobar.demo.books import tell_supply
from zerobar.demo.handset import Handset
from zerobar.demo.narrator import Narrator
from zerobar.demo.street import Street
from zerobar.demo.town import Town
from zerobar.device import synchronise, unload
from zerobar.purse.money import Fen
from zerobar.reader import Sentence

_OUTCOMES: Final = {"settled": 8, "undone": 1}


def play_settling(narrator: Narrator, town: Town, street: Street) -> None:
    """Play it; raise Deviation where it goes wrong."""
    _sync(narrator, street)
    _unload(narrator, town, street)
    _tell_outcomes(narrator, town, street)
    _account(narrator, town, street)


def sync(narrator: Narrator, handset: Handset) -> None:
    """Bring a device in sync with the bank, and tell how much there was."""
    synced = synchronise(handset.device)
    name = handset.name
    narrator.check(
        synced.is_whole,
        Sentence(
            f"{name}: {synced.entries} entries settled", zh=f"{name.zh}：{synced.entries} 笔已结算"
        ),
    )


def _sync(narrator: Narrator, street: Street) -> None:
    narrator.chapter(Sentence("The network is back: everyone syncs", zh="网络恢复：全部同步"))
    for handset in street:
        handset.network.come_back()
        sync(narrator, handset)


def _unload(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "The shop unloads the till's purse into its wallet", zh="商户把收银机硬钱包圈提到钱包"
        )
    )
    unload(street.till.device, street.till.holder, uuid4(), Fen(9250))
    facts.in_purse(narrator, street.till, Fen(0))
    synchronise(street.till.device)
    narrator.equal(
        Sentence("the shop's balance", zh="商户余额"), town.shop.balance(), Fen(4500 + 9250)
    )


def _tell_outcomes(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(Sentence("What became of each payment", zh="每笔付款的结果"))
    found = Counter(town.officer.life(voucher).outcome for voucher in street.vouchers)
    narrator.equal(Sentence("the bank's answers", zh="银行答复"), dict(found), _OUTCOMES)


def _account(narrator: Narrator, town: Town, street: Street) -> None:
    supply = tell_supply(narrator, town)
    in_purses = Fen(sum(handset.purse.balance() for handset in street))
    facts.in_wallet(narrator, street.alice.name, town.alice, Fen(4600))
    facts.in_wallet(narrator, street.bo.name, town.bo, Fen(2100))
    for handset, amount in ((street.alice, 10050), (street.bo, 2500), (street.mo, 4000)):
        facts.in_purse(narrator, handset, Fen(amount))
    narrator.equal(
        Sentence("what the bank has behind all purses", zh="银行为全部硬钱包备付"),
        Fen(supply.float_fen),
        in_purses,
    )
