"""A payment torn on the payer's side, on the payee's, or both: resumed, it is credited once."""

from __future__ import annotations

from random import Random

import pytest

from tests.purse.pairs import Road, Tears, bytes_written, prove_payment
from tests.purse.test_power_cuts import Note, note_cuts

PREPARE_BYTES, PAY_BYTES, ACCEPT_BYTES = bytes_written()

by_road = pytest.mark.parametrize("road", list(Road))


def test_nothing_torn() -> None:
    prove_payment(Tears(), Road.SAME_TAP_AGAIN)


def test_prepare_torn_anywhere(record_property: Note) -> None:
    for at in range(PREPARE_BYTES + 1):
        prove_payment(Tears(prepare=at), Road.SAME_TAP_AGAIN)
    note_cuts(record_property, PREPARE_BYTES + 1)


@by_road
def test_pay_torn_anywhere(road: Road, record_property: Note) -> None:
    for at in range(PAY_BYTES + 1):
        prove_payment(Tears(pay=at), road)
    note_cuts(record_property, PAY_BYTES + 1)


def test_accept_torn_anywhere(record_property: Note) -> None:
    for at in range(ACCEPT_BYTES + 1):
        prove_payment(Tears(accept=at), Road.SAME_TAP_AGAIN)
    note_cuts(record_property, ACCEPT_BYTES + 1)


def drawn(draw: Random) -> Tears:
    return Tears(
        draw.randint(0, PREPARE_BYTES), draw.randint(0, PAY_BYTES), draw.randint(0, ACCEPT_BYTES)
    )


@by_road
def test_all_three_torn(road: Road, record_property: Note) -> None:
    draw = Random(road.value)
    for _ in range(100):
        prove_payment(drawn(draw), road)
    note_cuts(record_property, 300)


@pytest.mark.deep
@by_road
def test_all_three_torn_everywhere(road: Road, record_property: Note) -> None:
    draw = Random(f"deep {road.value}")
    for _ in range(5_000):
        prove_payment(drawn(draw), road)
    note_cuts(record_property, 15_000)
