"""PINs that are hashed in no time, for tests of all that is not about the hash itself.

    pytest_plugins = ["tests.bank.quick_pins"]

A real hash takes some 30 ms, on purpose, and nearly every test opens a wallet or two. Programs that
run as processes of their own still hash as they do for people.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from zerobar.bank.people import pin

REAL = pin._HASHER


@pytest.fixture(autouse=True, scope="session")
def quick_pins() -> Iterator[None]:
    """Hash with the smallest parameters that there are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pin, "_HASHER", PasswordHasher(1, 8, 1))
        yield
