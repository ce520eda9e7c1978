"""Facts asked of the bank as its staff ask them: where all money is, and whether books agree."""

from __future__ import annotations

from zerobar.client.authority import Supply
from zerobar.demo.narrator import Deviation
from zerobar.demo.story.scene import Scene
from zerobar.demo.town.founding import ISSUED
from zerobar.purse.money import Fen
from zerobar.reader import Sentence


def tell_supply(scene: Scene) -> Supply:
    """Check that all issued money is somewhere, and that the bank's records agree with its books.

    The bank's own comparison holds the purses' equation too: what backs them is what their logs
    and the vouchers on their way come to.
    """
    scene.chapter("The bank's books balance", "银行账目平衡")
    supply = scene.town.people.officer.supply()
    scene.equal("issued", "发行", Fen(supply.issued_fen), ISSUED)
    is_covered = supply.difference_fen == 0 and supply.uncovered_fen == 0
    scene.narrator.check(is_covered, _equation(supply))
    agrees, report = scene.town.bank.check()
    if not agrees:
        raise Deviation(report)
    scene.check(agrees, "Every record agrees with the books", "全部记录与账目一致")
    return supply


def _equation(supply: Supply) -> Sentence:
    issued, wallets, merchants = map(
        Fen, (supply.issued_fen, supply.wallets_fen, supply.merchants_fen)
    )
    purses, vaults = Fen(supply.float_fen), Fen(supply.vaults_fen)
    return Sentence(
        f"{issued} = wallets {wallets} + merchants {merchants} + behind purses {purses}"
        f" + vaults {vaults}",
        zh=f"{issued} = 钱包 {wallets} + 商户 {merchants} + 硬钱包备付 {purses} + 金库 {vaults}",
    )
