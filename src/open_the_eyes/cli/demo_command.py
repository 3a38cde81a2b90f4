"""`open-the-eyes demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from . import paths, progress, speech, words

FOLDER = "open-the-eyes-demo"


def demo_command(
    out: Annotated[str, typer.Option("-o", "--output", metavar="DIR", help="The folder for the pictures.")] = FOLDER,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace pictures that are already there.")] = False,
) -> None:
    """Paints a blink on a public-domain portrait, opens the eyes again, and writes both and a before/after picture.

    \b
    Examples:
      open-the-eyes demo
      open-the-eyes demo -o pictures
    """
    if out == "":
        raise UsageError("expected a name, got nothing. Name a folder.", option="-o")
    from ..demo.show import NAMES, run_demo

    for name in NAMES:
        paths.check_output(Path(out) / name, (), overwrite=overwrite)
    with progress.shown("demo") as tell:
        result = run_demo(Path(out), progress=tell, overwrite=overwrite)
    for face in result.report.faces:
        speech.show(words.face_line(face))
    written = {"before": result.before, "after": result.after, "side by side": result.sheet}
    for what, path in written.items():
        speech.show(f"{what + ':':<13} {speech.printable(str(path))}")
