"""What staff take out of the bank as files: the audit trail, cases of fraud, the supply.

Each export is written down before it is handed out. An export of the trail says in its notes by
which seal it ends, so that the paper can be compared with the chain.
"""

from __future__ import annotations

import json
from typing import Final
from uuid import UUID

from zerobar.bank.authority.supply import Supply, read_supply
from zerobar.bank.context import Bank
from zerobar.bank.control.sheets import Sheet, moment
from zerobar.bank.control.trail import ROLES, Wanted, note, trail_entries
from zerobar.bank.fraud.cases import Case, list_cases
from zerobar.bank.staff.model import StaffSession
from zerobar.client.console_control import TrailEntry
from zerobar.purse.money import Fen

MOST_ROWS: Final = 100_000
"""Of one file; whoever wants more asks for shorter spans of time."""
_AT_ONCE: Final = 1_000


def audit_sheet(bank: Bank, session: StaffSession, wanted: Wanted) -> Sheet:
    """Return the audit trail as a table, newest first; raises RoleMissing."""
    session.require(*ROLES)
    note(bank, session, "export-audit", since=wanted.since, until=wanted.until)
    entries = _entries(bank, wanted)
    seal = f"末条 Newest {entries[0].number}  {entries[0].seal}" if entries else "无 None"
    return Sheet(
        "zerobar-audit",
        "审计日志 Audit trail",
        bank.clock(),
        (seal,),
        ("编号 No.", "时间 Time", "人员 Who", "操作 What", "对象 On what", "提议 Proposed by",
         "批准 Approved by", "详情 Details", "封印 Seal"),
        (4, 10, 10, 12, 20, 10, 10, 30, 16),
        [_audit_row(entry) for entry in entries],
    )  # fmt: skip


def cases_sheet(bank: Bank, session: StaffSession) -> Sheet:
    """Return all cases of fraud as a table, by purse; raises RoleMissing."""
    cases: list[Case] = []
    after: UUID | None = None
    while page := list_cases(bank, session, after, _AT_ONCE, open_only=False):
        cases += page
        after = page[-1].id
        if len(page) < _AT_ONCE or len(cases) >= MOST_ROWS:
            break
    note(bank, session, "export-cases", cases=len(cases))
    return Sheet(
        "zerobar-fraud-cases",
        "欺诈案件 Cases of fraud",
        bank.clock(),
        (),
        ("案件 Case", "硬钱包 Purse", "条目 Entry", "检验 Test", "发现 Found", "查看 Seen",
         "结案 Closed", "原因 Reason", "证据一 First", "证据二 Second"),
        (18, 9, 5, 8, 9, 9, 9, 14, 22, 22),
        [_case_row(case) for case in cases],
    )  # fmt: skip


def supply_sheet(bank: Bank, session: StaffSession) -> Sheet:
    """Return where all digital cash is as a table, in yuan; raises RoleMissing."""
    found = read_supply(bank, session)
    note(bank, session, "export-supply", issued_fen=int(found.issued))
    rows = [
        _money_row(each.operator.name, each.wallets, each.merchants, each.float, each.vault,
                   each.issued, each.reserves)
        for each in found.operators
    ]  # fmt: skip
    return Sheet(
        "zerobar-supply",
        "数字货币供应量 Supply of digital cash",
        found.at,
        _supply_notes(found),
        ("机构 Operator", "钱包 Wallets", "商户 Merchants", "硬钱包备付 Float", "库存 Vault",
         "已发行 Issued", "准备金 Reserves"),
        (22, 13, 13, 13, 13, 13, 13),
        rows,
    )  # fmt: skip


def _entries(bank: Bank, wanted: Wanted) -> list[TrailEntry]:
    entries: list[TrailEntry] = []
    before: int | None = None
    with bank.connection() as connection:
        while page := trail_entries(connection, wanted, before, _AT_ONCE):
            entries += page
            before = page[-1].number
            if len(page) < _AT_ONCE or len(entries) >= MOST_ROWS:
                break
    return entries


def _audit_row(entry: TrailEntry) -> tuple[str, ...]:
    subject = "" if entry.subject is None else f"{entry.subject_kind} {entry.subject}"
    return (
        str(entry.number),
        moment(entry.at),
        entry.staff_name or str(entry.staff_id),
        entry.action,
        subject,
        entry.proposed_by_name or "",
        entry.approved_by_name or "",
        json.dumps(entry.details, ensure_ascii=False, sort_keys=True),
        entry.seal,
    )


def _case_row(case: Case) -> tuple[str, ...]:
    return (
        str(case.id),
        case.purse_id.hex(),
        str(case.entry),
        case.test.name.lower().replace("_", "-"),
        moment(case.found_at),
        moment(case.seen_at),
        moment(case.closed_at),
        case.reason or "",
        (case.first.body + case.first.signature).hex(),
        (case.second.body + case.second.signature).hex(),
    )


def _supply_notes(found: Supply) -> tuple[str, ...]:
    return (
        f"发行总额 Issued {found.issued}    已质押准备金 Pledged {found.pledged}",
        f"差额 Difference {found.difference}    未覆盖 Uncovered {found.uncovered}",
    )


def _money_row(name: str, *amounts: Fen) -> tuple[str, ...]:
    return (name, *(_yuan(amount) for amount in amounts))


def _yuan(amount: Fen) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(int(amount)) // 100}.{abs(int(amount)) % 100:02d}"
