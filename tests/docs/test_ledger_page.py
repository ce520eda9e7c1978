"""The ledger's page lists the results as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

from zerobar.ledger import MAX_CHAIN, Result

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")


def test_the_results_are_listed_in_their_order() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z_]+) \| .+ \|$", PAGE, re.M)
    assert [(int(value), name) for value, name in rows] == [(r.value, r.name) for r in Result]


def test_a_chain_is_as_long_as_the_page_says() -> None:
    assert f"up to {MAX_CHAIN} transfers" in PAGE
