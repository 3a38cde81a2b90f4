"""What happens on the page: a visitor does something, and gets to see what has become of it. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import OpenTheEyesError, UsageError
from ..options import MODES, Mode
from ..service.errors import Busy, NotHere
from ..service.jobs import Job
from ..service.problems import problem_of
from . import words
from .edit_session import EditSession, EyeStyle
from .job_client import JobClient
from .panels import clean

NAMES: Final = 32
"""The most names of photos that are taken from a browser."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What is to be seen: where the visitor is, and what should be said."""

    session: EditSession | None = None
    headline: str = ""
    advice: str = ""
    retry: bool = False


class Controller:
    """What a visitor can do. Whatever it is, a page to show comes back; what goes wrong is said on it."""

    def __init__(self, job_client: JobClient) -> None:
        self._job_client = job_client

    def act(self, owner: str, session: EditSession | None, told: dict[str, Any]) -> PageState:
        """What the page's own script tells: `told["act"]` says what was done, and the rest to what."""
        acts: dict[str, Callable[[str, EditSession, dict[str, Any]], PageState]] = {
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
                return self._refused(session, told)
            if name == "arrived":
                return self._arrived(owner, session, told)
            if name == "resume":
                return self._resumed(owner, told)
            if session is None:
                session = self._begun(owner, told.get("memory"))
            return acts[name](owner, session, told) if name in acts else PageState(session)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the visitor is told, and may try again
            return _failed(session, error)

    def choose(self, owner: str, session: EditSession | None, chosen: list[int]) -> PageState:  # noqa: ARG002
        """The list of faces was changed."""
        if session is None:
            return PageState(None, *words.refusal("started-anew"))
        return PageState(session.with_chosen(tuple(chosen)))

    def restyle(self, owner: str, session: EditSession | None, style: EyeStyle) -> PageState:
        """Another style is asked for: a new preview."""
        if session is None:
            return PageState(None, *words.refusal("started-anew"))
        if style == session.style:
            return PageState(session)
        restyled = session.with_style(style)
        try:
            return PageState(self._job_client.preview(owner, restyled))
        except Exception as error:  # noqa: BLE001 -- as above
            return _failed(restyled, error)

    def final(self, owner: str, session: EditSession | None) -> Job | None:
        """The job whose file can be fetched, if there is one."""
        if session is None or session.final is None:
            return None
        with suppress(OpenTheEyesError):
            return self._job_client.job(owner, session.final)
        return None

    def _arrived(self, owner: str, before: EditSession | None, told: dict[str, Any]) -> PageState:
        if before is not None:
            self._job_client.forget_photo(owner, before)
        return _greeted(self._begun(owner, told))

    def _resumed(self, owner: str, told: dict[str, Any]) -> PageState:
        try:
            session = self._begun(owner, told.get("memory"))
            return _come_to(session, self._job_client.job(owner, session.job))
        except OpenTheEyesError:
            return PageState(None)  # its time was over, and nobody asked for anything yet

    def _begun(self, owner: str, memory: object) -> EditSession:
        """The session for a photo that the browser names: a new one, or one of before this program was started."""
        told = memory if isinstance(memory, dict) else {}
        names = told.get("names")
        listed = tuple(clean(str(name)) for name in names[:NAMES]) if isinstance(names, list) and names else ("photo",)
        return self._job_client.begin(owner, str(told.get("job")), listed)

    def _refused(self, session: EditSession | None, told: dict[str, Any]) -> PageState:
        problem = told.get("problem")
        known = problem if isinstance(problem, dict) else {}
        seconds = told.get("seconds")
        kind = words.kind_of(known) or str(told.get("kind", ""))
        return PageState(session, *words.refusal(kind, known, seconds if isinstance(seconds, int) else None))

    def _toggle(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:  # noqa: ARG002
        face = _number(told.get("face"))
        chosen = set(session.chosen) ^ ({face} if face is not None else set())
        return PageState(session.with_chosen(tuple(sorted(chosen))))

    def _pick(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:  # noqa: ARG002
        face = _number(told.get("face"))
        return PageState(session if face is None else session.with_pick(face, _number(told.get("attempt"))))

    def _look(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:  # noqa: ARG002
        return PageState(replace(session, close_up=_number(told.get("face"))))

    def _finish(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:
        purpose: Mode = next((mode for mode in MODES if mode == told.get("purpose")), "standard")
        if not session.eyes:
            raise UsageError("expected a face to open, none is chosen; choose one first.")
        return PageState(self._job_client.finish(owner, session, purpose))

    def _ended(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:
        waited = session.waiting
        if waited is None or str(told.get("job")) != waited:
            return PageState(session)
        try:
            job = self._job_client.job(owner, waited)
        except NotHere as error:  # it was deleted, and nothing more will come of it
            return _failed(replace(session, waiting=None, finishing=False), error)
        now = self._job_client.ended(owner, session, waited)
        return _come_to(now, job)

    def _cancel(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:  # noqa: ARG002
        now = self._job_client.cancel(owner, session)
        return PageState(now, *words.refusal("cancelled"), retry=now.preview is None)

    def _retry(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:  # noqa: ARG002
        return PageState(self._job_client.preview(owner, session))

    def _take(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:
        return _greeted(self._job_client.swap(owner, session, _number(told.get("shot")) or 0))

    def _anew(self, owner: str, session: EditSession, told: dict[str, Any]) -> PageState:  # noqa: ARG002
        self._job_client.forget_photo(owner, session)
        return PageState(None)


def style_of(color: str, gaze: str, openness: float) -> EyeStyle:
    """From the words and figures of the page; 100 per cent leaves openness to the face."""
    openness = min(max(float(openness), 60.0), 140.0)
    return EyeStyle(
        words.COLORS.get(color, "auto"), words.GAZES.get(gaze), None if round(openness) == 100 else openness / 100
    )


def _come_to(session: EditSession, job: Job) -> PageState:
    """What has become of a job that was waited for."""
    if job.state == "failed" and job.problem is not None:
        return PageState(session, *words.refusal(words.kind_of(job.problem), job.problem), retry=True)
    return _greeted(session)  # where there is nothing to open, the end of the preview leaves that to be said


def _greeted(session: EditSession) -> PageState:
    if not session.choosable:
        refused = any(face.outcome != "already_open" for face in session.faces)
        return PageState(session, *words.refusal("none-possible" if refused else "nothing-closed"))
    return PageState(session)


def _failed(session: EditSession | None, error: Exception) -> PageState:
    problem = problem_of(error)
    seconds = error.retry_after if isinstance(error, Busy) else None
    return PageState(session, *words.refusal(words.kind_of(problem), problem, seconds), retry=session is not None)


def _number(value: object) -> int | None:
    """A small whole number, however a browser wrote it."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
