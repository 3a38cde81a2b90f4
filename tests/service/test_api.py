"""What the API promises, at a real port with the real engine, which paints nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from PIL import Image

from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.service.http.events import until_ended
from tests.service.running import RunningService

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_a_photo_is_accepted_at_once_and_its_address_given(server: RunningService, shut: bytes) -> None:
    answer = server.hand_in(shut)
    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["links"]["self"]
    assert server.http.get(answer.headers["location"]).status_code == 200


def test_the_result_is_what_python_gives_for_the_same_photo_and_options(
    server: RunningService, shut: bytes, engine: Engine, tmp_path: Path
) -> None:
    view = server.ended(server.job(shut, '{"variations": 2, "seed": 3}'))
    expected = open_eyes(shut, Options.of(variations=2, seed=3), engine=engine).save(tmp_path / "a.jpg").outputs
    assert [one["sha256"] for one in view["results"]] == [one.sha256 for one in expected]
    for one in view["results"]:
        answer = server.http.get(one["href"])
        assert hashlib.sha256(answer.content).hexdigest() == one["sha256"]
        assert answer.headers["content-type"] == "image/jpeg"
        assert int(answer.headers["content-length"]) == one["bytes"] == len(answer.content)


def test_a_job_that_is_done_tells_faces_outcomes_and_timings(server: RunningService, shut: bytes) -> None:
    view = server.ended(server.job(shut))
    (face,) = view["report"]["faces"]
    assert face["outcome"] == "opened"
    assert {stage["name"] for stage in view["report"]["stages"]} >= {"read", "detect", "generate", "verify"}
    assert view["report"]["input"]["path"] is None
    assert view["attempts"] == 1
    assert view["progress"] == {"stage": view["progress"]["stage"], "fraction": 1.0, "eta_seconds": 0.0}
    assert view["expires"] > view["finished"] > view["created"]


def test_each_opened_face_has_a_small_picture_in_each_variation(server: RunningService, shut: bytes) -> None:
    view = server.ended(server.job(shut, '{"variations": 2}'))
    left, top, right, bottom = view["report"]["faces"][0]["box_ltrb"]
    pictures = [server.http.get(one["faces"][0]["href"]).content for one in view["results"]]
    with Image.open(BytesIO(pictures[0])) as picture:
        assert right - left < picture.width < 1.5 * (right - left) + 2
        assert bottom - top < picture.height < 1.5 * (bottom - top) + 2
    assert pictures[0] != pictures[1]


def test_open_eyes_are_a_job_that_is_done_without_a_result(server: RunningService, awake: bytes) -> None:
    view = server.ended(server.job(awake))
    assert (view["state"], view["results"]) == ("done", [])
    answer = server.http.get(view["links"]["result"])
    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        f"expected a result, got none: no eye was opened; the report of {view['links']['self']} says why."
    )


def test_whoever_asks_for_the_head_alone_is_told_what_would_come(server: RunningService, shut: bytes) -> None:
    view = server.ended(server.job(shut))
    for path in (*view["links"].values(), view["results"][0]["faces"][0]["href"]):
        whole, head = server.http.get(path), server.http.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length", "content-disposition"):
            assert head.headers.get(name) == whole.headers.get(name), (path, name)
    missing = server.http.head(f"{view['links']['result']}?variation=9")
    assert (missing.status_code, missing.content) == (404, b"")


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_the_result_has_the_format_that_came(server: RunningService, shut: bytes, file_format: str) -> None:
    file = BytesIO()
    with Image.open(BytesIO(shut)) as picture:
        picture.save(file, file_format)
    view = server.ended(server.job(file.getvalue()))
    answer = server.http.get(view["links"]["result"])
    assert answer.headers["content-type"] == f"image/{file_format.lower()}"
    with Image.open(BytesIO(answer.content)) as result:
        assert result.format == file_format


def test_the_events_begin_with_the_state_and_end_with_the_outcome(server: RunningService, shut: bytes) -> None:
    job = server.job(shut)
    answer = server.http.get(f"/v1/jobs/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    told = events_of(answer.text)
    assert {name for name, _ in told[:-1]} <= {"progress"}
    fractions = [data["fraction"] for _, data in told]
    assert fractions == sorted(fractions)
    name, last = told[-1]
    assert (name, last["state"], last["faces"][0]["outcome"]) == ("done", "done", "opened")


def test_who_comes_late_hears_the_end_and_who_has_heard_it_nothing(server: RunningService, shut: bytes) -> None:
    job = server.job(shut)
    server.ended(job)
    answer = server.http.get(f"/v1/jobs/{job}/events")
    ((name, _),) = events_of(answer.text)
    assert name == "done"
    last = answer.text.split("id: ")[1].splitlines()[0]
    assert server.http.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": last}).status_code == 204
    assert server.http.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": "0"}).status_code == 200


def test_who_connects_again_is_told_the_state_at_once_though_nothing_has_happened(
    server: RunningService, shut: bytes
) -> None:
    with server.service._device_lock.hold("preview"):
        job = server.job(shut)
        last = ""
        for _ in range(2):
            headers = {"Last-Event-ID": last} if last else {}
            with server.http.stream("GET", f"/v1/jobs/{job}/events", headers=headers, timeout=2) as answer:
                first = next(answer.iter_lines())
            assert first.startswith("id: ")
            last = first.removeprefix("id: ")
    server.ended(job)


def test_who_waits_for_a_job_is_answered_when_it_has_ended_and_not_before(server: RunningService, shut: bytes) -> None:
    with ThreadPoolExecutor(2) as pool:
        with server.service._device_lock.hold("preview"):
            done, deleted = server.job(shut), server.job(shut)
            waits = [pool.submit(server.http.get, f"/v1/jobs/{job}?wait=30") for job in (done, deleted)]
            time.sleep(0.3)
            assert not any(one.done() for one in waits)
            server.http.delete(f"/v1/jobs/{deleted}")
            assert waits[1].result(5).status_code == 404
            assert server.view(done)["state"] == "queued", "who does not wait is answered at once"
        assert waits[0].result(30).json()["state"] == "done"


def test_nobody_is_kept_waiting_longer_than_they_said_or_once_they_have_left(
    server: RunningService, shut: bytes
) -> None:
    def asked(seconds: float, *, left: bool) -> float:
        async def is_left() -> bool:
            return left

        began = time.monotonic()
        asyncio.run(until_ended(server.service.repository, job, seconds, is_left))
        return time.monotonic() - began

    with server.service._device_lock.hold("preview"):
        job = server.service.job(UUID(server.job(shut)), "local")
        assert 0.05 <= asked(0.05, left=False) < 5
        assert asked(60, left=True) < 5
        server.http.delete(f"/v1/jobs/{job.id}")


def test_the_same_key_and_body_make_one_job(server: RunningService, shut: bytes) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = server.job(shut, '{"seed": 1}', **key), server.job(shut, '{ "seed": 1 }', **key)
    assert first == again
    server.ended(first)
    assert server.job(shut, '{"seed": 1}', **key) == first
    other = server.hand_in(shut, '{"seed": 2}', **key)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert server.job(shut, '{"seed": 1}') != first


def test_jobs_are_listed_the_newest_first_with_their_results_and_the_address_of_the_next(
    server: RunningService, shut: bytes
) -> None:
    jobs = [server.job(shut, json.dumps({"seed": seed})) for seed in range(3)]
    views = [server.ended(job) for job in jobs]
    page = server.http.get("/v1/jobs?limit=2&state=done").json()
    assert [one["id"] for one in page["jobs"]] == [jobs[2], jobs[1]]
    whole = {name: value for name, value in views[2].items() if name not in ("report", "position", "progress")}
    assert page["jobs"][0] == whole
    rest = server.http.get(page["next"]).json()
    assert len(rest["jobs"]) <= 2
    assert rest["jobs"][0]["id"] == jobs[0]
    while rest["next"]:
        rest = server.http.get(rest["next"]).json()
    assert server.http.head("/v1/jobs").status_code == 200
    assert server.http.get("/v1/jobs?state=queued").json() == {"jobs": [], "next": None}


def test_delete_forgets_everything_at_once(server: RunningService, shut: bytes) -> None:
    job = server.job(shut)
    server.ended(job)
    folder = server.service.config.folder / "jobs" / job
    assert names(folder) == ["painted.json", "photo", "result-1.face-1.jpg", "result-1.jpg"]
    assert server.http.delete(f"/v1/jobs/{job}").status_code == 204
    assert names(folder) == []
    for method, path in [("GET", ""), ("GET", "/events"), ("GET", "/result"), ("DELETE", "")]:
        assert server.http.request(method, f"/v1/jobs/{job}{path}").status_code == 404


def test_inspect_tells_what_a_job_would_do_and_keeps_nothing(server: RunningService, shut: bytes) -> None:
    before = names(server.service.config.folder / "jobs")
    with server.service._device_lock.hold("photo"):  # whatever is being painted meanwhile
        answer = server.http.post("/v1/inspect", files={"photo": ("a.jpg", shut)})
    assert answer.status_code == 200
    assert [face["outcome"] for face in answer.json()["faces"]] == ["closed"]
    assert names(server.service.config.folder / "jobs") == before


def test_inspect_tells_of_references_too(server: RunningService, shut: bytes, awake: bytes) -> None:
    answer = server.http.post("/v1/inspect", files=[("photo", shut), ("references", awake), ("references", shut)])
    told = answer.json()
    assert [one["sha256"] for one in told["references"]] == [hashlib.sha256(one).hexdigest() for one in (awake, shut)]
    match = {"options": '{"match": [[1, 1, 2]]}'}
    answer = server.http.post("/v1/inspect", files={"photo": shut, "references": awake}, data=match)
    assert answer.status_code == 422
    assert "reference 1 has 1 face, so there is no face 2" in answer.json()["detail"]


def test_a_result_is_not_there_before_the_job_is_done(server: RunningService, shut: bytes) -> None:
    with server.service._device_lock.hold("preview"):
        job = server.job(shut)
        answer = server.http.get(f"/v1/jobs/{job}/result")
        assert answer.status_code == 409
    server.ended(job)
    assert server.http.get(f"/v1/jobs/{job}/result?variation=2").status_code == 404
    assert server.http.get(f"/v1/jobs/{job}/result?face=2").status_code == 404
    assert server.http.get(f"/v1/jobs/{job}/result?variation=99").status_code == 422


def test_a_job_that_is_deleted_in_the_middle_stops_and_leaves_nothing(server: RunningService, shut: bytes) -> None:
    with server.service._device_lock.hold("preview"):  # the worker stands before the engine
        job = server.job(shut)
        stream = server.http.stream("GET", f"/v1/jobs/{job}/events")
        with stream as answer:
            assert server.http.delete(f"/v1/jobs/{job}").status_code == 204
            assert "event: cancelled" in answer.read().decode()
    after = server.job(shut)
    assert server.ended(after)["state"] == "done"
    assert not (server.service.config.folder / "jobs" / job).exists()


def test_a_face_that_is_not_there_fails_the_job_with_a_reason(server: RunningService, shut: bytes) -> None:
    view = server.ended(server.job(shut, '{"faces": [9]}'))
    assert view["state"] == "failed"
    assert view["problem"]["status"] == 422
    assert "9" in view["problem"]["detail"]
    result = server.http.get(view["links"]["result"])
    assert result.status_code == 404  # not 409: whoever asks again and again would never end
    assert "failed" in result.json()["detail"]


def test_a_preview_does_not_wait_behind_a_batch(server: RunningService, shut: bytes) -> None:
    batch = [server.job(shut, json.dumps({"seed": seed, "mode": "quality"})) for seed in range(100, 105)]
    preview = server.ended(server.job(shut, '{"mode": "fast"}'))
    last = server.ended(batch[-1])
    assert preview["finished"] < last["started"]


def test_metrics_count_jobs_faces_and_stages(server: RunningService, shut: bytes) -> None:
    server.ended(server.job(shut))
    text = server.http.get("/metrics").text
    for line in (
        'ote_queue_depth{lane="photo"} 0.0',
        'ote_jobs_total{state="done"}',
        'ote_faces_total{outcome="opened"}',
    ):
        assert line in text
    assert 'ote_stage_seconds_count{stage="generate"}' in text
    assert "ote_gpu" not in text


def test_health_and_readiness_are_told(server: RunningService) -> None:
    assert server.http.get("/healthz").json() == {"status": "ok"}
    assert server.http.get("/readyz").json() == {"status": "ok"}
    for path in ("/healthz", "/readyz", "/metrics"):  # monitors ask so
        answer = server.http.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
