"""The certificates of the world's authorities, read once for all clients of HTTP in a process.

    pytest_plugins = ["tests.one_trust"]

A client reads them whenever one is made, which takes 30 ms; and nobody who is asked here is that
far away.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import httpx
import pytest


@pytest.fixture(autouse=True, scope="session")
def one_trust() -> Iterator[None]:
    """Let all clients share what they trust."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context)
        )
        yield
