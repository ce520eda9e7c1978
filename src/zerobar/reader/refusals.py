"""What a purse refuses: one class per status word, with what the caller needs to know.

StatusError
+-- WrongPin, PinBlocked, PinNeeded, NoPinTotalUsed             the PIN
+-- InsufficientBalance, OverPaymentLimit                       the amount
+-- TooManyPayments, TooMuchValue, LogFull, BlocklistTooOld     a sync mends it
+-- CertificateExpired, PurseBlocked, CounterExhausted          the operator mends it
+-- OtherContent, AlreadySettled, RequestNotMine,               the request or the voucher
|   TooManyRequests, EntryNotInLog
+-- CertificateRefused, SignatureRefused, PayerBlocklisted      the other purse is not trusted
+-- NotAPurse, SelectionLost, NotAllowedNow, CardWornOut        the card
+-- MalformedCommand, NoSpace                                   the terminal's own mistake
+-- UnknownStatus                                               none of these
"""

from __future__ import annotations

from typing import ClassVar, Final

from zerobar.purse.status import WRONG_PIN_BASE, Status
from zerobar.reader.errors import CardError
from zerobar.reader.sentences import Sentence

_SYNC: Final = Sentence("Go online and sync this purse.", zh="请联网同步该硬钱包。")
_OPERATOR: Final = Sentence("Ask the operator.", zh="请联系运营机构。")
_OTHER_MEANS: Final = Sentence(
    "Take no money from this purse; pay by other means.",
    zh="请勿接受该硬钱包付款，改用其他方式。",
)
_REPORT: Final = Sentence("Report this to the maker of the terminal.", zh="请联系终端厂商。")


class StatusError(CardError):
    """The purse refused a command; its persistent state is what it was.

    Attributes:
        sw: the status word.
    """

    statuses: ClassVar[tuple[Status, ...]] = ()
    """The status words that this class stands for."""

    def __init__(self, sw: int, **facts: object) -> None:
        super().__init__(**facts)
        self.sw = sw


class WrongPin(StatusError):
    """63Cx: the PIN does not match.

    Attributes:
        tries_left: before the PIN is blocked.
    """

    what = Sentence(
        "Wrong PIN; tries left: {tries_left}.", zh="密码错误，还可尝试 {tries_left} 次。"
    )
    advice = Sentence("Enter the PIN again, with care.", zh="请仔细重新输入密码。")

    def __init__(self, sw: int) -> None:
        tries_left = sw - WRONG_PIN_BASE
        super().__init__(sw, tries_left=tries_left)
        self.tries_left = tries_left


class PinBlocked(StatusError):
    """6983: no try is left, or only the last one, which an antenna never takes."""

    statuses = (Status.PIN_BLOCKED,)
    what = Sentence("The PIN cannot be tried here any more.", zh="此处不能再尝试密码。")
    advice = Sentence(
        "Enter it on the holder's own device, or have the operator set a new one.",
        zh="请在持有人自己的设备上输入，或由运营机构重置密码。",
    )


class PinNeeded(StatusError):
    """9E03: only with a verified PIN, or with an armed card."""

    statuses = (Status.PIN_NEEDED,)
    what = Sentence("This needs the PIN.", zh="此操作需要密码。")
    advice = Sentence(
        "Enter the PIN, or confirm the amount on the phone, then tap again.",
        zh="请输入密码，或在手机上确认金额后再碰一碰。",
    )


class NoPinTotalUsed(StatusError):
    """9E04: what may be paid without PIN between two syncs is used up."""

    statuses = (Status.NO_PIN_TOTAL_USED,)
    what = Sentence("The total for payments without PIN is used up.", zh="免密支付累计额度已用完。")
    advice = Sentence(
        "Confirm the amount with the PIN and tap again, or sync the purse.",
        zh="请输入密码确认金额后再碰一碰，或联网同步。",
    )


class InsufficientBalance(StatusError):
    """9E01: the balance is smaller than the amount."""

    statuses = (Status.INSUFFICIENT_BALANCE,)
    what = Sentence("There is not enough money in the purse.", zh="硬钱包余额不足。")
    advice = Sentence("Load the purse, or pay a smaller amount.", zh="请先圈存，或支付较小金额。")


class OverPaymentLimit(StatusError):
    """9E02: the amount is over the limit of one payment."""

    statuses = (Status.OVER_PAYMENT_LIMIT,)
    what = Sentence("The amount is over this purse's limit per payment.", zh="金额超过单笔限额。")
    advice = Sentence("Pay a smaller amount.", zh="请支付较小金额。")


class TooManyPayments(StatusError):
    """9E05: as many payments as are allowed between two syncs were made."""

    statuses = (Status.TOO_MANY_PAYMENTS,)
    what = Sentence(
        "This purse has paid too often since its last sync.", zh="同步前支付次数已达上限。"
    )
    advice = _SYNC


class TooMuchValue(StatusError):
    """9E06: as much value as is allowed between two syncs went out, or came in."""

    statuses = (Status.TOO_MUCH_VALUE,)
    what = Sentence("Too much value since this purse's last sync.", zh="同步前累计金额已达上限。")
    advice = _SYNC


class CertificateExpired(StatusError):
    """9E07: the own certificate has expired."""

    statuses = (Status.CERTIFICATE_EXPIRED,)
    what = Sentence("This purse's certificate has expired.", zh="该硬钱包证书已过期。")
    advice = Sentence(
        "Go online to renew it; its money is not lost.", zh="请联网更新证书，资金不会丢失。"
    )


class PurseBlocked(StatusError):
    """9E08: the operator has blocked this purse."""

    statuses = (Status.PURSE_BLOCKED,)
    what = Sentence("This purse is blocked.", zh="该硬钱包已被锁定。")
    advice = _OPERATOR


class LogFull(StatusError):
    """9E09: no free slot is left in the log."""

    statuses = (Status.LOG_FULL,)
    what = Sentence("This purse's log is full.", zh="该硬钱包日志已满。")
    advice = _SYNC


class OtherContent(StatusError):
    """9E0A: the same request or entry was seen before with other content."""

    statuses = (Status.OTHER_CONTENT,)
    what = Sentence("This purse knows that number with other content.", zh="该编号已对应其他内容。")
    advice = Sentence("Begin a new payment.", zh="请重新发起一笔支付。")


class AlreadySettled(StatusError):
    """9E0B: the request was credited or voided by another voucher, or the other way round."""

    statuses = (Status.ALREADY_SETTLED,)
    what = Sentence("This request has been settled already.", zh="该请求已经结清。")
    advice = Sentence(
        "Take no second payment; a second voucher comes back through the operator.",
        zh="请勿重复收款；重复的付款将由运营机构退回。",
    )


class RequestNotMine(StatusError):
    """9E0C: the request, card or operator message is for another purse, or too old."""

    statuses = (Status.REQUEST_NOT_MINE,)
    what = Sentence(
        "This is not for this purse, or too old for it to know.",
        zh="该内容不属于此硬钱包，或时间过久无法核对。",
    )
    advice = _OPERATOR


class CertificateRefused(StatusError):
    """9E0D: the certificate is unknown, expired, not allowed here, or forged."""

    statuses = (Status.CERTIFICATE_REFUSED,)
    what = Sentence("The other side's certificate is not accepted.", zh="对方证书不被接受。")
    advice = _OTHER_MEANS


class SignatureRefused(StatusError):
    """9E0E: the signature is not the one it should be."""

    statuses = (Status.SIGNATURE_REFUSED,)
    what = Sentence("The signature is not genuine.", zh="签名无效。")
    advice = _OTHER_MEANS


class PayerBlocklisted(StatusError):
    """9E0F: the paying purse, or its whole class, is on the blocklist."""

    statuses = (Status.PAYER_BLOCKLISTED,)
    what = Sentence("The paying purse is on the blocklist.", zh="付款硬钱包在黑名单中。")
    advice = _OTHER_MEANS


class BlocklistTooOld(StatusError):
    """9E10: too many payments were accepted with the same blocklist."""

    statuses = (Status.BLOCKLIST_TOO_OLD,)
    what = Sentence("This purse's blocklist is too old.", zh="该硬钱包黑名单版本过旧。")
    advice = Sentence(
        "Update the blocklist, from the network or from another terminal.",
        zh="请从网络或其他终端更新黑名单。",
    )


class CounterExhausted(StatusError):
    """9E11: a counter has reached its end; the purse can only be unloaded."""

    statuses = (Status.COUNTER_EXHAUSTED,)
    what = Sentence("This purse has reached the end of its life.", zh="该硬钱包已到使用寿命。")
    advice = Sentence(
        "Unload it and ask the operator for a new one.", zh="请圈提余额并向运营机构更换新卡。"
    )


class EntryNotInLog(StatusError):
    """9E12: there is no such entry, or it is no longer kept."""

    statuses = (Status.ENTRY_NOT_IN_LOG,)
    what = Sentence("The purse has no such entry in its log.", zh="硬钱包日志中没有该条目。")
    advice = _OPERATOR


class TooManyRequests(StatusError):
    """9E13: too many contactless requests were prepared without PIN."""

    statuses = (Status.TOO_MANY_REQUESTS,)
    what = Sentence("This purse has been asked to prepare too often.", zh="该硬钱包收款请求过多。")
    advice = Sentence(
        "Use it once in its holder's own device.", zh="请先在持有人自己的设备上使用一次。"
    )


class NotAPurse(StatusError):
    """The card has no purse on it."""

    statuses = (Status.NOT_FOUND,)
    what = Sentence("This card is not a purse.", zh="该卡不是硬钱包。")
    advice = Sentence("Use another card.", zh="请换一张卡。")


class SelectionLost(StatusError):
    """6999: the purse is not selected, or another field has the card."""

    statuses = (Status.NOTHING_SELECTED,)
    what = Sentence("Another reader is using this card.", zh="卡正被其他读卡器使用。")
    advice = Sentence(
        "Take the card away from the other one, then try again.",
        zh="请移开另一读卡器后重试。",
    )


class NotAllowedNow(StatusError):
    """6985: not in this state of life, or not in this session."""

    statuses = (Status.CONDITIONS_NOT_SATISFIED,)
    what = Sentence("The purse does not allow this now.", zh="硬钱包当前不允许此操作。")
    advice = Sentence("Begin again from the first step.", zh="请从头开始操作。")


class CardWornOut(StatusError):
    """6581: what the purse wrote does not read back."""

    statuses = (Status.MEMORY_FAILURE,)
    what = Sentence("The card's memory is worn out.", zh="卡的存储器已损坏。")
    advice = Sentence(
        "Stop using this card; the operator can recover what it holds.",
        zh="请停止使用该卡，由运营机构找回资金。",
    )


class MalformedCommand(StatusError):
    """6700, 6A80, 6A86, 6D00, 6E00: the card does not understand the terminal."""

    statuses = (
        Status.WRONG_LENGTH,
        Status.MALFORMED,
        Status.WRONG_P1_P2,
        Status.UNKNOWN_INSTRUCTION,
        Status.UNKNOWN_CLASS,
    )
    what = Sentence(
        "The purse does not understand this (code {code}).", zh="硬钱包无法理解该命令（{code}）。"
    )
    advice = Sentence(
        "Check what was entered; if it is right, report this to the maker of the terminal.",
        zh="请检查输入；若无误，请联系终端厂商。",
    )

    def __init__(self, sw: int) -> None:
        super().__init__(sw, code=f"{sw:04X}")


class NoSpace(StatusError):
    """6A84: a table of the purse is full."""

    statuses = (Status.NO_SPACE,)
    what = Sentence("The purse has no room for one more.", zh="硬钱包空间不足。")
    advice = _OPERATOR


class UnknownStatus(StatusError):
    """Any other status word; see `sw`."""

    what = Sentence("The card answered with the unknown code {code}.", zh="卡返回未知代码 {code}。")
    advice = _REPORT

    def __init__(self, sw: int) -> None:
        super().__init__(sw, code=f"{sw:04X}")


_BY_STATUS: Final[dict[int, type[StatusError]]] = {
    status: kind for kind in StatusError.__subclasses__() for status in kind.statuses
}
_MOST_TRIES: Final = 0x0F


def status_error(sw: int) -> StatusError:
    """Return the typed error of a status word other than 9000."""
    assert sw != Status.OK
    if WRONG_PIN_BASE <= sw <= WRONG_PIN_BASE + _MOST_TRIES:
        return WrongPin(sw)
    return _BY_STATUS.get(sw, UnknownStatus)(sw)


def has_refused(error: CardError) -> bool:
    """Return whether the card has decided: it did nothing, and will do the same again.

    A worn-out card may have written before it noticed, one that is held by another field was
    not asked at all, and a status word that nobody knows may be the rest of a torn answer.
    """
    undecided = (CardWornOut, SelectionLost, UnknownStatus)
    return isinstance(error, StatusError) and not isinstance(error, undecided)
