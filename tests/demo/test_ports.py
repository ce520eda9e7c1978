"""Ports that are told to others before anybody listens on them."""

from __future__ import annotations

import itertools
import socket

import pytest

from zerobar.demo.town import ports
from zerobar.serving.programs import LOOPBACK


def test_no_port_is_given_twice_while_others_are_free() -> None:
    given = [ports.free_port() for _ in range(500)]
    assert len(set(given)) == len(given)


def test_a_port_that_somebody_listens_on_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, ports.free_port())) as taken:
        port: int = taken.getsockname()[1]
        monkeypatch.setattr(ports, "_next", itertools.count(port - ports._FIRST))
        assert ports.free_port() > port


def test_where_none_is_free_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_COUNT", 1)
    with socket.create_server((LOOPBACK, ports.free_port())) as taken:
        monkeypatch.setattr(ports, "_FIRST", taken.getsockname()[1])
        with pytest.raises(OSError, match="End what holds them"):
            ports.free_port()


def test_ports_lie_below_those_of_connections_that_go_out() -> None:
    with socket.create_server((LOOPBACK, 0)) as listening:
        assert ports.free_port() < listening.getsockname()[1]
