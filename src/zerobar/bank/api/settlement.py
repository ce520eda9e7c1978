"""Settlement and fraud over HTTP, for staff: batches of vouchers, and cases."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.sync_showing import show_case, show_report
from zerobar.bank.context import Bank
from zerobar.bank.control.trail import note
from zerobar.bank.fraud import cases
from zerobar.bank.settlement import Batch, look_again, settle_batch
from zerobar.bank.staff.model import Role
from zerobar.client.paging import Page
from zerobar.client.syncing import CaseClosing, FraudCaseShown, SettlementShown

LARGEST_BATCH: Final = 32 * 1024 * 1024
"""Bytes, for about 130,000 vouchers; larger files are settled by the command."""
All = Annotated[bool, QueryParameter(description="closed cases too")]


@post(
    "/v1/settlement-batches",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LARGEST_BATCH,
)
def settle(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], body: RawBody
) -> SettlementShown:
    """Settle a file of vouchers, as a terminal or another operator wrote it; for operations.

    The body is the file itself. The same file again changes nothing.
    """
    staff.require(Role.OPERATIONS)
    batch = Batch.parse(body)
    note(bank, staff, "settle-batch", batch=batch.hash.hex(), records=batch.present)
    look_again(bank)
    return show_report(settle_batch(bank, batch))


@get("/v1/fraud-cases", sync_to_thread=True)
def list_fraud_cases(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
    closed: All = False,
) -> Page[FraudCaseShown]:
    """List cases of fraud that are open, by purse; for risk."""
    after = read_cursor(cursor)
    rows = cases.list_cases(bank, staff, after, limit + 1, open_only=not closed)
    return page_of(rows, limit, lambda case: case.id, show_case)


@get("/v1/fraud-cases/{case_id:uuid}", sync_to_thread=True)
def read_fraud_case(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], case_id: FromPath[UUID]
) -> FraudCaseShown:
    """Show a case with its evidence, and note who has seen it; for risk."""
    found = show_case(cases.read_case(bank, staff, case_id))
    note(bank, staff, "read-fraud-case", case_id=case_id, purse_id=found.purse_id)
    return found


@post("/v1/fraud-cases/{case_id:uuid}/closing", status_code=200, sync_to_thread=True)
def close_fraud_case(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    case_id: FromPath[UUID],
    data: JSONBody[CaseClosing],
) -> FraudCaseShown:
    """Close a case with a reason; its purse stays blocked. For risk."""
    return show_case(cases.close_case(bank, staff, case_id, data.reason))


ROUTES: list[object] = [settle, list_fraud_cases, read_fraud_case, close_fraud_case]
