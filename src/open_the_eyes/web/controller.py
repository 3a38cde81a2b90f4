"""What happens on the page: a visitor does something, and gets to see what has become of it. Knows no Gradio."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..errors import OpenTheEyesError, UsageError
from ..options import MODES, Mode
from ..service.errors import NotHere
from ..service.jobs.job import Job
from .act import Act
from .choices import shown_style, style_of
from .edit_session import EditSession
from .job_client import JobClient
from .page_state import PREVIEW_AGAIN, PageState, come_to, failed, greeted, is_owed
from .refusals import kind_of, left_out, own_limit, refusal
from .tab_memory import TabMemory, names_in


class Controller:
    """What a visitor can do. Whatever it is, a page to show comes back; what goes wrong is said on it.

    Args:
        alone: whether nobody but who sits at this computer sees the page.
    """

    def __init__(self, job_client: JobClient, *, alone: bool = False) -> None:
        self._job_client, self._alone = job_client, alone

    def act(self, owner: str, session: EditSession | None, event: dict[str, Any]) -> PageState:
        """What the page tells: `event["act"]` says what was done, `event["memory"]` where the tab is, the rest to what.

        Without a session it goes on from what the tab remembers, and does nothing to a page that shows something else.
        """
        always: dict[str, Callable[[EditSession | None, Act], PageState]] = {
            "refused": self._refused,
            "arrived": self._arrived,
            "added": self._added,
            "resume": self._resumed,
            "anew": self._anew,
            "back": self._back,
            "delete": self._delete,
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
        act = Act(owner, event)
        if session is not None and session.is_left:
            return self._after_leaving(session, act)
        try:
            is_whole = True
            if session is None:
                session, is_whole = self._recalled(owner, TabMemory.from_json(event.get("memory")))
            elif act.name == "delete":
                return PageState(session)  # what was left was come back to in its last moment
            elif act.name not in always and not self._is_there(owner, session):
                session, is_whole = self._recalled(owner, TabMemory.of(session))
            if act.name in always:
                return always[act.name](session, act)
            if session is None or not is_whole:
                return PageState(session, *refusal("not-here" if session is None else "forgotten"), replaced=True)
            is_known = act.name in acts and act.is_on(session)
            seen = acts[act.name](session, act) if is_known else PageState(session)
            turned = seen.session is not None and _controls_turn(session, seen.session, act)
            return replace(seen, leaves_notice=act.is_by_itself or is_owed(seen.session), turned=turned)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the visitor is told, and may try again
            return failed(session, error, act.again)

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
        came = greeted(self._job_client.begin(act.owner, photo.job, photo.names))
        return replace(_with_left_out(came, act), replaced=True)

    def _added(self, session: EditSession | None, act: Act) -> PageState:
        """More shots have come for the photo; it may be another one's that is open by now."""
        job, names = str(act.message.get("shots_job")), names_in(act.message.get("names"))
        if session is None or not act.is_on(session):
            self._job_client.forget(act.owner, [job])
            return PageState(session, *refusal("not-here"))
        now = self._job_client.with_shots(act.owner, session, job, names)
        if now.waiting is None and now.choosable and now.preview is session.preview:  # another style is wished for
            return _with_left_out(self._previewed(act.owner, session, now), act)
        return _with_left_out(greeted(now), act)

    def _resumed(self, session: EditSession | None, act: Act) -> PageState:
        if session is None:
            return PageState(None)  # its time was over, and nobody asked for anything yet
        waited = session.waiting or (session.job if session.preview is None else None)
        if waited is None:
            return replace(greeted(session.as_seen()), replaced=True)
        now = self._job_client.ended(act.owner, session, waited)
        return replace(come_to(session, now, self._job_client.job(act.owner, waited)), replaced=True)

    def _anew(self, session: EditSession | None, act: Act) -> PageState:
        if session is None and act.message.get("memory") is None:
            return PageState(None)  # a second click on a button that did what it should
        if session is not None:
            with suppress(NotHere):
                self._job_client.job(act.owner, session.job)
                return PageState(None, left=replace(self._job_client.leave(act.owner, session), is_left=True))
        return PageState(None, *refusal("nothing-deleted"))

    def _after_leaving(self, left: EditSession, act: Act) -> PageState:
        """What is told after a photo was left; where that is not seen yet, it may be about that photo, as the end of
        its preview is: that brings nothing back, and the way back stays."""
        try:
            if act.name == "back":
                return self._back(self._recalled(act.owner, TabMemory.of(left))[0], act)
            if act.name == "delete":
                return self._delete(left, act)
            if act.name == "arrived":
                came = self._arrived(None, act)
                with suppress(OpenTheEyesError):  # else its time ends by itself
                    self._job_client.forget_photo(act.owner, left)
                return came
            others = {"refused": self._refused, "added": self._added}
            state = others[act.name](None, act) if act.name in others else PageState(None, leaves_notice=True)
        except Exception as error:  # noqa: BLE001 -- as in `act`
            state = failed(None, error, None)
        return replace(state, left=left)

    def _back(self, session: EditSession | None, act: Act) -> PageState:
        """To the photo that was just left, which the button remembers."""
        if session is None:
            return PageState(None, *refusal("not-here"))
        self._job_client.come_back(act.owner, session)
        there, _ = self._recalled(act.owner, TabMemory.of(session))  # its time may have ended just before
        return PageState(None, *refusal("not-here")) if there is None else self._resumed(there, act)

    def _delete(self, session: EditSession | None, act: Act) -> PageState:
        """What was just left, without waiting for the end of its time."""
        if session is not None:
            self._job_client.forget_photo(act.owner, session)
        return PageState(None)

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
            return failed(now, error, PREVIEW_AGAIN)

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
            return failed(replace(session, waiting=None, finishing=False), error, None)
        now = self._job_client.ended(act.owner, session, waited)
        return come_to(session, now, job)

    def _cancel(self, session: EditSession, act: Act) -> PageState:
        now = self._job_client.cancel(act.owner, session)
        now = now if session.finishing else now.as_seen()  # controls show nothing that no picture does
        if now.preview is None:
            return PageState(now, *refusal("preview-cancelled"), retry=PREVIEW_AGAIN)
        return PageState(now, *refusal("cancelled"), retry=PREVIEW_AGAIN if is_owed(now) else None)

    def _retry(self, session: EditSession, act: Act) -> PageState:
        return PageState(self._job_client.preview(act.owner, session))

    def _take(self, session: EditSession, act: Act) -> PageState:
        return replace(greeted(self._job_client.swap(act.owner, session, act.shot or 0)), replaced=True)


def _with_left_out(state: PageState, act: Act) -> PageState:
    """With what is said of files that were left out; what is said of the photo comes first."""
    headline, advice = left_out(act.message.get("left_out"), act.message.get("over"))
    if state.headline and headline:
        return replace(state, advice=f"{state.advice} {headline} {advice}")
    return replace(state, headline=state.headline or headline, advice=state.advice or advice)


def _controls_turn(before: EditSession, now: EditSession, act: Act) -> bool:
    """Whether the controls have to show another style than the visitor has set there."""
    return now.adjusted != before.adjusted or (act.name != "restyle" and now.style != before.style)
