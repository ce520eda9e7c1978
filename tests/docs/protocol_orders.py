"""The order of a command's checks: as its table tells, and as the purse was heard to make them."""

from collections.abc import Iterator
from itertools import groupby

from tests.docs.protocol_scenario import Heard
from tests.docs.protocol_tables import STATUS_PAIR, Table
from zerobar.purse.status import Status

COMMANDS = ("PAY", "UNLOAD", "PREPARE", "ACCEPT", "VOID", "UNDO", "SYNC ACK", "KEY UPDATE")

NOT_LOOKED_AT = {
    "PAY": Status.OTHER_CONTENT,
    "ACCEPT": Status.ALREADY_SETTLED,
    "VOID": Status.ALREADY_SETTLED,
    "KEY UPDATE": Status.NO_SPACE,
}
"""What its table has, but a command that succeeds for the first time never asks."""

TOLD_APART = {"UNLOAD": [Status.MALFORMED], "VOID": [Status.PIN_NEEDED]}
"""What a command asks first, and its table leaves to another: PAY's rows, and who may."""


def wrong_orders(found: list[Table], heard: Heard) -> Iterator[str]:
    """Compare each table's refusals with the checks of a command that succeeds."""
    for command in COMMANDS:
        told = [s for s in _told(found, command) if s is not NOT_LOOKED_AT.get(command)]
        made = _once(heard.checks[command.replace(" ", "_")])
        if made != TOLD_APART.get(command, []) + _once(told):
            yield f"{command} looks at {[status.name for status in made]}"


def _told(found: list[Table], command: str) -> list[Status]:
    unload = command == "UNLOAD"
    heading = "PAY" if unload else command
    under = [table for table in found if table.heading == heading and "order" in table.header]
    refusals = under[int(unload)].columns(("refusal",))
    pairs = [STATUS_PAIR.search(refusal) for (refusal,) in refusals]
    return [Status(int(pair[1], 16)) for pair in pairs if pair]


def _once(statuses: list[Status]) -> list[Status]:
    return [status for status, _ in groupby(statuses)]
