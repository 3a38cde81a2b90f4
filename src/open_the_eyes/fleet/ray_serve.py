"""The service on Ray Serve: doors without a GPU, painters with one each, and batches that form between them.

A door is the whole service of `open_the_eyes.service` but for the painting: it takes jobs from the queue in the
database, and finds, crops, blends and verifies on its processor. Only the crops of eyes travel to a painter, where
those of several doors, photos and clients share a batch. Doors and painters are added and taken away by how many
requests are under way. A door has one photo in hand, as every process of the service, so batches form across doors. A
door that dies leaves its photo to the others, as any worker of the service; one whose painter dies asks the next.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..engine import Engine, load_engine
from ..errors import NoCapacity, UsageError
from ..options import GenerateOptions
from ..roles import Patch, Request, Watch
from ..service.server import assembled
from ..service.settings import ServiceSettings
from ..settings import ONE_BLAS_THREAD, Settings

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

APPLICATION: Final = "open-the-eyes"
MOST: Final = 16
"""Calls of doors that one batch takes; each brings the requests of one photo."""
GATHER_SECONDS: Final = 0.1
"""How long a batch that is not full waits for more."""
WAITS_SECONDS: Final = (0.5, 2.0, 10.0, 30.0)
"""Before another painter is asked, where one died: a photo that kills four is given up."""
PATIENCE_SECONDS: Final = 600.0
"""A painter that has not answered by then is given up, and the job with it."""

Ask = tuple[Sequence[Request], GenerateOptions, bool]
"""Requests of one photo, their options, and whether donors come with them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An error on its way to whom it belongs; raised, Ray would wrap it up in tracebacks."""

    error: Exception


class Painter:
    """Paints for all doors; one a GPU."""

    def __init__(self, engine: str, settings: Settings) -> None:
        self._engine: Final = load_engine(engine, settings)

    def facts(self) -> tuple[str, str]:
        """Name of the engine, and why it was taken."""
        return self._engine.name, self._engine.why

    async def paint(self, asks: list[Ask]) -> list[list[Patch] | Refused]:
        """The patches of every ask, or what is in the way of that one alone; the event loop stays free meanwhile."""
        return await asyncio.to_thread(self._painted, asks)

    def _painted(self, asks: list[Ask]) -> list[list[Patch] | Refused]:
        answers: list[list[Patch] | Refused] = [[] for _ in asks]
        groups: dict[tuple[GenerateOptions, bool], list[int]] = {}
        for number, (_, options, borrowed) in enumerate(asks):
            groups.setdefault((options, borrowed), []).append(number)
        for numbers in groups.values():
            for number, answer in zip(numbers, self._group([asks[n] for n in numbers]), strict=True):
                answers[number] = answer
        return answers

    def _group(self, asks: list[Ask]) -> list[list[Patch] | Refused]:
        """Asks of one kind in one call; if that fails, one after the other, so that each has its own error."""
        _, options, borrowed = asks[0]
        engine = self._engine.for_references() if borrowed else self._engine
        requests = [request for wanted, _, _ in asks for request in wanted]
        try:
            patches = iter(engine.generator.generate(requests, options))
        except Exception as error:  # noqa: BLE001 -- handed to the door that asked
            return [Refused(error)] if len(asks) == 1 else [self._group([ask])[0] for ask in asks]
        return [[next(patches) for _ in wanted] for wanted, _, _ in asks]


class RemoteGenerator:
    """Fulfils `EyeGenerator` by asking a painter elsewhere.

    Args:
        handle: of the painters' deployment.
        borrowed: whether these requests bring donors.
    """

    def __init__(self, handle: Any, name: str, borrowed: bool = False) -> None:
        self._handle, self.name, self._borrowed = handle, name, borrowed

    def generate(
        self,
        requests: Sequence[Request],
        options: GenerateOptions,
        watch: Watch | None = None,  # noqa: ARG002 -- a batch belongs to several photos
    ) -> list[Patch]:
        """One patch a request, in order; raises what the painter raised.

        Raises:
            NoCapacity: no painter answered in time.
        """
        if not requests:
            return []
        for wait in (*WAITS_SECONDS, None):
            try:
                return self._answer((list(requests), options, self._borrowed))
            except TimeoutError as error:
                raise NoCapacity("expected a painter to answer, none did in ten minutes; send it again.") from error
            except Exception as error:
                if wait is None or not _is_of_ray(error):
                    raise
                time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _answer(self, ask: Ask) -> list[Patch]:
        patches: list[Patch] | Refused = self._handle.paint.remote(ask).result(timeout_s=PATIENCE_SECONDS)
        if isinstance(patches, Refused):
            raise patches.error
        return patches


class Door:
    """One replica of the service; Ray Serve asks it for its ASGI application when it is made."""

    def __init__(self, handle: Any, settings: Settings, own: ServiceSettings, host: str) -> None:
        name, why = handle.facts.remote().result(timeout_s=PATIENCE_SECONDS)
        here = replace(settings, device="cpu")
        self._app: Final = assembled(
            engine_of(handle, name, why, here), replace(own, worker=own.worker or _own_name()), host
        )

    def __serve_build_asgi_app__(self) -> Any:
        return self._app


def engine_of(handle: Any, name: str, why: str, settings: Settings) -> Engine:
    """An engine that does everything here but painting."""
    here = load_engine("appearance", settings)
    borrowed = RemoteGenerator(handle, "reference", borrowed=True)
    return replace(here, name=name, why=why, generator=RemoteGenerator(handle, name), reference=borrowed)


def build(given: dict[str, Any]) -> Any:
    """The application, for `serve --ray` and for KubeRay's `import_path: open_the_eyes.fleet.ray_serve:build`.

    Args:
        given: `engine`; `gpus` of a painter; `painters` and `doors`, the most of each; `host` that doors answer for.

    Raises:
        UsageError: several doors and no database that they could share.
    """
    from ray import serve

    settings, own = Settings.from_environment(), ServiceSettings.from_environment()
    painters, doors, gpus = int(given.get("painters", 1)), int(given.get("doors", 1)), float(given.get("gpus", 0))
    if doors > 1 and own.database_url.startswith("sqlite"):
        raise UsageError(
            "serve --ray: expected OTE_DATABASE=postgresql://... for several doors, got none; or one door."
        )
    device, alike = replace(settings, device="cuda" if gpus else "cpu"), {"env_vars": ONE_BLAS_THREAD}
    painter: Any = serve.deployment(
        name="painter",
        ray_actor_options={"num_cpus": 1, "num_gpus": gpus, "runtime_env": alike},
        max_ongoing_requests=4 * MOST,
        autoscaling_config={"min_replicas": 1, "max_replicas": painters, "target_ongoing_requests": MOST},
        health_check_timeout_s=60,
    )(_batched(Painter))
    door: Any = serve.deployment(
        name="door",
        ray_actor_options={"num_cpus": float(given.get("door_cores", 1)), "runtime_env": alike},
        autoscaling_config={"min_replicas": 1, "max_replicas": doors, "target_ongoing_requests": 32},
        graceful_shutdown_timeout_s=30,
    )(serve.ingress()(Door))
    handle = painter.bind(str(given.get("engine", "auto")), device)
    return door.bind(handle, settings, own, str(given.get("host", "0.0.0.0")))


def serve_on(address: str, host: str, port: int, given: dict[str, Any]) -> None:
    """Starts the application on a cluster ("local" starts one here) and answers until it is told to stop.

    Raises:
        UsageError: Ray is not installed.
        NoCapacity: nobody answers at the address.
    """
    from .ray_batch import Cluster, connected

    connected(Cluster(address=address))
    from ray import serve

    serve.start(http_options={"host": host, "port": port})
    try:
        serve.run(build(given | {"host": host}), name=APPLICATION, route_prefix="/", blocking=True)
    finally:
        serve.delete(APPLICATION)


def _is_of_ray(error: Exception) -> bool:
    """Whether it is not the painter's own, but that of a painter that is gone."""
    from ray.exceptions import RayError, RayTaskError

    return isinstance(error, RayError) and not isinstance(error, RayTaskError)


def _batched(painter: type[Painter]) -> type[Painter]:
    """A painter whose `paint` takes one ask and is called with all that came in a moment."""
    from ray import serve

    class Batched(painter):  # type: ignore[misc, valid-type]
        paint = serve.batch(max_batch_size=MOST, batch_wait_timeout_s=GATHER_SECONDS)(painter.paint)

    return Batched


def _own_name() -> str:
    """Of this replica among those that share the database: two of one name would take up each other's jobs."""
    from ray import serve

    return f"{socket.gethostname()[:30]}-{serve.get_replica_context().replica_id.unique_id[:20]}"
