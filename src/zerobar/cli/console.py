"""What the command line prints: sentences, tables, and errors that say what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console
from rich.text import Text

from zerobar.element import ElementError
from zerobar.issuer import (
    AuthorityFileError,
    EvidenceRefused,
    JournalError,
    PersonalisationFailed,
    SyncRefused,
)
from zerobar.purse.money import AmountError
from zerobar.reader import CardError, Sentence

out: Final = Console(highlight=False)
err: Final = Console(stderr=True, highlight=False)

_FAILED: Final = 1
_OTHERS: Final = (
    ElementError,
    AuthorityFileError,
    JournalError,
    PersonalisationFailed,
    SyncRefused,
    AmountError,
)


def in_chinese() -> bool:
    """Whether the user reads Chinese: ZEROBAR_LANG, else the locale, begins with zh."""
    asked = os.environ.get("ZEROBAR_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    return (asked or "").startswith("zh")


def said(sentence: str) -> str:
    """Return a sentence in the user's language."""
    return sentence.zh if isinstance(sentence, Sentence) and in_chinese() else str(sentence)


def say(what: str, style: str = "") -> None:
    """Print a sentence."""
    out.print(Text(said(what), style=style), soft_wrap=True)


def complain(what: str, next_step: str = "") -> None:
    """Print what went wrong, and what to do now, on standard error."""
    err.print(Text(said(what), style="bold red"), soft_wrap=True)
    if next_step:
        err.print(Text(f"→ {said(next_step)}"), soft_wrap=True)


@contextmanager
def explained() -> Iterator[None]:
    """Turn an expected error into sentences and exit code 1."""
    try:
        yield
    except CardError as error:
        complain(error.what_happened, error.next_step)
        raise typer.Exit(_FAILED) from None
    except EvidenceRefused as error:
        complain(
            f"The purse's log does not add up ({error.test}): {error}",
            "Keep the card and the journal: this is evidence. Accept no money from this purse.",
        )
        raise typer.Exit(_FAILED) from None
    except _OTHERS as error:
        complain(str(error))
        raise typer.Exit(_FAILED) from None
