"""A real smart card service for tests: one for each test process, as a pytest plugin."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from tests.reader.pcscd import PrivatePcscd, missing_packages
from zerobar.reader import list_readers


def wait_until_it_listens(daemon: PrivatePcscd) -> None:
    """Return once the daemon has opened its slots, to which cards connect."""
    deadline = time.monotonic() + 20
    while tuple(reader.name for reader in list_readers()) != daemon.readers:
        assert time.monotonic() < deadline, daemon.log
        time.sleep(0.02)


@pytest.fixture(scope="session")
def pcscd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePcscd]:
    """A smart card service of our own, with one virtual reader of two slots."""
    pytest.importorskip("smartcard.scard", reason="install the extra: pip install 'zerobar[pcsc]'")
    missing = missing_packages()
    if missing:
        pytest.skip(f"install Debian's {' and '.join(missing)}")
    # A socket's path may have 107 characters at most, which a worker's own folder can exceed.
    with PrivatePcscd(tmp_path_factory.mktemp("pcscd")) as daemon:
        # The library reads this once, at the first call in a process.
        os.environ["PCSCLITE_CSOCK_NAME"] = str(daemon.socket_path)
        wait_until_it_listens(daemon)
        yield daemon
        del os.environ["PCSCLITE_CSOCK_NAME"]
