"""A case of fraud field by field: what was signed, whether it was, and where two of them part."""

from __future__ import annotations

from enum import IntEnum
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.fraud.cases import Case, read_case
from zerobar.bank.fraud.model import FraudTest, Signed
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.histories import LogRow, log_line
from zerobar.client.console import LogLine
from zerobar.client.console_risk import CaseDecoded, FieldShown, MessageShown
from zerobar.database import Connection
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    LogEntry,
    State,
    VoidStatement,
    Voucher,
)
from zerobar.purse.suites import SignatureRefused
from zerobar.purse.wire import FormError, SignedMessage, field_table

_TYPES: Final[dict[int, tuple[str, type[SignedMessage]]]] = {
    3: ("voucher", Voucher),
    4: ("void-statement", VoidStatement),
    6: ("state", State),
}
_TOLD: Final = {
    FraudTest.TWO_BODIES: (
        "Two vouchers under one number",
        "同一编号的两张凭证",
        "The purse signed two different vouchers as the same entry of its log. An honest element"
        " counts on with each: this one was copied, or its memory was put back.",
        "该钱包以同一日志序号签署了两张不同的凭证。诚实的安全芯片每次都会递增序号："
        "说明它被复制，或存储被回滚。",
    ),
    FraudTest.OTHER_LOG: (
        "Another log than the one it signed before",
        "日志与先前签署的不一致",
        "What the purse signed now does not continue what it signed before: there are two of it,"
        " or it was rolled back.",
        "该钱包现在签署的内容与先前签署的日志不连续：存在两个副本，或被回滚。",
    ),
    FraudTest.BROKEN_EQUATION: (
        "A balance that its own log does not lead to",
        "余额与自身日志不符",
        "The purse signed a balance that is not what its own entries add up to, or took a request"
        " twice: value was made inside of it.",
        "该钱包签署的余额与其自身日志条目的合计不符，或重复入账同一请求：芯片内凭空产生了价值。",
    ),
    FraudTest.OVERSPENT: (
        "More spent than any limit allowed",
        "支出超过任何限额",
        "Since its last acknowledged entry the purse paid more than its class may ever pay between"
        " two syncs.",
        "自上次确认的日志条目以来，该钱包支付的金额超过其类别在两次同步之间允许的上限。",
    ),
    FraudTest.BROKEN_VOID: (
        "A voucher both refused and credited",
        "凭证既作废又入账",
        "The purse signed that it never took a voucher, and its log shows the credit; or it took"
        " back a payment that its payee never voided.",
        "该钱包签署声明从未接收该凭证，而其日志显示已入账；或撤销了收款方从未作废的付款。",
    ),
}
_CERTIFICATE: Final = """
    SELECT certificate FROM bank.purse WHERE purse_id = %(id)s
    UNION ALL SELECT max(certificate) FROM bank.payer_certificate WHERE purse_id = %(id)s
"""
_SIGNATURE: Final = "signature"


def decode_case(bank: Bank, session: StaffSession, case_id: UUID) -> CaseDecoded:
    """Return a case with what was signed, read; who looks is written down.

    Raises RoleMissing or CaseUnknown.
    """
    session.require(Role.RISK)
    case = read_case(bank, session, case_id)
    with bank.transaction() as connection:
        public_key = _public_key(connection, case.purse_id)
        audit.append(
            bank, connection, session.staff_id, "read-fraud-case",
            case_id=case_id, purse_id=case.purse_id.hex(),
        )  # fmt: skip
    return _decoded(case, public_key)


def _decoded(case: Case, public_key: bytes | None) -> CaseDecoded:
    first, second = _message(case.first, public_key), _message(case.second, public_key)
    title, title_zh, explanation, explanation_zh = _TOLD[case.test]
    return CaseDecoded(
        case_id=case.id,
        purse_id=case.purse_id.hex(),
        entry=case.entry,
        test=int(case.test),
        title=title,
        title_zh=title_zh,
        explanation=explanation,
        explanation_zh=explanation_zh,
        found_at=case.found_at,
        first=_compared(first, second),
        second=_compared(second, first),
        log=_log(case),
        seen_by=case.seen_by,
        seen_at=case.seen_at,
        closed_by=case.closed_by,
        closed_at=case.closed_at,
        reason=case.reason,
    )


def _message(signed: Signed, public_key: bytes | None) -> MessageShown | None:
    """Read what was signed; None: there is nothing."""
    raw = signed.body + signed.signature
    if not raw:
        return None
    name, record = _TYPES[raw[0] >> 4]
    message = record.parse(raw)
    fields = [
        FieldShown(
            name=field,
            offset=offset,
            length=length,
            hex=raw[offset : offset + length].hex(),
            value=_value(getattr(message, field)),
            differs=False,
        )
        for offset, length, field in field_table(record)
    ]
    holds = None if public_key is None else _holds(message, public_key)
    return MessageShown(type=name, hex=raw.hex(), signature_holds=holds, fields=fields)


def _compared(message: MessageShown | None, other: MessageShown | None) -> MessageShown | None:
    """Mark the fields in which two messages of one type part, but for their signatures."""
    if message is None or other is None or message.type != other.type:
        return message
    fields = [
        FieldShown(
            name=mine.name,
            offset=mine.offset,
            length=mine.length,
            hex=mine.hex,
            value=mine.value,
            differs=mine.hex != theirs.hex and mine.name != _SIGNATURE,
        )
        for mine, theirs in zip(message.fields, other.fields, strict=True)
    ]
    return MessageShown(
        type=message.type,
        hex=message.hex,
        signature_holds=message.signature_holds,
        fields=fields,
    )


def _value(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, IntEnum):
        return f"{value.name.lower().replace('_', '-')} ({int(value)})"
    return str(value)


def _holds(message: SignedMessage, public_key: bytes) -> bool:
    try:
        message.verify(public_key)
    except SignatureRefused:
        return False
    return True


def _public_key(connection: Connection, purse_id: bytes) -> bytes | None:
    rows = connection.execute(_CERTIFICATE, {"id": purse_id}).fetchall()
    found = next((raw for (raw,) in rows if raw is not None), None)
    return None if found is None else Certificate.parse(found).public_key


def _log(case: Case) -> list[LogLine]:
    """Read the entries that lead to the first message, as far as they can be read."""
    length = LogEntry.LENGTH
    parts = [case.log[i : i + length] for i in range(0, len(case.log), length)]
    return [line for raw in parts if (line := _log_line(case.purse_id, raw)) is not None]


def _log_line(purse_id: bytes, raw: bytes) -> LogLine | None:
    try:
        entry = LogEntry.parse(raw)
        if entry.kind is EntryKind.UNDO:
            undo = VoidStatement.parse(entry.payload[: VoidStatement.LENGTH])
            subject = undo.payer_id, undo.payer_entry, undo.number, undo.amount
            content = entry.payload[: VoidStatement.LENGTH]
        else:
            paid = Voucher.parse(entry.payload)
            subject = paid.payer_id, paid.entry, paid.number, paid.amount
            content = paid.body
    except FormError:
        # A cheat's log may hold anything; its bytes stand in the case itself.
        return None
    payer_id, payer_entry, number, amount = subject
    funds = int(entry.balance) + int(entry.held)
    return log_line(
        LogRow(
            entry.entry,
            entry.kind,
            payer_id,
            payer_entry,
            purse_id,
            number,
            content,
            int(amount),
            funds,
        )
    )
