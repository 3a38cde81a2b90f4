"""`open-the-eyes bench networks`."""

from __future__ import annotations

from . import flags, speech


def networks_command(
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Downloads the networks of LPIPS and FID, 340 MB, into torch's own cache; torchvision and torch-fidelity do it.

    \b
    Examples:
      open-the-eyes bench networks
    """
    from ..bench.networks import fetch_networks

    speech.say("\n".join(fetch_networks()))
