"""What new eyes shall look like: in the whole photo, and on single faces of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict, get_args

from ..errors import UsageError
from ..wording import short, written
from .face_numbers import MAX_FACE, is_face
from .values import check_number, check_one_of, check_whole, is_number, keep, require

EyeColor = Literal["auto", "brown", "hazel", "green", "blue", "grey"]
EYE_COLORS: Final[tuple[EyeColor, ...]] = get_args(EyeColor)
SPELT: Final[dict[str, EyeColor]] = {"gray": "grey"}
"""Other spellings of a colour, and how it is kept and told."""
MAX_OPENNESS: Final = 1.5
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class EyeStyle:
    """What one pair of eyes shall look like; fields are those of `GenerateOptions`."""

    eye_color: EyeColor = "auto"
    gaze: tuple[float, float] | None = None
    openness: float | None = None

    def __post_init__(self) -> None:
        color = SPELT.get(self.eye_color, self.eye_color) if isinstance(self.eye_color, str) else self.eye_color
        check_one_of("eye_color", color, EYE_COLORS)
        if self.gaze is not None:
            pair = isinstance(self.gaze, (tuple, list)) and len(self.gaze) == 2
            numbers = pair and all(is_number(v) for v in self.gaze)
            require(numbers, "gaze", f"expected two numbers such as [0.3, -0.1], got {written(self.gaze)}.")
            within, came = all(-1 <= v <= 1 for v in self.gaze), ", ".join(map(short, self.gaze))
            require(within, "gaze", f"expected two numbers from -1 to 1, such as [0.3, -0.1]; got [{came}].")
        if self.openness is not None:
            check_number("openness", self.openness)
            expected = f"expected 0 to {MAX_OPENNESS} (1 is usual)"
            require(0 <= self.openness <= MAX_OPENNESS, "openness", f"{expected}, got {short(self.openness)}.")
        keep(
            self,
            eye_color=color,
            gaze=None if self.gaze is None else (float(self.gaze[0]), float(self.gaze[1])),
            openness=None if self.openness is None else float(self.openness),
        )


PLAIN_STYLE: Final = EyeStyle()


class FaceStyleTold(TypedDict, total=False):
    """A `FaceStyle` as JSON has it."""

    face: int
    eye_color: EyeColor | None
    gaze: tuple[float, float] | list[float] | Literal["auto"] | None
    openness: float | Literal["auto"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceStyle:
    """What the eyes of one face shall look like, where that is something else than what the photo's others get.

    Args:
        face: its number; 1 is the leftmost.
        eye_color: "auto" takes what suits this face; None: what all others get.
        gaze: where its eyes look, (x, y) each -1..1; "auto" is straight or as the head suggests, None as all others.
        openness: 0..1.5, 1 is usual for this face; "auto" takes what suits it, None what all others get.
    """

    face: int
    eye_color: EyeColor | None = None
    gaze: tuple[float, float] | Literal["auto"] | None = None
    openness: float | Literal["auto"] | None = None

    def __post_init__(self) -> None:
        check_whole("styles", self.face)
        require(is_face(self.face), "styles", f"expected a face from 1 to {MAX_FACE:,}, got {written(self.face)}.")
        try:
            style = self.over(PLAIN_STYLE)
        except UsageError as error:
            raise UsageError(f"face {self.face}, {error.fault}", option="styles") from error
        keep(self, face=int(self.face))
        for name in ("eye_color", "gaze", "openness"):
            if getattr(self, name) not in (None, AUTO):
                keep(self, **{name: getattr(style, name)})

    @classmethod
    def of(cls, told: FaceStyle | Mapping[str, Any]) -> FaceStyle:
        """From what JSON has, such as {"face": 2, "eye_color": "blue"}.

        Raises:
            UsageError: it is something else.
        """
        if isinstance(told, FaceStyle):
            return told
        names = [field.name for field in dataclasses.fields(cls)]
        known = isinstance(told, Mapping) and "face" in told and set(told) <= set(names)
        expected = f'expected a face with any of {", ".join(names[1:])}, such as {{"face": 2, "eye_color": "blue"}}'
        require(known, "styles", f"{expected}; got {written(told)}.")
        return cls(**told)

    def over(self, style: EyeStyle) -> EyeStyle:
        """What this face gets where all others get that style."""
        return EyeStyle(
            style.eye_color if self.eye_color is None else self.eye_color,
            _chosen(self.gaze, style.gaze),
            _chosen(self.openness, style.openness),
        )

    def to_json(self) -> dict[str, Any]:
        """Without what is as for all others."""
        told = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}
        return {name: value for name, value in plain.items() if value is not None}


def checked_styles(styles: object) -> tuple[FaceStyle, ...]:
    """The styles in a list of them, or of what JSON has, by face; without those that wish nothing.

    Raises:
        UsageError: it is something else, or has two for one face.
    """
    wanted = 'expected a list such as [{"face": 2, "eye_color": "blue"}]'
    if not isinstance(styles, (tuple, list)):
        raise UsageError(f"{wanted}, got {written(styles)}.", option="styles")
    found = tuple(FaceStyle.of(one) for one in styles)
    once = len({one.face for one in found}) == len(found)
    require(once, "styles", "expected each face once, got one twice; put what it gets together.")
    return tuple(sorted((one for one in found if len(one.to_json()) > 1), key=lambda one: one.face))


def plain_styles(value: Any) -> Any:
    """An option's value with faces' styles as JSON has them; every other value as it is."""
    styled = isinstance(value, tuple) and any(isinstance(one, FaceStyle) for one in value)
    return [one.to_json() for one in value] if styled else value


def _chosen(own: Any, of_all: Any) -> Any:
    """A face's own wish, unless it has none; "auto" leaves it to the face."""
    if isinstance(own, str) and own == AUTO:
        return None
    return of_all if own is None else own
