"""Where a card and its operator's desk meet in one place: load, unload, sync.

The cards are reached through a reader, the desk works from files; there is no network between.
"""

from zerobar.branch.loading import load, unload
from zerobar.branch.sync import Delivery, SyncReport, synchronise

__all__ = ["Delivery", "SyncReport", "load", "synchronise", "unload"]
