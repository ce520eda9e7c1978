"""The keys that a bank signs for purses with, in its folder: test money only.

authority.json   an authority's keys and this operator's, readable by its owner alone

A bank without the file offers no purses. In production these keys lie in hardware, behind `Signer`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.installation import BankDamaged, write_private
from zerobar.bank.purses.keys import trust_authority
from zerobar.issuer import AuthorityFile, AuthorityFileError

AUTHORITY_FILE: Final = "authority.json"


def make_keys(folder: Path, now_unix_s: int) -> Path:
    """Put new keys into a bank's folder, unless there are some; return where they are."""
    path = folder / AUTHORITY_FILE
    if path.exists():
        return path
    # Whole or not at all: a key that is cut off would be taken for a damaged bank.
    made = path.with_name(path.name + ".made")
    made.unlink(missing_ok=True)
    AuthorityFile.generate(os.urandom, now_unix_s).save(made)
    write_private(path, made.read_bytes())
    made.unlink()
    return path


def with_keys(bank: Bank, folder: Path) -> Bank:
    """Return a bank that offers purses, if its folder has the keys; its database trusts them.

    Raises BankDamaged.
    """
    path = folder / AUTHORITY_FILE
    if not path.exists():
        return bank
    if path.stat().st_mode & 0o077:
        raise BankDamaged(path, "can be read by others")
    try:
        keys = AuthorityFile.load(path).open()
    except AuthorityFileError as error:
        raise BankDamaged(path, f"cannot be read: {error}") from None
    trust_authority(bank, keys)
    return replace(bank, purse_keys=keys)
