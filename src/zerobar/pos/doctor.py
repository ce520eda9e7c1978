"""What is wrong with a till and what to do: its files, purse, reader, bank, clock and queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerobar.client.errors import BankSaysNo, ClientError
from zerobar.pos.program import Program
from zerobar.pos.readers import field_at
from zerobar.purse.messages import SECONDS_PER_DAY, Certificate, PurseClass, StateFlags
from zerobar.reader import CardError, NoCard, Sentence

_CLOCK_MAY_BE_OFF_S: Final = 60
_RENEW_BEFORE_DAYS: Final = 30
_BLOCKLIST_MAY_BE_OLD_DAYS: Final = 3
_QUEUE_IS_LONG: Final = 0.8
_GO_ONLINE: Final = Sentence("Bring this till online for a moment.", zh="请让本机联网片刻。")
_NOTHING: Final = Sentence("", zh="")


class Part(StrEnum):
    """What is looked at."""

    STORE = "store"
    SAM = "sam"
    CERTIFICATE = "certificate"
    READER = "reader"
    BANK = "bank"
    CLOCK = "clock"
    BLOCKLIST = "blocklist"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Finding:
    """How a part is; `next_step` is empty when nothing is to do."""

    part: Part
    is_well: bool
    what: Sentence
    next_step: Sentence = _NOTHING


def examine(program: Program) -> list[Finding]:
    """Look at everything; never raises for what is wrong."""
    checks: tuple[Callable[[Program], Iterator[Finding]], ...] = (
        _store,
        _sam,
        _reader,
        _bank,
        _queue,
    )
    return [finding for check in checks for finding in check(program)]


def _store(program: Program) -> Iterator[Finding]:
    (pos,) = program.till.store.file.row("PRAGMA quick_check")
    (device,) = program.till.device.store.file.row("PRAGMA quick_check")
    if (pos, device) == ("ok", "ok"):
        yield Finding(Part.STORE, True, Sentence("The till's files are whole.", zh="存储正常。"))
        return
    yield Finding(
        Part.STORE,
        False,
        Sentence("The till's files are damaged.", zh="存储文件损坏。"),
        Sentence(
            "Stop selling here; the purse keeps its money. Restore the folder from its backup.",
            zh="请停止收款；硬钱包资金安全。请从备份恢复。",
        ),
    )


def _sam(program: Program) -> Iterator[Finding]:
    try:
        with program.till.device.purse() as own:
            flags = own.select().status.flags
            certificate = own.get_certificate()
    except CardError as error:
        yield Finding(Part.SAM, False, error.what_happened, error.next_step)
        return
    yield _sam_found(flags, certificate)
    yield _certificate(program, certificate)
    yield _blocklist(program, certificate)


def _sam_found(flags: int, certificate: Certificate) -> Finding:
    if flags & StateFlags.BLOCKED:
        return Finding(
            Part.SAM,
            False,
            Sentence("The till's purse is blocked.", zh="收款硬钱包已被锁定。"),
            Sentence("Sync it, or ask the operator.", zh="请同步，或联系运营机构。"),
        )
    if certificate.purse_class is not PurseClass.MERCHANT:
        return Finding(
            Part.SAM,
            False,
            Sentence("The till's purse is not a merchant's.", zh="收款硬钱包不是商户卡。"),
            Sentence("Put the merchant's purse into the slot.", zh="请插入商户硬钱包。"),
        )
    name = certificate.id.hex()
    return Finding(
        Part.SAM,
        True,
        Sentence(f"The till's purse {name} answers.", zh=f"收款硬钱包 {name} 正常。"),
    )


def _certificate(program: Program, certificate: Certificate) -> Finding:
    today = int(program.till.clock_unix_s()) // SECONDS_PER_DAY
    left = certificate.not_after_day - today
    is_well = left >= _RENEW_BEFORE_DAYS
    return Finding(
        Part.CERTIFICATE,
        is_well,
        Sentence(f"The purse's certificate ends in {left} days.", zh=f"证书剩余{left}天。"),
        _NOTHING if is_well else _GO_ONLINE,
    )


def _blocklist(program: Program, certificate: Certificate) -> Finding:
    synced = program.till.device.store.incoming.synced(certificate.id)
    if synced is None:
        never = Sentence("This till's purse was never in sync here.", zh="硬钱包尚未同步。")
        return Finding(Part.BLOCKLIST, False, never, _GO_ONLINE)
    age_s = max(0, int(program.till.clock_unix_s()) - synced.at_unix_s)
    days = age_s // SECONDS_PER_DAY
    is_well = days <= _BLOCKLIST_MAY_BE_OLD_DAYS
    said = Sentence(f"The blocklist is {days} days old.", zh=f"黑名单已有{days}天。")
    return Finding(Part.BLOCKLIST, is_well, said, _NOTHING if is_well else _GO_ONLINE)


def _reader(program: Program) -> Iterator[Finding]:
    if program.settings.reader is None:
        yield Finding(
            Part.READER,
            False,
            Sentence("No reader is set for customers' cards.", zh="未设置读卡器。"),
            Sentence("Set `reader` in pos.json.", zh="请在 pos.json 中设置 reader。"),
        )
        return
    try:
        field_at(program.settings.reader, program.feed)().close()
    except NoCard:
        # An antenna without a card is as it should be between two customers.
        pass
    except CardError as error:
        yield Finding(Part.READER, False, error.what_happened, error.next_step)
        return
    yield Finding(Part.READER, True, Sentence("The reader is there.", zh="读卡器正常。"))


def _bank(program: Program) -> Iterator[Finding]:
    try:
        merchant = program.till.bank.merchant()
    except BankSaysNo as error:
        said = Sentence(error.what_happened, zh=f"银行拒绝（{error.problem}）。")
        step = Sentence(error.next_step, zh="请按提示处理，或联系运营机构。")
        yield Finding(Part.BANK, False, said, step)
        return
    except ClientError as error:
        yield Finding(
            Part.BANK,
            False,
            Sentence(str(error), zh="无法连接银行。"),
            Sentence(
                "Check the network; meanwhile customers tap, or pay this till's request.",
                zh="请检查网络；期间可碰一碰或使用离线收款码。",
            ),
        )
        return
    if merchant.suspended_at is not None:
        yield Finding(
            Part.BANK,
            False,
            Sentence("The bank has stopped this merchant's business.", zh="商户已被银行暂停。"),
            Sentence("Ask the operator.", zh="请联系运营机构。"),
        )
        return
    yield Finding(Part.BANK, True, Sentence("The bank answers.", zh="银行连接正常。"))
    yield _clock(program)


def _clock(program: Program) -> Finding:
    off_s = int(abs(program.http.clock_offset_s))
    if off_s <= _CLOCK_MAY_BE_OFF_S:
        return Finding(Part.CLOCK, True, Sentence("The clock is right.", zh="时钟正常。"))
    return Finding(
        Part.CLOCK,
        False,
        Sentence(f"The clock is {off_s} seconds off.", zh=f"时钟偏差{off_s}秒。"),
        Sentence("Set the clock, or let it be set by the network.", zh="请校准时钟。"),
    )


def _queue(program: Program) -> Iterator[Finding]:
    device = program.till.device
    waiting, ceiling = device.store.outgoing.at_risk(), device.ceiling
    full = max(waiting.count / ceiling.count, waiting.amount / ceiling.amount)
    is_well = full < _QUEUE_IS_LONG
    said = Sentence(
        f"{waiting.count} payments of {waiting.amount} wait for the network"
        f" (at most {ceiling.count}, {ceiling.amount}).",
        zh=f"{waiting.count}笔共{waiting.amount}待上传（上限{ceiling.count}笔、{ceiling.amount}）。",
    )
    yield Finding(Part.QUEUE, is_well, said, _NOTHING if is_well else _GO_ONLINE)
