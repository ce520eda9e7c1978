"""`telecom unplaced`, `give-back`, `place`: what becomes of money that no line could take."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from zerobar.cli.console import out, say
from zerobar.cli.telecoms import DEFAULT_FOLDER, Folder, telecom_explained

_MOST = 1_000
_ID = Annotated[UUID, typer.Argument(metavar="ID", help="as `zerobar telecom unplaced` lists it")]


def list_unplaced(folder: Folder = DEFAULT_FOLDER) -> None:
    """List money that no line could take, oldest first, and when it goes back by itself."""
    with telecom_explained():
        from zerobar.telecom import unplaced  # noqa: PLC0415
        from zerobar.telecom.installation import load  # noqa: PLC0415
        from zerobar.telecom.running import open_telecom  # noqa: PLC0415

        with open_telecom(load(folder)) as telecom:
            kept = unplaced(telecom, _MOST)
    table = Table("id", "came", "amount", "for", "why", "state", "back on", "refused", box=None)
    for each in kept:
        back = "" if each.give_back_at is None else f"{each.give_back_at:%Y-%m-%d}"
        table.add_row(
            *(str(each.id), f"{each.came_at:%Y-%m-%d}", str(each.amount), each.reference.hex()),
            *(each.reason, each.state.name.lower(), back, each.refusal),
        )
    out.print(table if kept else "Nothing is kept apart.")


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
        later = "It is asked again in an hour." if apart.give_back_at else "It will not."
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
