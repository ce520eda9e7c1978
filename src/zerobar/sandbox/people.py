"""Those who live in a new sandbox. Their numbers have right check digits and belong to nobody."""

from __future__ import annotations

from typing import Final

from zerobar.sandbox.model import TestCard, TestPerson

_RICH: Final = 1_000_000_00
_POOR: Final = 100_00

PEOPLE: Final = (
    TestPerson(
        "林安娜",
        "110101199003071233",
        (
            TestCard("6299900000000016", _RICH, "+8613800000001"),
            TestCard("6299900000000024", _POOR, "+8613800000001"),
        ),
    ),
    TestPerson(
        "王小明", "310104198511204567", (TestCard("6299900000000032", _RICH, "+8613800000002"),)
    ),
    TestPerson(
        "陈丽", "440306199508157891", (TestCard("6299900000000040", _RICH, "+8613800000003"),)
    ),
    TestPerson(
        "赵建国", "120101197801020011", (TestCard("6299900000000057", _RICH, "+8613800000004"),)
    ),
    TestPerson(
        "周敏", "51010719920422012X", (TestCard("6299900000000065", _POOR, "+8613800000005"),)
    ),
    TestPerson("刘洋", "610103200109103340", ()),
)
"""Each has the phone number that its cards' bank knows; the last has no card."""
