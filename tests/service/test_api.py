"""What the API promises, at a real port with the real engine."""

from __future__ import annotations

import hashlib
import json
import uuid
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes
from tests.service.doors import Door

if TYPE_CHECKING:
    from open_the_eyes.engine import Engine


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_a_photo_is_accepted_at_once_and_its_address_given(door: Door, shut: bytes) -> None:
    answer = door.hand_in(shut)
    assert answer.status_code == 202
    assert answer.headers["location"] == answer.json()["links"]["self"]
    assert door.http.get(answer.headers["location"]).status_code == 200


def test_the_result_is_what_python_gives_for_the_same_photo_and_options(
    door: Door, shut: bytes, engine: Engine, tmp_path: Path
) -> None:
    view = door.ended(door.job(shut, '{"variations": 2, "seed": 3}'))
    expected = open_eyes(shut, Options.of(variations=2, seed=3), engine=engine).save(tmp_path / "a.jpg").outputs
    assert [one["sha256"] for one in view["results"]] == [one.sha256 for one in expected]
    for one in view["results"]:
        answer = door.http.get(one["href"])
        assert hashlib.sha256(answer.content).hexdigest() == one["sha256"]
        assert answer.headers["content-type"] == "image/jpeg"
        assert int(answer.headers["content-length"]) == one["bytes"] == len(answer.content)


def test_a_job_that_is_done_tells_faces_outcomes_and_timings(door: Door, shut: bytes) -> None:
    view = door.ended(door.job(shut))
    (face,) = view["report"]["faces"]
    assert face["outcome"] == "opened"
    assert {stage["name"] for stage in view["report"]["stages"]} >= {"read", "detect", "generate", "verify"}
    assert view["report"]["input"]["path"] is None
    assert view["attempts"] == 1
    assert view["progress"] == {"stage": view["progress"]["stage"], "fraction": 1.0, "eta_seconds": 0.0}
    assert view["expires"] > view["finished"] > view["created"]


def test_each_opened_face_has_a_small_picture_in_each_variation(door: Door, shut: bytes) -> None:
    view = door.ended(door.job(shut, '{"variations": 2}'))
    left, top, right, bottom = view["report"]["faces"][0]["box_ltrb"]
    pictures = [door.http.get(one["faces"][0]["href"]).content for one in view["results"]]
    with Image.open(BytesIO(pictures[0])) as picture:
        assert right - left < picture.width < 1.5 * (right - left) + 2
        assert bottom - top < picture.height < 1.5 * (bottom - top) + 2
    assert pictures[0] != pictures[1]


def test_open_eyes_are_a_job_that_is_done_without_a_result(door: Door, awake: bytes) -> None:
    view = door.ended(door.job(awake))
    assert (view["state"], view["results"]) == ("done", [])
    answer = door.http.get(view["links"]["result"])
    assert answer.status_code == 404
    assert "no eye was opened" in answer.json()["detail"]


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_the_result_has_the_format_that_came(door: Door, shut: bytes, file_format: str) -> None:
    file = BytesIO()
    with Image.open(BytesIO(shut)) as picture:
        picture.save(file, file_format)
    view = door.ended(door.job(file.getvalue()))
    answer = door.http.get(view["links"]["result"])
    assert answer.headers["content-type"] == f"image/{file_format.lower()}"
    with Image.open(BytesIO(answer.content)) as result:
        assert result.format == file_format


def test_the_events_begin_with_the_state_and_end_with_the_outcome(door: Door, shut: bytes) -> None:
    job = door.job(shut)
    answer = door.http.get(f"/v1/jobs/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events_of(answer.text)
    assert {name for name, _ in told[:-1]} <= {"progress"}
    fractions = [data["fraction"] for _, data in told]
    assert fractions == sorted(fractions)
    name, last = told[-1]
    assert (name, last["state"], last["faces"][0]["outcome"]) == ("done", "done", "opened")


def test_who_comes_late_hears_the_end_and_who_has_heard_it_nothing(door: Door, shut: bytes) -> None:
    job = door.job(shut)
    door.ended(job)
    answer = door.http.get(f"/v1/jobs/{job}/events")
    ((name, _),) = events_of(answer.text)
    assert name == "done"
    last = answer.text.split("id: ")[1].splitlines()[0]
    assert door.http.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": last}).status_code == 204
    assert door.http.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": "0"}).status_code == 200


def test_the_same_key_and_body_make_one_job(door: Door, shut: bytes) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = door.job(shut, '{"seed": 1}', **key), door.job(shut, '{ "seed": 1 }', **key)
    assert first == again
    door.ended(first)
    assert door.job(shut, '{"seed": 1}', **key) == first
    other = door.hand_in(shut, '{"seed": 2}', **key)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    assert door.job(shut, '{"seed": 1}') != first


def test_delete_forgets_everything_at_once(door: Door, shut: bytes) -> None:
    job = door.job(shut)
    door.ended(job)
    folder = door.house.own.folder / "jobs" / job
    assert names(folder) == ["painted.json", "photo", "result-1.face-1.jpg", "result-1.jpg"]
    assert door.http.delete(f"/v1/jobs/{job}").status_code == 204
    assert names(folder) == []
    for method, path in [("GET", ""), ("GET", "/events"), ("GET", "/result"), ("DELETE", "")]:
        assert door.http.request(method, f"/v1/jobs/{job}{path}").status_code == 404


def test_inspect_tells_what_a_job_would_do_and_keeps_nothing(door: Door, shut: bytes) -> None:
    before = names(door.house.own.folder / "jobs")
    answer = door.http.post("/v1/inspect", files={"photo": ("a.jpg", shut)})
    assert answer.status_code == 200
    assert [face["outcome"] for face in answer.json()["faces"]] == ["closed"]
    assert names(door.house.own.folder / "jobs") == before


def test_a_result_is_not_there_before_the_job_is_done(door: Door, shut: bytes) -> None:
    with door.house._turns.take("preview"):
        job = door.job(shut)
        answer = door.http.get(f"/v1/jobs/{job}/result")
        assert answer.status_code == 409
    door.ended(job)
    assert door.http.get(f"/v1/jobs/{job}/result?variation=2").status_code == 404
    assert door.http.get(f"/v1/jobs/{job}/result?face=2").status_code == 404
    assert door.http.get(f"/v1/jobs/{job}/result?variation=99").status_code == 422


def test_a_job_that_is_deleted_in_the_middle_stops_and_leaves_nothing(door: Door, shut: bytes) -> None:
    with door.house._turns.take("preview"):  # the worker stands before the engine
        job = door.job(shut)
        stream = door.http.stream("GET", f"/v1/jobs/{job}/events")
        with stream as answer:
            assert door.http.delete(f"/v1/jobs/{job}").status_code == 204
            assert "event: cancelled" in answer.read().decode()
    after = door.job(shut)
    assert door.ended(after)["state"] == "done"
    assert not (door.house.own.folder / "jobs" / job).exists()


def test_a_face_that_is_not_there_fails_the_job_with_a_reason(door: Door, shut: bytes) -> None:
    view = door.ended(door.job(shut, '{"faces": [9]}'))
    assert view["state"] == "failed"
    assert view["problem"]["status"] == 422
    assert "9" in view["problem"]["detail"]
    assert door.http.get(view["links"]["result"]).status_code == 409


def test_a_preview_does_not_wait_behind_a_batch(door: Door, shut: bytes) -> None:
    batch = [door.job(shut, json.dumps({"seed": seed, "mode": "quality"})) for seed in range(5)]
    preview = door.ended(door.job(shut, '{"mode": "fast"}'))
    last = door.ended(batch[-1])
    assert preview["finished"] < last["started"]


def test_metrics_count_jobs_faces_and_stages(door: Door, shut: bytes) -> None:
    door.ended(door.job(shut))
    text = door.http.get("/metrics").text
    for line in (
        'ote_queue_depth{lane="photo"} 0.0',
        'ote_jobs_total{state="done"}',
        'ote_faces_total{outcome="opened"}',
    ):
        assert line in text
    assert 'ote_stage_seconds_count{stage="generate"}' in text
    assert "ote_gpu" not in text


def test_health_and_readiness_are_told(door: Door) -> None:
    assert door.http.get("/healthz").json() == {"status": "ok"}
    assert door.http.get("/readyz").json() == {"status": "ok"}
