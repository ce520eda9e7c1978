"""In which trace something is done: whoever asks decides, else what it is about."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from zerobar.client.errors import Unreachable
from zerobar.client.http import BankHttp
from zerobar.client.outbox import Outbox
from zerobar.tracing.asking import asking
from zerobar.tracing.logs import JsonLines
from zerobar.tracing.requests import Followed
from zerobar.tracing.spans import (
    Ended,
    Kind,
    a_round,
    entered,
    fields_now,
    give_spans_to,
    moment,
    own_work,
    work_on,
)
from zerobar.tracing.traceparent import read_context, trace_of

NAMED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ID = uuid4()


@pytest.fixture
def ended() -> Iterator[list[Ended]]:
    kept: list[Ended] = []
    give_spans_to(kept.append)
    yield kept
    give_spans_to(None)


def served(traceparent: str = "") -> Followed:
    return Followed(("POST", "/payments"), (traceparent, ""), "", "")


class Network(httpx.BaseTransport):
    """A bank that answers `{}`, or not at all, and notes which traces asked."""

    def __init__(self) -> None:
        self.is_silent = False
        self.traces: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        place = read_context(request.headers["traceparent"])
        assert place is not None
        self.traces.append(place.trace_id)
        if self.is_silent:
            raise httpx.ConnectTimeout("silence")
        return httpx.Response(200, content=b"{}")


def test_what_a_request_makes_is_in_its_own_trace_unless_the_request_names_one() -> None:
    with entered(request := served()), work_on("make", payment_id=ID):
        assert fields_now()["trace_id"] == ID.hex == request.place.trace_id
    with entered(request := served(NAMED)), work_on("make", payment_id=ID):
        assert fields_now()["trace_id"] == NAMED.split("-")[1] == request.place.trace_id


def test_a_round_lends_its_trace_to_nothing_that_is_made_in_it() -> None:
    with a_round("jobs"):
        with work_on("make", payment_id=ID):
            assert fields_now()["trace_id"] == ID.hex
        with own_work("finish", order_id=ID):
            assert fields_now()["trace_id"] == ID.hex
        assert fields_now()["trace_id"] != ID.hex


def test_a_round_in_which_nothing_happens_leaves_nothing(ended: list[Ended]) -> None:
    with a_round("idle"):
        pass
    assert ended == []
    with a_round("busy"), asking(httpx.Request("GET", "http://bank/v1/people/me")):
        pass
    assert [(span.name, span.kind) for span in ended] == [
        ("GET /v1/people/me", Kind.CLIENT),
        ("busy", Kind.INTERNAL),
    ]


def test_a_moment_is_in_the_trace_of_what_it_tells_and_names_the_one_it_was_in(
    ended: list[Ended],
) -> None:
    with entered(request := served(NAMED)):
        moment("voucher brought", {"taken": "true"}, voucher="d10c7f4dd6faf51d/2")
    (span,) = ended
    assert span.place.trace_id == trace_of("d10c7f4dd6faf51d/2")
    assert span.link == request.place
    assert span.attributes == {"zerobar.voucher": "d10c7f4dd6faf51d/2", "taken": "true"}


def test_a_trace_that_its_beginner_does_not_record_is_not_exported(ended: list[Ended]) -> None:
    request = served(NAMED[:-2] + "00")
    request.end("/payments", 201)
    assert ended == [] and request.place.below().traceparent.endswith("-00")


def test_what_fails_is_marked_with_the_errors_type_and_none_of_its_words(
    ended: list[Ended],
) -> None:
    with pytest.raises(ValueError, match="13800"), own_work("finish", order_id=ID):
        raise ValueError("13800" + "000001")
    (span,) = ended
    assert span.failed and span.attributes["error.type"] == "ValueError"
    assert "13800" not in str(span)


def test_what_stayed_in_the_outbox_is_asked_again_in_the_trace_it_began_with(
    outbox: Outbox,
) -> None:
    network, id_ = Network(), uuid4()
    network.is_silent = True
    with BankHttp("http://bank", outbox=outbox, transport=network, pauses_s=()) as http:
        with entered(served()), pytest.raises(Unreachable):
            http.make(id_, "/v1/payments", None, dict)
        network.is_silent = False
        with a_round("sync"):
            assert http.resume() == [id_]
    assert network.traces == [id_.hex, id_.hex]


def test_each_attempt_is_told_with_its_ids_and_how_it_went(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "zerobar.tracing")
    network, id_ = Network(), uuid4()
    with BankHttp("http://bank", outbox=outbox, transport=network) as http:
        http.make(id_, "/v1/payments", None, dict)
    (line,) = [json.loads(JsonLines("till").format(record)) for record in caplog.records]
    del line["time"], line["span_id"], line["took_ms"]
    assert line == {
        "level": "info",
        "program": "till",
        "logger": "zerobar.tracing.asking",
        "message": "asked",
        "trace_id": id_.hex,
        "payment_id": str(id_),
        "whom": "bank",
        "method": "POST",
        "route": "/v1/payments",
        "status": 200,
    }


def test_outside_of_any_work_a_line_has_no_ids() -> None:
    assert fields_now() == {}


@pytest.fixture
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outbox]:
    with Outbox(tmp_path_factory.mktemp("outbox") / "outbox.db", lambda: 1.0) as kept:
        yield kept


def test_a_request_is_about_what_its_path_and_its_key_name() -> None:
    request = Followed(("POST", f"/v1/orders/{ID}/refunds"), ("", ""), "mine", str(UUID(int=7)))
    assert request.about == {
        "request_id": "mine",
        "order_id": str(ID),
        "refund_id": str(UUID(int=7)),
    }
