"""What a screen's first load weighs: the page and all files that it names, compressed."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Final

from bench.report import table, verdict
from zerobar.serving.screens import FOLDER

ENTRIES: Final = ("wallet", "till", "stage", "console")
MOST_BYTES: Final = 150 * 1024
"""For a phone on a slow network, which the wallet is for."""
_NAMED: Final = re.compile(r'(?:src|href)="/(assets/[^"]+)"')
_AS_SERVERS_DO: Final = 6


def first_load(entry: str, folder: Path = FOLDER) -> tuple[int, int]:
    """Return how many files an entry's page asks for at once, itself included, and their bytes.

    Raises FileNotFoundError when the screens are not built.
    """
    page = folder / f"{entry}.html"
    named = _NAMED.findall(page.read_text(encoding="utf-8"))
    files = [page, *(folder / name for name in dict.fromkeys(named))]
    sizes = [len(gzip.compress(file.read_bytes(), _AS_SERVERS_DO, mtime=0)) for file in files]
    return len(files), sum(sizes)


def screens_table() -> str:
    """Return the table of all entries."""
    rows = []
    for entry in ENTRIES:
        count, size = first_load(entry)
        rows.append((entry, str(count), f"{size / 1024:.1f}", verdict(size <= MOST_BYTES)))
    return table(("screen", "files", "KB, gzip", f"at most {MOST_BYTES // 1024} KB"), rows)
