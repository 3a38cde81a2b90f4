"""Shots that are added at the page's door, asked without a browser: what is taken in, and for whose photo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.web.sites import Site, handed_in


@pytest.fixture
def ada(site: Site) -> Iterator[httpx.Client]:
    with site.visitor() as client:
        yield client


@pytest.fixture
def job(ada: httpx.Client, photos: Path) -> Iterator[str]:
    """Ada's photo, with no other shot."""
    job: str = handed_in(ada, photos / "Ada blinked.PNG").json()["id"]
    yield job
    ada.delete(f"/v1/jobs/{job}")


def shots(client: httpx.Client, job: object, *came: Path) -> httpx.Response:
    files = [("references" if k else "photo", (one.name, one.read_bytes())) for k, one in enumerate(came)]
    return client.post(f"/photos/{job}/shots", files=files)


def kind(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def told(answer: httpx.Response) -> list[tuple[int, str]]:
    return [(one["number"], one["problem"]["type"].rpartition(":")[2]) for one in answer.json()["left_out"]]


def test_shots_come_beside_the_photo_and_what_is_of_no_use_is_left_out(
    site: Site, ada: httpx.Client, job: str, photos: Path
) -> None:
    answer = shots(ada, job, *(photos / name for name in ("letter.jpg", "awake.jpg", "nobody.jpg", "group.jpg")))
    assert answer.status_code == 202
    assert told(answer) == [(0, "unreadable-photo"), (2, "no-face")]
    more = answer.json()["id"]
    assert more != job
    assert ada.get(f"/v1/jobs/{more}").json()["references"] == 2
    store = site.service.store
    assert store.get(more, "photo") == store.get(job, "photo") == (photos / "Ada blinked.PNG").read_bytes()
    assert [ada.get(f"/pictures/{more}/shot/{k}.jpg").status_code for k in (1, 2, 3)] == [200, 200, 404]
    ada.delete(f"/v1/jobs/{more}")


def test_nobody_adds_to_anothers_photo_nor_to_one_that_is_not_there(
    site: Site, ada: httpx.Client, job: str, photos: Path
) -> None:
    kept = site.jobs()
    with site.visitor() as max_:
        assert shots(max_, job, photos / "awake.jpg").status_code == 404
    assert shots(ada, uuid4(), photos / "awake.jpg").status_code == 404
    assert shots(ada, "none", photos / "awake.jpg").status_code == 422
    assert site.jobs() <= kept
    assert ada.delete(f"/v1/jobs/{job}").status_code == 204
    assert shots(ada, job, photos / "awake.jpg").status_code == 404
    assert site.jobs() == kept - {job}


@pytest.mark.parametrize(
    ("file", "status", "said"), [("letter.jpg", 415, "unreadable-photo"), ("nobody.jpg", 422, "no-face")]
)
def test_where_no_shot_is_of_use_nothing_is_kept_of_them(
    site: Site, ada: httpx.Client, job: str, photos: Path, file: str, status: int, said: str
) -> None:
    kept = site.jobs()
    answer = shots(ada, job, photos / file)
    assert (answer.status_code, kind(answer)) == (status, said)
    no_photo = ada.post(f"/photos/{job}/shots", files=[("options", (None, "{}"))])
    assert no_photo.status_code == 422
    assert "photo: expected one file, got 0" in no_photo.json()["detail"]
    assert site.jobs() <= kept


def test_shots_beyond_the_most_are_left_out_and_refused_where_there_is_room_for_none(
    site: Site, ada: httpx.Client, job: str, photos: Path
) -> None:
    most = site.service.config.max_references
    full = shots(ada, job, *[photos / "awake.jpg"] * most).json()
    assert full["left_out"] == []
    beyond = shots(ada, job, *[photos / "awake.jpg"] * (most + 1))
    kept = site.jobs()
    over = shots(ada, full["id"], photos / "awake.jpg")
    assert over.status_code == 422
    assert f"beside the {most} that came before" in over.json()["detail"]
    assert site.jobs() <= kept
    assert beyond.status_code == 202, beyond.text
    ada.delete(f"/v1/jobs/{beyond.json()['id']}")
    ada.delete(f"/v1/jobs/{full['id']}")
