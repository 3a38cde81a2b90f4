"""`open-the-eyes bench networks`."""

from __future__ import annotations

from . import flags, speech


def networks_command(
    debug: flags.Debug = False,  # noqa: ARG001 -- `main` reads it
) -> None:
    """Lets torchvision and torch-fidelity download their weights, 340 MB, into torch's own cache."""
    from ..bench.networks import fetch_networks

    speech.say("\n".join(fetch_networks()))
