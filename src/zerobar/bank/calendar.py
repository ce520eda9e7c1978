"""Days and years as the rules count them: in China's time, which has no summer time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

CHINA: Final = timezone(timedelta(hours=8), "CST")


@lru_cache(maxsize=16)
def day_of(moment: datetime) -> int:
    """Return the day in China as a number, 20261125."""
    local = moment.astimezone(CHINA)
    return local.year * 10_000 + local.month * 100 + local.day


@lru_cache(maxsize=16)
def year_of(moment: datetime) -> int:
    """Return the year in China."""
    return moment.astimezone(CHINA).year
