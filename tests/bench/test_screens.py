"""What a screen's first load weighs: what its page names, once each, compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from bench.screens import first_load


def test_a_page_and_each_file_that_it_names_are_weighed_once(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    script, style = tmp_path / "assets" / "wallet-1.js", tmp_path / "assets" / "wallet-2.css"
    script.write_text("a" * 1_000)
    style.write_text("b" * 1_000)
    (tmp_path / "assets" / "later-3.js").write_text("c" * 1_000)
    page = tmp_path / "wallet.html"
    page.write_text(
        '<link rel="modulepreload" href="/assets/wallet-1.js">'
        '<script src="/assets/wallet-1.js"></script><link href="/assets/wallet-2.css">'
    )
    weighed = sum(
        len(gzip.compress(file.read_bytes(), 6, mtime=0)) for file in (page, script, style)
    )
    assert first_load("wallet", tmp_path) == (3, weighed)
