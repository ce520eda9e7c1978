"""`bank partner`: whose word for a phone number a bank takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from rich.table import Table

from zerobar.cli.banking import DEFAULT_FOLDER, Folder, bank_explained
from zerobar.cli.console import complain, out, say

KeyName = Annotated[str, typer.Argument(metavar="KEY-NAME", help="as assertions name it in `kid`")]


def add_partner(
    partner: Annotated[str, typer.Argument(help="as its assertions name it in `iss`")],
    key_name: KeyName,
    key: Annotated[Path, typer.Argument(metavar="KEY.pem", help="its public key, P-256")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Trust a partner's key: its signed assertions of phone numbers open wallets."""
    public_key = _read_key(key)
    with bank_explained():
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.people.assertions import register_partner  # noqa: PLC0415
        from zerobar.bank.running import read_bank  # noqa: PLC0415

        with read_bank(load(folder)) as bank:
            register_partner(bank, partner, key_name, public_key)
            say(f"{partner} is trusted with the key {key_name}.")
            say(f"Its assertions name this bank in `aud`: {bank.operator_id}")


def revoke_partner(key_name: KeyName, folder: Folder = DEFAULT_FOLDER) -> None:
    """Trust a partner's key no more."""
    with bank_explained():
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.people.assertions import revoke_partner_key  # noqa: PLC0415
        from zerobar.bank.running import read_bank  # noqa: PLC0415

        with read_bank(load(folder)) as bank:
            known = revoke_partner_key(bank, key_name)
    if not known:
        complain(f"There is no key {key_name}.", "List them with `zerobar bank partner list`.")
        raise typer.Exit(1)
    say(f"The key {key_name} is trusted no more.")


def list_partners(folder: Folder = DEFAULT_FOLDER) -> None:
    """List partners' keys."""
    with bank_explained():
        from zerobar.bank.installation import load  # noqa: PLC0415
        from zerobar.bank.people.assertions import partner_keys  # noqa: PLC0415
        from zerobar.bank.running import read_bank  # noqa: PLC0415

        with read_bank(load(folder)) as bank:
            keys = partner_keys(bank)
    table = Table("partner", "key", "registered", "revoked")
    for known in keys:
        revoked = known.revoked_at.isoformat() if known.revoked_at else ""
        table.add_row(known.partner, known.name, known.registered_at.isoformat(), revoked)
    out.print(table)


def _read_key(path: Path) -> bytes:
    """Return X||Y, 64 bytes, from a PEM file; ends the command if it is no P-256 public key."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        complain(
            f"{path} is not a public key on the curve P-256 in PEM form.",
            "Make one with: openssl ec -in private.pem -pubout -out KEY.pem",
        )
        raise typer.Exit(1)
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
