"""Reading docs/protocol.md: its tables, its vectors, and the status words it mentions."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Cell:
    """What stands between two bars, and where in the page."""

    text: str
    start: int


@dataclass(frozen=True)
class Table:
    """A table under its nearest heading."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def columns(self, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        places = [self.header.index(name) for name in names]
        return [tuple(row[place].text for place in places) for row in self.rows]


def tables(page: str) -> list[Table]:
    found, heading, start = [], "", 0
    rows: list[tuple[Cell, ...]] = []
    for line in [*page.splitlines(keepends=True), "\n"]:
        if line.startswith("|"):
            rows.append(_cells(line, start))
        elif rows:
            header = tuple(cell.text for cell in rows[0])
            found.append(Table(heading, header, tuple(rows[2:])))
            rows = []
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
        start += len(line)
    return found


def _cells(line: str, start: int) -> tuple[Cell, ...]:
    return tuple(Cell(text, start + at) for text, at in _split(line))


@cache
def _split(line: str) -> list[tuple[str, int]]:
    """Return what stands between the bars of a line, and where; a page is read many times."""
    between = re.finditer(r"\|([^|\n]*)(?=\|)", line)
    return [(m[1].strip(), m.start(1) + len(m[1]) - len(m[1].lstrip())) for m in between]


def vectors(page: str) -> dict[str, str]:
    blocks = re.findall(r"^\*\*([^*\n]+)\*\*\n\n```\n([0-9a-f\n]+)```$", page, re.MULTILINE)
    return {name: "".join(block.split()) for name, block in blocks}


STATUS_PAIR = re.compile(r"`([0-9A-F]{4}) ([A-Z0-9_]+)`")
LONE_STATUS = re.compile(r"`(?:9E|6[0-9A-F])[0-9A-F]{2}`")
