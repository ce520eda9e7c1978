"""The bank's refusals in Chinese, by their stable names.

The rules raise their errors in English, with amounts and names in them; this says the same of each
kind of error, without those.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from zerobar.reader import Sentence


def told(name: str, what_happened: str, next_step: str) -> tuple[str, str]:
    """Return a problem's two sentences, with their Chinese forms if the name is known here."""
    known = words().get(name)
    if known is None:
        return what_happened, next_step
    return Sentence(what_happened, zh=known[0]), Sentence(next_step, zh=known[1])


@cache
def words() -> dict[str, tuple[str, str]]:
    """Return what happened and what to do next, by the problem's name."""
    text = resources.files(__package__).joinpath("chinese.toml").read_text(encoding="utf-8")
    return {name: (happened, advice) for name, (happened, advice) in tomllib.loads(text).items()}
