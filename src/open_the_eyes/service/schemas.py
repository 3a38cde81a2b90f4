"""The shapes of answers, for the OpenAPI document; what is in them comes from `views` and `open_the_eyes.report`."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field


class _View(BaseModel):
    model_config = ConfigDict(extra="allow")


class EyeView(_View):
    openness_before: float = Field(
        description="1 is a usual open eye; a shut one is below about 0.45.", examples=[0.12]
    )
    openness_after: float | None = Field(None, description="Where new eyes were kept.", examples=[0.97])


class FaceView(_View):
    id: int = Field(description="Counts from 1, from the left.", examples=[1])
    box_ltrb: tuple[float, float, float, float] = Field(description="In pixels of the upright photo.")
    outcome: str = Field(description="What became of the face.", examples=["opened"])
    reason: str = Field(description="The same in a sentence.", examples=["Opened the left and the right eye."])
    eyes: dict[Literal["left", "right"], EyeView]
    variation_scores: list[float]
    variation_attempts: list[int] = Field(
        description="What each variation of this face is asked for by, in `picks`.", examples=[[0, 2]]
    )
    source: str = Field("", description="What painted the eyes, or whose they are.", examples=["appearance"])


class StageView(_View):
    name: str = Field(examples=["generate"])
    seconds: float
    peak_ram_mib: float | None
    peak_vram_mib: float | None


class InputView(_View):
    path: str | None = Field(description="Always null here: names of files are not kept.")
    sha256: str
    size_wh: tuple[int, int]
    format: str | None = Field(examples=["JPEG"])


class OutputView(_View):
    path: str = Field(examples=["result-1.jpg"])
    sha256: str


class ReportView(_View):
    """The report that the command line and Python give, too."""

    version: str
    input: InputView
    engine: str = Field(examples=["appearance"])
    mode: str = Field(examples=["standard"])
    seed: int
    faces: list[FaceView]
    stages: list[StageView]
    outputs: list[OutputView]


class ProblemView(_View):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:open-the-eyes:problem:unreadable-photo"])
    title: str = Field(examples=["Unreadable photo"])
    status: int = Field(examples=[415])
    detail: str = Field(
        description="What was expected, what came, what to do next.",
        examples=[
            "the photo: expected a JPEG, PNG, WebP or TIFF photo, this is text; check that it is the right file."
        ],
    )


class ProgressView(_View):
    stage: str = Field(examples=["generate"])
    fraction: float = Field(ge=0, le=1, examples=[0.6])
    eta_seconds: float | None = Field(examples=[0.8])


class FaceLink(_View):
    face: int
    href: str


class ResultView(_View):
    variation: int = Field(examples=[1])
    href: str
    sha256: str
    bytes: int
    media_type: str = Field(examples=["image/jpeg"])
    faces: list[FaceLink] = Field(description="Small pictures of the opened faces.")


class LinksView(_View):
    self: str
    events: str
    result: str


class JobView(_View):
    id: str
    state: Literal["arriving", "queued", "running", "done", "failed", "cancelled"]
    position: int = Field(description="How many jobs will be begun before this one.")
    progress: ProgressView
    created: str
    started: str | None
    finished: str | None
    expires: str | None = Field(description="When everything of this job will be deleted; null until it has ended.")
    attempts: int
    options: dict[str, Any]
    references: int
    report: ReportView | None = Field(description="What was done; null until the job is done.")
    results: list[ResultView] = Field(description="Empty where no eye was opened: the photo is as it was sent.")
    problem: ProblemView | None = Field(description="Why the job failed.")
    links: LinksView


class HealthView(_View):
    status: Literal["ok"]


_OPTIONS: Final = '{"mode": "standard", "variations": 2, "faces": [1]}'
_PICTURES: Final = {"type": "array", "items": {"type": "string", "format": "binary"}}

UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "additionalProperties": False,
                    "properties": {
                        "photo": {"type": "string", "format": "binary", "description": "The photo, as a file."},
                        "references": {**_PICTURES, "description": "Other photos of the same people."},
                        "options": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "description": "A JSON object with the options of `open-the-eyes open`: mode, faces, "
                            "all, variations, seed, eye_color, gaze, openness and others.",
                            "examples": [_OPTIONS],
                        },
                    },
                },
                "examples": {"with options": {"value": {"photo": "(the bytes of family.jpg)", "options": _OPTIONS}}},
                "encoding": {"options": {"contentType": "text/plain"}},
            }
        },
    }
}
"""The body of a request with a photo; it is read by `desk`, so FastAPI has to be told."""

_WHY: Final = {
    400: "No multipart form.",
    401: "No API key, or an unknown one.",
    403: "A page of another site asked, or a name that is not this service's was called.",
    404: "No such job, or nothing of that kind in it.",
    409: "The job has no result at this moment.",
    413: "Too many bytes or pixels.",
    415: "Not a photo that can be read.",
    422: "An option that does not exist, a value out of range, or an Idempotency-Key that was used for something else.",
    429: "Too many jobs are waiting, or too many requests came; see Retry-After.",
    503: "Something that is needed is missing, or there is no room for it.",
    507: "What came could not be stored.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route can refuse, for the document."""
    answers: dict[int | str, dict[str, Any]] = {}
    for status in sorted({401, 403, 429, *statuses}):
        schema = {"schema": {"$ref": "#/components/schemas/ProblemView"}}
        answers[status] = {"description": _WHY[status], "content": {"application/problem+json": schema}}
    return answers
