"""`python -m benchmarks.service_crash`: the service is killed (SIGKILL) over and over while jobs come in and are done.

Wanted: a result for every job that was accepted, each the bytes that `open_eyes` gives for that photo and seed, no job
twice, and no finished painting repeated.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import httpx
from PIL import Image
from rich.console import Console

from open_the_eyes.engine import load_engine
from open_the_eyes.options import Options
from open_the_eyes.pipeline import open_eyes

from . import pictures
from .service_rig import Service, postgres

SEEDS: Final = 3
SENDERS: Final = 4
DEADLINE_SECONDS: Final = 1800
AGAIN_SECONDS: Final = 0.2
LITTLE_SECONDS: Final = 0.5


@dataclass(slots=True)
class Tally:
    """What came of it; `complaints` is empty where every promise was kept."""

    jobs: int
    kills: int
    killed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    attempts: int = 0
    repeats: int = 0
    complaints: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            f"{self.jobs} jobs, {self.kills} times SIGKILL ({', '.join(self.killed)}), {self.seconds:.0f} s",
            f"paintings begun: {self.attempts}, of which cut off and begun again: {self.repeats}",
            *(f"NOT KEPT: {one}" for one in self.complaints),
            *([] if self.complaints else ["every job has one result, and it is the right one"]),
        ]


class Client:
    """Sends what has to be sent until it is answered, whoever dies on the way."""

    def __init__(self, service: Service, photo: bytes) -> None:
        self._service, self._photo = service, photo
        self._until = time.monotonic() + DEADLINE_SECONDS
        self._http = httpx.Client(timeout=30)
        self.given_up: BaseException | None = None
        self._steps = 0
        self._lock = threading.Lock()

    @property
    def steps(self) -> int:
        """How many jobs were accepted, and how many ended, together: two for each in the end."""
        return self._steps

    def hand_in(self, number: int) -> str:
        """The id of job `number`."""
        answer = self._insist(
            "POST",
            "/v1/jobs",
            files={"photo": ("a.jpg", self._photo)},
            data={"options": f'{{"seed": {number % SEEDS}}}'},
            headers={"Idempotency-Key": f"job {number}"},
        )
        self._step()
        return str(answer.json()["id"])

    def ended(self, job: str) -> dict[str, Any]:
        """The job, once it has ended."""
        while True:
            view: dict[str, Any] = self._insist("GET", f"/v1/jobs/{job}").json()
            if view["state"] in ("done", "failed"):
                self._step()
                return view
            time.sleep(AGAIN_SECONDS)

    def result(self, job: str) -> bytes:
        return self._insist("GET", f"/v1/jobs/{job}/result").content

    def close(self) -> None:
        self._http.close()

    def _step(self) -> None:
        with self._lock:
            self._steps += 1

    def _insist(self, method: str, path: str, **what: Any) -> httpx.Response:
        while time.monotonic() < self._until:
            if self.given_up is not None:
                raise RuntimeError("the service did not come back") from self.given_up
            try:
                answer = self._http.request(method, self._service.address + path, **what)
                if not _is_passing(answer):
                    answer.raise_for_status()
                    return answer
            except httpx.TransportError:
                pass  # it has just been killed
            time.sleep(AGAIN_SECONDS)
        raise TimeoutError(f"{method} {path}: no answer in {DEADLINE_SECONDS} seconds")


def settings_for(jobs: int, database: str = "") -> dict[str, str]:
    """`OTE_*` variables of a service that is going to be maltreated."""
    shared = {"OTE_DATABASE": database, "OTE_WORKER": "crash"} if database else {}
    return {**shared, "OTE_MAX_QUEUE": str(jobs + 10)}


def crash(service: Service, jobs: int, kills: int, seed: int = 0) -> Tally:
    """Runs the whole experiment; the service's last process is stopped before this returns."""
    photo = blink()
    wanted = expected(photo)
    tally, began = Tally(jobs, kills), time.monotonic()
    service.start()
    client, over = Client(service, photo), threading.Event()
    dice = random.Random(seed)
    moments = sorted(dice.sample(range(1, 2 * jobs), kills))
    killer = threading.Thread(target=_kill, args=(service, client, moments, dice, over, tally))
    killer.start()
    try:
        with ThreadPoolExecutor(SENDERS) as senders:
            ids = list(senders.map(client.hand_in, range(jobs)))
            views = list(senders.map(client.ended, ids))
            killer.join()
            again = list(senders.map(client.hand_in, range(jobs)))
        _check(tally, client, ids, again, views, wanted)
    finally:
        over.set()
        killer.join()
        service.kill()
        client.close()
    tally.seconds = time.monotonic() - began
    return tally


@cache
def blink() -> bytes:
    """A JPEG of the public-domain portrait with a painted blink."""
    engine = load_engine("appearance")
    file = BytesIO()
    Image.fromarray(pictures.blinking_portrait((512, 512), engine.detector)).save(file, "JPEG", quality=92)
    return file.getvalue()


@cache
def expected(photo: bytes) -> list[str]:
    """SHA-256 of the right result for every seed."""
    engine = load_engine("appearance")
    with tempfile.TemporaryDirectory() as folder:
        saved = []
        for seed in range(SEEDS):
            opened = open_eyes(photo, Options.of(seed=seed), engine=engine)
            saved.append(opened.save(Path(folder) / f"{seed}.jpg").outputs[0].sha256)
    return saved


def _kill(
    service: Service, client: Client, moments: list[int], dice: random.Random, over: threading.Event, tally: Tally
) -> None:
    """Strikes the service when the client has come as far as each of `moments`, and a little farther."""
    try:
        for moment in moments:
            while client.steps < moment:
                if over.wait(0.01):
                    return
            time.sleep(dice.uniform(0, LITTLE_SECONDS))
            tally.killed.append(service.strike(dice))
    except RuntimeError as error:
        client.given_up = error


def _is_passing(answer: httpx.Response) -> bool:
    """Whether it may be another one in a moment: the service's own 429 and 503, and what a proxy says for it.

    Ray's proxy tells in plain text that no frontend is there (503, or 404 before it knows of any), or died (500).
    """
    ours = answer.headers.get("content-type", "").startswith(("application/", "image/"))
    return answer.status_code in (429, 503) or (answer.status_code >= 400 and not ours)


def _check(
    tally: Tally, client: Client, ids: list[str], again: list[str], views: list[dict[str, Any]], wanted: list[str]
) -> None:
    if ids != again or len(set(ids)) != len(ids):
        tally.complaints.append("a request that was sent again made a second job")
    for number, (job, view) in enumerate(zip(ids, views, strict=True)):
        if view["state"] != "done":
            tally.complaints.append(f"job {number} {view['state']}: {view['problem']}")
            continue
        digest = hashlib.sha256(client.result(job)).hexdigest()
        if not digest == view["results"][0]["sha256"] == wanted[number % SEEDS]:
            tally.complaints.append(f"job {number} has another result than it should have")
        if client.ended(job)["finished"] != view["finished"]:
            tally.complaints.append(f"job {number} was finished twice")
    tally.attempts = sum(view["attempts"] for view in views)
    tally.repeats = tally.attempts - tally.jobs
    if tally.repeats > tally.kills:
        tally.complaints.append("a painting that was finished was painted again")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0, help="decides when the service is killed")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL that is started for it")
    parser.add_argument(
        "--ray", action="store_true", help="on a Ray that is started for it, every kind of process killed"
    )
    parser.add_argument("--frontends", type=int, default=1, help="with --ray --postgres: at most")
    wish = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = settings_for(wish.jobs, stack.enter_context(postgres()) if wish.postgres else "")
        service = _on_ray(folder, settings, wish.frontends) if wish.ray else Service(folder, settings)
        tally = crash(service, wish.jobs, wish.kills, wish.seed)
    console = Console()
    console.print(f"database: {'PostgreSQL' if wish.postgres else 'SQLite'}{', on Ray Serve' if wish.ray else ''}")
    for line in tally.lines():
        console.print(line)
    return 1 if tally.complaints else 0


def _on_ray(folder: Path, settings: dict[str, str], frontends: int) -> Service:
    from .ray_rig import RayService

    return RayService(folder, settings, frontends)


if __name__ == "__main__":
    sys.exit(main())
