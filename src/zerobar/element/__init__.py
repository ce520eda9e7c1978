"""The virtual secure element: a purse in a file, served to card readers and to an antenna."""

from zerobar.element.atr import ATR
from zerobar.element.errors import (
    AntennaUnavailable,
    ElementError,
    NotAPurseFile,
    PurseFileError,
    PurseFileExists,
    PurseFileExposed,
    PurseFileInUse,
    PurseFileMissing,
    PurseFileNotCreated,
    StorageFailed,
)
from zerobar.element.file_memory import FileMemory, create_blank
from zerobar.element.server import Address, ElementServer, serve

__all__ = [
    "ATR",
    "Address",
    "AntennaUnavailable",
    "ElementError",
    "ElementServer",
    "FileMemory",
    "NotAPurseFile",
    "PurseFileError",
    "PurseFileExists",
    "PurseFileExposed",
    "PurseFileInUse",
    "PurseFileMissing",
    "PurseFileNotCreated",
    "StorageFailed",
    "create_blank",
    "serve",
]
