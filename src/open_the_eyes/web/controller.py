"""What happens on the page: a visitor does something, and gets to see what has become of it. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from ..errors import OpenTheEyesError, UsageError
from ..options import MODES, Mode
from ..service.errors import Busy, NotHere
from ..service.jobs.job import Job
from ..service.problems import problem_of
from .act import Act
from .choices import shown_style, style_of
from .edit_session import EditSession
from .job_client import JobClient
from .refusals import kind_of, left_out, own_limit, refusal
from .tab_memory import TabMemory, names_in

PREVIEW_AGAIN: Final = {"act": "retry"}


@dataclass(frozen=True, slots=True)
class PageState:
    """What is to be seen: where the visitor is, and what should be said.

    Args:
        retry: the act that a button offers to try again; None for no button.
        replaced: the session does not come from the one that was seen; controls that keep a value have to follow it.
        turned: the controls have to show another style than was set there, such as somebody else's.
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

    def act(self, owner: str, session: EditSession | None, told: dict[str, Any]) -> PageState:
        """What the page tells: `told["act"]` says what was done, `told["memory"]` where the tab is, the rest to what.

        Without a session it goes on from what the tab remembers, and does nothing to a page that shows something else.
        """
        always: dict[str, Callable[[EditSession | None, Act], PageState]] = {
            "refused": self._refused,
            "arrived": self._arrived,
            "resume": self._resumed,
            "anew": self._anew,
        }
        acts: dict[str, Callable[[EditSession, Act], PageState]] = {
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
        act = Act(owner, told)
        try:
            is_whole = True
            if session is None:
                session, is_whole = self._recalled(owner, TabMemory.from_json(told.get("memory")))
            elif act.name not in always and not self._is_there(owner, session):
                session, is_whole = self._recalled(owner, TabMemory.of(session))
            if act.name in always:
                return always[act.name](session, act)
            if session is None or not is_whole:
                return PageState(session, *refusal("not-here" if session is None else "forgotten"), replaced=True)
            is_known = act.name in acts and act.is_on(session)
            seen = acts[act.name](session, act) if is_known else PageState(session)
            turned = seen.session is not None and _controls_turn(session, seen.session, act)
            return replace(seen, leaves_notice=act.is_by_itself or _is_owed(seen.session), turned=turned)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the visitor is told, and may try again
            return _failed(session, error, act.again)

    def final(self, owner: str, session: EditSession | None) -> Job | None:
        """The job whose file can be fetched, if there is one."""
        if session is None or session.final is None:
            return None
        with suppress(OpenTheEyesError):
            return self._job_client.job(owner, session.final)
        return None

    def _is_there(self, owner: str, session: EditSession) -> bool:
        """Whether all jobs are whose pictures are seen: another tab may have deleted them."""
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

    def _arrived(self, before: EditSession | None, act: Act) -> PageState:
        if before is not None:
            self._job_client.forget_photo(act.owner, before)
        photo = TabMemory.from_json(act.message)
        greeted = _greeted(self._job_client.begin(act.owner, photo.job, photo.names))
        headline, advice = left_out(act.message.get("left_out"), act.message.get("over"))
        if greeted.headline and headline:  # what is said of the photo comes first
            return replace(greeted, advice=f"{greeted.advice} {headline} {advice}", replaced=True)
        return replace(greeted, headline=greeted.headline or headline, advice=greeted.advice or advice, replaced=True)

    def _resumed(self, session: EditSession | None, act: Act) -> PageState:
        if session is None:
            return PageState(None)  # its time was over, and nobody asked for anything yet
        waited = session.waiting or (session.job if session.preview is None else None)
        if waited is None:
            return replace(_greeted(session.as_seen()), replaced=True)
        now = self._job_client.ended(act.owner, session, waited)
        return replace(_come_to(session, now, self._job_client.job(act.owner, waited)), replaced=True)

    def _anew(self, session: EditSession | None, act: Act) -> PageState:
        if session is None and act.message.get("memory") is None:
            return PageState(None)  # a second click on a button that did what it should
        if session is not None:
            with suppress(NotHere):
                self._job_client.job(act.owner, session.job)
                self._job_client.forget_photo(act.owner, session)
                return PageState(None)
        return PageState(None, *refusal("nothing-deleted"))

    def _refused(self, session: EditSession | None, act: Act) -> PageState:
        problem = act.message.get("problem")
        known = problem if isinstance(problem, dict) else {}
        seconds = act.message.get("seconds")
        kind = kind_of(known) or str(act.message.get("kind", ""))
        name = next(iter(names_in(act.message.get("names"))), "")
        headline, advice = refusal(kind, known, seconds if isinstance(seconds, int) else None, name)
        limit = own_limit(kind, str(known.get("detail", ""))) if self._alone else ""
        return PageState(session, headline, f"{advice} {limit}".rstrip())

    def _toggle(self, session: EditSession, act: Act) -> PageState:
        chosen = set(session.chosen) ^ ({act.face} if act.face is not None else set())
        return PageState(session.with_chosen(tuple(sorted(chosen))))

    def _anyway(self, session: EditSession, act: Act) -> PageState:
        """Somebody says of a face that seems open that it shall be opened: a new preview."""
        return self._previewed(act.owner, session, session.with_even_open([act.face or 0]))

    def _adjust(self, session: EditSession, act: Act) -> PageState:
        """The controls are turned to somebody else's eyes."""
        return PageState(session.with_adjusted(act.face))

    def _restyle(self, session: EditSession, act: Act) -> PageState:
        """Something else is asked for of the eyes that the controls are for: a new preview."""
        color, gaze, openness = shown_style(session.style)
        asked = act.message
        style = style_of(str(asked.get("color", color)), str(asked.get("gaze", gaze)), asked.get("openness", openness))
        return self._previewed(act.owner, session, session.with_style(style))

    def _pick(self, session: EditSession, act: Act) -> PageState:
        return PageState(session if act.face is None else session.with_pick(act.face, act.attempt))

    def _same(self, session: EditSession, act: Act) -> PageState:
        """Who is who in the other shots; what that changes needs a new preview."""
        same = (act.face or 0, act.shot or 0, act.there or 0)
        now = session.with_same(same) if act.message.get("answer") == "yes" else session.with_stranger(same)
        return self._previewed(act.owner, session, now) if now.matches != session.matches else PageState(now)

    def _previewed(self, owner: str, before: EditSession, now: EditSession) -> PageState:
        """With a preview under way of what has changed, if anything has."""
        if now is before:
            return PageState(now)
        try:
            return PageState(self._job_client.preview(owner, now))
        except Exception as error:  # noqa: BLE001 -- as in `act`, and what was asked for stays
            return _failed(now, error, PREVIEW_AGAIN)

    def _look(self, session: EditSession, act: Act) -> PageState:
        return PageState(replace(session, close_up=act.face))

    def _finish(self, session: EditSession, act: Act) -> PageState:
        purpose: Mode = next((mode for mode in MODES if mode == act.message.get("purpose")), "standard")
        if session.waiting is not None:  # its button is off by now
            return PageState(session)
        made = self.final(act.owner, session)
        if made is not None and made.results and purpose == session.purpose:  # and fetched by the page's script
            return PageState(session)
        if not session.eyes:
            raise UsageError("expected a face to open, none is chosen; choose one first.")
        return PageState(self._job_client.finish(act.owner, session, purpose))

    def _ended(self, session: EditSession, act: Act) -> PageState:
        """A job has, which the page's script tells; it may have been cancelled, or another photo dropped, meanwhile."""
        waited = session.waiting
        if waited is None or str(act.message.get("job")) != waited:
            return PageState(session)
        try:
            job = self._job_client.job(act.owner, waited)
        except NotHere as error:  # it was deleted, and nothing more will come of it
            return _failed(replace(session, waiting=None, finishing=False), error, None)
        now = self._job_client.ended(act.owner, session, waited)
        return _come_to(session, now, job)

    def _cancel(self, session: EditSession, act: Act) -> PageState:
        now = self._job_client.cancel(act.owner, session)
        now = now if session.finishing else now.as_seen()  # controls show nothing that no picture does
        if now.preview is None:
            return PageState(now, *refusal("preview-cancelled"), retry=PREVIEW_AGAIN)
        return PageState(now, *refusal("cancelled"), retry=PREVIEW_AGAIN if _is_owed(now) else None)

    def _retry(self, session: EditSession, act: Act) -> PageState:
        return PageState(self._job_client.preview(act.owner, session))

    def _take(self, session: EditSession, act: Act) -> PageState:
        return replace(_greeted(self._job_client.swap(act.owner, session, act.shot or 0)), replaced=True)


def _controls_turn(before: EditSession, now: EditSession, act: Act) -> bool:
    """Whether the controls have to show another style than the visitor has set there."""
    return now.adjusted != before.adjusted or (act.name != "restyle" and now.style != before.style)


def _is_owed(session: EditSession | None) -> bool:
    """Whether there is no preview of what is wished for, and none is on its way: the way to try again stays."""
    if session is None or not session.choosable or (session.waiting is not None and not session.finishing):
        return False
    return session.preview is None or not session.is_as_seen


def _come_to(before: EditSession, now: EditSession, job: Job) -> PageState:
    """What has become of a job that was waited for."""
    if job.state == "failed" and job.problem is not None and now.choosable:
        again = {"act": "finish", "purpose": before.purpose} if before.finishing else PREVIEW_AGAIN
        return PageState(now, *refusal(kind_of(job.problem), job.problem), retry=again)
    return _greeted(now)  # where there is nothing to open, the end of the preview leaves that to be said


def _greeted(session: EditSession) -> PageState:
    if not session.choosable:
        refused = any(face.outcome != "already_open" for face in session.faces)
        kind = "none-possible" if refused else "nothing-closed"
        several = len(session.names) > 1
        return PageState(session, *refusal(f"{kind}-of-several" if several else kind, name=session.names[0]))
    return PageState(session)


def _failed(session: EditSession | None, error: Exception, again: Mapping[str, str] | None) -> PageState:
    """What is said of an error; what cannot be now cannot be the next time, so that is not offered again."""
    problem = problem_of(error)
    seconds = error.retry_after if isinstance(error, Busy) else None
    retry = None if session is None or isinstance(error, UsageError) else again
    return PageState(session, *refusal(kind_of(problem), problem, seconds), retry=retry)
