"""By which address a phone reaches the page."""

from __future__ import annotations

import ipaddress
import socket
from typing import NoReturn

import pytest

from open_the_eyes.cli.lan import own_address


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.5", "localhost", "::1", "photos.example.org"])
def test_who_names_one_address_is_told_no_other(host: str) -> None:
    assert own_address(host) is None


class Lan(socket.socket):
    """A machine whose network gave it an address."""

    def connect(self, address: object) -> None:
        """Goes nowhere."""

    def getsockname(self) -> tuple[str, int]:
        return ("192.168.1.5", 40000)


def test_of_all_addresses_that_of_the_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Lan)
    found = own_address("0.0.0.0")
    assert found == "192.168.1.5"
    assert ipaddress.ip_address(found).is_private


def test_without_a_network_nothing_more_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(self: socket.socket, address: object) -> NoReturn:  # noqa: ARG001
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(Lan, "connect", nowhere)
    monkeypatch.setattr(socket, "socket", Lan)
    assert own_address("0.0.0.0") is None
