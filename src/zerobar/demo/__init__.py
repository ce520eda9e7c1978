"""The story, played with real processes: each program and each purse is a process of its own.

`play_online` needs the extra `bank`; import it from `zerobar.demo.online`.
"""

from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.story import play

__all__ = ["Deviation", "Narrator", "play"]
