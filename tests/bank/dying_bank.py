"""A bank whose ledger ends by a mistake once a file `die` is there: dying_bank.py FOLDER PORT N."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from zerobar.cli import app
from zerobar.ledger import Poster

_judge_closings = Poster.judge_closings


def serve(folder: str, port: str, workers: str) -> None:
    """Serve a bank that judges as always until it is time for the mistake."""

    def judge_closings(self: Poster, *arguments: Any) -> None:
        if (Path(folder) / "die").exists():
            raise KeyError(folder)
        _judge_closings(self, *arguments)

    Poster.judge_closings = judge_closings  # type: ignore[assignment, method-assign]
    app(["bank", "serve", "--folder", folder, "--port", port, "--workers", workers])


# The processes that it starts read this file too, and are to do nothing else.
if __name__ == "__main__":
    serve(*sys.argv[1:])
