"""Photos at the page's doors, asked without a browser: what is taken in, and who sees what of it."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from open_the_eyes.service.jobs import audience
from tests.service.huge import huge
from tests.web.sites import Site, ended, handed_in, pixels_of

if TYPE_CHECKING:
    from open_the_eyes.results import Inspected


def test_a_visitor_sees_their_own_photo_and_nobody_elses(site: Site, photos: Path) -> None:
    with site.visitor() as ada, site.visitor() as max_, httpx.Client(base_url=site.address) as nobody:
        job = handed_in(ada, photos / "group.jpg").json()["id"]
        assert ended(ada, job)["state"] == "done"
        paths = [
            f"/v1/jobs/{job}",
            f"/v1/jobs/{job}/result",
            f"/pictures/{job}/whole/none.jpg",
            f"/pictures/{job}/eyes/0/1.jpg",
            f"/pictures/{job}/large/whole/none.jpg",
            f"/pictures/{job}/large/eyes/0/1.jpg",
            f"/download/{job}/group.jpg",
        ]
        for path in paths:
            assert ada.get(path).status_code == 200, path
            assert max_.get(path).status_code == 404, path
            assert nobody.get(path).status_code == 404, path
        assert max_.delete(f"/v1/jobs/{job}").status_code == 404
        assert ada.delete(f"/v1/jobs/{job}").status_code == 204
        assert ada.get(paths[2]).status_code == 404


def test_whoever_knows_the_number_of_anothers_tab_sees_nothing_of_it_and_ends_nothing(site: Site, photos: Path) -> None:
    def act(client: httpx.Client, **told: Any) -> str:
        sent = {"data": [None], "session_hash": "adas-tab", "event_data": told}
        answer = client.post("/gradio_api/run/_acted", json=sent)
        assert answer.status_code == 200
        return answer.text

    with site.visitor() as ada, site.visitor() as max_:
        job = handed_in(ada, photos / "group.jpg").json()["id"]
        memory = {"job": job, "names": ["Ada at the beach.jpg"]}
        assert job in act(ada, act="arrived", **memory)
        assert job in act(ada, act="look", memory=memory)
        for anothers in (act(max_, act="look"), act(max_, act="anew"), act(max_, act="resume", memory=memory)):
            assert job not in anothers
            assert "beach" not in anothers
        assert job in act(ada, act="resume", memory=memory)
        ada.delete(f"/v1/jobs/{job}")


def test_pictures_that_wait_leave_the_service_its_threads_and_other_visitors_theirs(
    site: Site, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    get, go_on = site.service.store.get, threading.Event()

    def slow(asked_for: str, name: str) -> bytes:
        assert asked_for != job or not name.startswith("print-") or go_on.wait(20)
        return get(asked_for, name)

    with site.visitor() as ada, site.visitor() as max_, ThreadPoolExecutor(60) as many:
        job, other = (handed_in(one, photos / "group.jpg").json()["id"] for one in (ada, max_))
        monkeypatch.setattr(site.service.store, "get", slow)
        asked = [many.submit(ada.get, f"/pictures/{job}/eyes/0/1.jpg") for _ in range(60)]
        try:
            time.sleep(0.3)
            assert httpx.get(site.address + "/readyz", timeout=5).status_code == 200
            assert max_.get(f"/pictures/{other}/eyes/0/1.jpg", timeout=5).status_code == 200
        finally:
            go_on.set()
        assert {one.result().status_code for one in asked} == {200}


def test_one_visitors_photo_in_which_faces_are_long_looked_for_keeps_no_picture_of_anothers_waiting(
    site: Site, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, found = threading.Event(), threading.Event()
    inspect = site.service.inspect

    def long(photo: bytes) -> Inspected:
        looking.set()
        assert found.wait(30)
        return inspect(photo)

    group, awake = ((photos / name).read_bytes() for name in ("group.jpg", "awake.jpg"))
    shots = [("photo", ("a.jpg", group)), ("references", ("b.jpg", awake))]
    with site.visitor() as ada, site.visitor() as max_, ThreadPoolExecutor(1) as pool:
        job = max_.post("/photos", files=shots).json()["id"]
        monkeypatch.setattr(site.service, "inspect", long)
        slow = pool.submit(ada.post, "/photos", files=shots)
        try:
            assert looking.wait(10)
            for path in ("whole/none.jpg", "shot/1.jpg", "shot/1/1.jpg"):
                assert max_.get(f"/pictures/{job}/{path}", timeout=5).status_code == 200, path
            assert not slow.done()
        finally:
            found.set()
        assert slow.result().status_code == 202


def test_the_picture_on_the_page_is_made_of_the_very_variations(site: Site, photos: Path) -> None:
    with site.visitor() as ada:
        job = handed_in(ada, photos / "group.jpg").json()["id"]
        report = ended(ada, job)["report"]
        assert [face["outcome"] for face in report["faces"]] == ["opened", "already_open", "opened"]
        plain, mixed, second = (
            pixels_of(ada.get(f"/pictures/{job}/whole/{eyes}.jpg").content) for eyes in ("none", "1.2,3.4", "1.2,3.2")
        )
        third = plain.shape[1] // 3
        assert (mixed[:, third : 2 * third].astype(int) - plain[:, third : 2 * third]).max() < 12
        assert (mixed[:, :third].astype(int) - second[:, :third]).max() < 12
        assert (mixed[:, 2 * third :].astype(int) - second[:, 2 * third :]).max() > 12
        for wrong in ("1.9", "x", "1.1,", "../none", "1.1;3.1"):
            assert ada.get(f"/pictures/{job}/whole/{wrong}.jpg").status_code == 404


@pytest.mark.parametrize("view", ["large/eyes/{}/1", "eyes/{}/1"])
def test_before_and_after_of_a_photo_that_is_no_jpeg_differ_at_the_eyes_alone(
    site: Site, photos: Path, view: str
) -> None:
    with site.visitor() as ada:
        job = handed_in(ada, photos / "Ada blinked.PNG").json()["id"]
        assert ended(ada, job)["state"] == "done"
        before, after = (
            pixels_of(ada.get(f"/pictures/{job}/{view.format(number)}.jpg").content).astype(np.int16)
            for number in (0, 1)
        )
    apart = np.abs(after - before).max(axis=2)
    rows = len(apart)
    assert apart.max() > 30
    assert not apart[int(rows * 0.9) :].any()
    assert not apart[: int(rows * 0.05)].any()


@pytest.mark.parametrize(
    ("file", "status", "kind"),
    [("letter.jpg", 415, "unreadable-photo"), ("nobody.jpg", 422, "no-face")],
)
def test_what_is_refused_at_the_door_leaves_nothing_behind(
    site: Site, photos: Path, file: str, status: int, kind: str
) -> None:
    before = site.jobs()
    with site.visitor() as ada:
        answer = handed_in(ada, photos / file)
        assert answer.status_code == status
        assert answer.json()["type"].endswith(kind)
    assert site.jobs() <= before


def test_further_shots_that_are_of_no_use_are_left_out_and_told(site: Site, photos: Path) -> None:
    came = [*((photos / name).read_bytes() for name in ("letter.jpg", "awake.jpg", "nobody.jpg")), huge(100)]
    shots = [("references", (f"{number}.jpg", data)) for number, data in enumerate(came, start=1)]
    with site.visitor() as ada:
        answer = ada.post("/photos", files=[("photo", ("a.png", (photos / "Ada blinked.PNG").read_bytes())), *shots])
        assert answer.status_code == 202
        told = [(one["number"], one["problem"]["type"].rpartition(":")[2]) for one in answer.json()["left_out"]]
        assert told == [(1, "unreadable-photo"), (3, "no-face"), (4, "unreadable-photo")]
        job = answer.json()["id"]
        assert ada.get(f"/v1/jobs/{job}").json()["references"] == 1
        ada.delete(f"/v1/jobs/{job}")


def test_of_several_shots_the_first_in_which_somebody_blinked_is_the_photo(site: Site, photos: Path) -> None:
    names = ("awake.jpg", "nobody.jpg", "Ada blinked.PNG", "group.jpg")
    came = [("references" if k else "photo", (name, (photos / name).read_bytes())) for k, name in enumerate(names)]
    with site.visitor() as ada:
        answer = ada.post("/photos", files=came).json()
        assert answer["photo"] == 2
        job = answer["id"]
        shown = pixels_of(ada.get(f"/pictures/{job}/whole/none.jpg").content)
        assert shown.shape == pixels_of((photos / "Ada blinked.PNG").read_bytes()).shape
        assert [ada.get(f"/pictures/{job}/shot/{k}.jpg").status_code for k in (1, 2, 3)] == [200, 200, 404]
        ada.delete(f"/v1/jobs/{job}")


def test_the_first_file_of_use_is_the_photo_and_where_none_is_the_first_is_refused(site: Site, photos: Path) -> None:
    def files(*names: str) -> list[tuple[str, tuple[str, bytes]]]:
        data = [(name, (photos / name).read_bytes()) for name in names]
        return [("references" if number else "photo", one) for number, one in enumerate(data)]

    with site.visitor() as ada:
        answer = ada.post("/photos", files=files("letter.jpg", "nobody.jpg", "Ada blinked.PNG", "awake.jpg"))
        assert answer.status_code == 202
        assert [one["number"] for one in answer.json()["left_out"]] == [0, 1]
        assert answer.json()["photo"] == 2
        job = answer.json()["id"]
        assert ada.get(f"/v1/jobs/{job}").json()["references"] == 1
        shown = pixels_of(ada.get(f"/pictures/{job}/whole/none.jpg").content)
        assert shown.shape == pixels_of((photos / "Ada blinked.PNG").read_bytes()).shape
        ada.delete(f"/v1/jobs/{job}")
        kept = site.jobs()
        for first, second, kind in (
            ("letter.jpg", "nobody.jpg", "unreadable-photo"),
            ("nobody.jpg", "letter.jpg", "no-face"),
        ):
            refused = ada.post("/photos", files=files(first, second))
            assert refused.json()["type"].rpartition(":")[2] == kind
        assert site.jobs() <= kept


def test_a_preview_whose_page_is_gone_is_not_painted_and_keeps_its_photo(
    site: Site, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "PATIENCE_SECONDS", 0.3)
    with site.visitor() as ada, site.service._device_lock.hold("photo"):  # another one is being painted
        watched = handed_in(ada, photos / "group.jpg").json()["id"]
        with ada.stream("GET", f"/v1/jobs/{watched}/events") as page:
            told = page.iter_lines()
            assert next(told)
            left = handed_in(ada, photos / "group.jpg").json()["id"]
            assert ended(ada, left)["problem"]["type"].endswith("unwatched")
            assert ada.get(f"/v1/jobs/{watched}").json()["state"] == "queued"
        assert ended(ada, watched)["problem"]["type"].endswith("unwatched")
        assert ada.get(f"/pictures/{watched}/whole/none.jpg").status_code == 200
