"""`bank purse`: what is made for holders, at a card bureau or here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import typer

from zerobar.cli.banking import DEFAULT_FOLDER, Folder, bank_explained
from zerobar.cli.console import complain, explained, say
from zerobar.cli.issuing import ClassName, chosen_pin, make_blank
from zerobar.cli.options import CARD_HELP
from zerobar.cli.sessions import open_link
from zerobar.cli.settling import bank_in
from zerobar.purse.messages import PurseClass

if TYPE_CHECKING:
    from zerobar.bank.context import Bank
    from zerobar.bank.purses.personalising import NewCard


def make_batch_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="to write, for the card bureau")],
    folder: Folder = DEFAULT_FOLDER,
    batch: Annotated[
        UUID | None, typer.Option(help="write this batch once more, as it was")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="cards in the file")] = 10_000,
) -> None:
    """Write the file that tells a card bureau which purses to make."""
    batch_id = batch or uuid4()
    with explained(), bank_explained(), bank_in(folder) as bank:
        from zerobar.bank.purses.bureau import make_batch, write_file  # noqa: PLC0415

        made = make_batch(bank, batch_id, most)
        say(f"Batch {batch_id}: {len(made.cards)} cards.")
        _write(file, write_file(made))


def certify_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the bureau's, with public keys")],
    certificates: Annotated[
        Path, typer.Argument(metavar="CERTIFICATES", help="to write, for the bureau")
    ],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Certify the keys that a bureau's cards have made; the same file gives the same again."""
    with explained(), bank_explained(), bank_in(folder) as bank:
        from zerobar.bank.purses.bureau import (  # noqa: PLC0415
            CardKeys,
            certify_batch,
            read_file,
            write_file,
        )

        made = certify_batch(bank, read_file(_read(file), CardKeys))
        say(f"Batch {made.batch_id}: {len(made.cards)} certificates.")
        _write(certificates, write_file(made))


def personalise(
    card: Annotated[str, typer.Option(metavar="CARD", help=f"a blank {CARD_HELP}")],
    folder: Folder = DEFAULT_FOLDER,
    order: Annotated[
        UUID | None, typer.Option(help="that it is made for; without one, for stock")
    ] = None,
    class_name: Annotated[
        ClassName, typer.Option("--class", help="of purse, for stock")
    ] = ClassName.PERSON,
    pin: Annotated[
        str | None, typer.Option("--pin", help="4 to 8 digits; drawn at random if not given")
    ] = None,
    letter: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="write the PIN there, for its owner only, not here"),
    ] = None,
) -> None:
    """Make a purse of a blank card: a new purse file, or a card in a reader."""
    with explained(), bank_explained(), bank_in(folder) as bank:
        from zerobar.bank.purses.personalising import NewCard, ordered_class  # noqa: PLC0415

        purse_class = PurseClass[class_name.name]
        if order is not None:
            purse_class = ordered_class(bank, order)
        new = NewCard(purse_class, chosen_pin(pin), order)
        # The letter first: a card whose PIN nobody knows is of no use.
        if letter is not None:
            _write_letter(letter, new.pin)
        _personalise(bank, card, new)
    if pin is None and letter is None:
        say(f"Its PIN is {new.pin}. It is shown only now.", "bold")


def _personalise(bank: Bank, card: str, new: NewCard) -> None:
    from zerobar.bank.purses.keys import issuing_keys  # noqa: PLC0415
    from zerobar.bank.purses.personalising import personalise_card  # noqa: PLC0415

    issuing_keys(bank)
    make_blank(card, new.purse_class)
    with open_link(card) as link:
        certificate = personalise_card(bank, link.exchange, new)
    kind = new.purse_class.name.lower()
    say(f"Made {card}: a {kind} purse, id {certificate.id.hex()}, linked to no wallet yet.")


def _write_letter(path: Path, pin: str) -> None:
    from zerobar.bank.installation import write_private  # noqa: PLC0415

    write_private(path, f"{pin}\n".encode())
    say(f"Its PIN is in {path}, for your eyes only: print it, then delete the file.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        complain(f"{path} cannot be read: {error.strerror}.", "Name a file that is there.")
        raise typer.Exit(1) from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        complain(f"{path} cannot be written: {error.strerror}.", "Ask for the same again.")
        raise typer.Exit(1) from None
    say(f"Wrote {path}. Its SHA-256, for both sides to compare:")
    say(hashlib.sha256(content).hexdigest())
