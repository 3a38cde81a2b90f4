"""One photo on the page from its arrival on: what is seen and chosen, in which style, and what jobs are asked. Pure.

One preview covers every face that could be opened, so that choosing, skipping and picking among its variations are
changes of view that cost nothing. A final job names the chosen faces and, for each, the attempt whose eyes were shown;
so the file has exactly the eyes that the page has shown, in whatever quality it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..options import Mode
from ..options.attempt import Attempt
from ..options.eye_style import EyeStyle
from ..roles import Outcome
from .eye_origin import EyeOrigin, Same
from .eye_styles import EyeStyles
from .face_regions import FaceRegion, PhotoFaces

VARIATIONS: Final = 4
"""Eyes that each face is offered."""

PREVIEW: Final[dict[str, Any]] = {"mode": "fast", "variations": VARIATIONS, "all": True}
"""Options of a preview: every face with eyes that are closed, or may be, the same eyes that a final job opens where it
names the face. Eyes that seem open are painted where somebody says so, in a preview that names all these faces."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that is done: for each face the attempts that its variations 1, 2, ... are, and what was said of it.

    Args:
        origins: by face, where its eyes are from.
        matches: who is who, as the job was told.
        unrelated: the other shots, from 1, in which nobody seems to be one of this photo's people.
        even_open: the faces that seem open of which the job was told that they are not.
    """

    job: str
    styles: EyeStyles
    attempts: Mapping[int, tuple[int, ...]]
    said: Mapping[int, tuple[Outcome, str]]
    origins: Mapping[int, EyeOrigin] = field(default_factory=dict)
    matches: tuple[Same, ...] = ()
    unrelated: tuple[int, ...] = ()
    even_open: tuple[int, ...] = ()

    @classmethod
    def of(cls, job: str, options: Mapping[str, Any], report: Mapping[str, Any]) -> Preview:
        """From what a job was asked, whatever has been asked since, and its report."""
        faces = report["faces"]
        attempts = {face["id"]: tuple(face["variation_attempts"]) for face in faces if face["variation_attempts"]}
        said = {face["id"]: (face["outcome"], face["reason"]) for face in faces}
        styles = EyeStyles.of(options)
        origins = {face["id"]: EyeOrigin.of(face, report, styles.of_face(face["id"])) for face in faces}
        matches = tuple((face, shot, there) for face, shot, there in options.get("match") or ())
        shots = enumerate(report.get("references", ()), start=1)
        unrelated = tuple(number for number, shot in shots if shot.get("unrelated"))
        even_open = tuple(options.get("even_open") or ())
        return cls(job, styles, attempts, said, origins, matches, unrelated, even_open)

    def has_eyes_of(self, other: Preview | None, face: int, attempt: int) -> bool:
        """Whether an attempt at a face, which the other preview has, gives the same eyes in this one, if in another
        style."""
        ours, theirs = (None if one is None else one.origins.get(face) for one in (self, other))
        same_source = other is None or (ours and ours.source) == (theirs and theirs.source)
        return same_source and attempt in self.attempts.get(face, ())


@dataclass(frozen=True, slots=True)
class EditSession:
    """What a visitor is at: an immutable state; every change gives a new one.

    Args:
        names: what the photos are called in the browser, the one to open first; the file is called after it.
        open_shots: the others, by number from 1, in which everybody's eyes are open.
        job: the first preview, whose photos all later jobs take.
        jobs: all that were made for this session; those of before the page was loaded again are noted in the store.
        chosen: the faces that shall be opened.
        even_open: the faces that seem open, of which somebody has said that they shall be opened all the same.
        waiting: the job that is on, if any; `finishing` when it is the one that makes the file.
        preview: the newest that is done.
        picks: by face, the attempt that a person picked; where there is none, the best is shown.
        lost_picks: the faces whose picked eyes the newest preview has not got, as long as no others are picked.
        final: the job whose file can be fetched: every change ends that.
        purpose: what that file, or the one that is being made, is for.
        adjusting: the face that controls were turned to; see `adjusted`.
        close_up: the face whose eyes are shown large; None for the whole photo.
        matches: who is who in the other shots, as the visitor has said; `strangers` who is not.
        is_left: it is not shown any more, and can be come back to for a moment.
    """

    names: tuple[str, ...]
    job: str
    size_wh: tuple[int, int]
    faces: tuple[FaceRegion, ...]
    chosen: tuple[int, ...]
    even_open: tuple[int, ...] = ()
    styles: EyeStyles = field(default_factory=EyeStyles)
    adjusting: int | None = None
    waiting: str | None = None
    finishing: bool = False
    preview: Preview | None = None
    picks: Mapping[int, int] = field(default_factory=dict)
    final: str | None = None
    purpose: Mode = "standard"
    close_up: int | None = None
    jobs: tuple[str, ...] = ()
    matches: tuple[Same, ...] = ()
    strangers: tuple[Same, ...] = ()
    lost_picks: tuple[int, ...] = ()
    open_shots: tuple[int, ...] = ()
    is_left: bool = False

    @property
    def choosable(self) -> tuple[FaceRegion, ...]:
        return tuple(face for face in self.faces if self.is_choosable(face))

    def is_choosable(self, face: FaceRegion) -> bool:
        return face.choosable or face.id in self.even_open

    @property
    def seeming_open(self) -> tuple[FaceRegion, ...]:
        """Faces that can be chosen only by saying that their eyes are not open."""
        return tuple(face for face in self.faces if face.seems_open and face.id not in self.even_open)

    def variation(self, face: int) -> int | None:
        """Which of the preview's variations shows the eyes that are taken for a face; None where it has none."""
        attempts = () if self.preview is None else self.preview.attempts.get(face, ())
        pick = self.picks.get(face)
        return (attempts.index(pick) if pick in attempts else 0) + 1 if attempts else None

    @property
    def eyes(self) -> dict[int, int]:
        """By chosen face for which there are new eyes, the variation that is seen on it."""
        return {face: number for face in self.chosen if (number := self.variation(face)) is not None}

    def origin(self, face: int) -> EyeOrigin | None:
        """Where the eyes are from that are taken for a face."""
        number = self.variation(face)
        if self.preview is None or number is None:
            return None
        origin = self.preview.origins.get(face)
        led = Attempt.of(self.preview.attempts[face][number - 1]).led
        return origin.led() if origin is not None and led else origin

    def asked(self, face: int) -> tuple[Same, ...]:
        """Who in the other shots may be this face, where nobody surely is and the visitor has not said yet."""
        origin = None if self.preview is None else self.preview.origins.get(face)
        may_be = () if origin is None or face not in self.chosen else origin.may_be
        said = {(who, shot) for who, shot, _ in self.matches}
        return tuple(one for one in may_be if one not in self.strangers and one[:2] not in said)

    def face(self, number: int) -> FaceRegion | None:
        return next((face for face in self.faces if face.id == number), None)

    def with_chosen(self, chosen: tuple[int, ...]) -> EditSession:
        """With other faces chosen; who was added or left out last is looked at."""
        known = {face.id for face in self.choosable}
        now = tuple(sorted(set(chosen) & known))
        turned = sorted(set(now) ^ set(self.chosen))
        if not turned:
            return self
        return replace(self._invalidated(), chosen=now, close_up=turned[0])

    def with_even_open(self, faces: Collection[int]) -> EditSession:
        """With these faces chosen although they seem open, for which a new preview is needed; nothing where none is
        such a face."""
        now = {face.id for face in self.seeming_open if face.id in faces}
        if not now:
            return self
        more = replace(self, even_open=tuple(sorted({*self.even_open, *now})))
        return replace(more.with_chosen((*self.chosen, *now)), close_up=self.close_up)  # there is nothing to see yet

    def with_pick(self, face: int, attempt: int | None) -> EditSession:
        """With these eyes for a face, None for its own; nothing where they were never offered."""
        if attempt is None:
            return self.with_chosen(tuple(one for one in self.chosen if one != face))
        if self.preview is None or attempt not in self.preview.attempts.get(face, ()):
            return self
        with_it = self if face in self.chosen else self.with_chosen((*self.chosen, face))
        lost = tuple(one for one in self.lost_picks if one != face)
        return replace(with_it._invalidated(), picks={**self.picks, face: attempt}, close_up=face, lost_picks=lost)

    def with_same(self, same: Same) -> EditSession:
        """With somebody's word for who is who, for which a new preview is needed; nothing where it was not asked."""
        if same not in self.asked(same[0]):
            return self
        others = tuple(one for one in self.matches if one[1:] != same[1:])  # one face there is one person here
        return replace(self._invalidated(), matches=tuple(sorted((*others, same))), close_up=same[0])

    def with_stranger(self, same: Same) -> EditSession:
        """With somebody's word that these two are not one; where the opposite was said, a new preview is needed."""
        if same in self.matches:
            matches = tuple(one for one in self.matches if one != same)
            return replace(self._invalidated(), matches=matches, strangers=(*self.strangers, same))
        return replace(self, strangers=(*self.strangers, same)) if same in self.asked(same[0]) else self

    @property
    def styled(self) -> tuple[int, ...]:
        """The faces that may have a style of their own: any of several with new eyes, and those that have one."""
        known = {*self.styles.own, *({} if self.preview is None else self.preview.attempts)}
        faces = tuple(face.id for face in self.choosable if face.id in known)
        return faces if len(faces) > 1 or self.styles.own else ()

    @property
    def adjusted(self) -> int | None:
        """Whose eyes the controls are for; None for everyone's."""
        return self.adjusting if self.adjusting in self.styled else None

    @property
    def style(self) -> EyeStyle:
        """What the controls show."""
        return self.styles.of_face(self.adjusted)

    def with_adjusted(self, face: int | None) -> EditSession:
        """With the controls turned to one face's eyes, which are looked at, or to everyone's."""
        known = face is None or face in self.styled
        return replace(self, adjusting=face, close_up=face or self.close_up) if known else self

    def with_style(self, style: EyeStyle) -> EditSession:
        """With another style of whom the controls are for."""
        styles = self.styles.with_style(self.adjusted, style)
        return self if styles == self.styles else replace(self._invalidated(), styles=styles)

    @property
    def is_as_seen(self) -> bool:
        """Whether the preview shows all that is wished for; where it does not, another one has been asked for."""
        return self == self.as_seen()

    def as_seen(self) -> EditSession:
        """With no wish but those that the preview shows; without a preview, all of them stay."""
        if self.preview is None:
            return self
        over = set(self.even_open) - set(self.preview.even_open)
        return replace(
            self,
            styles=self.preview.styles,
            matches=self.preview.matches,
            strangers=tuple(one for one in self.strangers if one not in self.preview.matches),
            even_open=tuple(face for face in self.even_open if face not in over),
            chosen=tuple(face for face in self.chosen if face not in over),
        )

    def with_preview(self, preview: Preview) -> EditSession:
        """With a preview that is done. Eyes that were picked stay so where they are among the new ones, in whatever
        style; those of another donor are other eyes."""
        known = () if self.preview is None else self.preview.even_open
        new = [face for face in self.even_open if face in preview.attempts and face not in known]
        there = [face for face in (*new, self.close_up, *self.chosen) if face in preview.attempts]
        looked_at = next(iter(there), None)
        picks = {face: pick for face, pick in self.picks.items() if preview.has_eyes_of(self.preview, face, pick)}
        now = replace(self, preview=preview, picks=picks, waiting=None, finishing=False, close_up=looked_at)
        return replace(now, lost_picks=tuple(sorted(set(self.picks) - set(picks))))

    def preview_options(self) -> dict[str, Any]:
        """What a preview job is asked."""
        named = [face.id for face in self.choosable]
        even_open = {"faces": named, "even_open": list(self.even_open)} if self.even_open else {}
        return {**PREVIEW, **even_open, **self.styles.options(), **_match(self.matches)}

    def final_options(self, purpose: Mode) -> dict[str, Any]:
        """What the job is asked that makes the file: these faces, each with the eyes that are seen on it."""
        if self.preview is None:
            raise ValueError("a preview comes first")
        picks = [[face, self.preview.attempts[face][number - 1]] for face, number in self.eyes.items()]
        seen = {**self.preview.styles.options(), **_match(self.preview.matches)}
        some = [face for face in self.eyes if face in self.even_open]
        even_open = {"even_open": some} if some else {}
        return {"mode": purpose, "faces": list(self.eyes), **even_open, "picks": picks, **seen}

    def _invalidated(self) -> EditSession:
        """Before a change: the file that was made, or is being made, is not the one that is wanted any more."""
        stopped = replace(self, waiting=None, finishing=False) if self.finishing else self
        return replace(stopped, final=None)


def _match(matches: tuple[Same, ...]) -> dict[str, Any]:
    return {"match": [list(one) for one in matches]} if matches else {}


def new_session(names: tuple[str, ...], job: str, found: PhotoFaces, shots: Sequence[PhotoFaces] = ()) -> EditSession:
    """A session for a photo whose faces were found, as were those in the other shots, with everything chosen that
    should be."""
    chosen = tuple(face.id for face in found.faces if face.outcome == "closed")
    first = chosen[0] if chosen else None
    session = EditSession(names, job, found.size_wh, found.faces, chosen, waiting=job, close_up=first, jobs=(job,))
    is_open = [all(face.outcome == "already_open" for face in shot.faces) for shot in shots]
    return replace(session, open_shots=tuple(number for number, done in enumerate(is_open, start=1) if done))
