"""What a command to a card, or a request to the bank, is: a stable name, and words for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from zerobar.purse.apdu import Instruction
from zerobar.reader import Sentence

_COMMANDS: Final = {
    Instruction.SELECT: Sentence("select the purse", zh="选择硬钱包"),
    Instruction.VERIFY: Sentence("check the card's PIN", zh="校验硬钱包密码"),
    Instruction.CHANGE_PIN: Sentence("change the card's PIN", zh="修改硬钱包密码"),
    Instruction.PAY: Sentence("pay this request", zh="按请求付款"),
    Instruction.GET_VOUCHER: Sentence("show a voucher again", zh="重新出示凭证"),
    Instruction.GET_CERTIFICATE: Sentence("show the certificate", zh="出示证书"),
    Instruction.PREPARE: Sentence("prepare a request for money", zh="生成收款请求"),
    Instruction.ACCEPT: Sentence("take this voucher", zh="收取凭证"),
    Instruction.VOID: Sentence("promise never to take a voucher", zh="作废凭证"),
    Instruction.UNDO: Sentence("take a voided payment back", zh="撤回已作废付款"),
    Instruction.RESET_PIN: Sentence("set a new PIN", zh="重置密码"),
    Instruction.STATE: Sentence("sign the state", zh="签署状态"),
    Instruction.READ_LOG: Sentence("show a log entry", zh="读取记录"),
    Instruction.SYNC_ACK: Sentence("the operator's word on the log", zh="运营机构同步确认"),
    Instruction.BLOCKLIST: Sentence("news of blocked purses", zh="黑名单更新"),
    Instruction.KEY_UPDATE: Sentence("a new key of the authority", zh="密钥更新"),
    Instruction.ARM: Sentence("allow one tap without PIN", zh="授权一次免密碰一碰"),
    Instruction.PUT_CERTIFICATE: Sentence("renew the certificate", zh="更新证书"),
}
_OTHER_COMMAND: Final = Sentence("a command", zh="指令")

_REQUESTS: Final = (
    (r"POST /v1/sms-codes", Sentence("send me a code by SMS", zh="发送短信验证码")),
    (r"POST /v1/wallets", Sentence("open a wallet", zh="开立钱包")),
    (r"POST /v1/sessions(/renewal)?", Sentence("sign in", zh="登录")),
    (r"(GET|POST|PUT) /v1/people/.*", Sentence("who am I", zh="用户信息")),
    (r"GET /v1/wallets/{id}/balance", Sentence("the wallet's balance", zh="查询余额")),
    (r"GET /v1/wallets/{id}/limits", Sentence("the wallet's limits", zh="查询限额")),
    (r"POST /v1/wallets/{id}/grants", Sentence("the payment PIN", zh="支付密码")),
    (r"POST /v1/wallets/{id}/code-secret", Sentence("the codes' secret", zh="付款码密钥")),
    (r"POST /v1/wallets/{id}/purses", Sentence("link the SIM's purse", zh="绑定硬钱包")),
    (r"(GET|POST|DELETE) /v1/cards.*", Sentence("bank cards", zh="银行卡")),
    (r"POST /v1/exchanges", Sentence("exchange from the card", zh="换数币")),
    (r"POST /v1/saves", Sentence("save to the bank", zh="存银行")),
    (r"POST /v1/payments", Sentence("pay from the wallet", zh="钱包付款")),
    (r"GET /v1/payments/.*", Sentence("what became of a payment", zh="查询付款结果")),
    (r"POST /v1/loads", Sentence("load the purse", zh="圈存")),
    (r"POST /v1/purse-payments", Sentence("a voucher for a till", zh="为收银机签发凭证")),
    (r"POST /v1/purses/{id}/unload-requests", Sentence("unload the purse", zh="圈提")),
    (r"POST /v1/purses/{id}/loss", Sentence("the purse is lost", zh="挂失硬钱包")),
    (r"GET /v1/purses/{id}/sync", Sentence("how far do you hold my log", zh="查询同步进度")),
    (r"POST /v1/purses/{id}/syncs", Sentence("the purse's state and log", zh="上报状态与记录")),
    (r"POST /v1/vouchers", Sentence("vouchers that came by", zh="上传凭证")),
    (r"POST /v1/void-statements", Sentence("void statements", zh="上传作废声明")),
    (r"POST /v1/orders", Sentence("a new order", zh="创建订单")),
    (r"GET /v1/orders.*", Sentence("what became of an order", zh="查询订单结果")),
    (r"POST /v1/orders/{id}/charges", Sentence("charge the customer's code", zh="扣收付款码")),
    (r"GET /v1/orders/{id}/code", Sentence("the order's code", zh="获取订单收款码")),
    (r"POST /v1/orders/{id}/close", Sentence("close an order", zh="关闭订单")),
    (r"POST /v1/orders/{id}/refunds", Sentence("give money back", zh="退款")),
    (r"GET /v1/refunds.*", Sentence("what became of a refund", zh="查询退款结果")),
    (r"GET /v1/shops/{id}/code", Sentence("the shop's standing code", zh="获取门店收款码")),
    (r"POST /v1/assertions", Sentence("vouch for my number", zh="为本机号码作证")),
    (r"GET /v1/line", Sentence("my line and its bill", zh="查询线路与账单")),
    (r"PUT /v1/terminals/{id}/key", Sentence("enrol the till", zh="收银机入网")),
)
_COMPILED: Final = tuple(
    (re.compile(pattern.replace("{id}", r"\{id\}")), words) for pattern, words in _REQUESTS
)
_OTHER_REQUEST: Final = Sentence("a question", zh="查询")
_VERSION: Final = "v1"
_NAME: Final = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that passes.

    Attributes:
        name: stable, for programs; it holds nothing of what was sent.
        words: for people.
    """

    name: str
    words: Sentence


def step_of_command(apdu: bytes) -> Step:
    """Say what a command APDU is; its name is the instruction's, or its first two bytes."""
    asked = tuple(apdu[:2])
    found = next((known for known in Instruction if known.value == asked), None)
    if found is None:
        return Step(apdu[:2].hex().upper(), _OTHER_COMMAND)
    return Step(found.name, _COMMANDS.get(found, _OTHER_COMMAND))


def step_of_request(method: str, path: str) -> Step:
    """Say what a request to the bank is; its name is the method and the path without its ids."""
    name = f"{method} {_shape_of(path)}"
    found = next((words for pattern, words in _COMPILED if pattern.fullmatch(name)), None)
    return Step(name, found or _OTHER_REQUEST)


def _shape_of(path: str) -> str:
    # The interface's own words are small letters with hyphens; whatever is not is somebody's.
    parts = path.split("/")
    known = [part in {"", _VERSION} or _NAME.fullmatch(part) for part in parts]
    return "/".join(part if is_word else "{id}" for part, is_word in zip(parts, known, strict=True))
