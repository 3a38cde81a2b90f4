"""What a browser's tab remembers of a session, so that a program that no longer knows the session goes on where the
page is.

Gradio keeps a session until the program ends, or an hour after the tab was last heard of. What is seen, chosen and
picked is written into the page as well, and comes back with whatever is done there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..errors import UsageError
from ..options import MODES, Mode
from .edit_session import EditSession
from .eye_origin import Same
from .eye_styles import EyeStyles

MOST_NAMES: Final = 32
"""Most names of photos that are taken from a browser."""

MOST_FACES: Final = 10_000
"""Most numbers of faces that are taken from a browser, and the largest."""

_PLAIN: Final = (
    "job",
    "names",
    "chosen",
    "even_open",
    "preview",
    "waiting",
    "purpose",
    "matches",
    "strangers",
    "adjusting",
    "final",
    "lost_picks",
)
"""Fields that are JSON as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TabMemory:
    """A session as far as a browser knows it; nothing in it is taken on trust. Fields are those of `EditSession`.

    Args:
        chosen: None where nothing was said.
        preview: the job of the preview that is seen.
        purpose: what the file is for that is being made; None while none is.
    """

    job: str
    names: tuple[str, ...] = ("photo",)
    chosen: tuple[int, ...] | None = None
    picks: Mapping[int, int] = field(default_factory=dict)
    styles: EyeStyles = field(default_factory=EyeStyles)
    preview: str | None = None
    waiting: str | None = None
    purpose: Mode | None = None
    close_up: int | None = None
    matches: tuple[Same, ...] = ()
    strangers: tuple[Same, ...] = ()
    adjusting: int | None = None
    final: str | None = None
    even_open: tuple[int, ...] = ()
    lost_picks: tuple[int, ...] = ()

    @classmethod
    def of(cls, session: EditSession) -> TabMemory:
        """The memory of all that the page shows."""
        return cls(
            job=session.job,
            names=session.names,
            chosen=session.chosen,
            picks=dict(session.picks),
            styles=session.styles,
            preview=None if session.preview is None else session.preview.job,
            waiting=session.waiting,
            purpose=session.purpose if session.finishing else None,
            close_up=session.close_up,
            matches=session.matches,
            strangers=session.strangers,
            adjusting=session.adjusted,
            final=session.final,
            even_open=session.even_open,
            lost_picks=session.lost_picks,
        )

    def applied_to(self, session: EditSession) -> EditSession:
        """A session of that photo, with what was chosen, picked and wished for it, where it can be."""
        offered = {} if session.preview is None else session.preview.attempts
        known = session.with_even_open(self.even_open)
        chosen = known if self.chosen is None else known.with_chosen(self.chosen)
        picks = {face: attempt for face, attempt in self.picks.items() if attempt in offered.get(face, ())}
        return replace(
            chosen,
            picks=picks,
            lost_picks=tuple(face for face in self.lost_picks if known.face(face) and face not in picks),
            styles=self.styles.only([face.id for face in known.choosable]),
            finishing=self.purpose is not None and session.waiting is not None,
            purpose=self.purpose or session.purpose,
            close_up=session.close_up if self.chosen is None else self.close_up,
            matches=self.matches,
            strangers=self.strangers,
            adjusting=self.adjusting,
            final=session.final,  # it was made of all that
        )

    def to_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in _PLAIN}
        remembered = {"picks": sorted(self.picks.items()), "style": self.styles.options(), "close_up": self.close_up}
        return {**plain, **remembered}

    @classmethod
    def from_json(cls, told: object) -> TabMemory:
        """The memory in what a browser sent; whatever is of the wrong kind is ignored."""
        given = told if isinstance(told, dict) else {}
        pairs = [_numbers(pair) for pair in _listed(given.get("picks"))]
        styles = EyeStyles()
        with suppress(UsageError):
            styles = EyeStyles.of(given["style"] if isinstance(given.get("style"), dict) else {})
        return cls(
            job=str(given.get("job")),
            names=names_in(given.get("names")) or ("photo",),
            chosen=_numbers(given["chosen"]) if isinstance(given.get("chosen"), list) else None,
            picks={pair[0]: pair[1] for pair in pairs if len(pair) == 2},
            styles=styles,
            preview=_text(given.get("preview")),
            waiting=_text(given.get("waiting")),
            purpose=next((mode for mode in MODES if mode == given.get("purpose")), None),
            close_up=next(iter(_numbers([given.get("close_up")])), None),
            matches=_triples(given.get("matches")),
            strangers=_triples(given.get("strangers")),
            adjusting=next(iter(_numbers([given.get("adjusting")])), None),
            final=_text(given.get("final")),
            even_open=_numbers(given.get("even_open")),
            lost_picks=_numbers(given.get("lost_picks")),
        )


def names_in(value: object) -> tuple[str, ...]:
    """The names of files in a list from a browser."""
    return tuple(clean(str(name)) for name in _listed(value)[:MOST_NAMES])


def clean(name: str) -> str:
    """A file name from a browser, as one that can be shown and used: no folders, nothing that is not printable."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isprintable() and one not in '<>:"|?*').strip(" .")
    return kept[-120:] or "photo"


def _listed(value: object) -> list[Any]:
    return value[:MOST_FACES] if isinstance(value, list) else []


def _numbers(value: object) -> tuple[int, ...]:
    """The small whole numbers in a list, without all else."""
    return tuple(one for one in _listed(value) if type(one) is int and 0 <= one <= MOST_FACES)


def _triples(value: object) -> tuple[Same, ...]:
    pairs = [_numbers(one) for one in _listed(value)]
    return tuple((one[0], one[1], one[2]) for one in pairs if len(one) == 3 and min(one) > 0)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
