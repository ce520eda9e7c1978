"""The terminal's side of a card: links to it, typed commands, the tap.

Errors are in `errors` (the link) and `refusals` (the purse's status words).
"""

from zerobar.reader.antenna import AntennaLink
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.counting import CountingLink
from zerobar.reader.errors import (
    AccessDenied,
    BadAnswer,
    BadTarget,
    CardError,
    CardMute,
    CardTorn,
    DaemonNotRunning,
    FieldBusy,
    LinkError,
    LinkTimeout,
    MalformedPin,
    NoCard,
    NoReader,
    ReaderMissing,
    SlotUnavailable,
)
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.link import CardLink
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.pcsc import PcscLink, Reader, list_readers
from zerobar.reader.recover import Recovery, recover
from zerobar.reader.refusals import StatusError
from zerobar.reader.scripted import ScriptedLink
from zerobar.reader.sentences import Sentence
from zerobar.reader.tap import OpenPayer, Terms, collect, deliver, resume, tap
from zerobar.reader.target import (
    AntennaTarget,
    FileTarget,
    PcscTarget,
    Target,
    VpcdTarget,
    parse_target,
)
from zerobar.reader.void import VoidOutcome, VoidStatus, undo, void_and_undo
from zerobar.reader.vpcd import VpcdLink

__all__ = [
    "AccessDenied",
    "AntennaLink",
    "AntennaTarget",
    "BadAnswer",
    "BadTarget",
    "CardError",
    "CardLink",
    "CardMute",
    "CardTorn",
    "CountingLink",
    "DaemonNotRunning",
    "FieldBusy",
    "FileTarget",
    "InProcessLink",
    "LinkError",
    "LinkTimeout",
    "MalformedPin",
    "NoCard",
    "NoReader",
    "OpenPayer",
    "Payment",
    "PcscLink",
    "PcscTarget",
    "PurseCard",
    "Reader",
    "ReaderMissing",
    "Recovery",
    "ScriptedLink",
    "Sentence",
    "SlotUnavailable",
    "StatusError",
    "TapOutcome",
    "TapStatus",
    "Target",
    "Terms",
    "VoidOutcome",
    "VoidStatus",
    "VpcdLink",
    "VpcdTarget",
    "collect",
    "deliver",
    "list_readers",
    "parse_target",
    "recover",
    "resume",
    "tap",
    "undo",
    "void_and_undo",
]
