"""A crop made ready for eyes to be painted in it, and what its shut eyes tell: once for all attempts at a face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...imaging.arrays import Points, Tones, to_tones
from ...imaging.face.lids import EyeShape
from ...imaging.face.mesh478 import SIDES, Side
from ...imaging.geometry import inverted, transformed
from ...imaging.light.palette import Palette, palette_of
from ...roles import Crop, Patch
from . import layout
from .irises import colour as iris
from .irises.ball import CatchLight, ball_of, catch_light
from .lashes.own_lashes import Lashes, measured_lashes
from .lashes.shut_lines import ShutLine, shut_lines
from .lashes.tails import over_tails, tailless
from .lashes.wings import Wing, wings_of
from .light.dark_hue import DarkHue, measured_dark_hue
from .light.highlights import ShorterExposure
from .light.side_light import measured_side_light
from .light.white_level import white_levels
from .pieces import Piece, pieces_of


@dataclass(frozen=True, slots=True)
class ShutEyes:
    """A piece of the crop before anything is painted.

    Args:
        photo: (h, w, 3).
        shapes: of the shut eyes, in the piece's pixels.
    """

    photo: Tones
    shapes: dict[Side, EyeShape]

    @classmethod
    def of(cls, crop: Crop) -> ShutEyes:
        return cls(to_tones(crop.pixels), photographed_shapes(crop))


@dataclass(frozen=True)
class Prepared:
    """A crop to paint in; what is told of it is worked out when it is first asked for.

    Args:
        source: the crop that it is made of, with all that shut lashes leave: in usual light where eyes are painted, as
            it was cut where a donor's are laid in.
        seed: decides the grain of skin where lashes were.
        bare: without what shut lashes leave around its eyes.
        darker: that in a shorter exposure; None where its skin is not overexposed.
    """

    source: Crop
    seed: int
    bare: Crop
    darker: ShorterExposure | None

    @classmethod
    def of(cls, crop: Crop, seed: int) -> Prepared:
        bare = tailless(crop, seed)
        return cls(crop, seed, bare, ShorterExposure.of(bare))

    def suits(self, crop: Crop, seed: int) -> bool:
        """Whether `of` would make the same of this crop and seed."""
        return crop is self.source and (crop.tails is None or seed == self.seed)

    @property
    def crop(self) -> Crop:
        """What is painted in."""
        return self.bare if self.darker is None else self.darker.crop

    @cached_property
    def pieces(self) -> list[Piece]:
        return pieces_of(self.crop)

    @cached_property
    def shut(self) -> list[ShutEyes]:
        """One a piece."""
        return [ShutEyes.of(piece.crop) for piece in self.pieces]

    @property
    def _shut_pictures(self) -> list[tuple[Tones, EyeShape]]:
        """A picture of each shut eye, and its shape there."""
        return [(eyes.photo, shape) for eyes in self.shut for shape in eyes.shapes.values()]

    @cached_property
    def lashes(self) -> Lashes | None:
        return measured_lashes(self._shut_pictures)

    @cached_property
    def shut_lines(self) -> dict[Side, ShutLine]:
        return shut_lines(self._shut_pictures)

    @cached_property
    def dark_hue(self) -> DarkHue | None:
        return measured_dark_hue(self.crop, self._shut_pictures)

    @cached_property
    def white_levels(self) -> dict[Side, float]:
        """How bright whites are to be; where an eye is open, its own tells it."""
        crop = self.crop
        if crop.open_side is not None:
            return {}
        return white_levels(crop, photographed_shapes(crop))

    @cached_property
    def wings(self) -> list[Wing]:
        return wings_of(self.source, self.bare, photographed_shapes(self.source))

    @cached_property
    def palette(self) -> Palette | None:
        return palette_of(self.crop.pixels)

    @cached_property
    def light(self) -> CatchLight | None:
        """The light in the eye that is open."""
        crop = self.crop
        if crop.open_side is None:
            return None
        points = transformed(layout.points_on_strip(crop.landmarks), inverted(layout.to_strip(crop.landmarks)))
        ball = ball_of(to_tones(crop.pixels), iris.eye_shape(points, crop.open_side))
        return None if ball is None else catch_light(ball)

    @cached_property
    def side_light(self) -> float:
        """By how much the right cheek is brighter than the left one, as a natural logarithm."""
        return measured_side_light(self.source)

    def finished(self, patch: Patch) -> Patch:
        """What was painted in `crop`, as a patch for `source`: exposed like it, and over lashes' ends."""
        whole = over_tails(patch, self.source)
        return whole if self.darker is None else self.darker.exposed(whole, self.bare)


def photographed_shapes(crop: Crop) -> dict[Side, EyeShape]:
    """The eyes to open as they are seen, in the crop's pixels."""
    return shapes_in(crop, layout.points_on_strip(crop.landmarks))


def shapes_in(crop: Crop, points: Points) -> dict[Side, EyeShape]:
    """The eyes to open, as the model's points on the strip have them, in the crop's pixels."""
    in_crop = transformed(points, inverted(layout.to_strip(crop.landmarks)))
    return {side: iris.eye_shape(in_crop, side) for side in SIDES if side in crop.sides}
