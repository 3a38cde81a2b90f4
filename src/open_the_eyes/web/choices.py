"""What the page offers to choose from: the file's purpose, and how the eyes look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..options import Mode
from ..options.eye_style import EyeColor, EyeStyle

AS_SUITS: Final = "As suits the face"
COLORS: Final[dict[str, EyeColor]] = {
    AS_SUITS: "auto",
    "Brown": "brown",
    "Hazel": "hazel",
    "Green": "green",
    "Blue": "blue",
    "Grey": "grey",
}
GAZES: Final[dict[str, tuple[float, float] | None]] = {
    AS_SUITS: None,
    "At the camera": (0.0, 0.0),
    "Left": (-0.6, 0.0),
    "Right": (0.6, 0.0),
    "Up": (0.0, -0.5),
    "Down": (0.0, 0.4),
}

PURPOSES: Final[dict[Mode, tuple[str, str]]] = {
    "standard": ("Download", "for sharing and the screen"),
    "quality": ("High-res export", "for large screens"),
    "ultra": ("Print", "for paper"),
}
"""What the button of each mode says, and what it is for."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this machine paints with.

    Args:
        patient: whether more time makes better eyes: with SDXL it does.
        restorer: the network that sharpens faces for print; None where none is installed.
    """

    patient: bool = False
    restorer: str | None = None


def purposes(capabilities: Capabilities) -> tuple[Mode, ...]:
    """The purposes whose files differ here: a button that gives the same pixels as another would make a false
    promise."""
    differs: dict[Mode, bool] = {
        "standard": True,
        "quality": capabilities.patient,
        "ultra": capabilities.patient or capabilities.restorer is not None,
    }
    return tuple(mode for mode in PURPOSES if differs[mode])


def about_purposes(capabilities: Capabilities) -> str:
    """What the files are, and how they differ."""
    restorer = capabilities.restorer
    sharpened = "" if restorer is None else f" For print, the eyes are sharpened as well ({restorer})."
    if capabilities.patient:
        return f"The eyes stay the ones you see; the longer ways paint them with more steps.{sharpened}"
    return f"The file keeps the photo's full size, and has the eyes that you see.{sharpened}"


def style_of(color: str, gaze: str, openness: float) -> EyeStyle:
    """The style that the page's words and figures ask for; 100 per cent leaves openness to the face."""
    openness = min(max(float(openness), 60.0), 140.0)
    return EyeStyle(COLORS.get(color, "auto"), GAZES.get(gaze), None if round(openness) == 100 else openness / 100)


def shown_style(style: EyeStyle) -> tuple[str, str, int]:
    """The words and the figure of the page for a style, back from `style_of`."""
    color = next(word for word, color in COLORS.items() if color == style.eye_color)
    gaze = next((word for word, gaze in GAZES.items() if gaze == style.gaze), AS_SUITS)
    return color, gaze, 100 if style.openness is None else round(100 * style.openness)
