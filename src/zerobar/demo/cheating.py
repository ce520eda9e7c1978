"""A cloned card shows up: both copies pay, it is found, and no other till takes it."""

from __future__ import annotations

import shutil

from zerobar.client.purses import PurseState
from zerobar.client.syncing import FraudCaseShown
from zerobar.demo import facts
from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.purses import ServedPurse
from zerobar.demo.settling import sync
from zerobar.demo.street import Street
from zerobar.demo.town import Town
from zerobar.device import synchronise
from zerobar.purse.messages import Certificate, Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import SignatureRefused
from zerobar.reader import Sentence, TapStatus


def play_cheating(narrator: Narrator, town: Town, street: Street) -> None:
    """Play it; raise Deviation where it goes wrong."""
    narrator.chapter(
        Sentence(
            "Mo has opened his SIM and copied it, ¥40.00 and keys and all",
            zh="小莫破解了自己的 SIM，连同 ¥40.00 和密钥复制了一份",
        )
    )
    path = town.folder / "clone.purse"
    shutil.copyfile(street.mo.purse.path, path)
    # A purse file that others can read is not served.
    path.chmod(0o600)
    with ServedPurse(path) as clone:
        _pay_with_both(narrator, street, clone)
        _find(narrator, street)
        _tell_case(narrator, town, street)
        _refuse(narrator, street, clone)
    _payees_keep_it(narrator, town, street)


def _pay_with_both(narrator: Narrator, street: Street, clone: ServedPurse) -> None:
    facts.paid(narrator, street.till.take(street.mo.purse.in_field, Fen(3000)))
    facts.paid(narrator, street.alice.take(clone.in_field, Fen(3500)))
    narrator.tell(
        Sentence(
            "Offline nobody can know: ¥40.00 has paid the shop ¥30.00 and Alice ¥35.00.",
            zh="离线时无人能知：¥40.00 付了商户 ¥30.00，又付了小艾 ¥35.00。",
        )
    )


def _find(narrator: Narrator, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "It is found as soon as both payees have synced", zh="两位收款方同步后，立即被发现"
        )
    )
    sync(narrator, street.till)
    sync(narrator, street.alice)


def _tell_case(narrator: Narrator, town: Town, street: Street) -> None:
    mo = street.mo.purse
    cases = [case for case in town.risk.cases() if case.purse_id == mo.id.hex()]
    narrator.equal(Sentence("cases of fraud", zh="欺诈案件"), len(cases), 1)
    first, second = _bodies(cases[0], mo.certificate)
    narrator.check(
        first.entry == second.entry and first.body != second.body,
        Sentence(
            f"Two payments under one number, {first.amount} and {second.amount}:"
            " Mo's chip signed both",
            zh=f"同一编号的两笔付款 {first.amount} 和 {second.amount}，均由小莫的芯片签名",
        ),
    )
    narrator.check(
        town.risk.purse(mo.id).state is PurseState.BLOCKED,
        Sentence("His purse is blocked", zh="该硬钱包已被冻结"),
    )


def _bodies(case: FraudCaseShown, certificate: Certificate) -> tuple[Voucher, Voucher]:
    """Return the two vouchers that prove a case, after checking what is signed."""
    first, second = (Voucher.parse(bytes.fromhex(raw)) for raw in (case.first, case.second))
    try:
        first.verify(certificate.public_key)
        second.verify(certificate.public_key)
    except SignatureRefused as error:
        raise Deviation("the evidence is not signed by the purse") from error
    return first, second


def _refuse(narrator: Narrator, street: Street, clone: ServedPurse) -> None:
    narrator.chapter(
        Sentence(
            "Another till has heard of it, and refuses both copies",
            zh="另一台收银机已收到黑名单，两张卡都拒收",
        )
    )
    sync(narrator, street.other_till)
    deltas = street.other_till.device.store.gossip.deltas()
    narrator.check(
        any(street.mo.purse.id in delta.ids for delta in deltas),
        Sentence(
            "The blocklist that it was given names Mo's purse", zh="收到的黑名单含小莫的硬钱包"
        ),
    )
    for card in (clone, street.mo.purse):
        outcome = street.other_till.take(card.in_field, Fen(500))
        facts.ended(narrator, outcome, TapStatus.REFUSED_BY_PAYEE)
    synchronise(street.mo.device)
    outcome = street.alice.take(street.mo.purse.in_field, Fen(100))
    facts.ended(narrator, outcome, TapStatus.REFUSED_BY_PAYER)


def _payees_keep_it(narrator: Narrator, town: Town, street: Street) -> None:
    narrator.chapter(
        Sentence(
            "The payees keep their money: the bank stands in", zh="收款方的钱不受影响：银行承担损失"
        )
    )
    facts.in_purse(narrator, street.till, Fen(3000))
    facts.in_purse(narrator, street.alice, Fen(13550))
    facts.in_wallet(narrator, street.mo.name, town.mo, Fen(1000))
