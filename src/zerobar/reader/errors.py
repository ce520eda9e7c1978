"""What can go wrong between a terminal and a card.

CardError                     every one says what happened and what to do next
+-- LinkError                 no answer came; a command in progress may have been executed
|   +-- ReaderMissing         PC/SC support is not installed
|   +-- DaemonNotRunning      the smart card service does not run
|   +-- AccessDenied          the smart card service lets this user in nowhere
|   +-- NoReader              no reader, or none of that name
|   +-- NoCard                nothing in the reader or in the field
|   +-- CardMute              a card is there but does not answer its reset
|   +-- SlotUnavailable       the address for a virtual card to connect to cannot be had
|   +-- FieldBusy             another reader or program has the card
|   +-- CardTorn              the card left, or lost power, in the middle
|   +-- LinkTimeout           no answer in time
+-- BadAnswer                 an answer came that the purse protocol does not know
+-- MalformedPin              what was typed cannot be a PIN
+-- BadTarget                 a card address that cannot be understood
+-- StatusError               the purse refused; refusals.py has one class per status word
"""

from __future__ import annotations

from typing import ClassVar

from zerobar.reader.sentences import Sentence


class CardError(Exception):
    """Base of all errors of this package; `str()` says what happened.

    Attributes:
        what_happened: a sentence for the person at the terminal.
        next_step: a sentence on what to do now.
    """

    what: ClassVar[Sentence]
    """What happened, with {places} for facts."""
    advice: ClassVar[Sentence]
    """What to do, with {places} for facts."""

    def __init__(self, **facts: object) -> None:
        self.what_happened = self.what.filled(**facts)
        self.next_step = self.advice.filled(**facts)
        super().__init__(str(self.what_happened))


class LinkError(CardError):
    """No answer came; a command in progress may or may not have been executed."""


class ReaderMissing(LinkError):
    """pyscard is not installed."""

    what = Sentence("Support for card readers is not installed.", zh="未安装读卡器支持。")
    advice = Sentence(
        "Install it with: pip install 'zerobar[pcsc]'",
        zh="请安装：pip install 'zerobar[pcsc]'",
    )


class DaemonNotRunning(LinkError):
    """The smart card service (pcscd) cannot be reached."""

    what = Sentence("The smart card service is not running.", zh="智能卡服务未运行。")
    advice = Sentence(
        "Start it, on Debian with: systemctl start pcscd.socket",
        zh="请启动智能卡服务，例如：systemctl start pcscd.socket",
    )


class AccessDenied(LinkError):
    """The smart card service refuses this user."""

    what = Sentence(
        "The smart card service does not let this user reach cards.",
        zh="智能卡服务拒绝当前用户访问。",
    )
    advice = Sentence(
        "Allow it in the service's polkit rules, or use another account.",
        zh="请在 polkit 规则中授权，或换用其他账户。",
    )


class NoReader(LinkError):
    """There is no reader, or none of that name, or several to choose from.

    Attributes:
        wanted: the name asked for; empty: any.
        found: the names of all readers there are.
    """

    what = Sentence(
        "No single reader fits {wanted!r}; found: {listed}.",
        zh="没有唯一匹配 {wanted!r} 的读卡器；现有：{listed}。",
    )
    advice = Sentence(
        "Connect the reader, or give a name from the list.",
        zh="请连接读卡器，或使用列表中的名称。",
    )

    def __init__(self, wanted: str = "", found: tuple[str, ...] = ()) -> None:
        nothing = Sentence("none", zh="无")
        super().__init__(wanted=wanted or "*", listed=", ".join(found) if found else nothing)
        self.wanted = wanted
        self.found = found


class NoCard(LinkError):
    """Nothing is in the reader or in the field."""

    what = Sentence("No card is in reach.", zh="未检测到卡。")
    advice = Sentence(
        "Insert the card, or hold it to the reader.", zh="请插入卡，或将卡贴近读卡器。"
    )


class CardMute(LinkError):
    """A card is in the reader but does not answer its reset."""

    what = Sentence("The card does not respond.", zh="卡无响应。")
    advice = Sentence(
        "Turn the card over, clean its contacts, insert it again.",
        zh="请翻转卡片，清洁触点后重新插入。",
    )


class SlotUnavailable(LinkError):
    """The address at which a virtual card is to insert itself cannot be listened on."""

    what = Sentence("Cannot listen on {host}:{port}.", zh="无法监听 {host}:{port}。")
    advice = Sentence(
        "Stop the program that uses this port, or choose another one.",
        zh="请停止占用该端口的程序，或换用其他端口。",
    )

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host=host, port=port)


class FieldBusy(LinkError):
    """Another reader's field or another program has the card."""

    what = Sentence(
        "Another reader or program is using this card.", zh="卡正被其他读卡器或程序使用。"
    )
    advice = Sentence(
        "Take the card away from the other one, then try again.",
        zh="请移开另一读卡器后重试。",
    )


class CardTorn(LinkError):
    """The card left the reader, or lost power, before its answer arrived."""

    what = Sentence("The card left too early.", zh="卡移开过早。")
    advice = Sentence("Hold the same card to the reader again.", zh="请将同一张卡再次贴近读卡器。")


class LinkTimeout(LinkError):
    """The card did not answer in time.

    Attributes:
        timeout_ms: how long was waited.
    """

    what = Sentence(
        "The card did not answer in {timeout_ms} ms.", zh="卡未在 {timeout_ms} 毫秒内应答。"
    )
    advice = Sentence("Hold the same card to the reader again.", zh="请将同一张卡再次贴近读卡器。")

    def __init__(self, timeout_ms: int) -> None:
        super().__init__(timeout_ms=timeout_ms)
        self.timeout_ms = timeout_ms


class BadAnswer(CardError):
    """The card answered something that the purse protocol does not know.

    Attributes:
        problem: what is wrong with it, for the log.
    """

    what = Sentence("The card's answer makes no sense: {problem}.", zh="卡的应答无法识别。")
    advice = Sentence(
        "Try again; if it stays so, this card or its reader is broken.",
        zh="请重试；若仍如此，卡或读卡器可能已损坏。",
    )

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)
        self.problem = problem


class MalformedPin(CardError):
    """What was typed cannot be a PIN; no try was taken."""

    what = Sentence("A PIN is 4 to 8 digits.", zh="密码应为 4 至 8 位数字。")
    advice = Sentence(
        "Enter the PIN again; no try was taken.", zh="请重新输入，本次不计入尝试次数。"
    )


class BadTarget(CardError):
    """A card address that cannot be understood.

    Attributes:
        text: what was typed.
    """

    what = Sentence("{text!r} is not the address of a card.", zh="{text!r} 不是有效的卡地址。")
    advice = Sentence(
        "Give a purse file, pcsc:READER NAME, antenna://HOST:PORT or vpcd://HOST:PORT.",
        zh="请使用钱包文件、pcsc:读卡器名、antenna://主机:端口 或 vpcd://主机:端口。",
    )

    def __init__(self, text: str) -> None:
        super().__init__(text=text)
        self.text = text
