"""What the code imports is declared, what is declared is pinned, and every pin has its hashes."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LOCKS = {extra: ROOT / "requirements" / f"{extra}.txt" for extra in EXTRAS if extra != "bank"}

# Distributions whose module has another name.
MODULES = {
    "argon2-cffi": "argon2",
    "phonenumberslite": "phonenumbers",
    "prometheus-client": "prometheus_client",
    "psycopg-pool": "psycopg_pool",
    "pyscard": "smartcard",
    "python-stdnum": "stdnum",
}
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.M)


def declared(extra: str) -> list[Requirement]:
    return [Requirement(line) for line in [*PROJECT["dependencies"], *EXTRAS[extra]]]


def pins(lock: Path) -> dict[str, str]:
    found = PIN.findall(lock.read_text(encoding="utf-8"))
    return {canonicalize_name(name): version for name, version, _ in found}


def imported_modules(package: Path) -> set[str]:
    """Name the top-level modules that a package's files import from elsewhere."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0]
    names |= {node.module for node in froms if node.module}
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names


def test_every_import_of_the_package_is_declared() -> None:
    modules = {MODULES.get(need.name, need.name) for need in declared("pcsc") + declared("bank")}
    assert imported_modules(ROOT / "src") <= modules | {"zerobar"}


@pytest.mark.parametrize("extra", sorted(LOCKS))
def test_every_declared_dependency_is_pinned_in_its_range(extra: str) -> None:
    pinned = pins(LOCKS[extra])
    outside = [
        str(need)
        for need in declared(extra)
        if not need.specifier.contains(pinned[canonicalize_name(need.name)])
    ]
    assert outside == []


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_every_line_of_a_lock_is_a_pin_with_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    rest = re.sub(r"^\s*#.*\n", "", PIN.sub("", text), flags=re.M)
    assert rest.strip() == ""
    assert "://" not in text


def test_the_locks_agree_where_they_overlap() -> None:
    dev, pcsc = pins(LOCKS["dev"]), pins(LOCKS["pcsc"])
    assert {name: pcsc[name] for name in dev.keys() & pcsc} == {
        name: dev[name] for name in dev.keys() & pcsc
    }


def test_every_dependency_is_accounted_for_in_its_decision() -> None:
    page = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8")
    needs = {need.name for extra in EXTRAS for need in declared(extra)}
    assert [name for name in sorted(needs) if f"| {name} " not in page] == []
