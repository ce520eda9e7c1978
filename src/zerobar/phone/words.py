"""What a command to a card, or a request to the bank, is in words."""

from __future__ import annotations

import re
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
    (r"GET /v1/wallets/[^/]+/balance", Sentence("the wallet's balance", zh="查询余额")),
    (r"GET /v1/wallets/[^/]+/limits", Sentence("the wallet's limits", zh="查询限额")),
    (r"POST /v1/wallets/[^/]+/grants", Sentence("the payment PIN", zh="支付密码")),
    (r"POST /v1/wallets/[^/]+/code-secret", Sentence("the codes' secret", zh="付款码密钥")),
    (r"POST /v1/wallets/[^/]+/purses", Sentence("link the SIM's purse", zh="绑定硬钱包")),
    (r"(GET|POST|DELETE) /v1/cards.*", Sentence("bank cards", zh="银行卡")),
    (r"POST /v1/exchanges", Sentence("exchange from the card", zh="换数币")),
    (r"POST /v1/saves", Sentence("save to the bank", zh="存银行")),
    (r"POST /v1/payments", Sentence("pay from the wallet", zh="钱包付款")),
    (r"GET /v1/payments/.*", Sentence("what became of a payment", zh="查询付款结果")),
    (r"POST /v1/loads", Sentence("load the purse", zh="圈存")),
    (r"POST /v1/purse-payments", Sentence("a voucher for a till", zh="为收款机签发凭证")),
    (r"POST /v1/purses/[^/]+/unload-requests", Sentence("unload the purse", zh="圈提")),
    (r"POST /v1/purses/[^/]+/loss", Sentence("the purse is lost", zh="挂失硬钱包")),
    (r"GET /v1/purses/[^/]+/sync", Sentence("how far do you hold my log", zh="查询同步进度")),
    (r"POST /v1/purses/[^/]+/syncs", Sentence("the purse's state and log", zh="上报状态与记录")),
    (r"POST /v1/vouchers", Sentence("vouchers that came by", zh="上传凭证")),
    (r"POST /v1/void-statements", Sentence("void statements", zh="上传作废声明")),
)
_COMPILED: Final = tuple((re.compile(pattern), words) for pattern, words in _REQUESTS)


def words_of_command(apdu: bytes) -> Sentence:
    """Say what a command APDU is."""
    asked = tuple(apdu[:2])
    found = next((known for known in Instruction if known.value == asked), None)
    return _OTHER_COMMAND if found is None else _COMMANDS.get(found, _OTHER_COMMAND)


def words_of_request(method: str, path: str) -> Sentence:
    """Say what a request to the bank is."""
    line = f"{method} {path}"
    found = next((words for pattern, words in _COMPILED if pattern.fullmatch(line)), None)
    return found or Sentence("a question", zh="查询")
