"""The service on Ray Serve: doors without a GPU, painters with one each, and batches that form between them.

A door is the whole service of `open_the_eyes.service` but for the painting: it takes jobs from the queue in the
database, and finds, crops, blends and verifies on its processor. Only the crops of eyes travel to a painter, where
those of several doors, photos and clients share a batch. Doors are added and taken away by the depth of the queue,
painters by the doors that ask them. A door has one photo in hand, as every process of the service, so batches form
across doors. A door that dies leaves its photo to the others, as any worker of the service; one whose painter dies asks
the next.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from ..errors import UsageError
from ..service.server import admission, assembled
from ..service.settings import ServiceSettings
from ..settings import ONE_BLAS_THREAD, Settings
from .cluster import check_gpus, connected, ours
from .painters import PATIENCE_SECONDS, Painter, engine_of
from .scaling import UNFINISHED, doors_wanted
from .placement import core_count

APPLICATION: Final = "open-the-eyes"
MOST: Final = 16
"""Calls of doors that one batch takes; each brings the requests of one photo."""
GATHER_SECONDS: Final = 0.1
"""How long a batch that is not full waits for more."""
DOORS_A_PAINTER: Final = 2
"""That are waiting for it on average: one photo is on the GPU while the next one is found or the last laid back."""
HANDOVER_SECONDS: Final = 45.0
"""A door that is replaced may take `graceful_shutdown_timeout_s` and a little more to leave."""
LOOK_SECONDS: Final = 2.0
"""Between two looks at whether a replica lives: so long nobody may notice that a door is gone."""
QUIET: Final = {"enable_access_log": False}
"""Ray's logs of requests would name jobs."""


class Door:
    """One replica of the service; Ray Serve asks it for its ASGI application when it is made."""

    def __init__(self, handle: Any, settings: Settings, own: ServiceSettings, host: str) -> None:
        self._handle, self._settings, self._own, self._host = handle, settings, own, host

    async def __serve_build_asgi_app__(self) -> Any:
        """The application; what takes long is kept off Ray's event loop, from which no answer may be waited for."""
        name, why = await asyncio.wait_for(self._handle.facts.remote(), PATIENCE_SECONDS)
        return await asyncio.to_thread(self._assembled, name, why)

    def _assembled(self, name: str, why: str) -> Any:
        engine = engine_of(self._handle, name, why, replace(self._settings, device="cpu"))
        own, until = replace(self._own, worker=_own_name(self._own.worker)), time.monotonic() + HANDOVER_SECONDS
        while True:
            try:
                app = assembled(engine, own, self._host)
            except UsageError:
                if not _is_for_one(own) or time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                self._jobs = app.state.service.repository
                return app

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """What `doors_wanted` is told of; Ray asks."""
        return {UNFINISHED: float(await asyncio.to_thread(self._jobs.unfinished_count))}


def build(given: dict[str, Any]) -> Any:
    """The application, for `serve --ray` and for KubeRay's `import_path: open_the_eyes.fleet.ray_serve:build`.

    Args:
        given: `engine`; `gpus` of a painter; `painters` and `doors`, the most of each; `door_cores`; `host` that doors
            answer for.

    Raises:
        UsageError: several doors and no database that they could share, numbers that make no sense, or an address that
            others can reach and no key that they could show.
    """
    from ray import serve

    settings, own = Settings.from_environment(), ServiceSettings.from_environment()
    own = replace(own, folder=own.folder.absolute())  # a replica is started in a folder of Ray's
    host, gpus = str(given.get("host", "0.0.0.0")), float(given.get("gpus", 0))
    painters, doors = int(given.get("painters", 1)), int(given.get("doors", 1))
    if min(painters, doors) < 1:
        raise UsageError(f"serve --ray: expected a painter and a door at least, got {painters} and {doors}.")
    check_gpus(gpus)
    admission(own, host)
    if doors > 1 and _is_for_one(own):
        raise UsageError(
            "serve --ray: expected OTE_DATABASE=postgresql://... for several doors, got none; or one door."
        )
    device, alike = replace(settings, device="cuda" if gpus else "cpu"), {"env_vars": ONE_BLAS_THREAD}
    painter: Any = serve.deployment(
        name="painter",
        ray_actor_options={"num_cpus": 1, "num_gpus": gpus, "runtime_env": alike},
        max_ongoing_requests=4 * MOST,
        autoscaling_config={"min_replicas": 1, "max_replicas": painters, "target_ongoing_requests": DOORS_A_PAINTER},
        health_check_period_s=LOOK_SECONDS,
        health_check_timeout_s=60,
        logging_config=QUIET,
    )(_batched(Painter))
    door: Any = serve.deployment(
        name="door",
        ray_actor_options={"num_cpus": float(given.get("door_cores", 1)), "runtime_env": alike},
        autoscaling_config={"min_replicas": 1, "max_replicas": doors, "policy": {"policy_function": doors_wanted}},
        health_check_period_s=LOOK_SECONDS,
        graceful_shutdown_timeout_s=30,
        logging_config=QUIET,
    )(serve.ingress()(Door))
    return door.bind(painter.bind(str(given.get("engine", "auto")), device, gpus), settings, own, host)


def serve_on(
    address: str,
    host: str,
    port: int,
    given: dict[str, Any],
    started: Callable[[str, str], None],
    listening: Callable[[str], None],
) -> None:
    """Starts the application on a cluster ("local" starts one here) and answers until it is told to stop.

    Killed, it leaves the application on its cluster, where it goes on; the next start takes its place.

    Args:
        started: hears the engine's name, and why it was taken.
        listening: hears the address, once jobs are taken there.

    Raises:
        UsageError: Ray is not installed, no port, or what `build` raises.
        NoCapacity: nobody answers at the address, or the application does not start.
    """
    if not port:
        raise UsageError("--port: expected 1 to 65535 with --ray, got 0; machines of a cluster share one number.")
    connected(address, "serve", cores=max(core_count(), 2))  # a door and a painter take one each
    from ray import serve

    application = build(given | {"host": host})
    serve.start(http_options={"host": host, "port": port}, logging_config=QUIET)
    _check_address(host, port)
    try:
        started(*_running(application))
        listening(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        _until_told_to_stop()
    finally:
        serve.delete(APPLICATION)


def _running(application: Any) -> tuple[str, str]:
    """The facts of a painter, once painters and doors are ready."""
    from ray import serve

    try:
        serve.run(application, name=APPLICATION, route_prefix="/")
    except RuntimeError as error:  # Ray's; what a replica raised is in the state of its deployment
        deployments = serve.status().applications[APPLICATION].deployments.values()
        raise ours(RuntimeError(" ".join([str(error), *(one.message for one in deployments)]))) from error
    painter = serve.get_deployment_handle("painter", APPLICATION)
    name, why = painter.facts.remote().result(timeout_s=PATIENCE_SECONDS)
    return name, why


def _check_address(host: str, port: int) -> None:
    """Raises:
    UsageError: Serve was running on this cluster already, and listens elsewhere.
    """
    from ray.serve.context import _get_global_client

    there = _get_global_client().http_config
    if (there.host, there.port) != (host, port):
        raise UsageError(
            f"--port: expected to listen at {host}:{port}, Ray Serve runs on this cluster already and listens at "
            f"{there.host}:{there.port}; ask for that, or shut it down first."
        )


def _until_told_to_stop() -> None:
    """Returns after SIGINT or SIGTERM."""
    over = threading.Event()
    for word in (signal.SIGINT, signal.SIGTERM):
        signal.signal(word, lambda *_: over.set())
    over.wait()


def _batched(painter: type[Painter]) -> type[Painter]:
    """A painter whose `paint` takes one ask and is called with all that came in a moment."""
    from ray import serve

    class Batched(painter):  # type: ignore[misc, valid-type]
        paint = serve.batch(max_batch_size=MOST, batch_wait_timeout_s=GATHER_SECONDS)(painter.paint)

    return Batched


def _is_for_one(own: ServiceSettings) -> bool:
    """Whether a door that follows another has to wait until that one is gone: SQLite is for one process."""
    return own.database_url.startswith("sqlite")


def _own_name(given: str) -> str:
    """Of this replica among those that share the database: two of one name would take up each other's jobs."""
    from ray import serve

    return f"{given or socket.gethostname()[:30]}-{serve.get_replica_context().replica_id.unique_id[:20]}"
