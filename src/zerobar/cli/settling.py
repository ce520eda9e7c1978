"""`bank settle`: batches of vouchers, as terminals and other operators hand them in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zerobar.cli.banking import DEFAULT_FOLDER, Folder, bank_explained
from zerobar.cli.console import complain, explained, say
from zerobar.issuer import AuthorityFile

if TYPE_CHECKING:
    from zerobar.bank.context import Bank
    from zerobar.bank.settlement import Batch, Report


def settle_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="batches of vouchers")],
    folder: Folder = DEFAULT_FOLDER,
    trust: Annotated[
        Path | None,
        typer.Option(metavar="authority.json", help="a test authority whose keys are trusted"),
    ] = None,
) -> None:
    """Settle batches of vouchers; a file that was cut off goes on, and a repeat changes nothing."""
    with explained(), bank_explained(), bank_in(folder) as bank:
        from zerobar.bank.purses import trust_authority  # noqa: PLC0415
        from zerobar.bank.settlement import (  # noqa: PLC0415
            CertificateCache,
            look_again,
            settle_batch,
        )

        if trust is not None:
            trust_authority(bank, AuthorityFile.load(trust).open())
        look_again(bank)
        certificates = CertificateCache()
        for path in files:
            _tell(path, settle_batch(bank, _read(path), certificates))


@contextmanager
def bank_in(folder: Path) -> Iterator[Bank]:
    """Open a bank, or join it when another process serves it."""
    from zerobar.bank.installation import load  # noqa: PLC0415
    from zerobar.bank.running import open_bank, read_bank  # noqa: PLC0415
    from zerobar.ledger import AnotherPoster  # noqa: PLC0415

    installation = load(folder)
    with ExitStack() as opened:
        try:
            bank = opened.enter_context(open_bank(installation))
        except AnotherPoster:
            bank = opened.enter_context(read_bank(installation))
        yield bank


def _read(path: Path) -> Batch:
    from zerobar.bank.settlement import Batch  # noqa: PLC0415

    try:
        return Batch.parse(path.read_bytes())
    except OSError as error:
        complain(f"{path} cannot be read: {error.strerror}.", "Name a file that is there.")
        raise typer.Exit(1) from None


def _tell(path: Path, report: Report) -> None:
    tally, outcomes = report.tally, report.outcomes
    say(
        f"{path}: {tally.stored} new vouchers, {tally.duplicates} known,"
        f" {sum(tally.rejected.values())} rejected."
    )
    for reason, many in tally.rejected.items():
        say(f"  {many} × {reason.name.lower().replace('_', ' ')}", "yellow")
    if report.missing:
        say(f"  {report.missing} of {report.declared} records are not in the file", "yellow")
    say(
        f"  {outcomes.moved} moved by {outcomes.settled}, {outcomes.declined} declined,"
        f" {outcomes.refunded} refunded, {outcomes.redirected} redirected"
    )
    for why, many in outcomes.waiting.items():
        say(f"  {many} wait: {why.name.lower().replace('_', ' ')}", "yellow")
