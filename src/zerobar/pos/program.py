"""A till switched on: its folder opened, its parts put together, its background work running."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from zerobar.client.http import BankHttp
from zerobar.client.merchant import TillClient
from zerobar.client.outbox import Outbox
from zerobar.device import TILL_CEILING, Device, DeviceStore
from zerobar.device.feed import EventFeed, RecordingTransport
from zerobar.device.over_http import OperatorOverHttp
from zerobar.pos.folder import Settings, load
from zerobar.pos.line import Line
from zerobar.pos.readers import Sam
from zerobar.pos.settling import WatchedOperator
from zerobar.pos.store import PosStore
from zerobar.pos.till import Till

ANSWER_WITHIN_S: Final = 3.0
"""What is not answered by then is asked again with the same id, while the customer waits."""
_LONGEST_PAUSE_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Program:
    """A till's parts, open.

    Attributes:
        till: what the rules need.
        http: the way to the bank.
        line: what `http` goes over.
    """

    till: Till
    http: BankHttp
    line: Line
    settings: Settings
    feed: EventFeed


@contextmanager
def switched_on(folder: Path) -> Iterator[Program]:
    """Open a till's folder; raises FolderError, BadTarget or SlotUnavailable."""
    settings, key = load(folder)
    feed = EventFeed(time.time)
    line = Line(RecordingTransport(feed, ANSWER_WITHIN_S), time.time)
    with (
        PosStore(folder / "pos.db", time.time) as store,
        DeviceStore(folder / "device.db", time.time) as device_store,
        Outbox(folder / "outbox.db", time.time) as outbox,
        BankHttp(
            settings.bank_url,
            key,
            outbox=outbox,
            sleep=_brief,
            transport=line,
        ) as http,
        Sam(settings.sam, feed) as sam,
    ):
        operator = WatchedOperator(OperatorOverHttp(http))
        device = Device(device_store, sam.open, operator, os.urandom, TILL_CEILING)
        till = Till(
            store=store,
            device=device,
            bank=TillClient(http),
            outbox=outbox,
            resume=http.resume,
            place=settings.place,
            clock_unix_s=time.time,
            new_id=uuid4,
        )
        operator.watch_for(till)
        yield Program(till, http, line, settings, feed)


def _brief(seconds: float) -> None:
    """Pause for less than is asked: a customer waits, and the background asks again anyway."""
    time.sleep(min(seconds, _LONGEST_PAUSE_S))
