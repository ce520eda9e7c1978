"""Whether the bank's books and its records tell the same story, to the fen.

    checks = check_books(bank)
    assert not any(check.many for check in checks)

Each check is one statement over everything there is, from one snapshot, and moves nothing. What
is still going on is stored before it moves money, so a bank that is being served deviates nowhere
either; nor does one whose program was killed.
"""

from __future__ import annotations

from zerobar.bank.checking.model import MOST_SHOWN, Check
from zerobar.bank.checking.running import RULES, check_books, compare

__all__ = ["MOST_SHOWN", "RULES", "Check", "check_books", "compare"]
