"""By which address other devices reach this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

_FAR: Final = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses for documentation (RFC 5737, RFC 3849): nobody has them, and nothing is sent there."""


def own_address(host: str) -> str | None:
    """The address from which this machine would speak to others, where `host` stands for all that it has.

    None for any other host, and where there is no network.
    """
    try:
        if not ipaddress.ip_address(host).is_unspecified:
            return None
    except ValueError:
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((_FAR[family], 9))  # of a datagram's socket this only looks up the way
            found = ipaddress.ip_address(asking.getsockname()[0])
    except OSError:
        return None
    return None if found.is_loopback or found.is_unspecified else str(found)
