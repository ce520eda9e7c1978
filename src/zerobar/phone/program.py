"""A phone that is switched on: all its parts, in one place, and what a sync does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from zerobar.client.outbox import Outbox
from zerobar.device import (
    Device,
    DeviceError,
    DeviceStore,
    finish_loads,
    finish_open,
    send_all,
    synchronise,
)
from zerobar.device.feed import EventFeed
from zerobar.device.over_http import OperatorOverHttp, asked
from zerobar.phone.codes import OwnCodes
from zerobar.phone.folder import PhoneFolder
from zerobar.phone.hard_wallet import HardWallet
from zerobar.phone.line import LinePlace, OwnLine
from zerobar.phone.memory import PhoneMemory
from zerobar.phone.session import BankSession
from zerobar.phone.sim import Sim, sim_at
from zerobar.phone.synchroniser import Synchroniser
from zerobar.phone.vouchers import Vouchers
from zerobar.reader import CardError


@dataclass(frozen=True)
class Places:
    """Where everything is that this phone meets.

    Attributes:
        bank_url: of the bank, or of a relay to it.
        sim: the address of the SIM's slot; None: no SIM.
        antenna: where other devices reach this phone's SIM, to be told to them.
        reader: where this phone's own field is; cards in it are read by taps that name no other.
        telecom: the network that this phone's line is in; None: none is known.
    """

    bank_url: str
    sim: str | None = None
    antenna: str | None = None
    reader: str | None = None
    telecom: LinePlace | None = None


@dataclass(frozen=True)
class Phone:
    """A phone that is switched on."""

    places: Places
    token: str
    feed: EventFeed
    outbox: Outbox
    device: Device
    session: BankSession
    codes: OwnCodes
    purse: HardWallet
    vouchers: Vouchers
    line: OwnLine
    synchroniser: Synchroniser


@contextmanager
def switched_on(
    folder: Path, places: Places, clock_unix_s: Callable[[], float] = time.time
) -> Iterator[Phone]:
    """Switch a phone on; what was cut when it went off goes on in the background.

    Raises FolderUnusable, BadTarget, SimUnsuitable or SlotUnavailable.
    """
    with ExitStack() as stack:
        kept = stack.enter_context(PhoneFolder(folder))
        memory = stack.enter_context(PhoneMemory(kept.memory, clock_unix_s))
        store = stack.enter_context(DeviceStore(kept.device, clock_unix_s))
        outbox = stack.enter_context(Outbox(kept.outbox, clock_unix_s))
        feed = EventFeed(clock_unix_s)
        sim = stack.enter_context(sim_at(places.sim, feed))
        session = stack.enter_context(BankSession(memory, outbox, places.bank_url, feed))
        line = stack.enter_context(OwnLine(places.telecom, feed))
        device = _device(store, sim, session)
        purse = HardWallet(device, session, memory)
        vouchers = Vouchers(device, session, memory.paid)
        synchroniser = Synchroniser(lambda: bring_in_sync(device, session, purse, vouchers))
        stack.enter_context(synchroniser)
        stack.callback(session.hang_up)
        stack.callback(feed.close)
        yield Phone(
            places,
            kept.token(),
            feed,
            outbox,
            device,
            session,
            OwnCodes(memory, clock_unix_s),
            purse,
            vouchers,
            line,
            synchroniser,
        )


def bring_in_sync(
    device: Device, session: BankSession, purse: HardWallet, vouchers: Vouchers
) -> None:
    """End all that was begun, and bring what waits to the bank; it may be cut anywhere.

    Raises DeviceError, CardError or PhoneError: do it again, nothing is lost.
    """
    # A voucher that is here needs neither its payer nor a network to be credited.
    finish_open(device)
    if not session.is_signed_up:
        return
    asked(lambda: session.ask(session.person.me))
    session.http.resume()
    purse_id = purse.linked_id
    if purse_id is None:
        send_all(device)
        return
    # The SIM is not held while a silent network is waited for: somebody may want to tap.
    device.operator.known_entry(purse_id)
    vouchers.note_paid()
    _each(
        lambda: finish_loads(device, purse.holder()),
        lambda: synchronise(device),
        lambda: asked(vouchers.ask_outcomes),
    )


def _each(*steps: Callable[[], object]) -> None:
    """Take every step, also after one that failed; raises what failed first.

    A load that waits for the holder's PIN must not keep the purse from its sync.
    """
    failed: DeviceError | CardError | None = None
    for step in steps:
        try:
            step()
        except (DeviceError, CardError) as error:
            failed = failed or error
    if failed is not None:
        raise failed


def _device(store: DeviceStore, sim: Sim, session: BankSession) -> Device:
    operator = OperatorOverHttp(session.http, session.renew)
    return Device(store, sim.open, operator, os.urandom)
