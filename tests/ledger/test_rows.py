"""Records that are stored with the chain they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ledger.conftest import BEGINNING, Clock, Connect, Connection
from tests.ledger.worlds import KEYS, SOURCE, WALLETS
from zerobar.ledger import (
    Counter,
    GroupingPoster,
    Int,
    Poster,
    Posting,
    Result,
    Row,
    RowRefused,
    Small,
    Transfer,
    Value,
    balance,
    encode_row,
    read_counter,
    storing,
    trial_balance,
)
from zerobar.purse.money import Fen

ALICE, BO, CAFE, _ = WALLETS
TABLES = {
    "payment": "COPY payment (id, note) FROM STDIN (FORMAT binary)",
    "every": "COPY every (a, b, c, d, e, f, g, h) FROM STDIN (FORMAT binary)",
}


@pytest.fixture
def ledger(opened: Connect, reading: Connection, clock: Clock) -> Iterator[GroupingPoster]:
    reading.execute("CREATE TABLE payment (id uuid PRIMARY KEY, note text CHECK (note <> 'bad'))")
    reading.execute(
        "CREATE TABLE every (a uuid, b smallint, c int, d bigint, e text, f bytea, g timestamptz,"
        " h boolean)"
    )
    with GroupingPoster(Poster(opened, clock, TABLES)) as grouping_poster:
        yield grouping_poster


def paid(
    number: int, note: str = "fine", *, debit: UUID = SOURCE, key: UUID | None = None
) -> Posting:
    transfer = Transfer(UUID(int=number), debit, ALICE, Fen(1))
    counters = () if key is None else (Counter(key, 0, 1, None),)
    return Posting((transfer,), counters, (Row("payment", encode_row(transfer.id, note)),))


def notes(reading: Connection) -> list[tuple[int, str]]:
    rows = reading.execute("SELECT id, note FROM payment ORDER BY id").fetchall()
    return [(payment.int, note) for payment, note in rows]


def test_a_row_is_stored_if_its_chain_posts(ledger: GroupingPoster, reading: Connection) -> None:
    refused = paid(2, debit=BO)
    told = ledger.submit_many([paid(1), refused]).result(30)
    assert [a[0].result for a in told if isinstance(a, list)] == [
        Result.POSTED,
        Result.BELOW_FLOOR,
    ]
    assert notes(reading) == [(1, "fine")]


def test_a_repeated_chain_stores_its_row_once(ledger: GroupingPoster, reading: Connection) -> None:
    for _ in range(3):
        assert isinstance(ledger.submit_many([paid(1), paid(1)]).result(30)[0], list)
    assert notes(reading) == [(1, "fine")]


def test_a_row_that_is_refused_stops_only_its_own_chain(
    ledger: GroupingPoster, reading: Connection
) -> None:
    """By a check and by a key that is taken; all others of the group are posted and counted."""
    reading.execute("INSERT INTO payment VALUES (%s, 'taken')", (UUID(int=70),))
    guilty = {33: "bad", 70: "fine"}
    postings = [paid(n, guilty.get(n, "fine"), key=KEYS[0]) for n in range(1, 101)]
    told = ledger.submit_many(postings).result(30)
    refused = {n for n, answer in enumerate(told, 1) if isinstance(answer, RowRefused)}
    assert refused == set(guilty)
    assert balance(reading, ALICE).balance == 98 == read_counter(reading, KEYS[0], 0)
    assert len(notes(reading)) == 99 and trial_balance(reading).balanced


def test_what_a_refused_row_spoiled_can_be_sent_again_corrected(
    ledger: GroupingPoster, reading: Connection
) -> None:
    wrong, right = paid(1, "bad"), paid(1, "good")
    with pytest.raises(RowRefused, match=r"violates check constraint.*send the chain again"):
        ledger.post(*wrong.transfers, rows=wrong.rows)
    assert balance(reading, ALICE).balance == 0
    assert ledger.post(*right.transfers, rows=right.rows)[0].ok
    assert notes(reading) == [(1, "good")]


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x02" + b"\xff" * 9,
        encode_row(UUID(int=1)),
        encode_row(UUID(int=1), "fine", 3),
        encode_row(b"short", "fine"),
        encode_row(UUID(int=1), "no\0text"),
        b"\xff\xff",
    ],
    ids=["cut", "few", "many", "type", "text", "end"],
)
def test_invalid_bytes_that_are_no_row(
    ledger: GroupingPoster, reading: Connection, data: bytes
) -> None:
    chain = Transfer(UUID(int=9), SOURCE, ALICE, Fen(1))
    before = ledger.submit(*paid(1).transfers)
    with pytest.raises(RowRefused):
        ledger.post(chain, rows=(Row("payment", data),))
    after = ledger.submit(*paid(2).transfers)
    assert before.result(30)[0].ok and after.result(30)[0].ok
    assert balance(reading, ALICE).balance == 2 and notes(reading) == []


def test_invalid_a_table_that_the_poster_was_not_given(ledger: GroupingPoster) -> None:
    chain = Transfer(UUID(int=9), SOURCE, ALICE, Fen(1))
    with pytest.raises(RowRefused, match="no table other"):
        ledger.submit(chain, rows=(Row("other", encode_row(1)),))


_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_moments = st.datetimes(datetime(1800, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_values = st.tuples(
    st.uuids(),
    st.integers(-(2**15), 2**15 - 1).map(Small),
    st.integers(-(2**31), 2**31 - 1).map(Int),
    st.integers(-(2**63), 2**63 - 1),
    _text,
    st.binary(max_size=20),
    _moments,
    st.booleans(),
)
_numbers = iter(range(1, 100_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_values.flatmap(lambda row: st.tuples(*(st.sampled_from((v, None)) for v in row)))))
def test_a_row_is_read_as_it_was_encoded(
    ledger: GroupingPoster, reading: Connection, values: list[tuple[Value, ...]]
) -> None:
    rows = [Row("every", encode_row(*row)) for row in values[:32]]
    ledger.post(Transfer(UUID(int=next(_numbers)), SOURCE, ALICE, Fen(1)), rows=rows)
    stored: list[tuple[Any, ...]] = reading.execute("DELETE FROM every RETURNING *").fetchall()
    assert stored == values[:32]


def test_rows_of_a_group_keep_the_order_of_their_tables(
    opened: Connect, reading: Connection, clock: Clock
) -> None:
    """A table may refer to one that is filled before it."""
    reading.execute("CREATE TABLE bill (id bigint PRIMARY KEY)")
    reading.execute("CREATE TABLE line (bill bigint REFERENCES bill)")
    statement = "COPY {} FROM STDIN (FORMAT binary)"
    tables = {name: statement.format(name) for name in ("bill", "line")}
    rows = [Row("line", encode_row(1)), Row("bill", encode_row(1))]
    with GroupingPoster(Poster(opened, clock, tables)) as ledger:
        assert ledger.post(Transfer(UUID(int=1), SOURCE, ALICE, Fen(1)), rows=rows)[0].ok
    assert BEGINNING < clock()


# --- tried provisionally, and in small groups and large ones -------------------------------


def test_what_is_refused_provisionally_leaves_nothing(
    ledger: GroupingPoster, reading: Connection
) -> None:
    asked = replace(paid(1, debit=BO, key=KEYS[0]), provisional=True)
    for _ in range(2):
        (answer,) = ledger.submit_many([asked]).result(30)
        assert isinstance(answer, list)
        assert (answer[0].result, answer[0].repeated) == (Result.BELOW_FLOOR, False)
    assert reading.execute("SELECT count(*) FROM ledger.transfer").fetchone() == (0,)
    assert ledger.post(Transfer(UUID(int=2), SOURCE, BO, Fen(1)))[0].ok
    for repeated in (False, True):
        (answer,) = ledger.submit_many([asked]).result(30)
        assert isinstance(answer, list)
        assert (answer[0].result, answer[0].repeated) == (Result.POSTED, repeated)
    assert notes(reading) == [(1, "fine")] and read_counter(reading, KEYS[0], 0) == 1


def test_what_was_refused_in_earnest_stays_so_when_it_is_tried_provisionally(
    ledger: GroupingPoster,
) -> None:
    in_earnest = paid(1, debit=BO)
    assert ledger.post(*in_earnest.transfers)[0].result is Result.BELOW_FLOOR
    assert ledger.post(Transfer(UUID(int=2), SOURCE, BO, Fen(1)))[0].ok
    (answer,) = ledger.submit_many([replace(in_earnest, provisional=True)]).result(30)
    assert isinstance(answer, list)
    assert (answer[0].result, answer[0].repeated) == (Result.BELOW_FLOOR, True)


@pytest.mark.parametrize("few", [0, 1_000], ids=["copied", "inserted"])
def test_small_groups_are_stored_as_large_ones_are(
    ledger: GroupingPoster, reading: Connection, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(storing, "FEW", few)
    reading.execute("INSERT INTO payment VALUES (%s, 'taken')", (UUID(int=7),))
    told = ledger.submit_many([paid(n, key=KEYS[0]) for n in range(1, 11)]).result(30)
    assert [n for n, answer in enumerate(told, 1) if isinstance(answer, RowRefused)] == [7]
    assert notes(reading) == [(n, "taken" if n == 7 else "fine") for n in range(1, 11)]
    assert balance(reading, ALICE).balance == 9 == read_counter(reading, KEYS[0], 0)
    assert trial_balance(reading).balanced


def test_a_table_with_an_array_is_copied_in_small_groups_too(
    opened: Connect, reading: Connection, clock: Clock
) -> None:
    reading.execute("CREATE TABLE tagged (id uuid, tags text[])")
    tables = {"tagged": "COPY tagged (id) FROM STDIN (FORMAT binary)"}
    with_array = {"tagged": "COPY tagged (id, tags) FROM STDIN (FORMAT binary)"}
    for number, each in enumerate((tables, with_array), 1):
        values = (UUID(int=number), None)[:number]
        chain = Transfer(UUID(int=number), SOURCE, ALICE, Fen(1))
        with GroupingPoster(Poster(opened, clock, each)) as ledger:
            assert ledger.post(chain, rows=(Row("tagged", encode_row(*values)),))[0].ok
    assert reading.execute("SELECT count(*), count(tags) FROM tagged").fetchone() == (2, 0)
