"""What a job is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

State = Literal["arriving", "queued", "running", "done", "failed", "forgotten"]
Lane = Literal["preview", "photo"]
"""Queue of a job: previews (mode "fast") have their own, and go first."""

LANES: Final[tuple[Lane, ...]] = get_args(Lane)

ENDED: Final = ("done", "failed")
UNFINISHED: Final = ("queued", "running")

ToldState = Literal["queued", "running", "done", "failed"]
TOLD: Final[tuple[ToldState, ...]] = get_args(ToldState)
"""States that a client is told of; of jobs in others nobody has heard yet, or any more."""

PHOTO: Final = "photo"
MARKER: Final = "painted.json"
"""Name of the file that is written when all results are: who finds it need not paint again."""
FOR_SCREEN: Final = "for-screen"
"""Name of an empty file beside a photo whose results are only looked at."""


def reference_name(number: int) -> str:
    """Where reference 1, 2, ... is kept."""
    return f"reference-{number}"


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a client asked for.

    Args:
        owner: whose key it came with.
        options: flat names, as `Options.of` takes them.
        references: how many other photos came along.
        idempotency: the client's own name for this request, or None.
        fingerprint: a hash of photo, references and options; two requests with the same one ask for the same.
    """

    owner: str
    options: dict[str, Any]
    references: int = 0
    idempotency: str | None = None
    fingerprint: str = ""

    @property
    def lane(self) -> Lane:
        return "preview" if self.options.get("mode") == "fast" else "photo"


@dataclass(frozen=True, slots=True)
class Job:
    """One photo on its way.

    Args:
        id: a random UUID.
        state: "arriving" while its photo is being stored: not accepted yet, and nobody has been told of it;
            "forgotten" when nobody is told of it any more, and its files may still have to go.
        seq: counts what has happened to it; the id of the last event.
        created, started, finished: seconds since 1970; `started` is of the latest attempt.
        moved: when the painting last got further.
        stage, fraction: how far the painting is.
        attempts: how often it was begun; more than once only where a process died in the middle.
        report: what was done, see `open_the_eyes.report`, once it is done.
        results: what there is to fetch, see `processing.store_results`.
        problem: why it failed, as a problem detail.
    """

    id: str
    request: JobRequest
    state: State
    seq: int
    created: float
    started: float | None = None
    finished: float | None = None
    stage: str = ""
    fraction: float = 0.0
    attempts: int = 0
    report: dict[str, Any] | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
    problem: dict[str, Any] | None = None
    moved: float | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED
