"""What can go wrong on a phone that is neither the card's doing nor the bank's.

PhoneError               every one says what happened and what to do next, in both languages
+-- FolderUnusable       the folder is no phone's, or another program has it
+-- NotSignedUp          no wallet is open on this phone yet
+-- NoCodeSecret         the phone cannot show a code before it was online once
+-- NoPurse              no SIM was given to the phone, or none that is linked
+-- SimUnsuitable        an address that cannot be this phone's SIM
+-- UnreadableText       a scanned text that means nothing here
+-- OtherWallet          what was asked would change who this phone belongs to
+-- OtherTap             an id that was used before, for something else
+-- NoField              no reader was given to the phone, so it has no field of its own
+-- NoTelecom            no telecom was given to the phone
+-- TelecomSilent        the telecom gives no answer
+-- LoadOver             a load that was refused is not begun again under its id
+-- PaidByWallet         the SIM is not to pay a request that the wallet has paid
"""

from __future__ import annotations

from typing import ClassVar

from zerobar.reader.sentences import Sentence


class PhoneError(Exception):
    """Base of all errors of this package; `str()` says what happened.

    Attributes:
        problem: its stable name.
        status: over HTTP.
        what_happened: a sentence for the person at the phone; `.zh` is the Chinese one.
        next_step: a sentence on what to do now.
    """

    problem: ClassVar[str]
    status: ClassVar[int] = 409
    what: ClassVar[Sentence]
    advice: ClassVar[Sentence]

    def __init__(self, **facts: object) -> None:
        self.what_happened = self.what.filled(**facts)
        self.next_step = self.advice.filled(**facts)
        super().__init__(str(self.what_happened))


class FolderUnusable(PhoneError):
    """The folder is no phone's, or another program has it."""

    problem = "folder-unusable"
    what = Sentence("{path} cannot be used: {reason}.", zh="无法使用 {path}：{reason}。")
    advice = Sentence("Make a phone with: zerobar phone init", zh="请先运行：zerobar phone init")

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(path=path, reason=reason)


class NotSignedUp(PhoneError):
    """No wallet is open on this phone yet."""

    problem = "not-signed-up"
    what = Sentence("No wallet is open on this phone.", zh="本机尚未开立钱包。")
    advice = Sentence("Open one, or sign in.", zh="请开立钱包或登录。")


class NoCodeSecret(PhoneError):
    """The phone cannot show a code before it was online once."""

    problem = "no-code-secret"
    what = Sentence("This phone cannot show a payment code yet.", zh="本机尚不能出示付款码。")
    advice = Sentence(
        "Go online once, enter the PIN, and switch payment codes on.",
        zh="请联网并输入支付密码，开启付款码。",
    )


class NoPurse(PhoneError):
    """The phone has no SIM in reach, or none that is linked to its wallet."""

    problem = "no-purse"
    what = Sentence(
        "No SIM of this phone is linked to a wallet.", zh="本机的 SIM 硬钱包尚未绑定钱包。"
    )
    advice = Sentence("Set up the SIM as a hard wallet first.", zh="请先设置 SIM 硬钱包。")


class SimUnsuitable(PhoneError):
    """An address that cannot be this phone's SIM."""

    problem = "sim-unsuitable"
    what = Sentence("{address} cannot be a phone's SIM.", zh="{address} 不能用作手机的 SIM。")
    advice = Sentence(
        "Serve a purse file with `zerobar card serve --store FILE --vpcd HOST:PORT --antenna"
        " HOST:PORT` and give vpcd://HOST:PORT, or give pcsc:READER.",
        zh="请用 zerobar card serve 提供硬钱包文件，并使用 vpcd://HOST:PORT 或 pcsc:读卡器。",
    )


class UnreadableText(PhoneError):
    """A scanned text that means nothing here."""

    problem = "unreadable-text"
    status = 422
    what = Sentence("This text cannot be used: {reason}", zh="无法识别该内容：{reason}")
    advice = Sentence("Scan it again, or ask for another one.", zh="请重新扫描，或让对方重新出示。")


class OtherWallet(PhoneError):
    """What was asked would change who this phone belongs to."""

    problem = "other-wallet"
    what = Sentence("This phone has a wallet already.", zh="本机已有钱包。")
    advice = Sentence(
        "Use another phone folder for another person.", zh="其他用户请使用另一个手机目录。"
    )


class OtherTap(PhoneError):
    """An id that was used before, for something else."""

    problem = "id-used"
    what = Sentence("This id was used before, for something else.", zh="该编号已用于其他交易。")
    advice = Sentence("Make a new id.", zh="请使用新的编号。")


class LoadOver(PhoneError):
    """A load that was refused is not begun again under its id."""

    problem = "load-over"
    what = Sentence(
        "The bank refused this load. Nothing has moved.", zh="银行已拒绝该笔圈存，未发生扣款。"
    )
    advice = Sentence("Begin a new load.", zh="请重新发起圈存。")


class PaidByWallet(PhoneError):
    """The SIM is not to pay a request that the wallet has paid."""

    problem = "paid-by-wallet"
    what = Sentence(
        "Your wallet has paid this request already. The SIM was not asked.",
        zh="该收款请求已由钱包付款，SIM 未扣款。",
    )
    advice = Sentence("Show the voucher that the wallet has paid.", zh="请出示钱包付款的凭证。")


class NoField(PhoneError):
    """No reader was given to the phone."""

    problem = "no-field"
    what = Sentence("This phone cannot read cards by itself.", zh="本机未配置读卡感应区。")
    advice = Sentence(
        "Start it with --reader, or name the card's antenna with the tap.",
        zh="请使用 --reader 启动，或在碰一碰时指定对方感应地址。",
    )


class NoTelecom(PhoneError):
    """No telecom was given to the phone."""

    problem = "no-telecom"
    what = Sentence("This phone knows no telecom.", zh="本机未连接电信运营商。")
    advice = Sentence(
        "Use a code that comes by SMS, or start the phone with --telecom and --line.",
        zh="请使用短信验证码，或使用 --telecom 与 --line 启动。",
    )


class TelecomSilent(PhoneError):
    """The telecom gives no answer."""

    problem = "telecom-unreachable"
    status = 503
    what = Sentence(
        "The telecom does not answer. What was asked may be done, once at most.",
        zh="运营商无应答，所请求的操作可能已完成，但最多一次。",
    )
    advice = Sentence("Try the same again.", zh="请重试同一操作。")
