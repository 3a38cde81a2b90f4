"""The shapes of answers, for the OpenAPI document; what is in them comes from `views` and `open_the_eyes.report`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from ...origins import Lack
from ...roles import Outcome
from ..jobs.job import ToldState

_JOB: Final = "0f8b6a52-6f0e-4b5e-9a53-6d1f0f6c2a11"
_ADDRESS: Final = f"/v1/jobs/{_JOB}"
_SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


_Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
_Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
_Href = Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _View(BaseModel):
    model_config = ConfigDict(extra="allow")


class EyeView(_View):
    openness_before: float = Field(
        description="1 is a usual open eye; a shut one is below about 0.45.", examples=[0.12]
    )
    openness_after: float | None = Field(None, description="Where new eyes were kept.", examples=[0.97])


class NoDonorView(_View):
    why: Lack = Field(
        description="Nobody there is surely this person, it is not certain who is, or the eyes there are shut, cannot "
        "be seen, or are too small to tell whether they are open.",
        examples=["stranger"],
    )
    match: tuple[int, int, int] | None = Field(
        description="Who it would be, as the option `match` takes it: face, reference, face there.",
        examples=[(1, 1, 2)],
    )


class FaceView(_View):
    id: int = Field(description="Counts from 1, from the left.", examples=[1])
    box_ltrb: tuple[float, float, float, float] = Field(
        description="In pixels of the upright photo; it may reach beyond the photo's edges.",
        examples=[(164.0, 82.0, 288.0, 231.0)],
    )
    outcome: str = Field(
        description="What became of the face; `closed` is said by POST /v1/inspect alone: a job would open it.",
        examples=["opened"],
        json_schema_extra={"enum": list(get_args(Outcome))},
    )
    reason: str = Field(description="The same in a sentence.", examples=["Opened the left and the right eye."])
    eyes: dict[Literal["left", "right"], EyeView]
    variation_scores: list[float] = Field(description="Of each variation, best first.", examples=[[0.93, 0.88]])
    variation_attempts: list[int] = Field(
        description="What each variation of this face is asked for by, in `picks`.", examples=[[0, 2]]
    )
    source: str = Field("", description="What painted the eyes, or whose they are.", examples=["appearance"])
    no_donor: list[NoDonorView] = Field([], description="Why no reference gave its eyes, one entry a reference.")


class StageView(_View):
    name: str = Field(examples=["generate"])
    seconds: float = Field(examples=[0.12])
    peak_ram_mib: float | None = Field(examples=[412.0])
    peak_vram_mib: float | None = Field(description="Null without a GPU.", examples=[None])


class InputView(_View):
    path: str | None = Field(description="Always null here: names of files are not kept.", examples=[None])
    sha256: _Sha256 = Field(examples=[_SHA])
    size_wh: tuple[int, int] = Field(examples=[(512, 512)])
    format: str | None = Field(examples=["JPEG"])
    painted: bool = Field(
        False,
        description="Whether the file says that an algorithm had a part in it: eyes in it may be nobody's own.",
        examples=[False],
    )
    unrelated: bool = Field(
        False,
        description="Of a reference: whether nobody in it seems to be one of the photo's people.",
        examples=[False],
    )


class OutputView(_View):
    path: str = Field(examples=["result-1.jpg"])
    sha256: _Sha256 = Field(examples=[_SHA])
    encoding: str = Field("whole", examples=["coefficients"], description="How the picture was coded.")
    notes: list[str] = Field(
        [],
        examples=[["The source's depth map cannot go along."]],
        description="What of the photo's file is not in it, or in it and not of the new picture.",
    )


class ReportView(_View):
    """The report that the command line and Python give, too."""

    version: str = Field(examples=["0.2.0"])
    input: InputView
    references: list[InputView] = Field(description="The other photos, in the order they came.")
    engine: str = Field(examples=["appearance"])
    mode: str = Field(examples=["standard"])
    seed: int = Field(examples=[7])
    faces: list[FaceView]
    stages: list[StageView]
    outputs: list[OutputView]


class ProblemView(_View):
    """RFC 9457 problem details."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri"})] = Field(
        description="Ends in the name of what is wrong; docs/api.md lists them.",
        examples=["urn:open-the-eyes:problem:unreadable-photo"],
    )
    title: str = Field(examples=["Unreadable photo"])
    status: int = Field(examples=[415])
    detail: str = Field(
        description="What was expected, what came, what to do next.",
        examples=[
            "the photo: expected a JPEG, PNG, WebP, TIFF, HEIC or AVIF photo, this is text; "
            "check that it is the right file."
        ],
    )


class ProgressView(_View):
    stage: str = Field(examples=["generate"])
    fraction: float = Field(ge=0, le=1, examples=[0.6])
    eta_seconds: float | None = Field(
        description="An estimate of the time left: by how far the job and those before it are, and by how long the "
        "latest jobs took. It falls as work gets on; null while it cannot be told.",
        examples=[0.8],
    )


class FaceLink(_View):
    face: int = Field(examples=[1])
    href: _Href = Field(examples=[f"{_ADDRESS}/result?variation=1&face=1"])


class ResultView(_View):
    variation: int = Field(examples=[1])
    href: _Href = Field(examples=[f"{_ADDRESS}/result?variation=1"])
    sha256: _Sha256 = Field(examples=[_SHA])
    bytes: int = Field(examples=[61_204])
    media_type: str = Field(examples=["image/jpeg"])
    faces: list[FaceLink] = Field(description="Small pictures of the opened faces.")


class LinksView(_View):
    self: _Href = Field(examples=[_ADDRESS])
    events: _Href = Field(examples=[f"{_ADDRESS}/events"])
    result: _Href = Field(examples=[f"{_ADDRESS}/result"])


class JobSummaryView(_View):
    id: _Id = Field(examples=[_JOB])
    state: ToldState
    created: _Moment = Field(examples=["2026-11-25T20:15:00.120+00:00"])
    started: _Moment | None = Field(description="Of the latest attempt.", examples=["2026-11-25T20:15:00.310+00:00"])
    finished: _Moment | None = Field(examples=["2026-11-25T20:15:00.840+00:00"])
    expires: _Moment | None = Field(
        description="When everything of this job will be deleted; null until it has ended.",
        examples=["2026-11-26T20:15:00.840+00:00"],
    )
    attempts: int = Field(description="More than 1 only where the service died in the middle of it.", examples=[1])
    options: dict[str, Any] = Field(description="As they came.", examples=[{"variations": 2, "seed": 7}])
    references: int = Field(description="How many other photos came along.", examples=[0])
    results: list[ResultView] = Field(description="Empty where no eye was opened: the photo is as it was sent.")
    problem: ProblemView | None = Field(description="Why the job failed.")
    links: LinksView


class JobView(JobSummaryView):
    position: int = Field(description="How many jobs will be begun before this one.", examples=[0])
    progress: ProgressView
    report: ReportView | None = Field(description="What was done; null until the job is done.")


class EventView(_View):
    """What `data` of a server-sent event tells; of a job that was deleted meanwhile, `state` alone."""

    state: Literal[ToldState, "cancelled"]
    position: int = Field(0, description="How many jobs will be begun before this one.", examples=[0])
    running: int = Field(0, description="How many jobs are being done.", examples=[1])
    stage: str = Field("", examples=["generate"])
    fraction: float = Field(0, ge=0, le=1, examples=[0.6])
    eta_seconds: float | None = Field(None, description="As in `ProgressView`.", examples=[0.8])
    faces: list[FaceView] = Field([], description="At the end; empty where the job failed.")
    problem: ProblemView | None = Field(None, description="At the end: why the job failed.")


class JobsView(_View):
    jobs: list[JobSummaryView] = Field(description="The newest first.")
    next: _Href | None = Field(
        description="The address of the jobs before these, of which `after` is a part; null where there are none.",
        examples=["/v1/jobs?limit=20&after=QdpJl29Xm0QPi2pSbw5LXppTbR8PbCoR"],
    )


class HealthView(_View):
    status: Literal["ok"]
