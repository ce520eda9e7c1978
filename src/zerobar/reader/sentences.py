"""Sentences for people, in English and Chinese."""

from __future__ import annotations

from typing import Self


class Sentence(str):
    """An English text that knows its Chinese form.

    It is a plain `str` of the English one, so it prints and compares as usual.
    """

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, *, zh: str) -> Self:
        """Pair the two forms."""
        sentence = super().__new__(cls, en)
        sentence.zh = zh
        return sentence

    def filled(self, **facts: object) -> Sentence:
        """Put facts into the {places} of both forms; a fact may be a Sentence itself."""
        chinese = {k: f.zh if isinstance(f, Sentence) else f for k, f in facts.items()}
        return Sentence(self.format(**facts), zh=self.zh.format(**chinese))
