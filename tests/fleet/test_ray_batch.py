"""What an actor does with a photo that hangs, or fails with its GPU; without a Ray."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.batch.plan import Item
from open_the_eyes.batch.record import Record, failed_by
from open_the_eyes.batch.worker import Processor, WorkerConfig, WorkerSlot
from open_the_eyes.errors import NoRoomOnDisk, not_written
from open_the_eyes.residency import failures

ray_batch = pytest.importorskip(
    "open_the_eyes.fleet.ray_batch", reason="the extra `serve` is not installed", exc_type=ImportError
)
from tests.batch.processors import acting, configs, photos, planned  # noqa: E402 -- as above


def test_a_photo_that_hangs_on_ray_is_given_up_and_its_actor_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, ended = threading.Event(), threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    def hanging(config: WorkerConfig) -> Processor:
        do = acting(config)

        def work(item: Item) -> Record:
            if item.name == "b.jpg":
                let_go.wait()
            return do(item)

        return work

    monkeypatch.setattr(ray_batch, "FAREWELL_SECONDS", 0.01)
    monkeypatch.setattr(os, "_exit", end)
    actor = made(tmp_path, hanging, patience=0.2)
    plan = planned(photos(tmp_path / "in", a="blink", b="blink"), tmp_path / "out")
    try:
        records = [answered(actor, item) for item in plan.items]
        assert ended.wait(2)
    finally:
        let_go.set()
    assert [(record.name, record.state) for record in records] == [("a.jpg", "opened"), ("b.jpg", "failed")]
    assert "within 0.2 s, it was not; --patience" in records[1].error
    assert codes == [1]


def test_an_actor_whose_gpu_failed_ends_without_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(Exception):
        pass

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(failures, "_FAILED", set())
    monkeypatch.setattr(os, "_exit", end)
    good, bad = planned(photos(tmp_path / "in", a="blink", b="gpu"), tmp_path / "out").items
    actor = made(tmp_path, acting, patience=9)
    assert answered(actor, good).state == "opened"
    with pytest.raises(Ended, match="70"):
        answered(actor, bad)


def test_patience_without_an_end_is_no_error(tmp_path: Path) -> None:
    actor = made(tmp_path, acting, patience=float("inf"))
    (item,) = planned(photos(tmp_path / "in", a="blink"), tmp_path / "out").items
    assert answered(actor, item).state == "opened"


def test_a_machine_without_room_names_itself_to_who_started_the_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    def out_of_room(config: WorkerConfig) -> Processor:
        return lambda item: failed_by(not_written(full)("no room"), item, config.fingerprint)

    def no_folder(*_: object, **__: object) -> None:
        raise full

    monkeypatch.setattr("platform.node", lambda: "gpu-3")
    (item,) = planned(photos(tmp_path / "in", a="blink"), tmp_path / "out").items
    told = answered(made(tmp_path, out_of_room, patience=9), item)
    assert (told.error, told.no_room) == ("on gpu-3: no room", True)
    monkeypatch.setattr(Path, "mkdir", no_folder)
    with pytest.raises(NoRoomOnDisk, match=r"out on gpu-3: cannot make this folder \(No space left on device\)"):
        made(tmp_path, out_of_room, patience=9)


def made(folder: Path, make: Callable[[WorkerConfig], Processor], patience: float) -> Any:
    (config,) = configs(folder / "out", [WorkerSlot()], make)
    return ray_batch.Actor(config, None, 0.0, patience)


def answered(actor: Any, item: Item) -> Record:
    (line,) = actor({"item": [ray_batch._packed(item)]})["record"]
    record = Record.from_line(line.encode("ascii"))
    assert record is not None
    return record
