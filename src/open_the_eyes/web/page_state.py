"""What is to be seen of the page, and what becomes of a session whose job has ended, or at which something failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..errors import UsageError
from ..service.errors import Busy
from ..service.jobs.job import Job
from ..service.problems import problem_of
from .edit_session import EditSession
from .refusals import kind_of, refusal

PREVIEW_AGAIN: Final = {"act": "retry"}


@dataclass(frozen=True, slots=True)
class PageState:
    """What is to be seen: where the visitor is, and what should be said.

    Args:
        retry: the act that a button offers to try again; None for no button.
        replaced: the session does not come from the one that was seen; controls that keep a value have to follow it.
        turned: the controls have to show another style than was set there, such as somebody else's.
        leaves_notice: what was said before stays where nothing is said now: no visitor has done anything since.
        left: the photo that was just left, and can be come back to for a moment.
    """

    session: EditSession | None = None
    headline: str = ""
    advice: str = ""
    retry: Mapping[str, str] | None = None
    replaced: bool = False
    turned: bool = False
    leaves_notice: bool = False
    left: EditSession | None = None

    @property
    def kept(self) -> EditSession | None:
        """Where the tab is from now on."""
        return self.session if self.left is None else self.left


def is_owed(session: EditSession | None) -> bool:
    """Whether there is no preview of what is wished for, and none is on its way: the way to try again stays."""
    if session is None or not session.choosable or (session.waiting is not None and not session.finishing):
        return False
    return session.preview is None or not session.is_as_seen


def come_to(before: EditSession, now: EditSession, job: Job) -> PageState:
    """What has become of a job that was waited for."""
    if job.state == "failed" and job.problem is not None and now.choosable:
        again = {"act": "finish", "purpose": before.purpose} if before.finishing else PREVIEW_AGAIN
        return PageState(now, *refusal(kind_of(job.problem), job.problem), retry=again)
    return greeted(now)  # where there is nothing to open, the end of the preview leaves that to be said


def greeted(session: EditSession) -> PageState:
    """What is said of a photo when it comes."""
    if not session.choosable:
        refused = any(face.outcome != "already_open" for face in session.faces)
        kind = "none-possible" if refused else "nothing-closed"
        several = len(session.names) > 1
        return PageState(session, *refusal(f"{kind}-of-several" if several else kind, name=session.names[0]))
    return PageState(session)


def failed(session: EditSession | None, error: Exception, again: Mapping[str, str] | None) -> PageState:
    """What is said of an error; what cannot be now cannot be the next time, so that is not offered again."""
    problem = problem_of(error)
    seconds = error.retry_after if isinstance(error, Busy) else None
    retry = None if session is None or isinstance(error, UsageError) else again
    return PageState(session, *refusal(kind_of(problem), problem, seconds), retry=retry)
