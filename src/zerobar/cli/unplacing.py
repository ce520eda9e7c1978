"""`telecom unplaced`, `give-back`, `place`: what becomes of money that no line could take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from zerobar.cli.console import say
from zerobar.cli.telecoms import DEFAULT_FOLDER, Folder, telecom_explained

if TYPE_CHECKING:
    from zerobar.telecom.apart import Unplaced

_MOST = 1_000
_FOR_GOOD = "It will not: put it on the line that it was for, or pay it out at a counter."
_ID = Annotated[UUID, typer.Argument(metavar="ID", help="as `zerobar telecom unplaced` lists it")]


def list_unplaced(folder: Folder = DEFAULT_FOLDER) -> None:
    """List money that no line could take, oldest first, and when it goes back by itself."""
    with telecom_explained():
        from zerobar.telecom import unplaced  # noqa: PLC0415
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.running import open_telecom  # noqa: PLC0415

        with open_telecom(load(folder)) as telecom:
            kept = unplaced(telecom, _MOST)
    for each in kept:
        say(f"{each.id}  {each.amount}")
        say(f"    {_told(each)}")
    if not kept:
        say("Nothing is kept apart.")


def _told(kept: Unplaced) -> str:
    """Say of what is kept for whom it was, and what becomes of it."""
    from zerobar.telecom.errors import BadReference  # noqa: PLC0415
    from zerobar.telecom.numbers import number_in  # noqa: PLC0415

    try:
        for_whom = number_in(kept.reference)
    except BadReference:
        for_whom = f"no phone number ({kept.reference.hex()})"
    refused = f" The bank refused it last: {kept.refusal}." if kept.refusal else ""
    came = f"came {kept.came_at:%Y-%m-%d} for {for_whom}: {kept.reason}."
    return f"{came}{refused} {_becomes(kept)}"


def _becomes(kept: Unplaced) -> str:
    from zerobar.telecom.apart import ApartState  # noqa: PLC0415

    if kept.state is ApartState.ASKED:
        return "The bank is being asked to give it back."
    if kept.give_back_at is None:
        return "It stays until somebody decides."
    return f"The bank will be asked to give it back on {kept.give_back_at:%Y-%m-%d}."


def give_back(top_up_id: _ID, folder: Folder = DEFAULT_FOLDER) -> None:
    """Give a voucher that belongs to no line back to whoever paid it. Twice is once."""
    with telecom_explained():
        from zerobar.telecom.apart import ApartState  # noqa: PLC0415
        from zerobar.telecom.errors import NotJoined  # noqa: PLC0415
        from zerobar.telecom.giving_back import give_back_unplaced  # noqa: PLC0415
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.running import open_bank, open_telecom  # noqa: PLC0415

        installation = load(folder)
        with open_telecom(installation) as telecom, open_bank(installation) as bank:
            if bank is None:
                raise NotJoined
            apart = give_back_unplaced(telecom, bank, top_up_id)
    if apart.state is ApartState.RETURNED:
        card = " It comes with the card's next load." if apart.given_to == "card" else ""
        say(f"{apart.amount} went back to whoever paid.{card}")
    elif apart.state is ApartState.ASKED:
        say("The bank has not done it yet; the telecom asks again until it is known.")
    else:
        later = "It is asked again in an hour." if apart.give_back_at else _FOR_GOOD
        say(f"The bank has not given it back: {apart.refusal}. {later}")
        raise typer.Exit(1)


def place(
    top_up_id: _ID,
    number: Annotated[str, typer.Argument(help="of the line that it was for")],
    note: Annotated[str, typer.Option(help="how you know, for whoever looks at it later")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Put money that was kept apart on the line that it was for. Twice is once."""
    with telecom_explained():
        from zerobar.telecom import read_number  # noqa: PLC0415
        from zerobar.telecom.giving_back import place_unplaced  # noqa: PLC0415
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.running import open_telecom  # noqa: PLC0415

        with open_telecom(load(folder)) as telecom:
            apart = place_unplaced(telecom, top_up_id, read_number(number), note)
    say(f"{apart.number} has {apart.amount} more.")


def set_days(
    days: Annotated[int, typer.Argument(min=0, max=365, help="after it came in")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Say after how many days a voucher for no line goes back to its payer by itself."""
    with telecom_explained():
        import msgspec  # noqa: PLC0415

        from zerobar.telecom.installation import change, load  # noqa: PLC0415

        settings = load(folder).settings
        change(folder, msgspec.structs.replace(settings, give_back_after_days=days))
    say("Kept. It holds for what comes in from the next start on.")


def register(telecom: typer.Typer) -> None:
    """Add these commands to those of the telecom."""
    telecom.command("unplaced")(list_unplaced)
    telecom.command("give-back")(give_back)
    telecom.command("place")(place)
    telecom.command("give-back-after")(set_days)
