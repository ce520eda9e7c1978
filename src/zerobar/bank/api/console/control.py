"""The audit trail, its exports, and keys that cards hear of, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.context import Bank
from zerobar.bank.control import exporting, keys, sheets, trail
from zerobar.bank.errors import InvalidInput
from zerobar.client.console_control import Keys, TrailEntry
from zerobar.client.paging import Page

_LAST_NUMBER: Final = 2**63 - 1
_CSV: Final = "text/csv; charset=utf-8"
_PDF: Final = "application/pdf"

By = Annotated[UUID | None, QueryParameter(description="only what this member of staff did")]
Action = Annotated[
    str | None, QueryParameter(pattern="^[a-z-]{1,60}$", description="only what was done so")
]
Subject = Annotated[
    str | None,
    QueryParameter(pattern="^[0-9A-Za-z-]{1,64}$", description="only entries that name this id"),
]
Since = Annotated[datetime | None, QueryParameter(description="from this moment on, with its zone")]
Until = Annotated[datetime | None, QueryParameter(description="before this moment, with its zone")]


class MomentWithoutZone(InvalidInput):
    """A time of which nobody knows where it is so late."""

    problem = "moment-without-zone"

    def __init__(self) -> None:
        super().__init__(
            "A moment needs its zone.", "Write it as 2026-11-25T12:00:00Z or with +08:00."
        )


@get("/v1/console/audit", sync_to_thread=True)
def list_trail(  # noqa: PLR0913, PLR0917 - a filter is what its fields are
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    staff_id: By = None,
    action: Action = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[TrailEntry]:
    """List what staff did, with names and who approved it, newest first; for risk, administrators.

    `/v1/audit/head` checks that nothing of it was changed.
    """
    last = read_cursor(cursor)
    before = None if last is None else min(last.int, _LAST_NUMBER)
    wanted = trail.Wanted(staff_id, action, subject, _zoned(since), _zoned(until))
    rows = trail.read_trail(bank, staff, wanted, before, limit + 1)
    return page_of(rows, limit, lambda entry: UUID(int=entry.number), lambda entry: entry)


@get("/v1/console/keys", sync_to_thread=True)
def list_keys(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> Keys:
    """List what cards were told of keys, and which the bank signs with; for the authority."""
    return keys.read_keys(bank, staff)


@get("/v1/console/exports/audit.csv", sync_to_thread=True, media_type="text/csv")
def audit_csv(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    since: Since = None,
    until: Until = None,
) -> Response[bytes]:
    """Give the audit trail as a spreadsheet; for risk and administrators."""
    wanted = trail.Wanted(since=_zoned(since), until=_zoned(until))
    return _file(exporting.audit_sheet(bank, staff, wanted), sheets.as_csv, _CSV)


@get("/v1/console/exports/audit.pdf", sync_to_thread=True, media_type="application/pdf")
def audit_pdf(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    since: Since = None,
    until: Until = None,
) -> Response[bytes]:
    """Give the audit trail as a document; for risk and administrators."""
    wanted = trail.Wanted(since=_zoned(since), until=_zoned(until))
    return _file(exporting.audit_sheet(bank, staff, wanted), sheets.as_pdf, _PDF)


@get("/v1/console/exports/cases.csv", sync_to_thread=True, media_type="text/csv")
def cases_csv(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> Response[bytes]:
    """Give all cases of fraud with their evidence as a spreadsheet; for risk."""
    return _file(exporting.cases_sheet(bank, staff), sheets.as_csv, _CSV)


@get("/v1/console/exports/cases.pdf", sync_to_thread=True, media_type="application/pdf")
def cases_pdf(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> Response[bytes]:
    """Give all cases of fraud with their evidence as a document; for risk."""
    return _file(exporting.cases_sheet(bank, staff), sheets.as_pdf, _PDF)


@get("/v1/console/exports/supply.csv", sync_to_thread=True, media_type="text/csv")
def supply_csv(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]
) -> Response[bytes]:
    """Give where all digital cash is as a spreadsheet; for all staff."""
    return _file(exporting.supply_sheet(bank, staff), sheets.as_csv, _CSV)


@get("/v1/console/exports/supply.pdf", sync_to_thread=True, media_type="application/pdf")
def supply_pdf(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]
) -> Response[bytes]:
    """Give where all digital cash is as a document; for all staff."""
    return _file(exporting.supply_sheet(bank, staff), sheets.as_pdf, _PDF)


def _file(
    sheet: sheets.Sheet, written: Callable[[sheets.Sheet], bytes], media_type: str
) -> Response[bytes]:
    ending = "pdf" if media_type == _PDF else "csv"
    name = f"{sheet.name}-{sheet.made_at:%Y%m%dT%H%M%SZ}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(written(sheet), media_type=media_type, headers=headers)


def _zoned(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise MomentWithoutZone
    return moment


ROUTES: list[object] = [
    list_trail,
    list_keys,
    audit_csv,
    audit_pdf,
    cases_csv,
    cases_pdf,
    supply_csv,
    supply_pdf,
]
