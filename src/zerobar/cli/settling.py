"""`bank settle`: batches of vouchers, as terminals and other operators hand them in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zerobar.cli.banking import DEFAULT_FOLDER, Folder, bank_explained
from zerobar.cli.console import complain, err, explained, say
from zerobar.issuer import AuthorityFile

if TYPE_CHECKING:
    from enum import IntEnum

    from zerobar.bank.context import Bank
    from zerobar.bank.settlement import Batch, CertificateCache, Reason, Report, Tally


def settle_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="batches of vouchers")],
    folder: Folder = DEFAULT_FOLDER,
    trust: Annotated[
        Path | None,
        typer.Option(metavar="authority.json", help="a test authority whose keys are trusted"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="print the summary as one JSON document")
    ] = False,
) -> None:
    """Settle batches of vouchers; a file that was cut off goes on, and a repeat changes nothing."""
    with explained(), bank_explained(), bank_in(folder) as bank:
        from zerobar.bank.purses import trust_authority  # noqa: PLC0415
        from zerobar.bank.settlement import (  # noqa: PLC0415
            CertificateCache,
            look_again,
            settle_due,
        )

        if trust is not None:
            trust_authority(bank, AuthorityFile.load(trust).open())
        look_again(bank)
        settle_due(bank)
        certificates, summaries = CertificateCache(), []
        for path in files:
            report = _settle(bank, path, certificates)
            summaries.append(_summary(path, report))
            if not as_json:
                _tell(path, report)
        if as_json:
            typer.echo(json.dumps(summaries, ensure_ascii=False, indent=2))


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


class _Progress:
    """How far a file is: one line on standard error, when somebody looks at it.

    Args:
        path: the file's.
        present: how many records are in it.
    """

    def __init__(self, path: Path, present: int) -> None:
        self._path, self._present = path, present
        self._began: tuple[float, int] | None = None

    def __call__(self, done: int, tally: Tally) -> None:
        """Show how far it is, at which rate, and what was rejected."""
        if not err.is_terminal:
            return
        now = time.monotonic()
        began_at, began_with = self._began = self._began or (now, done)
        rate = (done - began_with) / (now - began_at) if now > began_at else 0
        rejected = f", rejected: {_counts(tally.rejected)}" if tally.rejected else ""
        err.print(
            f"{self._path.name}: {done:,} of {self._present:,} vouchers,"
            f" {rate:,.0f} a second{rejected}",
            end="\n" if done >= self._present else "\r",
            markup=False,
            soft_wrap=True,
        )


def _settle(bank: Bank, path: Path, certificates: CertificateCache) -> Report:
    from zerobar.bank.settlement import settle_batch  # noqa: PLC0415

    batch = _read(path)
    return settle_batch(bank, batch, certificates, _Progress(path, batch.present))


def _read(path: Path) -> Batch:
    from zerobar.bank.settlement import Batch  # noqa: PLC0415

    try:
        return Batch.parse(path.read_bytes())
    except OSError as error:
        complain(f"{path} cannot be read: {error.strerror}.", "Name a file that is there.")
        raise typer.Exit(1) from None


def _summary(path: Path, report: Report) -> dict[str, object]:
    tally, outcomes = report.tally, report.outcomes
    return {
        "file": str(path),
        "batch": report.batch_hash.hex(),
        "declared": report.declared,
        "missing": report.missing,
        "resumed_at": report.resumed_at,
        "repeated": report.repeated,
        "new": tally.stored,
        "known": tally.duplicates,
        "rejected": {_word(reason): many for reason, many in tally.rejected.items()},
        "moved_fen": int(outcomes.moved),
        "settled": outcomes.settled,
        "declined": outcomes.declined,
        "refunded": outcomes.refunded,
        "redirected": outcomes.redirected,
        "waiting": {_word(why): many for why, many in outcomes.waiting.items()},
    }


def _tell(path: Path, report: Report) -> None:
    tally, outcomes = report.tally, report.outcomes
    say(
        f"{path}: {tally.stored} new vouchers, {tally.duplicates} known,"
        f" {sum(tally.rejected.values())} rejected."
    )
    for reason, many in tally.rejected.items():
        say(f"  {many} × {_word(reason)}", "yellow")
    if report.missing:
        say(f"  {report.missing} of {report.declared} records are not in the file", "yellow")
    say(
        f"  {outcomes.moved} moved by {outcomes.settled}, {outcomes.declined} declined,"
        f" {outcomes.refunded} refunded, {outcomes.redirected} redirected"
    )
    for why, many in outcomes.waiting.items():
        say(f"  {many} wait: {_word(why)}", "yellow")


def _counts(many: Mapping[Reason, int]) -> str:
    return ", ".join(f"{number} {_word(reason)}" for reason, number in many.items())


def _word(reason: IntEnum) -> str:
    return reason.name.lower().replace("_", " ")
