"""A cloned card shows up: both copies pay, it is found, and no other till takes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from zerobar.client.purses import PurseState
from zerobar.client.syncing import FraudCaseShown
from zerobar.demo.narrator import Deviation
from zerobar.demo.story.scene import Scene
from zerobar.demo.town.device import Device
from zerobar.demo.town.devices import CardProgram
from zerobar.demo.town.people import CARD_PIN
from zerobar.demo.town.screens import new_id
from zerobar.purse.messages import Certificate, Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import SignatureRefused
from zerobar.reader import AntennaLink, PurseCard

_CLONE = "mo's clone"


def play_cheating(scene: Scene) -> None:
    """Play it; raises Deviation where it goes wrong."""
    scene.chapter(
        "Mo has opened his SIM and copied it, ¥40.00 and keys and all",
        "小莫破解了自己的 SIM，连同 ¥40.00 和密钥复制了一份",
    )
    card = scene.mo.card
    assert card is not None
    path = scene.town.folder / "clone.purse"
    shutil.copyfile(card.path, path)
    # A purse file that others can read is not served.
    path.chmod(0o600)
    clone = CardProgram(path, None)
    scene.town.started.append(clone)
    clone.start()
    _pay_with_both(scene, clone)
    _find(scene)
    _tell_case(scene)
    _refuse(scene, clone)
    _payees_keep_it(scene)
    clone.stop()


def _pay_with_both(scene: Scene, clone: CardProgram) -> None:
    scene.stage.set_all_networks(silent=True)
    scene.sell_by_tap("mo", scene.till, 30_00)
    with _held(scene, clone, scene.alice) as reader:
        scene.done(scene.alice.screen.take(reader, Fen(35_00), new_id()))
    scene.tell(
        "Offline nobody can know: ¥40.00 has paid the shop ¥30.00 and Alice ¥35.00.",
        "离线时无人能知：¥40.00 付了商户 ¥30.00，又付了小艾 ¥35.00。",
    )
    scene.stage.set_all_networks(silent=False)


def _find(scene: Scene) -> None:
    scene.chapter("It is found as soon as both payees have synced", "两位收款方同步后，立即被发现")
    scene.is_in_sync(scene.till)
    scene.is_in_sync(scene.alice)


def _tell_case(scene: Scene) -> None:
    risk, mo = scene.town.people.risk, scene.town.purse_ids["mo"]
    cases = [case for case in risk.cases() if case.purse_id == mo.hex()]
    scene.equal("cases of fraud", "欺诈案件", len(cases), 1)
    first, second = _bodies(cases[0], _certificate(scene.mo))
    scene.check(
        first.entry == second.entry and first.body != second.body,
        f"Two payments under one number, {first.amount} and {second.amount}: Mo's chip signed both",
        f"同一编号的两笔付款 {first.amount} 和 {second.amount}，均由小莫的芯片签名",
    )
    scene.check(
        risk.purse(mo).state is PurseState.BLOCKED, "His purse is blocked", "该硬钱包已被冻结"
    )


def _certificate(device: Device) -> Certificate:
    assert device.card is not None
    with AntennaLink(*device.card.antenna) as link:
        card = PurseCard(link)
        card.verify_pin(CARD_PIN)
        return card.get_certificate()


def _bodies(case: FraudCaseShown, certificate: Certificate) -> tuple[Voucher, Voucher]:
    """Return the two vouchers that prove a case, after checking what is signed."""
    first, second = (Voucher.parse(bytes.fromhex(raw)) for raw in (case.first, case.second))
    try:
        first.verify(certificate.public_key)
        second.verify(certificate.public_key)
    except SignatureRefused as error:
        raise Deviation("the evidence is not signed by the purse") from error
    return first, second


def _refuse(scene: Scene, clone: CardProgram) -> None:
    scene.chapter(
        "Another till has heard of it, and refuses both copies",
        "另一台收银机已收到黑名单，两张卡都拒收",
    )
    till = scene.other_till
    scene.is_in_sync(till)
    with _held(scene, clone, till):
        scene.ended(till.screen.step(till.screen.begin(Fen(5_00)), "tap"), "unknown")
    sale = scene.tap("mo", till, till.screen.begin(Fen(5_00)))
    scene.ended(sale, "unknown")
    scene.is_in_sync(scene.mo)
    answer = scene.take("mo", scene.alice, 1_00, new_id())
    scene.done(answer, "nothing has moved")


def _payees_keep_it(scene: Scene) -> None:
    scene.chapter(
        "The payees keep their money: the bank stands in", "收款方的钱不受影响：银行承担损失"
    )
    scene.in_purse(scene.till, 114_50)
    scene.in_purse(scene.alice, 73_50)
    scene.in_wallet(scene.mo, 10_00)


@contextmanager
def _held(scene: Scene, clone: CardProgram, by: Device) -> Iterator[str]:
    """Hold the clone to a reader, for as long as the context lasts."""
    held = scene.stage.hold_card(_CLONE, clone.antenna, by)
    try:
        yield by.field.target
    finally:
        scene.stage.let_go(by, held)
