"""What comes as `traceparent` is read as W3C Trace Context says, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.tracing.traceparent import TraceContext, new_context, read_context, trace_of

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
IDS = st.integers(1, 2**128 - 1).map(lambda number: f"{number:032x}")
SPANS = st.integers(1, 2**64 - 1).map(lambda number: f"{number:016x}")


@given(IDS, SPANS, st.booleans())
def test_what_is_written_is_read_again(trace_id: str, span_id: str, sampled: bool) -> None:
    place = TraceContext(trace_id, span_id, sampled=sampled)
    assert read_context(place.traceparent) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD.upper(),
        GOOD[:-1],
        GOOD + "-more",
        "ff" + GOOD[2:],
        GOOD.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        GOOD.replace("b7ad6b7169203331", "0" * 16),
        GOOD + "\n",
        " " + GOOD,
    ],
)
def test_what_is_no_traceparent_begins_a_trace_of_its_own(text: str) -> None:
    assert read_context(text) is None


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert read_context("01" + GOOD[2:] + "-more") == read_context(GOOD)


def test_a_state_is_passed_on_unless_it_is_too_long_or_no_text() -> None:
    states = ["a=1,b=2", "a" * 513, "a=\x07"]
    read = [read_context(GOOD, state) for state in states]
    assert [place.state for place in read if place] == ["a=1,b=2", "", ""]


def test_a_part_of_a_span_is_in_its_trace() -> None:
    place = new_context()
    part = place.below()
    assert (part.trace_id, part.parent_id) == (place.trace_id, place.span_id)
    assert part.span_id != place.span_id


def test_a_uuids_digits_are_its_trace_and_a_vouchers_name_draws_one() -> None:
    id_ = "0198c0de-1234-7abc-8def-000000000001"
    assert trace_of(id_) == id_.replace("-", "")
    drawn = trace_of("d10c7f4dd6faf51d/2")
    assert len(drawn) == 32 and drawn != trace_of("d10c7f4dd6faf51d/3")
    assert read_context(f"00-{trace_of('0' * 32)}-b7ad6b7169203331-01") is not None
