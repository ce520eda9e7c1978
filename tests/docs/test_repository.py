"""The tree is as its documents say: links lead somewhere, commands exist, files stay readable."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import zerobar

ROOT = Path(__file__).parents[2]
READMES = ["README.md", "README.zh-CN.md"]
MOST_LINES = 600

TOOL_FOLDERS = {"build", "dist", "node_modules", "__pycache__"}
VISIBLE_DOT_NAMES = {".ci", ".editorconfig", ".gitattributes", ".gitignore"}

LINK = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)|(?:src|href)=\"([^\"]+)\"")
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
APT_LINE = re.compile(r"apt(?:-get)? install ([^\n`]+)")
INLINE_MAKE = re.compile(r"`(make [a-z][^`]*)`")
MAKE_TARGET = re.compile(r"^([a-z-]+):.*##", re.MULTILINE)
# Paths of one person's machine; written apart so that this file is not its own finding.
PRIVATE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work)" + "/")


def tree(folder: Path = ROOT) -> Iterator[Path]:
    """Walk the files of the checkout, without environments and what tools left behind."""
    for path in sorted(folder.iterdir()):
        if path.name in TOOL_FOLDERS or _is_hidden(path):
            continue
        if path.is_dir():
            yield from () if (path / "pyvenv.cfg").exists() else tree(path)
        else:
            yield path


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") and path.name not in VISIBLE_DOT_NAMES


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def links(page: Path) -> list[str]:
    """List the targets of a page's links into this repository, without their anchors."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    targets = [first or second for first, second in LINK.findall(text)]
    own = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    return [target.partition("#")[0] for target in own]


def fenced_commands(page: str) -> list[str]:
    """List the make commands of a text's code blocks, without trailing remarks."""
    lines = "".join(FENCED.findall(page)).splitlines()
    commands = [line.partition("#")[0].removeprefix("$ ").strip() for line in lines]
    return [command for command in commands if command.startswith("make ")]


def apt_packages(page: str) -> list[list[str]]:
    """List the packages of each apt line, sorted, without the line's switches."""
    found = [line.split() for line in APT_LINE.findall(read(page))]
    return [sorted(word for word in line if not word.startswith("-")) for line in found]


PAGES = [path for path in tree() if path.suffix == ".md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_of_this_repository(page: Path) -> None:
    targets = [(page.parent / link).resolve() for link in links(page)]
    assert [str(target) for target in targets if not target.exists()] == []
    assert [str(target) for target in targets if not target.is_relative_to(ROOT)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {line.split()[1] for line in fenced_commands(text) + INLINE_MAKE.findall(text)}
    assert named <= set(MAKE_TARGET.findall(read("Makefile")))


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_gives_the_same_two_commands(readme: str) -> None:
    assert fenced_commands(read(readme)) == ["make demo", "make test"]


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_the_debian_packages_that_ci_installs(readme: str) -> None:
    lines = read("scripts/debian-packages.txt").splitlines()
    packages = sorted(line for line in lines if not line.startswith("#"))
    assert apt_packages(readme) == [packages]


def test_the_changelog_has_this_version() -> None:
    assert re.search(rf"^## {re.escape(zerobar.__version__)}\b", read("CHANGELOG.md"), re.MULTILINE)


def test_every_python_file_reads_in_one_sitting() -> None:
    lengths = {path: len(path.read_bytes().splitlines()) for path in tree()}
    long = [path for path, lines in lengths.items() if path.suffix == ".py" and lines > MOST_LINES]
    assert long == []


def test_no_file_names_a_path_of_one_machine() -> None:
    texts = {path: path.read_bytes().decode("utf-8", errors="replace") for path in tree()}
    assert [path for path, text in texts.items() if PRIVATE_PATH.search(text)] == []


def test_broken_links_and_private_paths_are_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('[a](gone.md#part) [b](mailto:x@y) <img src="gone.svg">\n```\n[c](code)\n```\n')
    assert links(page) == ["gone.md", "gone.svg"]
    assert PRIVATE_PATH.search("cd /home" + "/somebody")
    assert not PRIVATE_PATH.search("docs/home/page.md")
