"""What an editor chooses: one small frozen dataclass a stage. What an operator chooses is in `settings.py`."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, get_args

from ..errors import UsageError
from ..wording import counted, short, written
from .eye_style import EyeColor, EyeStyle, FaceStyle, FaceStyleTold, checked_styles, plain_styles
from .face_numbers import checked_even_open, checked_faces, checked_match, checked_picks
from .values import check_number, check_one_of, check_whole, check_yes_or_no, keep, refuse, require

if sys.version_info >= (3, 11):
    from typing import Unpack
elif TYPE_CHECKING:
    from typing_extensions import Unpack

Mode = Literal["fast", "standard", "quality", "ultra"]
Precision = Literal["auto", "bf16", "fp8", "int8", "int4"]
Restorer = Literal["none", "codeformer", "gfpgan", "gpen", "restoreformer"]
EngineName = Literal["auto", "appearance", "reference", "sdxl"]
ENGINES: Final[tuple[EngineName, ...]] = get_args(EngineName)
"""Names of what paints the eyes; "auto" takes the best that can run here."""
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)
RESTORERS: Final[tuple[Restorer, ...]] = get_args(Restorer)
MAX_VARIATIONS: Final = 16
FIDELITY: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOptions:
    """Which faces are edited.

    Args:
        faces: numbers (1 is the leftmost face); None takes every face with closed eyes.
        all: also open eyes whose state is unsure, of small faces those that look closed; for faces that are named in
            `faces` all that holds anyway.
        even_open: also open eyes that seem open, of the faces that are named in `faces`, or of some of these by number;
            for faces that are wrongly called open. Refused where no faces are named.
    """

    faces: tuple[int, ...] | None = None
    all: bool = False
    even_open: bool | tuple[int, ...] = False

    def __post_init__(self) -> None:
        check_yes_or_no("all", self.all)
        faces = checked_faces(self.faces)
        keep(self, faces=faces, even_open=checked_even_open(self.even_open, faces))

    def opens_even(self, face: int) -> bool:
        """Whether the face of that number gets new eyes in the place of open ones."""
        if isinstance(self.even_open, bool):
            return self.even_open and face in (self.faces or ())
        return face in self.even_open

    def of_faces(self, faces: Collection[int]) -> ChooseOptions:
        """The same with no other faces named than these."""
        some = self.even_open
        even_open = some if isinstance(some, bool) else tuple(face for face in some if face in faces)
        return dataclasses.replace(self, faces=tuple(faces), even_open=even_open)


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateOptions:
    """What the new eyes look like.

    Args:
        mode: how many more eyes than asked for are painted, to choose from; see docs/pipeline.md.
        variations: how many different results, 1..16; a face that gets fewer repeats its best.
        seed: 0 or more; same input, options and seed give the same eyes.
        eye_color: "auto" takes what suits the face, or the colour of the person's open eye.
        picks: (face, attempt) each: the eyes that an earlier result of the same photo showed on a face, whatever its
            mode; the attempts are in that report, `variation_attempts`. For one variation only.
        gaze: where the eyes look, (x, y) each -1..1, x to the right and y down as seen with the head upright, so that
            y 1 is towards the chin also where somebody lies; None: straight or as the head suggests.
        openness: 0..1.5, 1 is usual for this face; None takes what suits the face. 0 narrows eyes by a fifth or
            so and 1.5 widens them by as much, as far as those of people go.
        styles: faces that shall look otherwise, such as [{"face": 2, "eye_color": "blue"}]: eye_color,
            gaze and openness of one face each, where "auto" is what suits it; what is left out is as for all faces.
        lcm: sdxl only, four steps with LCM-LoRA (Luo et al. 2023) instead of the mode's.
        precision: sdxl only, of the weights; "auto" is the best that fits the GPU.
    """

    mode: Mode = "standard"
    variations: int = 1
    seed: int = 0
    picks: tuple[tuple[int, int], ...] = ()
    eye_color: EyeColor = "auto"
    gaze: tuple[float, float] | None = None
    openness: float | None = None
    styles: tuple[FaceStyle, ...] = ()
    lcm: bool = False
    precision: Precision = "auto"

    def __post_init__(self) -> None:
        check_one_of("precision", self.precision, PRECISIONS)
        check_one_of("mode", self.mode, MODES)
        check_yes_or_no("lcm", self.lcm)
        check_whole("variations", self.variations)
        check_whole("seed", self.seed)
        variations = self.variations
        require(1 <= variations <= MAX_VARIATIONS, "variations", f"expected 1 to {MAX_VARIATIONS}, got {variations}.")
        require(0 <= self.seed < 2**32, "seed", f"expected 0 to {2**32 - 1}, got {self.seed}.")
        style = EyeStyle(self.eye_color, self.gaze, self.openness)
        keep(
            self,
            styles=checked_styles(self.styles),
            variations=int(self.variations),
            seed=int(self.seed),
            picks=checked_picks(self.picks, int(self.variations)),
            eye_color=style.eye_color,
            gaze=style.gaze,
            openness=style.openness,
        )

    def of_painter(self) -> GenerateOptions:
        """What painters go by: how they paint, for all photos. What is particular to eyes comes with each request."""
        return GenerateOptions(mode=self.mode, lcm=self.lcm, precision=self.precision)

    def style_of(self, face: int) -> EyeStyle:
        """What the eyes of the face of that number shall look like."""
        everyone = EyeStyle(self.eye_color, self.gaze, self.openness)
        own = next((one for one in self.styles if one.face == face), None)
        return everyone if own is None else own.over(everyone)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOptions:
    """Whose eyes are whose, where a person says so.

    Args:
        match: (face, reference, face there) each counted from 1: face 1 of the photo is face 3 of the second reference.
    """

    match: tuple[tuple[int, int, int], ...] = ()

    def __post_init__(self) -> None:
        keep(self, match=checked_match(self.match))

    def check(self, references: int) -> None:
        """Refuses a reference that is not among so many.

        Raises:
            UsageError: one is named that is not there.
        """
        most = max((reference for _, reference, _ in self.match), default=0)
        refuse(
            most > 0 and not references,
            "match",
            "expected references to match with, got none; give references, or leave match out.",
        )
        have = counted(references, "reference")
        require(most <= references, "match", f"expected one of {have}, got reference {most}; count them from 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOptions:
    """Face restoration after blending.

    Args:
        restorer: which network; "none" leaves the eyes as they were painted.
        fidelity: CodeFormer's w, 0..1; 1 is most faithful. Networks without it ignore it; refused
            where there is no restorer.
        whole_face: the restorer sharpens the whole face, and not only around the new eyes; refused without one.
    """

    restorer: Restorer = "none"
    fidelity: float = FIDELITY
    whole_face: bool = False

    def __post_init__(self) -> None:
        check_one_of("restorer", self.restorer, RESTORERS)
        check_yes_or_no("whole_face", self.whole_face)
        check_number("fidelity", self.fidelity)
        require(0 <= self.fidelity <= 1, "fidelity", f"expected 0 to 1, got {short(self.fidelity)}.")
        for option, given in {"fidelity": self.fidelity != FIDELITY, "whole_face": self.whole_face}.items():
            refuse(
                given and self.restorer == "none",
                option,
                "expected a restorer to go by it, got restorer none; name one, such as codeformer, or leave it out.",
            )
        keep(self, fidelity=float(self.fidelity))


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveOptions:
    """What the result's file holds besides the picture.

    Args:
        strip_gps: without the position where the photo was taken: the GPS directory of EXIF and GPS in XMP, the
            same in films and pictures behind a JPEG's own, and Content Credentials, which may tell it. Names of places,
            such as a city in XMP or IPTC, stay.
    """

    strip_gps: bool = False

    def __post_init__(self) -> None:
        check_yes_or_no("strip_gps", self.strip_gps)


_STAGES: Final = {
    "choose": ChooseOptions,
    "generate": GenerateOptions,
    "match": MatchOptions,
    "restore": RestoreOptions,
    "save": SaveOptions,
}
_STAGE_OF: Final = {option.name: stage for stage, kind in _STAGES.items() for option in dataclasses.fields(kind)}
NAMES: Final = tuple(_STAGE_OF)
"""Names of all options, as `Options.of` takes them, and as refusals begin."""


class FlatOptions(TypedDict, total=False):
    """What `Options.of` takes, for type checkers: lists do where tuples are kept."""

    faces: Sequence[int] | None
    all: bool
    even_open: bool | Sequence[int]
    mode: Mode
    variations: int
    seed: int
    picks: Sequence[tuple[int, int] | list[int]]
    eye_color: EyeColor
    gaze: tuple[float, float] | list[float] | None
    openness: float | None
    styles: Sequence[FaceStyle | FaceStyleTold]
    lcm: bool
    precision: Precision
    match: Sequence[tuple[int, int, int] | list[int]]
    restorer: Restorer
    fidelity: float
    whole_face: bool
    strip_gps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All stages' options together; `Options.of(mode="fast", faces=(1,))` spreads flat names over the stages."""

    choose: ChooseOptions = field(default_factory=ChooseOptions)
    generate: GenerateOptions = field(default_factory=GenerateOptions)
    match: MatchOptions = field(default_factory=MatchOptions)
    restore: RestoreOptions = field(default_factory=RestoreOptions)
    save: SaveOptions = field(default_factory=SaveOptions)

    def __post_init__(self) -> None:
        for stage, kind in _STAGES.items():
            given = getattr(self, stage)
            require(
                isinstance(given, kind),
                stage,
                f"expected {kind.__name__}(...), got {written(given)}; Options.of(mode='fast', ...) needs no stages.",
            )

    @classmethod
    def of(cls, /, **flat: Unpack[FlatOptions]) -> Options:
        """Options from flat names, such as `Options.of(mode="quality", faces=(1, 3), eye_color="green")`.

        faces, all, even_open: see `ChooseOptions`. mode, variations, seed, picks, eye_color, gaze, openness, styles,
        lcm, precision: `GenerateOptions`. match: `MatchOptions`. restorer, fidelity, whole_face: `RestoreOptions`.
        strip_gps: `SaveOptions`. `help("open_the_eyes.options")` shows them all.

        Raises:
            UsageError: a name that no stage knows, or a value out of range.
        """
        given: dict[str, Any] = {**flat}
        unknown = sorted(given.keys() - _STAGE_OF.keys())
        if unknown:
            raise _unknown(unknown)
        parts = {
            stage: kind(**{name: value for name, value in given.items() if _STAGE_OF[name] == stage})
            for stage, kind in _STAGES.items()
        }
        return cls(**parts)

    def changed(self) -> dict[str, Any]:
        """The options that are not at their defaults, by flat name, fit for JSON; `Options.of` takes them."""
        plain = Options()
        return {
            option.name: plain_styles(getattr(getattr(self, stage.name), option.name))
            for stage in dataclasses.fields(self)
            for option in dataclasses.fields(getattr(self, stage.name))
            if getattr(getattr(self, stage.name), option.name) != getattr(getattr(plain, stage.name), option.name)
        }


def _unknown(names: Sequence[str]) -> UsageError:
    """Of names that no stage knows, one or more: the first with what may be meant by it."""
    from difflib import get_close_matches

    others = f", as well as {', '.join(names[1:])}" if names[1:] else ""
    meant = "".join(f" did you mean {name}?" for name in get_close_matches(names[0], NAMES, n=1))
    known = f"nown are {', '.join(sorted(NAMES))}."
    return UsageError(f"unknown option{others};{meant}{' K' if meant else ' k'}{known}", option=names[0])
