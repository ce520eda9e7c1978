"""The blocklist reaches cards in signed deltas, from whatever epoch they are at."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from tests.bank.conftest import Clock
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.fraud.blocklist import FRESH_FOR, NEWEST, add, deltas_from, newest_epoch
from zerobar.purse.messages import MAX_BLOCKED_IDS, BlocklistDelta


def block(village: Village, *ids: bytes) -> None:
    with village.bank.transaction() as connection:
        add(connection, ids, village.bank.clock())


def deltas(village: Village, epoch: int) -> tuple[BlocklistDelta, ...]:
    with village.bank.transaction() as connection:
        return deltas_from(connection, village.keys.operator, epoch, village.bank.clock())


def numbered(many: int) -> list[bytes]:
    return [number.to_bytes(8) for number in range(1, many + 1)]


def test_a_card_takes_every_delta_in_order(village: Village, shop: Villager) -> None:
    block(village, *numbered(40))
    epochs = [shop.card.blocklist(delta) for delta in deltas(village, 0)]
    assert epochs == [18, 36, 40]
    block(village, b"one more")
    assert [shop.card.blocklist(delta) for delta in deltas(village, 40)] == [41]


def test_deltas_join_without_a_gap_and_hold_only_the_newest_ids(village: Village) -> None:
    block(village, *numbered(NEWEST + 50))
    steps = deltas(village, 3)
    assert steps[0].from_epoch == 3 and steps[-1].to_epoch == NEWEST + 50
    assert all(a.to_epoch == b.from_epoch for a, b in pairwise(steps))
    assert all(len(step.ids) <= MAX_BLOCKED_IDS for step in steps)
    assert [id_ for step in steps for id_ in step.ids] == numbered(NEWEST + 50)[50:]


def test_the_same_epoch_is_answered_by_the_same_bytes(village: Village) -> None:
    block(village, b"cheating")
    assert [bytes(d) for d in deltas(village, 0)] == [bytes(d) for d in deltas(village, 0)]


def test_an_id_is_blocked_once(village: Village) -> None:
    block(village, b"cheating")
    block(village, b"cheating", b"cheater2")
    with village.bank.connection() as connection:
        assert newest_epoch(connection) == 2


def test_a_card_that_knows_all_is_told_again_after_a_while(village: Village, clock: Clock) -> None:
    block(village, b"cheating")
    assert deltas(village, 1) == ()
    clock.advance(seconds=FRESH_FOR / timedelta(seconds=1))
    (fresh,) = deltas(village, 1)
    assert (fresh.from_epoch, fresh.to_epoch, fresh.ids) == (1, 2, ())


def test_a_card_that_claims_an_epoch_yet_to_come_is_told_nothing(village: Village) -> None:
    block(village, b"cheating")
    assert deltas(village, 7) == ()


def test_a_bank_that_never_blocked_anybody_still_says_that_its_list_is_fresh(
    village: Village, shop: Villager
) -> None:
    assert [shop.card.blocklist(delta) for delta in deltas(village, 0)] == [1]
