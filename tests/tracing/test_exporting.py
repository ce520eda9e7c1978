"""Spans reach a collector, in order, and one that is away holds up nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.tracing.collector import Collector, attributes, collecting
from zerobar.tracing.exporting import Exporter, begin_export, read_headers
from zerobar.tracing.spans import Ended, Kind, give_spans_to, own_work
from zerobar.tracing.traceparent import new_context

VARIABLES = (
    *("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
    *("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME"),
)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    give_spans_to(None)


def span(name: str) -> Ended:
    return Ended(name, Kind.SERVER, new_context(), 1, 2, {"count": 3}, None, failed=False)


def test_without_a_collector_nothing_is_begun() -> None:
    assert begin_export("bank") is None


def test_a_span_reaches_the_collector_that_the_environment_names(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url + "/")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-token=s%20t, x-other=2")
    exporter = begin_export("bank")
    assert exporter is not None
    with own_work("finish", order_id="o-1"):
        pass
    exporter.end()
    (told,) = collector.spans()
    assert (told["name"], told["kind"], told["service"]) == ("finish", 1, "zerobar-bank")
    assert attributes(told) == {"zerobar.order_id": "o-1"} and "parentSpanId" not in told
    assert int(told["startTimeUnixNano"]) <= int(told["endTimeUnixNano"])
    assert (collector.headers[0]["x-token"], collector.headers[0]["x-other"]) == ("s t", "2")


def test_the_whole_address_and_another_name_can_be_given(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{collector.url}/v1/traces")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "our-bank")
    exporter = begin_export("bank")
    assert exporter is not None
    exporter.take(span("one"))
    exporter.end()
    assert [told["service"] for told in collector.spans()] == ["our-bank"]


@pytest.mark.parametrize("answer", [503, 429])
def test_what_a_busy_collector_does_not_take_is_brought_again_in_order(
    collector: Collector, answer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerobar.tracing.exporting.MOST_AT_ONCE", 1)
    exporter = Exporter(f"{collector.url}/v1/traces", {}, "bank")
    collector.answer = answer
    for name in ("one", "two"):
        exporter.take(span(name))
    assert not exporter._bring_all()
    exporter.take(span("three"))
    collector.answer = 200
    assert exporter._bring_all()
    assert [told["name"] for told in collector.spans()] == ["one", "two", "three"]


def test_what_a_collector_refuses_for_good_is_not_brought_again(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    exporter = Exporter(f"{collector.url}/v1/traces", {}, "bank")
    collector.answer = 400
    exporter.take(span("one"))
    assert exporter._bring_all()
    collector.answer = 200
    assert exporter._bring_all() and collector.spans() == []
    assert "does not take them: 400" in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1/traces", "nowhere", "http://[::1"])
def test_a_collector_that_is_not_there_is_complained_of_once_and_memory_stays_bounded(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("zerobar.tracing.exporting.MOST_WAITING", 3)
    exporter = Exporter(url, {}, "bank")
    for number in range(5):
        exporter.take(span(str(number)))
        assert not exporter._bring_all()
    assert [each.name for each in exporter._waiting] == ["2", "3", "4"]
    assert caplog.text.count("does not take them") == 1


def test_a_program_brings_its_last_spans_when_it_ends(collector: Collector) -> None:
    code = (
        "from zerobar.tracing import begin\n"
        "from zerobar.tracing.spans import own_work\n"
        "begin('till')\n"
        "with own_work('last', sale_id='s-1'): pass\n"
    )
    environment = os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert [(told["service"], told["name"]) for told in collector.spans()] == [
        ("zerobar-till", "last")
    ]


def test_headers_are_pairs_and_anything_else_is_left_out() -> None:
    assert read_headers("a=1,,b, c = x%3D1") == {"a": "1", "c": "x=1"}
