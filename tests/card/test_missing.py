"""Without a JDK or Maven the tests say what to install."""

import pytest

from tests.card.simulator import missing_programs


def test_a_machine_without_java_and_maven_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    assert missing_programs() == ["default-jdk-headless", "maven"]
