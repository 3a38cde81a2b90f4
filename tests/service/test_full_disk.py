"""A disk that is really full, with photos, results and database on it: nothing that was accepted is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.service_rig import Service, serving


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of six megabytes."""
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(tmp_path)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("a disk to fill needs Linux's mount")
    if mounted.returncode:
        pytest.skip(f"a disk to fill needs the right to mount one: {mounted.stderr.strip()}")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    file = folder / "filler"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while os.write(descriptor, bytes(size)):
                    pass
            except OSError:
                continue
    finally:
        os.close(descriptor)
    return file


def state(service: Service, job: str) -> str:
    return str(httpx.get(f"{service.address}/v1/jobs/{job}", timeout=60).json()["state"])


def until_done(service: Service, job: str) -> bool:
    until = time.monotonic() + 120
    while time.monotonic() < until and state(service, job) in ("queued", "running"):
        time.sleep(0.1)
    return state(service, job) == "done"


def test_uploads_are_refused_and_an_accepted_job_is_done_when_there_is_room(small_disk: Path, shut: bytes) -> None:
    with serving(small_disk) as service:

        def hand_in() -> httpx.Response:
            return httpx.post(f"{service.address}/v1/jobs", files={"photo": shut}, timeout=60)

        accepted = hand_in().json()["id"]
        filler = fill(small_disk)
        refused = hand_in()
        assert refused.status_code in (503, 507), refused.text
        assert str(small_disk) not in refused.text
        assert httpx.get(f"{service.address}/readyz", timeout=60).status_code == 503
        assert httpx.get(f"{service.address}/healthz", timeout=60).status_code == 200
        assert state(service, accepted) in ("queued", "running", "done")
        filler.unlink()
        assert until_done(service, accepted)
        assert until_done(service, hand_in().json()["id"])
        folders = {path.name for path in (small_disk / "jobs").iterdir()}
        assert len(folders) == 2
        assert "Traceback" not in "\n".join(service.log)
