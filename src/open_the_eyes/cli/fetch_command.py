"""`open-the-eyes fetch`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from . import progress, speech

if TYPE_CHECKING:
    from ..models.weights.catalogue import Weight
    from ..settings import Settings


def fetch_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROFILE",
            help="sdxl, restorers, insightface, commercial or all; a single model of --list; or the Hugging Face id "
            "of an SDXL checkpoint.",
            show_default=False,
        ),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Show all models with size, licence and source; download nothing.")
    ] = False,
    commercial: Annotated[
        bool, typer.Option("--commercial", help="Only models whose licence allows commercial use; see --list.")
    ] = False,
) -> None:
    """Downloads models that are not in the package, and checks those that are here. Without a name: sdxl.

    The default engine needs none of them. If a download breaks off, the same command goes on from there. OTE_WEIGHTS
    names the folder they go to, OTE_HUB a mirror of the model hub, OTE_OFFLINE a folder to take them from instead.
    HF_TOKEN is shown to that hub or mirror alone, for models that are private or gated.

    \b
    Examples:
      open-the-eyes fetch --list
      open-the-eyes fetch
      open-the-eyes fetch gfpgan
      open-the-eyes fetch restorers --commercial
      open-the-eyes fetch people/their-sdxl
      OTE_OFFLINE=/media/stick/weights open-the-eyes fetch all
    """
    from ..models.weights.catalogue import CATALOGUE, chosen
    from ..settings import Settings

    settings = Settings.from_environment()
    default = [weight.name for weight in CATALOGUE] if listed else ["sdxl"]
    weights = chosen(names or default, commercial=commercial)
    if listed:
        speech.say("\n".join(_table(weights, settings)))
        return
    for weight in weights:
        if not weight.commercial:
            use = "" if weight.commercial is None else "not for commercial use; "
            speech.note(f"{weight.name}: {use}licence: {weight.licence}")
    _fetch(weights, settings)


def _fetch(weights: Sequence[Weight], settings: Settings) -> None:
    from ..models.weights.fetching import fetch

    named = ", ".join(weight.name for weight in weights)
    with progress.shown(f"fetching {named}") as tell:
        fetch(
            weights,
            settings,
            lambda what, done, total: tell(_so_far(what, done, total), done / max(total, 1)),
            lambda: speech.note(f"another fetch is at work in {settings.weights}: waiting for it"),
        )
    for weight in weights:
        speech.say(f"{weight.name}: here, in {settings.weights / weight.name}")


def _so_far(what: str, done: int, total: int) -> str:
    return f"{what}, {done / 1e9:.2f} of {total / 1e9:.2f} GB"


def _table(weights: Sequence[Weight], settings: Settings) -> list[str]:
    from ..models.weights.store import missing_of

    rows = [("", "model", "with", "size", "commercial", "licence", "from")]
    for weight in weights:
        here = "absent" if missing_of(weight, settings.weights) else "here"
        allowed = {True: "yes", False: "no", None: "?"}[weight.commercial]
        size = f"{weight.bytes / 1e9:.2f} GB"
        rows.append((here, weight.name, weight.profile, size, allowed, weight.licence, weight.hub_id))
    source = settings.hub if settings.offline is None else str(settings.offline)
    return [*speech.aligned(rows), f"folder: {settings.weights}", f"source: {source}"]
