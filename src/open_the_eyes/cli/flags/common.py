"""Flags that several commands have in common: one text of help, one meaning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from ...errors import UsageError
from ...options import ENGINES, MAX_VARIATIONS, MODES, NAMES, PRECISIONS, RESTORERS, Options
from ...options.eye_style import EYE_COLORS, MAX_OPENNESS
from ...options.values import checked_quality
from .. import paths
from . import parse

if TYPE_CHECKING:
    from ...engine import Engine

EngineName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="|".join(ENGINES),
        help="What makes the eyes: appearance paints on any machine, sdxl on a GPU, reference only takes eyes from "
        "other photos; auto is the best painter that can run here.",
    ),
]
Host: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="The address to listen at; 0.0.0.0 is every network of this machine, and needs a key.",
    ),
]
References: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        metavar="PHOTO",
        help="Another photo of the same people: their own open eyes are taken from it. May be given several times.",
    ),
]
ModeName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--mode",
        metavar="|".join(MODES),
        help="How many eyes are painted to keep the best of; with sdxl also how many steps each gets.",
    ),
]
Variations: TypeAlias = Annotated[
    str, typer.Option("--variations", metavar=f"1..{MAX_VARIATIONS}", help="How many different results to make.")
]
Seed: TypeAlias = Annotated[
    str,
    typer.Option(
        "--seed",
        metavar="S",
        help="A whole number. The same photo, options and seed give the same eyes; another seed gives others.",
    ),
]
AllFaces: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Also open eyes that may be only narrow. Winks and sleepers are opened anyway: they look like blinks.",
    ),
]
ABOUT_COLOUR: Final = "The colour of the irises; auto takes what suits the face."
EyeColour: TypeAlias = Annotated[str, typer.Option("--eye-color", metavar="|".join(EYE_COLORS), help=ABOUT_COLOUR)]
ABOUT_GAZE: Final = "Where the eyes look, each -1..1: X to the right, Y down, as seen with the head upright."
Gaze: TypeAlias = Annotated[str, typer.Option("--gaze", metavar="auto|X,Y", help=ABOUT_GAZE)]
ABOUT_OPENNESS: Final = "How far the eyes open; 1 is usual, 0 narrows them by a fifth or so, 1.5 widens them as much."
Openness: TypeAlias = Annotated[str, typer.Option("--openness", metavar=f"auto|0..{MAX_OPENNESS}", help=ABOUT_OPENNESS)]
Lcm: TypeAlias = Annotated[
    bool, typer.Option("--lcm", help="sdxl only: paint in four steps, whatever the mode; faster.")
]
PrecisionName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="|".join(PRECISIONS),
        help="sdxl only: how finely the model is stored; coarser ones need less GPU memory. auto is what fits.",
    ),
]
RestorerName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--restorer",
        metavar="|".join(RESTORERS),
        help="Sharpen the new eyes afterwards with this network; get it with `fetch` first.",
    ),
]
Fidelity: TypeAlias = Annotated[
    str,
    typer.Option(
        "--fidelity",
        metavar="0..1",
        help="codeformer only: how close it stays to the eyes as they were painted; 1 is closest.",
    ),
]
WholeFace: TypeAlias = Annotated[
    bool, typer.Option("--whole-face", help="With --restorer: sharpen the whole face, not the eyes alone.")
]
StripGps: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--strip-gps",
        help="Leave out the GPS position, and Content Credentials, which may tell it. Names of places stay.",
    ),
]
Certificate: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--c2pa-cert",
        metavar="FILE.pem",
        help="Sign the result with this certificate (Content Credentials); needs --c2pa-key.",
    ),
]
CertificateKey: TypeAlias = Annotated[
    str | None,
    typer.Option("--c2pa-key", metavar="FILE.pem", help="The private key of that certificate; one without a password."),
]
Quality: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--quality",
        metavar="1..100",
        help="Of pictures that are encoded anew with loss, such as WebP; others stay as they are. The default is high.",
    ),
]
ReportFile: TypeAlias = Annotated[
    str | None, typer.Option("--report", metavar="FILE.json", help="Also write the report to this file.")
]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace results that are already there.")]
Workers: TypeAlias = Annotated[
    str,
    typer.Option(
        "--workers",
        metavar="auto|N",
        help="How many processes; auto is one for each processor core, with sdxl one for each GPU.",
    ),
]
AtOnce: TypeAlias = Annotated[
    str,
    typer.Option(
        "--at-once",
        metavar="auto|N",
        help="Photos that each process works on at the same time; auto is 6 with sdxl on a GPU, else 1.",
    ),
]
Patience: TypeAlias = Annotated[
    str, typer.Option("--patience", metavar="SECONDS", help="Give up a photo that takes longer than this.")
]
GpusEach: TypeAlias = Annotated[
    str,
    typer.Option(
        "--gpus-each", metavar="N", help="With --ray: GPUs for each worker, at most 1; 0.5 lets two share one."
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print the report as JSON, and nothing else.")]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error, for a bug report.")]

FLAGS: Final = {name: f"--{name.replace('_', '-')}" for name in ("engine", "quality", *NAMES) if name != "picks"} | {
    "styles": "--eye-color, --gaze, --openness"
}
"""Flag of each option, by what refusals call it in Python."""


def signing(certificate: str | None, key: str | None) -> tuple[Path, Path] | None:
    """The certificate and its key, None where neither is given.

    Raises:
        UsageError: one without the other, or an empty name.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError("--c2pa-cert, --c2pa-key: expected both or neither, got one; add the other.")
    return paths.place(certificate, "--c2pa-cert"), paths.place(key, "--c2pa-key")


def quality_of(text: str | None) -> int | None:
    """The quality that was asked for.

    Raises:
        UsageError: no whole number, or one out of range.
    """
    with by_flag():
        return None if text is None else checked_quality(parse.whole("--quality", text))


def options_of(*, variations: str, seed: str, gaze: str, openness: str, fidelity: str, **others: Any) -> Options:
    """The options that a command was given: these come as texts, all `others` as `Options.of` takes them.

    Raises:
        UsageError: a text that is no number, or a value out of range.
    """
    values: dict[str, Any] = {
        "variations": parse.whole("--variations", variations),
        "seed": parse.whole("--seed", seed),
        "gaze": None if gaze == "auto" else parse.pair("--gaze", gaze),
        "openness": None if openness == "auto" else openness_of("--openness", openness),
        "fidelity": parse.decimal("--fidelity", fidelity),
    }
    with by_flag():
        return Options.of(**values, **others)


def openness_of(option: str, text: str) -> float:
    """The number of an openness option, whose text is not "auto".

    Raises:
        UsageError: it is none.
    """
    return parse.decimal(option, text, "auto, or ")


def engine_of(name: str) -> Engine:
    """The engine that --engine names; raises what `load_engine` raises."""
    from ...engine import engine_name, load_engine
    from ...settings import Settings

    with by_flag():
        return load_engine(engine_name(name), Settings.from_environment())


@contextmanager
def by_flag() -> Iterator[None]:
    """Within, what refuses an option by its name in Python refuses it by its flag: --eye-color, not eye_color."""
    try:
        yield
    except UsageError as error:
        if error.option not in FLAGS:
            raise
        raise error.called(FLAGS[error.option]) from error
