"""The story, played with real processes: each program and each purse is a process of its own.

It needs the extra `bank`; import `play` from `zerobar.demo.story`.
"""

from zerobar.demo.narrator import Deviation, Narrator

__all__ = ["Deviation", "Narrator"]
