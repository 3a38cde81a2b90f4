"""What happens on the page: a visitor does something, and gets to see what has become of it. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import OpenTheEyesError, UsageError
from ..options import MODES, Mode
from ..service.jobs import Job
from ..service.problems import problem_of
from ..service.refusals import Busy
from . import words
from .errands import Errands
from .panels import clean
from .sitting import Looks, Sitting

NAMES: Final = 32
"""The most names of photos that are taken from a browser."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be seen: where the visitor is, and what should be said."""

    sitting: Sitting | None = None
    headline: str = ""
    advice: str = ""
    retry: bool = False


class Flow:
    """What a visitor can do. Whatever it is, this answers with a scene; what goes wrong is said in it."""

    def __init__(self, errands: Errands) -> None:
        self._errands = errands

    def act(self, owner: str, sitting: Sitting | None, told: dict[str, Any]) -> Scene:
        """What the page's own script tells: `told["act"]` says what was done, and the rest to what."""
        acts: dict[str, Callable[[str, Sitting, dict[str, Any]], Scene]] = {
            "toggle": self._toggle,
            "pick": self._pick,
            "look": self._look,
            "finish": self._finish,
            "ended": self._ended,
            "cancel": self._cancel,
            "retry": self._retry,
            "take": self._take,
            "anew": self._anew,
        }
        name = str(told.get("act"))
        try:
            if name == "refused":
                return self._refused(sitting, told)
            if name == "arrived":
                return self._arrived(owner, sitting, told)
            if name == "resume":
                return self._resumed(owner, told)
            if sitting is None:
                sitting = self._begun(owner, told.get("memory"))
            return acts[name](owner, sitting, told) if name in acts else Scene(sitting)
        except OpenTheEyesError as error:
            return _failed(sitting, error)

    def choose(self, owner: str, sitting: Sitting | None, chosen: list[int]) -> Scene:  # noqa: ARG002
        """The list of faces was changed."""
        if sitting is None:
            return Scene(None, *words.refusal("started-anew"))
        return Scene(sitting.choosing(tuple(chosen)))

    def wish(self, owner: str, sitting: Sitting | None, looks: Looks) -> Scene:
        """Other looks are wished for: a new preview."""
        if sitting is None:
            return Scene(None, *words.refusal("started-anew"))
        if looks == sitting.looks:
            return Scene(sitting)
        wished = sitting.wishing(looks)
        try:
            return Scene(self._errands.preview(owner, wished))
        except OpenTheEyesError as error:
            return _failed(wished, error)

    def final(self, owner: str, sitting: Sitting | None) -> Job | None:
        """The job whose file can be fetched, if there is one."""
        if sitting is None or sitting.final is None:
            return None
        with suppress(OpenTheEyesError):
            return self._errands.job(owner, sitting.final)
        return None

    def _arrived(self, owner: str, before: Sitting | None, told: dict[str, Any]) -> Scene:
        if before is not None:
            self._errands.forget(owner, before.jobs)
        return _greeted(self._begun(owner, told))

    def _resumed(self, owner: str, told: dict[str, Any]) -> Scene:
        try:
            return _greeted(self._begun(owner, told.get("memory")))
        except OpenTheEyesError:
            return Scene(None)  # its time was over, and nobody asked for anything yet

    def _begun(self, owner: str, memory: object) -> Sitting:
        """The sitting for a photo that the browser names: a new one, or one of before this program was started."""
        told = memory if isinstance(memory, dict) else {}
        names = told.get("names")
        listed = tuple(clean(str(name)) for name in names[:NAMES]) if isinstance(names, list) and names else ("photo",)
        return self._errands.begin(owner, str(told.get("job")), listed)

    def _refused(self, sitting: Sitting | None, told: dict[str, Any]) -> Scene:
        problem = told.get("problem")
        known = problem if isinstance(problem, dict) else {}
        seconds = told.get("seconds")
        kind = words.kind_of(known) or str(told.get("kind", ""))
        return Scene(sitting, *words.refusal(kind, known, seconds if isinstance(seconds, int) else None))

    def _toggle(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:  # noqa: ARG002
        face = _number(told.get("face"))
        chosen = set(sitting.chosen) ^ ({face} if face is not None else set())
        return Scene(sitting.choosing(tuple(sorted(chosen))))

    def _pick(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:  # noqa: ARG002
        face = _number(told.get("face"))
        return Scene(sitting if face is None else sitting.picking(face, _number(told.get("attempt"))))

    def _look(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:  # noqa: ARG002
        return Scene(replace(sitting, close_up=_number(told.get("face"))))

    def _finish(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:
        purpose: Mode = next((mode for mode in MODES if mode == told.get("purpose")), "standard")
        if not sitting.eyes:
            raise UsageError("expected a face to open, none is chosen; choose one first.")
        return Scene(self._errands.finish(owner, sitting, purpose))

    def _ended(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:
        waited = sitting.waiting
        if waited is None or str(told.get("job")) != waited:
            return Scene(sitting)
        job = self._errands.job(owner, waited)
        now = self._errands.ended(owner, sitting, waited)
        if job.state == "failed" and job.problem is not None:
            return Scene(now, *words.refusal(words.kind_of(job.problem), job.problem), retry=True)
        return Scene(now)

    def _cancel(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:  # noqa: ARG002
        now = self._errands.cancel(owner, sitting)
        return Scene(now, *words.refusal("cancelled"), retry=now.preview is None)

    def _retry(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:  # noqa: ARG002
        return Scene(self._errands.preview(owner, sitting))

    def _take(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:
        return _greeted(self._errands.swap(owner, sitting, _number(told.get("shot")) or 0))

    def _anew(self, owner: str, sitting: Sitting, told: dict[str, Any]) -> Scene:  # noqa: ARG002
        self._errands.forget(owner, sitting.jobs)
        return Scene(None)


def looks_of(color: str, gaze: str, openness: float) -> Looks:
    """From the words and figures of the page; 100 per cent leaves openness to the face."""
    openness = min(max(float(openness), 60.0), 140.0)
    return Looks(
        words.COLORS.get(color, "auto"), words.GAZES.get(gaze), None if round(openness) == 100 else openness / 100
    )


def _greeted(sitting: Sitting) -> Scene:
    if not sitting.choosable:
        refused = any(face.outcome != "already_open" for face in sitting.faces)
        return Scene(sitting, *words.refusal("none-possible" if refused else "nothing-closed"))
    return Scene(sitting)


def _failed(sitting: Sitting | None, error: OpenTheEyesError) -> Scene:
    problem = problem_of(error)
    seconds = error.retry_after if isinstance(error, Busy) else None
    return Scene(sitting, *words.refusal(words.kind_of(problem), problem, seconds), retry=sitting is not None)


def _number(value: object) -> int | None:
    """A small whole number, however a browser wrote it."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
