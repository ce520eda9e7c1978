from __future__ import annotations

from types import ModuleType

import pytest

from tests.reader.test_errors import all_kinds, names
from zerobar import element, reader
from zerobar.element import ElementError
from zerobar.reader import LinkError


@pytest.mark.parametrize("package", [reader, element])
def test_every_exported_name_is_there_and_listed_once(package: ModuleType) -> None:
    exported: list[str] = package.__all__
    assert len(exported) == len(set(exported))
    assert all(hasattr(package, name) for name in exported)


def test_every_error_that_a_caller_may_want_to_catch_is_exported() -> None:
    assert names(all_kinds(LinkError)) <= set(reader.__all__)
    kinds: list[type[ElementError]] = [ElementError, *ElementError.__subclasses__()]
    for kind in kinds:
        kinds += [child for child in kind.__subclasses__() if child not in kinds]
    assert {kind.__name__ for kind in kinds} <= set(element.__all__)
