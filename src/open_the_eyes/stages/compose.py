"""Compose: a variation of a photo is put together from one result a face, and so is any other choice of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import files
from ..errors import UsageError
from ..imaging.arrays import Rgb
from ..imaging.geometry import Box
from ..imaging.painting import Painting
from ..options.values import check_whole
from ..photo import Photo
from ..wording import written
from .blend import Opening, all_laid_on
from .choose import Decision, passed_over
from .keep import Candidate, Kept
from .match import Matches


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Parts:
    """What the variations of a photo are put together from.

    Args:
        as_read: the photo as it was read, with all that its file tells.
        source: what is saved: the same, or what is left of it without the place.
        srgb: (H, W, 3), the pixels that were painted on, where they are not the photo's own (`Seen.srgb`).
        decisions: one a face.
        matches: why faces got nobody's eyes, and notes.
        kept: by face, of those that were painted.
        references: the photos that eyes could be taken from.
    """

    as_read: Photo
    source: Photo
    srgb: Rgb | None
    decisions: tuple[Decision, ...]
    matches: Matches
    kept: Mapping[int, Kept]
    references: tuple[Photo, ...] = ()

    @property
    def attempts(self) -> dict[int, int]:
        """By face that was opened, the attempt that is its best, as `picks` asks for it."""
        return {face: kept.best[0].attempt.code for face, kept in self.kept.items() if kept.best}

    def composed(self, count: int) -> tuple[Photo, ...]:
        """That many variations, or the photo as it was read if no face has a result; a face with fewer results repeats
        its best."""
        changing = [kept for kept in self.kept.values() if kept.best]
        if not changing:
            return (self.source,)
        photos = tuple(self._composed(changing, number) for number in range(1, count + 1))
        if self.source.pixels.flags.writeable:  # whoever gave them may change them while the results are in use
            photos = tuple(replace(photo, picture=photo.cut(Box(0, 0, *photo.size_wh))) for photo in photos)
        return photos

    def _composed(self, changing: Sequence[Kept], number: int) -> Photo:
        chosen = [(face.crop, result(face, number)) for face in changing]
        openings = [Opening(eyes, best.crop, best.opened) for eyes, best in chosen]
        before = self.as_read.pixels if self.srgb is None else self.srgb
        painting = all_laid_on(Painting(before, ()), openings)
        return self.source.with_tiles(files.taken_back(self.as_read, self.srgb, painting.tiles))

    def held(self) -> Parts:
        """Without the pixels of other photos, for a result that may live long."""
        return replace(
            self,
            matches=replace(self.matches, donors={}),
            references=tuple(_of_one_pixel(photo) for photo in self.references),
        )

    def picked(self, picks: Mapping[int, int | None], count: int) -> Parts:
        """With a single result of each face: that of the variation (1..`count`) that was picked for it, its best where
        none was, and none where that is None.

        Raises:
            UsageError: a face that was not opened, or no such variation.
        """
        if not isinstance(picks, Mapping):
            raise UsageError(f"expected variations by face such as {{1: 2}}, got {written(picks)}.", option="picks")
        chosen = {_whole(face): None if number is None else _whole(number) for face, number in picks.items()}
        for face, number in chosen.items():
            if face not in self.attempts:
                have = ", ".join(map(str, self.attempts)) or "none"
                raise UsageError(f"expected faces that were opened ({have}), got {face}.", option="picks")
            if number is not None and not 1 <= number <= count:
                have = "variation 1" if count == 1 else f"variation 1 to {count}"
                raise UsageError(f"expected {have} of face {face}, got {number}.", option="picks")
        stay = [face for face in self.attempts if chosen.get(face, 1) is not None]
        parts = self if len(stay) == len(self.attempts) else self._with_faces(stay)
        return replace(parts, kept={face: _only(kept, chosen.get(face) or 1) for face, kept in parts.kept.items()})

    def shown_in(self, number: int) -> dict[int, Kept]:
        """What of each face one variation shows, from 1."""
        return {face: _only(kept, number) for face, kept in self.kept.items()}

    def _with_faces(self, stay: Sequence[int]) -> Parts:
        """As if these faces had been chosen."""
        return replace(
            self,
            decisions=tuple(d if d.id in stay else passed_over(d) for d in self.decisions),
            matches=Matches(
                reasons={face: why for face, why in self.matches.reasons.items() if face in stay},
                unrelated=self.matches.unrelated,
            ),
            kept={face: self.kept[face] for face in stay},
        )


def result(kept: Kept, number: int) -> Candidate:
    """What a face shows in a variation, from 1."""
    return kept.best[number - 1 if number <= len(kept.best) else 0]


def _only(kept: Kept, number: int) -> Kept:
    return replace(kept, best=(result(kept, number),)) if kept.best else kept


def _whole(number: int) -> int:
    check_whole("picks", number)
    return int(number)


def _of_one_pixel(photo: Photo) -> Photo:
    """What a record is made from, and so small that it can be pickled, too; `Photo.without_pixels` keeps the size."""
    file = None if photo.file is None else replace(photo.file, stored=None)
    return Photo(np.zeros((1, 1, 3), np.uint8), file=file, altered=photo.altered, edit=photo.edit)
