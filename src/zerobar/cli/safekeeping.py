"""`bank verify`, `bank backup`, `bank restore`, `bank rehearse`: is it sound, can it come back?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from zerobar.cli.banking import DEFAULT_FOLDER, Folder, bank_explained, tell_checks
from zerobar.cli.console import complain, say

if TYPE_CHECKING:
    from zerobar.bank.safekeeping.restoring import Restored
    from zerobar.bank.staff.audit import TrailHead

PASSPHRASE_VARIABLE: Final = "ZEROBAR_BACKUP_PASSPHRASE"  # noqa: S105 - the name of a variable
_FAILED: Final = 1

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="that `bank backup` wrote")]


def verify_bank(
    folder: Folder = DEFAULT_FOLDER,
    noted: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:SEAL", help="an earlier end of the audit trail to find again"),
    ] = None,
) -> None:
    """Check books, vouchers, purses and the audit trail, served or not; exit with 1 if not sound.

    It ends with the trail's seal: note it elsewhere, and nobody can shorten the trail unnoticed.
    """
    with bank_explained():
        from zerobar.bank.control.verifying import verify_bank as verify  # noqa: PLC0415
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.running import read_bank  # noqa: PLC0415
        from zerobar.bank.staff.audit import verify_trail  # noqa: PLC0415

        with read_bank(load(folder)) as bank:
            tell_checks(verify(bank, _read_noted(noted)))
            head = verify_trail(bank)
    say(f"Audit trail: {head.entries} entries. Note this: {head.entries}:{head.seal.hex()}")


def back_up(
    target: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="where to write it")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Write all of a bank, its keys too, into one encrypted file; it may be served meanwhile.

    The passphrase is ZEROBAR_BACKUP_PASSPHRASE, or is asked for.
    """
    with bank_explained(), _files_explained():
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.running import database_of, read_bank  # noqa: PLC0415
        from zerobar.bank.safekeeping.backing_up import back_up as make  # noqa: PLC0415

        installation = load(folder)
        passphrase = _passphrase(confirm=True)
        with database_of(installation) as database, read_bank(installation) as bank:
            made = make(bank, installation, database, target, passphrase)
    say(f"{made.path}: {made.length:,} bytes, SHA-256 {made.hash.hex()}")
    say("See now and then that it can be put back: `zerobar bank rehearse FILE`.")


def restore(file: BackupFile, folder: Folder = DEFAULT_FOLDER) -> None:
    """Put a bank back into a new folder; what happened after its backup is not in it."""
    with bank_explained(), _files_explained():
        restored = _restore(file, folder)
    say(f"{folder} is as it was at {restored.made_at.isoformat(timespec='seconds')}.")
    say("Everybody is signed out. Run `zerobar bank verify` before you serve it.")


def rehearse(file: BackupFile) -> None:
    """Put a backup back into a scratch folder, verify it, remove it; exit with 1 if not sound."""
    with bank_explained(), _files_explained():
        from zerobar.bank.control.verifying import verify_bank as verify  # noqa: PLC0415
        from zerobar.bank.running import read_bank  # noqa: PLC0415

        # What the environment names is a bank's own database.
        os.environ.pop("DATABASE_URL", None)
        with tempfile.TemporaryDirectory(prefix="zerobar-rehearsal-") as scratch:
            Path(scratch).chmod(0o711)
            restored = _restore(file, Path(scratch, "bank"))
            with read_bank(restored.installation) as bank:
                tell_checks(verify(bank))
    say(f"The backup of {restored.made_at.isoformat(timespec='seconds')} can be put back.")


def _restore(file: Path, folder: Path) -> Restored:
    from zerobar.bank.safekeeping.restoring import restore_bank  # noqa: PLC0415

    passphrase = _passphrase(confirm=False)
    with file.open("rb") as source:
        return restore_bank(source, passphrase, folder)


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given:
        return given
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))


def _read_noted(text: str | None) -> TrailHead | None:
    from zerobar.bank.staff.audit import TrailHead  # noqa: PLC0415

    if text is None:
        return None
    number, _, seal = text.partition(":")
    try:
        return TrailHead(int(number), bytes.fromhex(seal))
    except ValueError:
        complain(f"{text} is no end of an audit trail.", "Give it as `bank verify` printed it.")
        raise typer.Exit(_FAILED) from None


@contextmanager
def _files_explained() -> Iterator[None]:
    """Turn what goes wrong with the backup itself into sentences and exit code 1."""
    from zerobar.bank.safekeeping.errors import SafekeepingError  # noqa: PLC0415

    try:
        yield
    except SafekeepingError as error:
        complain(str(error))
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}.", "Name a file or folder that can be used.")
    else:
        return
    raise typer.Exit(_FAILED)
