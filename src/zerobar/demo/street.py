"""Five purses: three people's SIM cards and two tills', made, linked and loaded at one bank."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from zerobar.client.paying import PayeeNamedBy
from zerobar.client.purses import PurseShown, PurseState
from zerobar.demo import facts
from zerobar.demo.authenticator import Authenticator
from zerobar.demo.handset import Handset
from zerobar.demo.narrator import Narrator
from zerobar.demo.phone import Phone
from zerobar.demo.shop import Till
from zerobar.demo.town import Town
from zerobar.device import TILL_CEILING, load, synchronise
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen
from zerobar.reader import Sentence

CARD_PIN: Final = "135790"
_NAMES: Final = {
    "alice": Sentence("Alice", zh="小艾"),
    "bo": Sentence("Bo", zh="小博"),
    "mo": Sentence("Mo", zh="小莫"),
    "till": Sentence("the till", zh="收银机"),
    "other-till": Sentence("the other till", zh="另一台收银机"),
}
_CLASSES: Final = {"till": "merchant", "other-till": "merchant"}


@dataclass(frozen=True)
class Street:
    """Whoever pays and is paid by tapping.

    Attributes:
        bos_passkeys: what Bo signs in with on any phone of his.
        vouchers: that were given so far.
    """

    alice: Handset
    bo: Handset
    mo: Handset
    till: Handset
    other_till: Handset
    bos_passkeys: Authenticator
    vouchers: list[Voucher] = field(default_factory=list)

    def __iter__(self) -> Iterator[Handset]:
        return iter((self.alice, self.bo, self.mo, self.till, self.other_till))


@contextmanager
def open_street(narrator: Narrator, town: Town) -> Iterator[Street]:
    """Have purses made and put into the devices."""
    with ExitStack() as running:
        paths = _make_purses(narrator, town)
        other_till = town.shop.open_till("till 2")

        def phone(name: str, holder: Phone) -> Handset:
            way = holder.http, holder.network
            handset = Handset(_NAMES[name], paths[name], way, holder.wallet.wallet_id)
            return running.enter_context(handset)

        def till(name: str, at: Till) -> Handset:
            way, wallet_id = (at.http, at.network), town.noodles.merchant.wallet_id
            handset = Handset(_NAMES[name], paths[name], way, wallet_id, TILL_CEILING)
            return running.enter_context(handset)

        _open_mos_wallet(narrator, town)
        people = (phone("alice", town.alice), phone("bo", town.bo), phone("mo", town.mo))
        tills = (till("till", town.shop.till), till("other-till", other_till))
        street = Street(*people, *tills, Authenticator(town.bank.origin, os.urandom))
        _link(narrator, town, street)
        _load(narrator, town, street)
        _make_passkey(narrator, town, street)
        yield street


def _make_purses(narrator: Narrator, town: Town) -> dict[str, Path]:
    narrator.chapter(
        Sentence("Blank SIM cards become purses of this bank", zh="空白 SIM 卡成为本行的硬钱包")
    )
    paths = {name: town.folder / f"{name}.purse" for name in _NAMES}

    def make(name: str) -> None:
        town.bank.personalise(paths[name], _CLASSES.get(name, "person"), CARD_PIN)

    with ThreadPoolExecutor(max_workers=2) as makers:
        list(makers.map(make, _NAMES))
    narrator.tell(
        Sentence(
            "Three phones' and two tills': each purse is served by a process of its own.",
            zh="三部手机和两台收银机：每个硬钱包由独立的进程提供服务。",
        )
    )
    return paths


def _open_mos_wallet(narrator: Narrator, town: Town) -> None:
    narrator.chapter(
        Sentence(
            "Mo opens a wallet, and Alice sends him ¥50.00", zh="小莫开通钱包，小艾转给他 ¥50.00"
        )
    )
    town.mo.open_wallet(town.sandbox.newest_code)
    town.alice.enter_pin()
    town.alice.pay(PayeeNamedBy.PHONE, town.mo.number, Fen(5000))
    facts.in_wallet(narrator, _NAMES["mo"], town.mo, Fen(5000))
    facts.in_wallet(narrator, _NAMES["alice"], town.alice, Fen(28400))


def _link(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Each links a purse to a wallet: with the payment PIN, and a state that the chip signs",
            zh="各自把硬钱包关联到钱包：输入支付密码，芯片签名证明在手",
        )
    )
    for phone in (town.bo, town.mo):
        phone.choose_pin()
    for phone, handset in ((town.alice, street.alice), (town.bo, street.bo), (town.mo, street.mo)):
        _is_linked(narrator, handset, phone.link(handset.purse), phone.wallet.wallet_id)
    narrator.tell(
        Sentence("Two of the bank's staff link the tills'.", zh="收银机由银行两名员工共同关联。")
    )
    wallet_id = town.noodles.merchant.wallet_id
    for till in (street.till, street.other_till):
        town.risk.approve(town.officer.propose_link(till.purse.id, wallet_id))
        _is_linked(narrator, till, town.officer.purse(till.purse.id), wallet_id)


def _make_passkey(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Bo makes a passkey, in case he loses his phone", zh="小博创建通行密钥，以防手机丢失"
        )
    )
    town.bo.enter_pin()
    town.bo.make_passkey(street.bos_passkeys)
    narrator.tell(Sentence("It is on his other phone too.", zh="他的另一部手机上也能使用。"))


def _is_linked(narrator: Narrator, handset: Handset, shown: PurseShown, wallet_id: UUID) -> None:
    name = handset.name
    narrator.check(
        shown.state is PurseState.ACTIVE and shown.wallet_id == wallet_id,
        Sentence(f"{name}: purse {shown.purse_id}", zh=f"{name.zh}：硬钱包 {shown.purse_id}"),
    )


def _load(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "Alice loads ¥200.00 from her wallet onto her SIM, Mo ¥40.00",
            zh="小艾从钱包圈存 ¥200.00 到 SIM，小莫圈存 ¥40.00",
        )
    )
    for handset, amount in ((street.alice, 20000), (street.mo, 4000)):
        load(handset.device, handset.holder, uuid4(), Fen(amount))
        facts.in_purse(narrator, handset, Fen(amount))
    facts.in_wallet(narrator, street.alice.name, town.alice, Fen(8400))
    facts.in_wallet(narrator, street.mo.name, town.mo, Fen(1000))
    for handset in street:
        synchronise(handset.device)
