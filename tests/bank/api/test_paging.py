"""Cursors lead through a list without losing or repeating an item, and nothing else is one."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobar.bank.api.paging import BadCursor, page_of, read_cursor, write_cursor

IDS = st.lists(st.uuids(), unique=True, max_size=30).map(sorted)


@given(ids=IDS, limit=st.integers(1, 7))
def test_pages_together_are_the_whole_list(ids: list[UUID], limit: int) -> None:
    seen: list[UUID] = []
    cursor = None
    while True:
        after = read_cursor(cursor)
        rows = [id_ for id_ in ids if after is None or id_ > after][: limit + 1]
        page = page_of(rows, limit, lambda id_: id_, lambda id_: id_)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert seen == ids


@given(id_=st.uuids())
def test_a_cursor_is_read_as_it_was_written(id_: UUID) -> None:
    assert read_cursor(write_cursor(id_)) == id_


@pytest.mark.parametrize("cursor", ["a", "AAAA", "!!!!", "A" * 23, "A" * 200, "é"])
def test_what_no_page_gave_out_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        read_cursor(cursor)
