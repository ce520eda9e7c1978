"""What fails is put off, longer each time, and holds up nothing that comes after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from zerobar.database import Database, connect
from zerobar.database.batches import LONGEST_PAUSE_S, Batches, put_off

SECRET = "a name that belongs in no log"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Away(Exception):
    """What may happen though nobody made a mistake."""


do_each = Batches((Away,)).do_each


@pytest.mark.parametrize("failure", [Away(SECRET), KeyError(SECRET), AssertionError(SECRET)])
def test_an_item_that_fails_in_any_way_holds_up_no_other(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[int] = []
    later: list[int] = []

    def do(item: int) -> bool:
        tried.append(item)
        if item == 2:
            raise failure
        return item != 3

    assert do_each("work", range(5), do, later.append) == 3
    assert (tried, later) == ([0, 1, 2, 3, 4], [2])
    assert type(failure).__name__ in caplog.text and SECRET not in caplog.text


def test_what_ends_the_process_ends_the_batch() -> None:
    def do(_: int) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do_each("work", [1], do, lambda _: None)


def test_each_pause_is_twice_the_last_until_the_longest(database: Database) -> None:
    with connect(database, "test") as connection:
        connection.execute("CREATE TABLE work (id uuid, tries int, next_try_at timestamptz)")
        connection.execute("INSERT INTO work VALUES (%s, 0, now()), (%s, 0, 'epoch')", ids())
        pauses = [put_off(connection, "work", "id", ids()[0], NOW) - NOW for _ in range(12)]
        row = connection.execute("SELECT tries FROM work WHERE id = %s", ids()[1:]).fetchone()
    seconds = [min(2 << number, LONGEST_PAUSE_S) for number in range(12)]
    assert pauses == [timedelta(seconds=pause) for pause in seconds]
    assert row == (0,)


def ids() -> list[UUID]:
    return [UUID(int=1), UUID(int=2)]
