"""A long log that comes in parts: a sync that was cut goes on where it was."""

from __future__ import annotations

import pytest

from tests.bank.syncing.village import Village, Villager
from zerobar.bank.syncing import LogRefused, StateRefused, Upload, known_entry, sync, take_part
from zerobar.purse.messages import LogEntry, State


@pytest.fixture
def many(village: Village, alice: Villager, shop: Villager) -> list[LogEntry]:
    """Alice's log of 9 entries, of which the bank holds none."""
    for _ in range(8):
        village.pay(alice, shop, 1_00)
    return alice.log()


def test_a_log_in_parts_is_taken_in_with_the_last_of_them(
    village: Village, alice: Villager, many: list[LogEntry]
) -> None:
    state = alice.state()
    assert take_part(village.bank, state, many[:3]) == 3
    assert take_part(village.bank, state, many[3:6]) == 6
    assert known_entry(village.bank, alice.id) == 6
    answer = sync(village.bank, Upload(state, many[6:], epoch=0))
    assert answer.ack is not None and answer.known_entry == 9
    alice.card.sync_ack(answer.ack)
    assert parts_left(village) == 0


def test_a_part_that_comes_twice_and_a_log_that_has_grown_since_change_nothing(
    village: Village, alice: Villager, shop: Villager, many: list[LogEntry]
) -> None:
    for _ in range(2):
        assert take_part(village.bank, alice.state(), many[:5]) == 5
    village.pay(alice, shop, 1_00)
    assert village.sync(alice).known_entry == 10


def test_all_of_it_in_parts_needs_nothing_more_than_the_state(
    village: Village, alice: Villager, many: list[LogEntry]
) -> None:
    state = alice.state()
    take_part(village.bank, state, many)
    assert sync(village.bank, Upload(state, [], epoch=0)).ack is not None


def test_a_part_proves_nothing_until_it_leads_to_the_state(
    village: Village, alice: Villager, many: list[LogEntry]
) -> None:
    forged = [*many[:2], other_entry(many[2])]
    state = alice.state()
    take_part(village.bank, state, forged)
    with pytest.raises(LogRefused) as refused:
        sync(village.bank, Upload(state, many[3:], epoch=0))
    assert refused.value.read_from == 1
    assert known_entry(village.bank, alice.id) == 0 and parts_left(village) == 0
    assert sync(village.bank, Upload(state, many, epoch=0)).ack is not None
    assert not village.flagged()


def test_what_cannot_be_a_part_is_refused(
    village: Village, alice: Villager, many: list[LogEntry]
) -> None:
    state = alice.state()
    for entries in ([], many[1:3], [many[0], many[2]], [beyond(many[-1])]):
        with pytest.raises(LogRefused):
            take_part(village.bank, state, entries)
    with pytest.raises(StateRefused):
        take_part(village.bank, unsigned(state), many[:3])
    assert parts_left(village) == 0


def other_entry(entry: LogEntry) -> LogEntry:
    """Change what an entry says it paid."""
    raw = bytearray(bytes(entry))
    raw[60] ^= 1
    return LogEntry.parse(bytes(raw))


def beyond(entry: LogEntry) -> LogEntry:
    """Give an entry the number after its own."""
    raw = bytearray(bytes(entry))
    raw[1:5] = (entry.entry + 1).to_bytes(4)
    return LogEntry.parse(bytes(raw))


def unsigned(state: State) -> State:
    raw = bytearray(bytes(state))
    raw[-1] ^= 1
    return State.parse(bytes(raw))


def parts_left(village: Village) -> int:
    with village.bank.connection() as connection:
        row = connection.execute("SELECT count(*) FROM bank.purse_log_part").fetchone()
    assert row is not None
    return int(row[0])
