"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CARD_HELP = "purse file, `pcsc:[READER]`, `antenna://HOST:PORT` or `vpcd://HOST:PORT`"

CardAddress = Annotated[str, typer.Argument(metavar="CARD", help=CARD_HELP, show_default=False)]
PayerAddress = Annotated[
    str, typer.Option("--payer", metavar="CARD", help=f"the card that pays: {CARD_HELP}")
]
PayeeAddress = Annotated[
    str, typer.Option("--payee", metavar="CARD", help=f"the card that is paid: {CARD_HELP}")
]
Yuan = Annotated[
    str, typer.Argument(metavar="AMOUNT", help="in yuan, such as 12.50", show_default=False)
]
AuthorityPath = Annotated[
    Path,
    typer.Option(
        "--authority",
        envvar="ZEROBAR_AUTHORITY",
        help="the test authority's keys; its journal lies beside it",
    ),
]
FramedBy = Annotated[
    list[str] | None,
    typer.Option(
        "--framed-by", metavar="ORIGIN", help="a page that may show the screen in a frame"
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="tell of each request and each step")]
DEFAULT_AUTHORITY = Path("authority.json")
