from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.owners import servers_in
from zerobar.database import EmbeddedPostgres

# Not skipped for others, as nothing is missing there: what is tested only happens to root.
collect_ignore = [] if os.geteuid() == 0 else ["test_as_root.py"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, in a place that other users can reach too, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="zerobar-folder-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def first_cluster() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="zerobar-cluster-"))
    parent.chmod(0o755)
    with EmbeddedPostgres(parent / "db"):
        pass
    yield parent / "db"
    shutil.rmtree(parent)


@pytest.fixture
def cluster(first_cluster: Path) -> Iterator[Path]:
    """A folder with data, on which nothing runs: creating one takes longer than most tests."""
    yield first_cluster
    assert servers_in(first_cluster) == []


@pytest.fixture
def deep_cluster(cluster: Path) -> Iterator[Path]:
    """The same, moved to where the path of a socket would be too long."""
    yield cluster.rename(cluster.with_name("x" * 90))
    cluster.with_name("x" * 90).rename(cluster)
