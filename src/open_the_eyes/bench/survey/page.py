"""The survey as one HTML file: keys or clicks choose, and the answers are saved as a JSON file by the page itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ...errors import UsageError
from ..album import data_uri
from .pairs import QUESTIONS, Pair, sealed

HERE: Final = Path(__file__).parent


def survey_of(pairs: Sequence[Pair], seed: int) -> str:
    """The page.

    Raises:
        UsageError: there is no pair to show.
    """
    if not pairs:
        raise UsageError(
            "expected pictures to pair, got none; name a folder with --open or --closed.", option="--survey"
        )
    shown = [
        {"question": QUESTIONS[pair.question], "left": data_uri(pair.left[1]), "right": data_uri(pair.right[1])}
        for pair in pairs
    ]
    # in a script element nothing may look like its end
    data = json.dumps({"pairs": shown, "key": sealed(pairs), "seed": seed}).replace("<", "\\u003c")
    template = (HERE / "survey.html").read_text(encoding="utf-8")
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("survey.css", "survey.js"))
    return template.replace("/*STYLE*/", style).replace("/*SCRIPT*/", script).replace("/*DATA*/", data)
