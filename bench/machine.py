"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from cryptography import __version__ as cryptography_version
from cryptography.hazmat.backends.openssl import backend


def description() -> list[tuple[str, str]]:
    return [
        ("processor", f"{os.cpu_count()} cores, {_processor()}"),
        ("system", f"{_system()}, Linux {'.'.join(platform.release().split('.')[:2])}"),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        ("signatures", f"cryptography {cryptography_version}, {backend.openssl_version_text()}"),
        ("load before the run", " ".join(f"{load:.2f}" for load in os.getloadavg())),
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    virtual = ", virtual machine" if "hypervisor" in facts.get("flags", "").split() else ""
    return facts.get("model name", platform.machine()) + virtual


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())


def file_system_of(folder: Path) -> str:
    """The kind of file system that holds a folder: on tmpfs, an fsync costs nothing."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    holding = [(path, kind) for _, path, kind, *_ in mounts if folder.is_relative_to(path)]
    return max(holding, key=lambda mount: len(mount[0]))[1]
