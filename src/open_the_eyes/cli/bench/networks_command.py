"""`open-the-eyes bench networks`."""

from __future__ import annotations

from .. import speech


def networks_command() -> None:
    """Downloads the networks of LPIPS and FID, 340 MB, into torch's own cache; torchvision and torch-fidelity do it.

    \b
    Examples:
      open-the-eyes bench networks
    """
    from ...bench.networks import fetch_networks

    speech.say("\n".join(fetch_networks()))
