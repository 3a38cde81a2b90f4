"""The service on Ray Serve: frontends without a GPU, painters with one each, and batches that form between them.

A frontend is the whole service of `open_the_eyes.service` but for the painting: it takes jobs from the queue in the
database, and finds, crops, blends and verifies on its processor. Only the crops of eyes travel to a painter, where
those of several frontends, photos and clients share a batch. Frontends are added and taken away by the depth of the
queue, painters by the frontends that ask them. A frontend has one photo in hand, as every process of the service, so
batches form across frontends. One that dies leaves its photo to the others, as any worker of the service; one whose
painter dies asks the next.
"""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from ..errors import UsageError
from ..service.server import admission, assembled
from ..service.settings import ServiceSettings
from ..settings import Settings
from .cluster import check_gpus, this_node
from .painters import PATIENCE_SECONDS, Painter, engine_of
from .scaling import UNFINISHED, frontends_wanted

APPLICATION: Final = "open-the-eyes"
ASKS_AT_ONCE: Final = 16
"""Most calls of frontends that one batch takes; each brings the requests of one photo."""
GATHER_SECONDS: Final = 0.1
"""How long a batch that is not full waits for more."""
PAINTER_CORES: Final = 1
"""Cores that Ray counts for a painter, however many its libraries use."""
FRONTENDS_A_PAINTER: Final = 2
"""Frontends that wait for a painter on average: one photo is on the GPU while the next one is found or the last laid
back."""
HANDOVER_SECONDS: Final = 45.0
"""Longest time that a replaced frontend takes to leave: `graceful_shutdown_timeout_s` and a little more."""
ONGOING: Final = 1000
"""Most requests of one frontend; most are event streams, which wait. The service has limits of its own for the
others."""
LOOK_SECONDS: Final = 2.0
"""Pause between two looks at whether a replica lives: so long nobody may notice that a frontend is gone."""
QUIET: Final = {"enable_access_log": False}
"""Logging options of Ray Serve: its logs of requests would name jobs."""


class Frontend:
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
        """Counts for `frontends_wanted`; Ray asks for them now and then."""
        return {UNFINISHED: float(await asyncio.to_thread(self._jobs.unfinished_count))}


def build(given: dict[str, Any]) -> Any:
    """The application, for `serve --ray` and for KubeRay's `import_path: open_the_eyes.fleet.ray_serve:build`.

    Args:
        given: `engine`; `gpus` of a painter; `painters` and `frontends`, the most of each; `frontend_cores`; `host`
            that frontends answer for.

    Raises:
        UsageError: several frontends and no database that they could share, numbers that make no sense, or an address
            that others can reach and no key that they could show.
    """
    from ray import serve

    settings, own = whole_paths(Settings.from_environment()), whole_paths(ServiceSettings.from_environment())
    host, gpus = str(given.get("host", "0.0.0.0")), float(given.get("gpus", 0))
    painters, frontends = int(given.get("painters", 1)), int(given.get("frontends", 1))
    if min(painters, frontends) < 1:
        raise UsageError(f"serve --ray: expected a painter and a frontend at least, got {painters} and {frontends}.")
    check_gpus(gpus)
    admission(own, host)
    if frontends > 1 and _is_for_one(own):
        raise UsageError(
            "serve --ray: expected OTE_DATABASE=postgresql://... for several frontends, got none; or one frontend."
        )
    device = replace(settings, device="cuda" if gpus else "cpu")
    painter: Any = serve.deployment(
        name="painter",
        ray_actor_options={"num_cpus": PAINTER_CORES, "num_gpus": gpus},
        max_ongoing_requests=4 * ASKS_AT_ONCE,
        autoscaling_config={
            "min_replicas": 1,
            "max_replicas": painters,
            "target_ongoing_requests": FRONTENDS_A_PAINTER,
        },
        health_check_period_s=LOOK_SECONDS,
        health_check_timeout_s=60,
        logging_config=QUIET,
    )(_batched(Painter))
    frontend: Any = serve.deployment(
        name="frontend",
        max_ongoing_requests=ONGOING,
        ray_actor_options={
            "num_cpus": float(given.get("frontend_cores", 1)),
            "resources": this_node() if _is_for_one(own) else {},
        },
        autoscaling_config={
            "min_replicas": 1,
            "max_replicas": frontends,
            "policy": {"policy_function": frontends_wanted},
        },
        health_check_period_s=LOOK_SECONDS,
        graceful_shutdown_timeout_s=30,
        logging_config=QUIET,
    )(serve.ingress()(Frontend))
    return frontend.bind(painter.bind(str(given.get("engine", "auto")), device, gpus), settings, own, host)


def whole_paths(settings: Any) -> Any:
    """The settings with every path made absolute, for a process that is started in another folder."""
    paths: dict[str, Any] = {
        field.name: value.absolute()
        for field in fields(settings)
        if isinstance(value := getattr(settings, field.name), Path)
    }
    if isinstance(settings, ServiceSettings):
        if settings.store and "://" not in settings.store:
            paths["store"] = str(Path(settings.store).absolute())
        kind, _, file = settings.database.partition(":///")
        if kind == "sqlite":
            paths["database"] = f"sqlite:///{Path(file).absolute()}"
    return replace(settings, **paths)


def _batched(painter: type[Painter]) -> type[Painter]:
    """A painter whose `paint` takes one ask and is called with all that came in a moment."""
    from ray import serve

    class Batched(painter):  # type: ignore[misc, valid-type]
        paint = serve.batch(max_batch_size=ASKS_AT_ONCE, batch_wait_timeout_s=GATHER_SECONDS)(painter.paint)

    return Batched


def _is_for_one(own: ServiceSettings) -> bool:
    """Whether the database is a file: for one process at a time, and on one machine."""
    return own.database_url.startswith("sqlite")


def _own_name(given: str) -> str:
    """Of this replica among those that share the database: two of one name would take up each other's jobs."""
    from ray import serve

    return f"{given or socket.gethostname()[:30]}-{serve.get_replica_context().replica_id.unique_id[:20]}"
