"""Tables in Markdown, so that a run can be kept in bench/README.md as it was printed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table, its columns padded."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def verdict(met: bool) -> str:
    return "met" if met else "NOT MET"


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.3f}"


def median_of_rounds(rounds: Sequence[Sequence[float]]) -> float:
    """The median of the rounds' medians: one disturbed round does not move it."""
    return median(median(samples) for samples in rounds)


def p99(rounds: Sequence[Sequence[float]]) -> float:
    """The 99th percentile of all samples together."""
    samples = [sample for samples in rounds for sample in samples]
    return quantiles(samples, n=100, method="inclusive")[98] if len(samples) > 1 else samples[0]
