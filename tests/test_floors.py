"""The floors hold: a package imports only from lower ones, and the purse does nothing but compute.

The contracts stand in pyproject.toml; here they are run on the tree, and then on small trees that
break them one by one, so that a contract that stopped watching is noticed.
"""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "zerobar"
PACKAGES = [str(path.parent.relative_to(SOURCE)) for path in SOURCE.rglob("__init__.py")]

# Everything the purse may import besides itself. What is not here reads a clock, a file, a socket,
# the system's randomness or another process, or has not been thought about yet.
PURE_MODULES = {
    "__future__",
    "abc",
    "collections",
    "contextlib",
    "cryptography",
    "dataclasses",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "itertools",
    "operator",
    "re",
    "struct",
    "types",
    "typing",
}
IMPURE_BUILTINS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}


def run_contracts(source: Path) -> subprocess.CompletedProcess[str]:
    """Run this project's contracts on the package `zerobar` below a source folder."""
    command = ["lint-imports", "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    return subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=source,
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


def impurities(package: Path) -> list[str]:
    """Name what the modules of a package import or call that is not pure computing."""
    found = []
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{path.name}: {name}" for name in sorted(_impure_names(tree))]
    return found


def _impure_names(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    imported = {name for node in nodes for name in _imported(node)}
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    outside = {name for name in imported if not _is_pure(name)}
    return outside | (named & IMPURE_BUILTINS)


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case ast.ImportFrom(level=level) if level > 1:
            return ["." * level]
    return []


def _is_pure(module: str) -> bool:
    return f"{module}.".startswith("zerobar.purse.") or module.partition(".")[0] in PURE_MODULES


def make_tree(source: Path, module: str, text: str) -> None:
    """Make every package and what the contracts name, empty but for one module."""
    for package in PACKAGES:
        (source / "zerobar" / package).mkdir(parents=True, exist_ok=True)
        (source / "zerobar" / package / "__init__.py").touch()
    for named in _modules_in_contracts():
        (source / named).touch()
    (source / "zerobar" / "__main__.py").write_text("from zerobar import cli\n")
    path = source / "zerobar" / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _modules_in_contracts() -> list[Path]:
    """Return the files of the modules, other than packages, whose imports a contract watches."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    named = {name for contract in contracts for name in contract.get("source_modules", [])}
    files = [Path(*name.split(".")).with_suffix(".py") for name in sorted(named)]
    return [path for path in files if (ROOT / "src" / path).is_file()]


def test_the_contracts_hold() -> None:
    run = run_contracts(ROOT / "src")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_purse_only_computes() -> None:
    assert impurities(ROOT / "src" / "zerobar" / "purse") == []


def test_the_contracts_hold_for_a_tree_that_keeps_them(tmp_path: Path) -> None:
    make_tree(tmp_path, "reader/link.py", "import socket\nimport zerobar.purse\n")
    run = run_contracts(tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


FLOORS = "a package imports only from lower floors"
SEALED = "the purse does no input or output"
SCREENS = "only the command line and the demo write to a terminal"
PCSC = "only the reader knows the PC/SC library"
NO_WEB = "the bank's and the telecom's rules know nothing of HTTP"


@pytest.mark.slow
@pytest.mark.parametrize(
    "contract, module, text",
    [
        (FLOORS, "purse/applet.py", "import zerobar.reader\n"),
        (FLOORS, "reader/link.py", "import zerobar.issuer\n"),
        (FLOORS, "element/server.py", "def serve() -> None:\n    import zerobar.reader\n"),
        (FLOORS, "issuer/journal.py", "from zerobar import element\n"),
        (FLOORS, "reader/tap.py", "from zerobar.conformance import suite\n"),
        (FLOORS, "conformance/suite.py", "from zerobar import branch\n"),
        (FLOORS, "demo/story.py", "from zerobar.cli import app\n"),
        (FLOORS, "novelty/__init__.py", ""),
        (SEALED, "purse/memory.py", "import os\n"),
        (SEALED, "purse/session.py", "from time import time\n"),
        (FLOORS, "serving/access.py", "from zerobar import device\n"),
        (FLOORS, "client/http.py", "from zerobar import serving\n"),
        (SCREENS, "issuer/loads.py", "import rich.console\n"),
        (SCREENS, "telecom/serving.py", "import typer\n"),
        (NO_WEB, "telecom/orders.py", "import litestar\n"),
        (NO_WEB, "database/worker.py", "from zerobar import serving\n"),
        (NO_WEB, "bank/paying/engine.py", "from zerobar import serving\n"),
        (PCSC, "cli/doctor.py", "import smartcard.System\n"),
    ],
)
def test_a_contract_breaks_when_a_floor_is_jumped(
    tmp_path: Path, contract: str, module: str, text: str
) -> None:
    make_tree(tmp_path, module, text)
    run = run_contracts(tmp_path)
    assert run.returncode == 1
    assert f"{contract} BROKEN" in run.stdout


@pytest.mark.parametrize(
    "text, impurity",
    [
        ("import random\n", "random"),
        ("from time import monotonic\n", "time"),
        ("import os.path\n", "os.path"),
        ("from zerobar.reader import link\n", "zerobar.reader"),
        ("from zerobar import purse_tools\n", "zerobar"),
        ("from .. import reader\n", ".."),
        ("def save() -> None:\n    open('purse', 'wb')\n", "open"),
        ("write = print\n", "print"),
        ("clock = __import__('time')\n", "__import__"),
    ],
)
def test_an_impure_purse_is_noticed(tmp_path: Path, text: str, impurity: str) -> None:
    (tmp_path / "applet.py").write_text(text)
    assert impurities(tmp_path) == [f"applet.py: {impurity}"]


def test_a_pure_purse_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "applet.py").write_text(
        "import hashlib\nfrom collections.abc import Callable\nfrom . import money\n"
        "from zerobar.purse.money import Fen\nopened = hashlib.sha256(b'')\n"
    )
    assert impurities(tmp_path) == []
