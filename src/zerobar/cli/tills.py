"""`pos init`, `pos serve` and `pos doctor`: a till's program, for a screen on the same machine."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from zerobar import tracing
from zerobar.cli.console import complain, explained, out, said, say
from zerobar.cli.options import FramedBy, Verbose

if TYPE_CHECKING:
    from zerobar.pos.bill_store import Biller

DEFAULT_FOLDER: Final = Path("till")
_PIN_DIGITS: Final = 6
_BILLER: Final = re.compile(r"([0-9a-f]{16})=(.{1,40})")
Folder = Annotated[Path, typer.Option(help="the till's folder, for its owner only")]


def register(app: typer.Typer) -> None:
    """Add `pos` and its commands."""
    pos = typer.Typer(no_args_is_help=True, help="A till: enrol, serve, examine.")
    app.add_typer(pos, name="pos")
    pos.command("init")(init_till)
    pos.command("serve")(serve_till)
    pos.command("doctor")(examine_till)
    pos.command("pin")(set_cashiers_pin)


def init_till(  # noqa: PLR0913, PLR0917 - these are options, given by name
    bank: Annotated[str, typer.Option(metavar="URL", help="the bank, or a relay to it")],
    terminal: Annotated[UUID, typer.Option(help="the till's id, as the merchant added it")],
    code: Annotated[str, typer.Option(help="the one-time code that the merchant was told")],
    shop: Annotated[UUID, typer.Option(help="the id of its shop")],
    sam: Annotated[
        str, typer.Option(metavar="CARD", help="its own purse: `pcsc:READER`, `vpcd://HOST:PORT`")
    ],
    folder: Folder = DEFAULT_FOLDER,
    reader: Annotated[
        str | None,
        typer.Option(metavar="CARD", help="customers tap at: `antenna://HOST:PORT`, `pcsc:READER`"),
    ] = None,
    biller: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=NAME", help="whose bills are collected; may be given again"),
    ] = None,
    shop_name: Annotated[str, typer.Option(help="as receipts print it")] = "Shop",
    label: Annotated[str, typer.Option(help="of the till, as receipts print it")] = "Till 1",
    chief: Annotated[str, typer.Option(help="the first cashier's name")] = "chief",
    pin: Annotated[
        str | None, typer.Option(help="the chief's, 6 to 12 digits; drawn at random if not given")
    ] = None,
) -> None:
    """Enrol a till at its bank, and add its first cashier."""
    from zerobar.pos.folder import NewTill, make  # noqa: PLC0415 - an extra's libraries

    new = NewTill(
        bank_url=bank,
        terminal_id=terminal,
        code=code,
        shop_id=shop,
        shop=shop_name,
        till=label,
        sam=sam,
        reader=reader,
        billers=[_biller(text) for text in biller or ()],
    )
    chosen = pin or _drawn_pin()
    with _till_explained():
        make(folder, new)
        _add_chief(folder, chief, chosen)
    say(f"Made {folder}: {label} of {shop_name}. Next: zerobar pos serve --folder {folder}")
    if pin is None:
        say(f"The PIN of {chief} is {chosen}. It is shown only now.", "bold")


def serve_till(
    folder: Folder = DEFAULT_FOLDER,
    port: Annotated[int, typer.Option(help="at 127.0.0.1; 0: any free one")] = 8098,
    framed_by: FramedBy = None,
    verbose: Verbose = False,
) -> None:
    """Serve a till until interrupted."""
    from zerobar.pos.serving import serve  # noqa: PLC0415 - an extra's libraries
    from zerobar.serving.policy import BadOrigin  # noqa: PLC0415

    tracing.begin("till", verbose=verbose)
    try:
        with _till_explained():
            serve(folder, port, _tell, framed_by or ())
    except BadOrigin as error:
        complain(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        complain(f"The till cannot listen at port {port}: {error.strerror}", "Choose --port.")
        raise typer.Exit(1) from None


def set_cashiers_pin(
    name: Annotated[str, typer.Argument(help="of the cashier, the chief too")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Set a cashier's PIN anew, drawn at random; this also unlocks."""
    from zerobar.pos.folder import load  # noqa: PLC0415 - an extra's libraries
    from zerobar.pos.store import PosStore  # noqa: PLC0415

    pin = _drawn_pin()
    with _till_explained():
        load(folder)
        with PosStore(folder / "pos.db", time.time) as store:
            store.cashiers.set_pin(name, pin)
    say(f"The PIN of {name} is {pin}. It is shown only now.", "bold")


def examine_till(folder: Folder = DEFAULT_FOLDER) -> None:
    """Say what is wrong with a till, and what to do; not while it is being served."""
    from zerobar.pos.doctor import examine  # noqa: PLC0415 - an extra's libraries
    from zerobar.pos.program import switched_on  # noqa: PLC0415

    with _till_explained(), switched_on(folder) as program:
        findings = examine(program)
    for finding in findings:
        if finding.is_well:
            say(f"{finding.part}: {said(finding.what)}", "green")
        else:
            complain(f"{finding.part}: {said(finding.what)}", said(finding.next_step))
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)
    say("Ready to sell.", "bold green")


def _biller(text: str) -> Biller:
    from zerobar.pos.bill_store import Biller  # noqa: PLC0415 - an extra's libraries

    found = _BILLER.fullmatch(text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is not the 16 hexadecimal digits of an id, = and a name",
            param_hint="--biller",
        )
    return Biller(biller_id=found[1], name=found[2])


def _drawn_pin() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(_PIN_DIGITS))


def _add_chief(folder: Path, name: str, pin: str) -> None:
    from zerobar.pos.store import PosStore  # noqa: PLC0415 - an extra's libraries

    with PosStore(folder / "pos.db", time.time) as store:
        store.cashiers.add(name, pin, chief=True)


@contextmanager
def _till_explained() -> Iterator[None]:
    from zerobar.client.errors import ClientError  # noqa: PLC0415
    from zerobar.pos.errors import PosError  # noqa: PLC0415 - an extra's libraries

    with explained():
        try:
            yield
        except PosError as error:
            complain(error.what_happened, error.next_step)
            raise typer.Exit(1) from None
        except ClientError as error:
            complain(str(error))
            raise typer.Exit(1) from None


def _tell(address: str) -> None:
    out.print(address, soft_wrap=True)
    say("Ready. Ctrl-C stops the till.")
