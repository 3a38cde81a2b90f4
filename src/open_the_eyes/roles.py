"""The values that pass between stages, and the roles that models fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .imaging.arrays import Plane, Points, Rgb, Tones
from .imaging.face.mesh478 import SIDES, Side
from .imaging.geometry import Box
from .imaging.light.tonal_range import TonalRange
from .options import GenerateOptions
from .options.eye_style import PLAIN_STYLE, EyeStyle
from .origins import DonorOrigin, Origin

Refusal = Literal["too_small", "profile", "covered"]
Outcome = Literal[
    "opened", "already_open", "unsure", "too_small", "profile", "covered", "kept_original", "skipped", "closed"
]
"""What became of a face. "closed" appears only in `inspect`: a face that `open` would edit."""


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye as measured.

    Args:
        openness: eye aspect ratio (Soukupová & Čech 2016) normalised by the face's own geometry; 1 is a usual open eye,
            a shut one is below about 0.45.
        closed_probability: 0..1, all evidence together; 0 for a covered eye.
        covered: something opaque is in front of it, or it lies outside the picture.
        outside: it lies outside the picture.
    """

    openness: float
    closed_probability: float
    covered: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a photo.

    Args:
        box: the face in photo pixels, around the mesh.
        landmarks: (478, 3) photo pixels, see `imaging/face/mesh478.py`.
        eyes: "left" and "right" as seen in the upright picture of the face.
        yaw_deg: 0 is frontal, positive looks to the picture's right.
        roll_deg: 0 is upright, positive is turned clockwise in the picture.
        confidence: the detector's, 0..1.
        refusal: why no eye of this face can be edited, or None.
        reason: the same in a sentence, "" when there is no refusal.
        doubt: why the state of its eyes is not to be relied on, as a sentence goes on after "and", such as "the face is
            only 40 pixels wide"; "" where it is. Unasked, only a pair that is plainly shut is opened.
        embedding: who it is, a unit vector whose dot product with another's is their likeness (ArcFace, Deng et al.
            2019), or None from a detector that cannot tell, which then has none for any face that it finds.
    """

    box: Box
    landmarks: Points
    eyes: Mapping[Side, Eye]
    yaw_deg: float
    roll_deg: float
    confidence: float
    refusal: Refusal | None = None
    reason: str = ""
    doubt: str = ""
    embedding: NDArray[np.float32] | None = None

    @property
    def is_reliable(self) -> bool:
        """Whether the state of its eyes decides what becomes of them, without anybody being asked."""
        return self.refusal is None and not self.doubt


REACH: Final = 0.42
"""How far around the eyes a crop goes, and a generator may look, as a fraction of the distance between the outer eye
corners."""
FEATHER: Final = 0.25
"""Mask value from which on a patch shows fully, so that its rim melts in and its middle is as it was painted."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a photo around a face's eyes, cut at the photo's own resolution and not rotated.

    Args:
        face: whose eyes.
        window: whole pixels of the photo.
        pixels: (h, w, 3), a copy.
        landmarks: (478, 3) in the window's pixels.
        mask: (h, w) 0..1, where pixels may change.
        sides: of the eyes that the mask covers; they are to be opened, or a donor's to be taken.
        tails: (h, w) 0..1, part of the mask: what shut lashes leave beside an eye, to become skin; None where nothing.
        tips: (h, w) 0..1, part of the mask: where ends of shut lashes below an eye are to go; None where nowhere.
        view: (192, 192, 3), the whole face without its eyes (`imaging.face.face_view`), to tell what would suit it;
            None where that was not looked at, as of donors.
        winged: the eyes whose tail is a wing of eyeliner, which an open eye has as well.
        cloth: (h, w) 0..1, no part of the mask: what covers the face from below (`imaging.occlusion.cloth`); None where
            nothing.
        behind: (h, w) 0..1, no part of the mask: what lies past the face's outline beside a far eye
            (`imaging.occlusion.silhouette`); None where that is not near.
        photo_tones: where the tones of the whole photo end, if it shows much more than this face; None where it does
            not, or nobody has looked.
    """

    face: Face
    window: Box
    pixels: Rgb
    landmarks: Points
    mask: Plane
    sides: tuple[Side, ...]
    tails: Plane | None = None
    tips: Plane | None = None
    view: Rgb | None = None
    winged: tuple[Side, ...] = ()
    cloth: Plane | None = None
    behind: Plane | None = None
    photo_tones: TonalRange | None = None

    @property
    def open_side(self) -> Side | None:
        """The open eye that can be seen beside a single one to open; None where there is none."""
        others = [side for side in SIDES if side not in self.sides and not self.face.eyes[side].covered]
        return others[0] if len(others) == 1 else None

    def cut(self, part: Box) -> Crop:
        """What of it lies in a part, whole pixels of the crop, as a crop of its own; its pixels are views."""
        planes = (self.tails, self.tips, self.cloth, self.behind)
        tails, tips, cloth, behind = (None if plane is None else part.cut(plane) for plane in planes)
        return replace(
            self,
            window=part.placed_in(self.window),
            pixels=part.cut(self.pixels),
            landmarks=self.landmarks - part.offset,
            mask=part.cut(self.mask),
            tails=tails,
            tips=tips,
            cloth=cloth,
            behind=behind,
        )


@dataclass(frozen=True, slots=True)
class Donor:
    """Open eyes of the same person from elsewhere.

    Args:
        crop: the eyes at their own photo's resolution.
        origin: whose they are.
        likeness: how surely it is the same person, 0..1.
        is_soft: whether it is too blurred to be laid in, which mixes the colour of irises with the white.
        is_stranger: whether it looks like somebody else, and was asked for all the same.
    """

    crop: Crop
    origin: DonorOrigin
    likeness: float
    is_soft: bool = False
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """One set of eyes to paint.

    All attempts at a face have the very same crop and donors, by which a painter knows what it has worked out already;
    requests of one list that goes to another process still have, since pickle keeps what is shared.

    Args:
        seed: decides everything that is random.
        variety: 0 asks for the likeliest eyes, 1 for a draw among all that are plausible.
        donors: the same person's open eyes, a photo after the other; a painter gets the best first, and one that cannot
            use them leaves them be.
        lead_only: the person's own eyes were laid in and did not turn out well: now they shall only lead the painter.
        style: what these eyes shall look like, whatever the options say of others.
    """

    crop: Crop
    seed: int
    variety: float = 0.0
    donors: tuple[Donor, ...] = ()
    lead_only: bool = False
    style: EyeStyle = PLAIN_STYLE

    @property
    def leader(self) -> Donor | None:
        """The donor that leads a painter; None where there is none."""
        return self.donors[0] if self.donors else None


@dataclass(frozen=True, slots=True)
class Patch:
    """Opened eyes for one request: same shape as the crop.

    Args:
        pixels: (h, w, 3); outside the mask they are the crop's.
        mask: (h, w) 0..1, zero wherever the crop's mask is.
        score: the generator's own opinion, higher is better; comparable within one face only.
        origin: what painted it, or whose eyes these are; None for a generator that does not tell.
        fault: why there are no new eyes in it, a clause; such a patch never passes. "" where there are.
        convergence: how the pair stands in the photo that it is from (`imaging.face.eye_change`); None for eyes that
            shall look the same way.
    """

    pixels: Tones
    mask: Plane
    seed: int
    score: float
    origin: Origin | None = None
    fault: str = ""
    convergence: float | None = None

    def without_pixels(self) -> Patch:
        """The same without its pixels, once they have been laid in: there are (0, 0, 3)."""
        return replace(self, pixels=self.pixels[:0, :0].copy())


@runtime_checkable
class Watch(Protocol):
    """Told what is going on while it goes on; `Stopwatch` is one, and where nobody watches, `progress.NO_WATCH`."""

    def stage(self, name: str, done: float | None = None) -> AbstractContextManager[None]:
        """Times a block; a name such as "generate/base" is a branch of "generate"."""
        ...

    def tell(self, name: str, part: float) -> None:
        """`part` 0..1 of a stage is done. May raise `Cancelled`, to be let through."""
        ...

    def gpu(self, name: str, peak_mib: float) -> None:
        """The most GPU memory a stage has held."""
        ...


@runtime_checkable
class FaceDetector(Protocol):
    """Finds faces and measures their eyes."""

    @property
    def name(self) -> str: ...

    def detect(self, pixels: Rgb, watch: Watch = ...) -> list[Face]:
        """Every face of an upright photo once, left to right; the caller's thread tells the watch of each step."""
        ...

    def measure(self, pixels: Rgb, face: Face) -> Face | None:
        """The same face looked at again after `pixels` changed around its eyes; None where it is no longer found."""
        ...


@runtime_checkable
class EyeGenerator(Protocol):
    """Paints opened eyes."""

    @property
    def name(self) -> str: ...

    def generate(self, requests: Sequence[Request], options: GenerateOptions, watch: Watch = ...) -> Sequence[Patch]:
        """One patch a request, in order; a patch depends on its own request and the options alone.

        Of the options only `of_painter` counts: all that is particular to some eyes comes with their request.
        """
        ...


@runtime_checkable
class FaceDescriber(Protocol):
    """Tells whether two faces are one person's, for detectors without an embedding."""

    @property
    def name(self) -> str: ...

    def describe(self, pixels: Rgb, face: Face) -> NDArray[np.float32]:
        """A row of numbers that a blink does not change."""
        ...

    def evidence(self, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
        """Log-odds that two such rows are one person's: 0 is as sure as must be, negative may be somebody else."""
        ...


@runtime_checkable
class FaceRestorer(Protocol):
    """Sharpens aligned faces."""

    @property
    def name(self) -> str: ...

    def restore(self, faces: Sequence[Rgb], fidelity: float, watch: Watch = ...) -> list[Rgb]:
        """Each (512, 512, 3), aligned to the FFHQ template -> the same, sharper."""
        ...
