"""Statements and notices over HTTP: pages, a spreadsheet, a document."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zerobar.bank.api.access import Session
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.paying_showing import show_line, show_notice
from zerobar.bank.context import Bank
from zerobar.bank.paying.papers import as_csv, document_of
from zerobar.bank.paying.reading import mark_notices_read, notices_of
from zerobar.bank.paying.statements import LAST_NUMBER, Line, lines_of, statement_of
from zerobar.client.paging import Page
from zerobar.client.paying import LineShown, NoticeShown, NoticesRead, Unread

FirstDay = Annotated[date, QueryParameter(name="from", description="the first day, in China")]
LastDay = Annotated[date, QueryParameter(name="to", description="the last day, included")]


@get("/v1/wallets/{wallet_id:uuid}/statement", sync_to_thread=True)
def list_lines(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[LineShown]:
    """List a wallet's movements, the newest first."""
    place = read_cursor(cursor)
    before = LAST_NUMBER if place is None else min(place.int, LAST_NUMBER)
    lines = lines_of(bank, session.person_id, wallet_id, before, limit + 1)
    return page_of(lines, limit, _place, show_line)


def _place(line: Line) -> UUID:
    return UUID(int=line.number)


@get("/v1/wallets/{wallet_id:uuid}/statement.csv", sync_to_thread=True, media_type="text/csv")
def statement_csv(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    first_day: FirstDay,
    last_day: LastDay,
) -> Response[bytes]:
    """Give the statement of some days as a spreadsheet (CSV, UTF-8)."""
    statement = statement_of(bank, session.person_id, wallet_id, first_day, last_day)
    return Response(as_csv(statement), media_type="text/csv; charset=utf-8")


@get(
    "/v1/wallets/{wallet_id:uuid}/statement.pdf",
    sync_to_thread=True,
    media_type="application/pdf",
)
def statement_pdf(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    first_day: FirstDay,
    last_day: LastDay,
) -> Response[bytes]:
    """Give the statement of some days as a document (PDF)."""
    document = document_of(bank, session.person_id, wallet_id, first_day, last_day)
    return Response(document, media_type="application/pdf")


@get("/v1/notices", sync_to_thread=True)
def list_notices(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[NoticeShown]:
    """List what one was told, the newest first."""
    rows = notices_of(bank, session.person_id, (read_cursor(cursor), limit + 1))
    return page_of(rows, limit, lambda row: row.id, show_notice)


@post("/v1/notices/read", status_code=200, sync_to_thread=True)
def read_notices(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[NoticesRead]
) -> Unread:
    """Mark notices as read, up to one."""
    return Unread(unread=mark_notices_read(bank, session.person_id, data.until))


STATEMENT_ROUTES: list[object] = [
    list_lines,
    statement_csv,
    statement_pdf,
    list_notices,
    read_notices,
]
