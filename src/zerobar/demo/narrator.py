"""Tells the story as it happens, and stops it at the first thing that is not as it should be."""

from __future__ import annotations

import time
from typing import Final, Protocol

from rich.console import Console
from rich.text import Text

from zerobar.reader import Sentence

_PAUSE_S: Final = 0.7


class Deviation(Exception):
    """Something in the story went otherwise; the text says what."""


class Listener(Protocol):
    """Whoever is told what the narrator tells."""

    def chapter(self, title: Sentence) -> None:
        """Hear that a chapter begins."""

    def fact(self, fact: Sentence) -> None:
        """Hear a fact that was checked."""


class Narrator:
    """Prints chapters and facts; every fact is checked before it is told.

    Args:
        console: to print on.
        chinese: tell it in Chinese.
        slowly: pause before each chapter, for someone who watches.
    """

    def __init__(
        self,
        console: Console,
        *,
        chinese: bool = False,
        slowly: bool = False,
    ) -> None:
        self._console = console
        self._listener: Listener | None = None
        self._chinese = chinese
        self._slowly = slowly
        self.checked = 0
        """Facts checked so far."""

    def listen(self, listener: Listener) -> None:
        """Have somebody told of every chapter and fact as well."""
        self._listener = listener

    def chapter(self, title: Sentence) -> None:
        """Begin a chapter."""
        if self._slowly:
            time.sleep(_PAUSE_S)
        if self._listener is not None:
            self._listener.chapter(title)
        self._console.print()
        self._console.print(Text(self._in_language(title), style="bold cyan"))

    def tell(self, sentence: Sentence) -> None:
        """Say something that needs no check."""
        self._console.print(Text(f"  {self._in_language(sentence)}"))

    def address(self, name: str, url: str) -> None:
        """Say where something is, on one line, for it to be followed."""
        self._console.print(Text(f"  {name}: {url}"), soft_wrap=True)

    def check(self, as_it_should_be: bool, fact: Sentence) -> None:
        """Say a fact if it is one; raise Deviation if it is not."""
        if not as_it_should_be:
            raise Deviation(f"not so: {fact}")
        self.checked += 1
        if self._listener is not None:
            self._listener.fact(fact)
        self._console.print(Text.assemble(("  ✓ ", "green"), self._in_language(fact)))

    def fail(self, deviation: Deviation) -> None:
        """Say what went wrong."""
        self._console.print(Text(f"  ✗ {deviation}", style="bold red"))

    def equal(self, name: Sentence, found: object, expected: object) -> None:
        """Say a value if it is the expected one; raise Deviation with both if it is not."""
        if found != expected:
            raise Deviation(f"{name} is {found}, it should be {expected}")
        self.check(True, Sentence(f"{name}: {found}", zh=f"{name.zh}：{found}"))

    def _in_language(self, sentence: Sentence) -> str:
        return sentence.zh if self._chinese else str(sentence)
