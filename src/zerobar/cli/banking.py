"""`bank`: an operator's program: make one, serve it, check its books."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import uuid4

import typer

from zerobar import tracing
from zerobar.cli.console import complain, out, say
from zerobar.purse.money import AmountError, Fen

if TYPE_CHECKING:
    from zerobar.bank.checking import Check
    from zerobar.bank.founding import Founder

SANDBOX_URL: Final = "http://127.0.0.1:8099"
_FAILED: Final = 1

Folder = Annotated[
    Path, typer.Option("--folder", envvar="ZEROBAR_BANK", help="of the bank: settings, keys, data")
]
DEFAULT_FOLDER: Final = Path("bank")
_ORIGIN: Final = "http://localhost:8000"


def init_bank(
    folder: Folder = DEFAULT_FOLDER,
    name: Annotated[str, typer.Option(help="of the operator")] = "Zerobar Test Bank",
    partners: Annotated[
        str, typer.Option(help="where cards' bank, identity register and messages are")
    ] = SANDBOX_URL,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="of the pages that may ask for passkeys, all of one host; repeat it"),
    ] = None,
    issue: Annotated[
        str | None,
        typer.Option(metavar="YUAN", help="test money that is issued to the operator at once"),
    ] = None,
    production: Annotated[
        bool, typer.Option("--production", help="send no webhooks to this machine")
    ] = False,
) -> None:
    """Make a bank: its folder, keys, tables, operator and first staff.

    If it is interrupted, the same command goes on where it stopped.
    """
    with bank_explained():
        from zerobar.bank.founding import found, issue_test_money  # noqa: PLC0415
        from zerobar.bank.installation import Settings, begin, finish  # noqa: PLC0415
        from zerobar.bank.purses.installing import make_keys  # noqa: PLC0415
        from zerobar.bank.running import open_bank  # noqa: PLC0415

        amount = Fen.parse(issue) if issue else None
        first, *more = origin or [_ORIGIN]
        settings = Settings(
            operator_id=uuid4(),
            operator_name=name,
            bank_url=partners,
            identity_url=partners,
            sms_url=partners,
            origin=first,
            pages=tuple(more),
            development=not production,
        )
        installation = begin(folder, settings, os.urandom)
        make_keys(folder, int(time.time()))
        with open_bank(installation) as bank:
            founders = found(bank, name)
            if amount is not None:
                issue_test_money(bank, amount)
        # Before it is finished, or an interruption here would leave a bank that nobody can enter.
        _show(founders)
        finish(installation)
    say(f"{name} is ready in {folder}. Serve it with `zerobar bank serve --folder {folder}`.")


def serve_bank(
    folder: Folder = DEFAULT_FOLDER,
    host: Annotated[str, typer.Option(help="to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="to listen on")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processes that take requests")] = 1,
    verbose: Annotated[bool, typer.Option("--verbose", help="tell more")] = False,
    clock_offset: Annotated[
        int | None,
        typer.Option(
            metavar="SECONDS", min=0, help="be ahead of the time; only a bank in development can"
        ),
    ] = None,
) -> None:
    """Serve a bank until interrupted. Its database is embedded unless DATABASE_URL names one."""
    with bank_explained():
        from zerobar.bank.clock import OFFSET_VARIABLE  # noqa: PLC0415
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.serving import serve  # noqa: PLC0415

        tracing.begin("bank", verbose=verbose)
        if clock_offset is not None:
            # The processes that take requests find it there as well.
            os.environ[OFFSET_VARIABLE] = str(clock_offset)
        installation = load(folder)
        say(f"http://{host}:{port}/docs")
        serve(installation, host, port, workers)


def check_bank(folder: Folder = DEFAULT_FOLDER) -> None:
    """Compare the books with all records; exit with 1 if anything deviates."""
    with bank_explained():
        from zerobar.bank.checking import check_books  # noqa: PLC0415
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.running import read_bank  # noqa: PLC0415

        with read_bank(load(folder)) as bank:
            checks = check_books(bank)
    tell_checks(checks)


def tell_checks(checks: Sequence[Check]) -> None:
    """Print what was compared; exit with 1 if anything deviates."""
    for check in checks:
        _tell(check)
    deviating = [check for check in checks if check.many]
    if deviating:
        complain(
            f"{len(deviating)} of {len(checks)} comparisons deviate.",
            "Move no more money: stop the bank, keep the database as it is, and find out why.",
        )
        raise typer.Exit(_FAILED)
    say(f"All {len(checks)} comparisons agree.")


def _show(founders: Sequence[Founder]) -> None:
    say("The first staff enrol with these codes, once, within a week. They are not shown again:")
    for founder in founders:
        out.print(f"  {founder.code}  {founder.name} ({', '.join(founder.roles)})")


def _tell(check: Check) -> None:
    if not check.many:
        say(f"{check.name}: ok")
        return
    say(f"{check.name}: DEVIATES, {check.many} found")
    lines = [check.finds, *(f"  {deviation}" for deviation in check.deviations)]
    if check.many > len(check.deviations):
        lines.append(f"  and {check.many - len(check.deviations)} more")
    complain("\n".join(lines), f"Look at: {check.look_at}")


@contextmanager
def bank_explained() -> Iterator[None]:
    """Turn an expected error into sentences and exit code 1."""
    try:
        yield
    except ModuleNotFoundError as error:
        complain(
            f"{error.name} is not installed, and a bank needs it.",
            "Install the extra: pip install 'zerobar[bank]'.",
        )
    except _expected() as error:
        complain(str(error))
    else:
        return
    raise typer.Exit(_FAILED)


def _expected() -> tuple[type[Exception], ...]:
    from zerobar.bank.errors import BankError  # noqa: PLC0415
    from zerobar.bank.installation import InstallationError  # noqa: PLC0415
    from zerobar.database import DatabaseFailure  # noqa: PLC0415
    from zerobar.ledger import LedgerError  # noqa: PLC0415

    return (AmountError, BankError, DatabaseFailure, InstallationError, LedgerError)
