"""What happens on the page: a visitor does something, and gets to see what has become of it. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import OpenTheEyesError, UsageError
from ..options import MODES, Mode
from ..service.errors import Busy, NotHere
from ..service.jobs import Job
from ..service.problems import problem_of
from .choices import shown_style, style_of
from .edit_session import EditSession
from .job_client import JobClient
from .refusals import kind_of, left_out, own_limit, refusal
from .tab_memory import TabMemory, names_in

PREVIEW_AGAIN: Final = {"act": "retry"}
_TOLD_AGAIN: Final = ("act", "purpose", "shot", "face", "attempt", "job", "there", "answer")
"""What of a message, besides its memory, a button sends again."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What is to be seen: where the visitor is, and what should be said.

    Args:
        retry: the act that a button offers to try again; None for no button.
        replaced: the session does not come from the one that was seen; controls that keep a value have to follow it.
        turned: the controls have to show the style of somebody else now.
        leaves_notice: what was said before stays where nothing is said now: no visitor has done anything since.
    """

    session: EditSession | None = None
    headline: str = ""
    advice: str = ""
    retry: Mapping[str, str] | None = None
    replaced: bool = False
    turned: bool = False
    leaves_notice: bool = False


class Controller:
    """What a visitor can do. Whatever it is, a page to show comes back; what goes wrong is said on it.

    Args:
        alone: whether nobody but who sits at this computer sees the page.
    """

    def __init__(self, job_client: JobClient, *, alone: bool = False) -> None:
        self._job_client, self._alone = job_client, alone

    def act(self, owner: str, session: EditSession | None, message: dict[str, Any]) -> PageState:
        """The page after a message from it: "act" says what was done, "memory" where the tab is, the rest to what.

        Without a session it goes on from what the tab remembers, and does nothing to a page that shows something else.
        """
        always: dict[str, Callable[[str, EditSession | None, dict[str, Any]], PageState]] = {
            "refused": self._refused,
            "arrived": self._arrived,
            "resume": self._resumed,
            "anew": self._anew,
        }
        acts: dict[str, Callable[[str, EditSession, dict[str, Any]], PageState]] = {
            "toggle": self._toggle,
            "anyway": self._anyway,
            "adjust": self._adjust,
            "restyle": self._restyle,
            "pick": self._pick,
            "same": self._same,
            "look": self._look,
            "finish": self._finish,
            "ended": self._ended,
            "cancel": self._cancel,
            "retry": self._retry,
            "take": self._take,
        }
        name = str(message.get("act"))
        try:
            is_whole = True
            if session is None:
                session, is_whole = self._recalled(owner, TabMemory.from_json(message.get("memory")))
            elif name not in always and not self._is_there(owner, session):
                session, is_whole = self._recalled(owner, TabMemory.of(session))
            if name in always:
                return always[name](owner, session, message)
            if session is None or not is_whole:
                return PageState(session, *refusal("not-here" if session is None else "forgotten"), replaced=True)
            is_known = name in acts and _is_seen(session, message)
            seen = acts[name](owner, session, message) if is_known else PageState(session)
            turned = seen.session is not None and seen.session.adjusted != session.adjusted
            return replace(seen, leaves_notice=_is_by_itself(message), turned=turned)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the visitor is told, and may try again
            return _failed(session, error, _again(message))

    def final(self, owner: str, session: EditSession | None) -> Job | None:
        """The job whose file can be fetched, if there is one."""
        if session is None or session.final is None:
            return None
        with suppress(OpenTheEyesError):
            return self._job_client.job(owner, session.final)
        return None

    def _is_there(self, owner: str, session: EditSession) -> bool:
        """Whether all jobs whose pictures are seen still exist: another tab may have deleted them."""
        preview = None if session.preview is None else session.preview.job
        try:
            for job in {session.job, preview, session.final} - {None}:
                self._job_client.job(owner, str(job))
        except NotHere:
            return False
        return True

    def _recalled(self, owner: str, memory: TabMemory) -> tuple[EditSession | None, bool]:
        """The session that a tab remembers, None where its photo is gone; and whether all that is seen is in it."""
        try:
            session = self._job_client.recall(owner, memory)
        except NotHere:
            return None, False
        return session, TabMemory.of(session) == memory

    def _arrived(self, owner: str, before: EditSession | None, message: dict[str, Any]) -> PageState:
        if before is not None:
            self._job_client.forget_photo(owner, before)
        photo = TabMemory.from_json(message)
        greeted = _greeted(self._job_client.begin(owner, photo.job, photo.names))
        headline, advice = left_out(message.get("left_out"), message.get("over"))
        if greeted.headline and headline:  # what is said of the photo comes first
            return replace(greeted, advice=f"{greeted.advice} {headline} {advice}", replaced=True)
        return replace(greeted, headline=greeted.headline or headline, advice=greeted.advice or advice, replaced=True)

    def _resumed(self, owner: str, session: EditSession | None, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        if session is None:
            return PageState(None)  # its time was over, and nobody asked for anything yet
        waited = session.waiting or (session.job if session.preview is None else None)
        if waited is None:
            return replace(_greeted(session), replaced=True)
        now = self._job_client.ended(owner, session, waited)
        return replace(_come_to(session, now, self._job_client.job(owner, waited)), replaced=True)

    def _anew(self, owner: str, session: EditSession | None, message: dict[str, Any]) -> PageState:
        if session is None and message.get("memory") is None:
            return PageState(None)  # a second click on a button that did what it should
        if session is not None:
            with suppress(NotHere):
                self._job_client.job(owner, session.job)
                self._job_client.forget_photo(owner, session)
                return PageState(None)
        return PageState(None, *refusal("nothing-deleted"))

    def _refused(self, owner: str, session: EditSession | None, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        problem = message.get("problem")
        known = problem if isinstance(problem, dict) else {}
        seconds = message.get("seconds")
        kind = kind_of(known) or str(message.get("kind", ""))
        name = next(iter(names_in(message.get("names"))), "")
        headline, advice = refusal(kind, known, seconds if isinstance(seconds, int) else None, name)
        limit = own_limit(kind, str(known.get("detail", ""))) if self._alone else ""
        return PageState(session, headline, f"{advice} {limit}".rstrip())

    def _toggle(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        face = _number(message.get("face"))
        chosen = set(session.chosen) ^ ({face} if face is not None else set())
        return PageState(session.with_chosen(tuple(sorted(chosen))))

    def _anyway(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:
        """Somebody says of a face that seems open that it shall be opened: a new preview."""
        return self._previewed(owner, session, session.with_even_open([_number(message.get("face")) or 0]))

    def _adjust(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        """The controls are turned to somebody else's eyes."""
        return PageState(session.with_adjusted(_number(message.get("face"))))

    def _restyle(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:
        """Something else is asked for of the eyes that the controls are for: a new preview."""
        color, gaze, openness = shown_style(session.style)
        asked = str(message.get("color", color)), str(message.get("gaze", gaze)), message.get("openness", openness)
        return self._previewed(owner, session, session.with_style(style_of(*asked)))

    def _pick(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        face = _number(message.get("face"))
        return PageState(session if face is None else session.with_pick(face, _number(message.get("attempt"))))

    def _same(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:
        """Who is who in the other shots; what that changes needs a new preview."""
        face, shot, there = (_number(message.get(name)) or 0 for name in ("face", "shot", "there"))
        same = (face, shot, there)
        now = session.with_same(same) if message.get("answer") == "yes" else session.with_stranger(same)
        return self._previewed(owner, session, now) if now.matches != session.matches else PageState(now)

    def _previewed(self, owner: str, before: EditSession, now: EditSession) -> PageState:
        """The page with a preview under way of what has changed, if anything has."""
        if now is before:
            return PageState(now)
        try:
            return PageState(self._job_client.preview(owner, now))
        except Exception as error:  # noqa: BLE001 -- as in `act`, and what was asked for stays
            return _failed(now, error, PREVIEW_AGAIN)

    def _look(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        return PageState(replace(session, close_up=_number(message.get("face"))))

    def _finish(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:
        purpose: Mode = next((mode for mode in MODES if mode == message.get("purpose")), "standard")
        if session.waiting is not None:  # its button is off by now
            return PageState(session)
        if not session.eyes:
            raise UsageError("expected a face to open, none is chosen; choose one first.")
        return PageState(self._job_client.finish(owner, session, purpose))

    def _ended(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:
        """A job has ended, as the page's script tells; it may have been cancelled, or another photo dropped,
        meanwhile."""
        waited = session.waiting
        if waited is None or str(message.get("job")) != waited:
            return PageState(session)
        try:
            job = self._job_client.job(owner, waited)
        except NotHere as error:  # it was deleted, and nothing more will come of it
            return _failed(replace(session, waiting=None, finishing=False), error, None)
        now = self._job_client.ended(owner, session, waited)
        return _come_to(session, now, job)

    def _cancel(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        now = self._job_client.cancel(owner, session)
        if now.preview is None:
            return PageState(now, *refusal("preview-cancelled"), retry=PREVIEW_AGAIN)
        return PageState(now, *refusal("cancelled"))

    def _retry(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:  # noqa: ARG002
        return PageState(self._job_client.preview(owner, session))

    def _take(self, owner: str, session: EditSession, message: dict[str, Any]) -> PageState:
        return replace(
            _greeted(self._job_client.swap(owner, session, _number(message.get("shot")) or 0)), replaced=True
        )


def _come_to(before: EditSession, now: EditSession, job: Job) -> PageState:
    """What has become of a job that was waited for."""
    if job.state == "failed" and job.problem is not None:
        again = {"act": "finish", "purpose": before.purpose} if before.finishing else PREVIEW_AGAIN
        return PageState(now, *refusal(kind_of(job.problem), job.problem), retry=again)
    return _greeted(now)  # where there is nothing to open, the end of the preview leaves that to be said


def _greeted(session: EditSession) -> PageState:
    if not session.choosable:
        refused = any(face.outcome != "already_open" for face in session.faces)
        return PageState(session, *refusal("none-possible" if refused else "nothing-closed"))
    return PageState(session)


def _failed(session: EditSession | None, error: Exception, again: Mapping[str, str] | None) -> PageState:
    """What is said of an error; what cannot be now cannot be the next time, so that is not offered again."""
    problem = problem_of(error)
    seconds = error.retry_after if isinstance(error, Busy) else None
    retry = None if session is None or isinstance(error, UsageError) else again
    return PageState(session, *refusal(kind_of(problem), problem, seconds), retry=retry)


def _again(message: Mapping[str, Any]) -> dict[str, str] | None:
    """The same act as a button tells it; None for those that no button does."""
    if message.get("act") in ("arrived", "refused", "resume"):
        return None
    again = {name: str(message[name]) for name in _TOLD_AGAIN if name in message}
    return again | ({"pressed": "true"} if message.get("act") == "ended" else {})


def _is_by_itself(message: Mapping[str, Any]) -> bool:
    """Whether the page's script has sent it, and no visitor who tries again."""
    return message.get("act") == "ended" and "pressed" not in message


def _is_seen(session: EditSession, message: Mapping[str, Any]) -> bool:
    """Whether that was this photo's page; another one's may still be clicked while this one is on its way."""
    memory = message.get("memory")
    return not isinstance(memory, dict) or TabMemory.from_json(memory).job == session.job


def _number(value: object) -> int | None:
    """A small whole number, however a browser wrote it."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
