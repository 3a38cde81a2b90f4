"""Time left: by how far a job is, by how long the latest took, or honestly unknown."""

from __future__ import annotations

from typing import Any

import pytest

from open_the_eyes.service.jobs.job import Job, JobRequest, Lane
from open_the_eyes.service.jobs.outlook import Outlook, Peak, UnderWay
from open_the_eyes.service.views import job_view

NOTHING = Outlook({}, (), {})
BEGUN = UnderWay("photo", 0.0, 0.0)


def job(**what: Any) -> Job:
    return Job(**{"id": "i", "request": JobRequest("a", {}), "state": "queued", "seq": 1, "created": 100.0, **what})


@pytest.mark.parametrize(
    ("one", "ahead", "usual", "under_way", "seconds"),
    [
        pytest.param(job(state="done"), {}, {}, [BEGUN], 0.0, id="done"),
        pytest.param(job(state="failed"), {}, {}, [], 0.0, id="failed"),
        pytest.param(job(), {}, {"photo": None}, [BEGUN], None, id="the first job ever"),
        pytest.param(job(), {"photo": 3}, {"photo": 2.0}, [], 8.0, id="three before it, and nobody at work yet"),
        pytest.param(job(), {"photo": 3}, {"photo": 2.0}, [BEGUN], 10.0, id="three before it, and one just begun"),
        pytest.param(
            job(), {"photo": 3}, {"photo": 2.0}, [UnderWay("photo", 0.5, 1.0)], 9.0, id="and one that is half done"
        ),
        pytest.param(
            job(), {}, {"photo": 2.0}, [UnderWay("photo", 0.5, 20.0)], 21.5, id="behind one that takes far longer"
        ),
        pytest.param(job(), {"photo": 10}, {"photo": 2.0}, [BEGUN] * 4, 9.0, id="four processes at work"),
        pytest.param(job(), {}, {"photo": 2.0}, [], 2.0, id="nobody before it: it takes its own time"),
        pytest.param(
            job(),
            {"photo": 1, "preview": 4},
            {"photo": 9.0, "preview": 0.5},
            [UnderWay("preview", 0.0, 0.0)],
            20.5,
            id="each lane has its own time",
        ),
        pytest.param(
            job(), {"preview": 4}, {"photo": 9.0, "preview": None}, [], 45.0, id="previews of which none is done"
        ),
        pytest.param(
            job(state="running", started=100.0, moved=110.0, fraction=0.25),
            {},
            {"photo": None},
            [],
            30.0,
            id="a quarter in ten, the first ever",
        ),
        pytest.param(
            job(state="running", started=100.0, moved=110.0, fraction=0.5),
            {},
            {"photo": 20.0},
            [],
            10.0,
            id="half of what is usual",
        ),
        pytest.param(job(state="running", started=109.0), {}, {"photo": 2.0}, [BEGUN], 2.0, id="just begun"),
        pytest.param(
            job(state="running", started=109.0, moved=110.0, fraction=0.01), {}, {}, [], None, id="begun, the first"
        ),
        pytest.param(job(state="running", fraction=0.5), {}, {}, [], None, id="begun before moments were noted"),
    ],
)
def test_the_time_left_is_told_as_far_as_it_can_be(
    one: Job, ahead: dict[Lane, int], usual: dict[Lane, float | None], under_way: list[UnderWay], seconds: float | None
) -> None:
    assert Outlook(ahead, tuple(under_way), usual).eta_seconds(one) == seconds


@pytest.mark.parametrize("takes", [2.0, 6.0, 11.0], ids=["faster than usual", "as usual", "slower"])
@pytest.mark.parametrize("before", [0, 3])
def test_the_time_left_never_rises_while_work_goes_on(takes: float, before: int) -> None:
    """One process, and a job that waits with others before it, until it is done; all of them take as long."""
    usual: dict[Lane, float | None] = {"photo": 6.0}
    told: list[float] = []
    for hundredth in range(100 * (before + 1)):
        done, fraction = divmod(hundredth, 100)
        in_hand = UnderWay("photo", fraction / 100, takes * fraction / 100)
        waiting = before - done - 1
        if waiting >= 0:
            left = Outlook({"photo": waiting}, (in_hand,), usual).eta_seconds(job())
        else:
            moved = 100.0 + in_hand.seconds
            one = job(state="running", started=100.0, moved=moved, fraction=in_hand.fraction)
            left = Outlook({}, (in_hand,), usual).eta_seconds(one)
        assert left is not None
        told.append(left)
    assert told == sorted(told, reverse=True)
    assert told[0] == 6.0 * (before + 1)
    assert told[-1] <= 0.2


def test_a_job_of_another_kind_than_those_before_it_is_told_by_its_own_pace() -> None:
    """A close-up of 45 megapixels, which takes 38 seconds, after small photos; fraction and seconds as it told them."""
    told = [(0.31, 11.1), (0.43, 17.4), (0.54, 23.7), (0.65, 30.9), (0.8, 36.2)]
    left = [UnderWay("photo", fraction, seconds).left(5.3) or 0.0 for fraction, seconds in told]
    assert all(0.7 * (38.3 - seconds) < one < 38.3 - seconds + 10 for one, (_, seconds) in zip(left, told, strict=True))
    assert left[1:] == sorted(left[1:], reverse=True)
    assert [UnderWay("photo", f, 10.6 * f).left(5.3) for f in (0.3, 0.6)] == pytest.approx(
        [0.7 * (0.7 * 5.3 + 3.18), 0.4 * (0.4 * 5.3 + 6.36)]
    )  # up to twice as long is as usual


@pytest.mark.parametrize("usual", [2.6, None], ids=["as usual", "the first"])
def test_a_large_group_with_one_blink_is_never_said_to_take_longer_than_it_does(usual: float | None) -> None:
    """44 faces, of which nearly the whole time is the search, 2.6 seconds; fraction and seconds as it told them."""
    told = [(0.05, 0.01), (0.13, 0.15), (0.31, 0.5), (0.45, 1.3), (0.53, 1.8), (0.6, 2.4), (0.73, 2.42), (0.92, 2.55)]
    left = [UnderWay("photo", fraction, seconds).left(usual) for fraction, seconds in told]
    assert all(one is None or one <= 2.6 for one in left)
    assert left[-1] == pytest.approx(0.2, abs=0.05)
    assert (left[1] is None) == (usual is None)  # the search has only begun


def test_a_process_between_two_jobs_counts_as_being_at_work() -> None:
    now = [0.0]
    peak = Peak(5.0, lambda: now[0])
    seen = []
    for seconds, figure in ((0.0, 1), (1.0, 4), (2.0, 3), (5.9, 0), (6.0, 0), (6.9, 2), (11.8, 0), (12.0, 0)):
        now[0] = seconds
        seen.append(peak.with_(figure))
    assert seen == [1, 4, 4, 4, 3, 3, 2, 0]
    waiting = Outlook({"photo": 8}, (BEGUN,) * 3, {"photo": 2.0}, workers=4)
    assert waiting.eta_seconds(job()) == 2.0 + 22 / 4


def test_a_job_expires_by_the_retention_after_its_end_and_not_before() -> None:
    assert job_view(job(), 60, NOTHING)["expires"] is None
    view = job_view(job(state="done", started=100.0, finished=101.5), 60, NOTHING)
    assert view["finished"] == "1970-01-01T00:01:41.500+00:00"
    assert view["expires"] == "1970-01-01T00:02:41.500+00:00"
