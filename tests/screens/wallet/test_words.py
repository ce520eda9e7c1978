"""What the telecom says in English only, the wallet says in Chinese; the bank does so itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from zerobar.telecom.errors import TelecomError

TEXTS = Path(__file__).parents[3] / "web" / "src" / "wallet" / "texts" / "problems.ts"
FAMILIES = {"error", "conflict", "refused", "unavailable"}
NOT_FOR_PHONES = {
    "asked-just-now",
    "bad-reference",
    "line-exists",
    "not-paid-by-order",
    "not-signed-in",
    "no-way-back",
    "not-submitted",
    "notice-refused",
    "over-refund",
    "plan-unknown",
    "refund-unknown",
    "too-many-vouchers",
    "top-up-unknown",
    "unplaced-decided",
    "unplaced-unknown",
    "voucher-for-others",
    "voucher-malformed",
}
"""What only the telecom's own programs, its bank and its partners ask for."""
OF_PARTNERS = ("zerobar.telecom.api.tmf", "zerobar.telecom.api.access")
"""Modules of its interfaces for partners, and of what a program that is not broken never sends."""


def kinds_of(kind: type[TelecomError]) -> Iterator[type[TelecomError]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def test_whatever_the_telecom_refuses_a_phone_has_chinese_words() -> None:
    known = set(re.findall(r"^ {2}'?([a-z-]+)'?: \[", TEXTS.read_text(encoding="utf-8"), re.M))
    kinds = [kind for kind in kinds_of(TelecomError) if not kind.__module__.startswith(OF_PARTNERS)]
    refused = {kind.problem for kind in kinds} - FAMILIES - NOT_FOR_PHONES
    assert len(refused) > 10
    assert refused - known == set(), f"say them in {TEXTS.name}"
