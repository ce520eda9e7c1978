from __future__ import annotations

from datetime import datetime

import pytest

from zerobar.bank.calendar import CHINA
from zerobar.bank.merchants.days import NoSuchDay, moments_of


def test_a_day_begins_and_ends_at_midnight_in_china() -> None:
    assert moments_of(20261231) == (
        datetime(2026, 12, 31, tzinfo=CHINA),
        datetime(2027, 1, 1, tzinfo=CHINA),
    )


@pytest.mark.parametrize("day", [0, -20261125, 20261131, 99991231, 8944425588321314, 10**40])
def test_invalid_a_number_that_is_no_day(day: int) -> None:
    with pytest.raises(NoSuchDay):
        moments_of(day)
