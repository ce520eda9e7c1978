"""Whatever a partner answers, it is an outcome that is not known, and never an accident of ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest

from zerobar.bank.partners import BankOrder, BankOutcome, BankStatus, PartnerUnavailable
from zerobar.bank.partners.http import PartnerUrls, http_partners
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen

UNKNOWN = BankOutcome(BankStatus.UNKNOWN)
ORDER = BankOrder(UUID(int=1), "token", Fen(1))


@contextmanager
def answering(body: bytes, headers: dict[str, str]) -> Iterator[str]:
    """Give the address of a server that answers everything like that."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            for name, value in ({"content-length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_GET = do_POST  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_what_cannot_be_stored_is_made_plain() -> None:
    body = b'{"status": "refused", "reason": "no\\u0000good%s"}' % (b"d" * 1000)
    with answering(body, {}) as url, http_partners(PartnerUrls(url, url, url)) as partners:
        outcome = partners.bank.debit(ORDER)
        assert outcome.status is BankStatus.REFUSED
        assert outcome.reason.startswith("no?good") and len(outcome.reason) == 140


@pytest.mark.parametrize("amount, taken", [(0, True), (10**15, True), (-1, False), (10**16, False)])
def test_a_statement_has_amounts_that_a_bank_can_book(amount: int, taken: bool) -> None:
    line = b'{"kind": "transfer", "reference": "a\\u0000b", "amount_fen": %d}' % amount
    body = b'{"lines": [%s]}' % line
    with answering(body, {}) as url, http_partners(PartnerUrls(url, url, url)) as partners:
        if taken:
            booked = StatementLine(LineKind.TRANSFER, "a?b", Fen(amount))
            assert partners.bank.statement(date(2026, 11, 25)) == [booked]
        else:
            with pytest.raises(PartnerUnavailable):
                partners.bank.statement(date(2026, 11, 25))


@pytest.mark.parametrize(
    "body, headers",
    [
        (b"no gzip", {"content-encoding": "gzip"}),
        (b'{"status": "\xff\xfe"}', {}),
        (b"<html>", {"content-type": "text/html"}),
        (b'{"status": 7}', {}),
        (b'{"status": "do', {"content-length": "100", "connection": "close"}),
        (b"zz\r\n", {"transfer-encoding": "chunked"}),
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(body: bytes, headers: dict[str, str]) -> None:
    with answering(body, headers) as url, http_partners(PartnerUrls(url, url, url)) as partners:
        assert partners.bank.debit(ORDER) == UNKNOWN
        assert partners.bank.outcome(ORDER.id) == UNKNOWN
        with pytest.raises(PartnerUnavailable):
            partners.bank.statement(date(2026, 11, 25))
        with pytest.raises(PartnerUnavailable):
            partners.identity.matches("林安娜", "110101199003071233")
