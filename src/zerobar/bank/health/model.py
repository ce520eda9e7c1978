"""What is looked at to see whether the bank is well, and from when on it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from zerobar.client.console_control import FindingShown, Level

Figures = Mapping[str, int]
Judge = Callable[[Figures], Level]
_SPANS = ((86_400, "days", "天"), (3_600, "hours", "小时"), (60, "minutes", "分钟"))


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence for when all is well, one for when it is not, and what to do then.

    Figures stand in braces; one that ends in `_s` is a span of time, and is written as such.
    """

    well: str
    ill: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is looked at.

    Attributes:
        query: one row, whose columns are the figures; it is given `now`, `operator_id` and
            `yesterday`, the day in China as a number.
    """

    name: str
    query: LiteralString
    judge: Judge
    en: Words
    zh: Words


def at_least(figure: str, attention: int, failing: int | None = None) -> Judge:
    """Return a judge that goes by one figure."""

    def judge(figures: Figures) -> Level:
        if failing is not None and figures[figure] >= failing:
            return Level.FAILING
        return Level.ATTENTION if figures[figure] >= attention else Level.OK

    return judge


def finding(name: str, level: Level, figures: Figures, en: Words, zh: Words) -> FindingShown:
    """Return what was found, in words."""
    is_well = level is Level.OK
    in_english = {key: _told(key, value, 1) for key, value in figures.items()}
    in_chinese = {key: _told(key, value, 2) for key, value in figures.items()}
    return FindingShown(
        name=name,
        level=level,
        sentence=(en.well if is_well else en.ill).format(**in_english),
        sentence_zh=(zh.well if is_well else zh.ill).format(**in_chinese),
        next_step="" if is_well else en.next_step,
        next_step_zh="" if is_well else zh.next_step,
        figures=dict(figures),
    )


def _told(name: str, value: int, language: int) -> str:
    if not name.endswith("_s"):
        return str(value)
    for span in _SPANS:
        if value >= 2 * span[0]:
            return f"{value // span[0]} {span[language]}"
    return f"{value} {('', 'seconds', '秒')[language]}"
