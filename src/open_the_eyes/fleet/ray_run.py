"""`serve --ray`: brings the application of `ray_serve` onto a cluster, and stays until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from ..errors import NoCapacity, UsageError
from ..service.server import url_of
from ..system.parallel import core_count
from .cluster import check_room, connected, has_ended, ours
from .painters import PATIENCE_SECONDS
from .ray_serve import APPLICATION, LOOK_SECONDS, QUIET, build

ABSENT: Final = 15
"""Looks in a row without the application after which it is taken for ended; Ray's controller may restart."""


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
        given: as `build` takes it.
        started: hears the engine's name, and why it was taken.
        listening: hears the address, once jobs are taken there.

    Raises:
        UsageError: Ray is not installed, no port, or what `build` raises.
        NoCapacity: nobody answers at the address, there is no such GPU, the application does not start, or somebody
            else has ended it.
    """
    if not port:
        raise UsageError(
            "expected 1 to 65535 with --ray, got 0; machines of a cluster share one number.", option="--port"
        )
    connected(address, "serve", cores=max(core_count(), given.get("painters", 1) + given.get("frontends", 1)))
    check_room(address, given.get("gpus", 0))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ray's own would not let the application be ended
    from ray import serve
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    application = build(given | {"host": host})
    serve.start(http_options={"host": host, "port": port}, logging_config=QUIET)
    _check_address(host, port)
    try:
        name, why = _running(application)
        over = _word_to_stop()
        started(name, why)
        listening(url_of(host, port))
        _stay(over)
    finally:
        if not has_ended(address):  # else this would wait a minute for it, and be ended by Ray with a word in the log
            with suppress(RayError, RayServeException):  # it is gone already
                serve.delete(APPLICATION)


def _check_address(host: str, port: int) -> None:
    """Refuses an address where the service will not be.

    Raises:
        UsageError: Serve was running on this cluster already, and listens elsewhere.
    """
    from ray.serve.context import _get_global_client

    client: Any = _get_global_client()
    there = client.http_config
    if (there.host, there.port) != (host, port):
        raise UsageError(
            f"expected to listen at {host}:{port}, Ray Serve runs on this cluster already and listens at "
            f"{there.host}:{there.port}; ask for that, or shut it down first.",
            option="--port",
        )


def _running(application: Any) -> tuple[str, str]:
    """The facts of a painter, once painters and frontends are ready."""
    from ray import serve

    try:
        serve.run(application, name=APPLICATION, route_prefix="/")
    except RuntimeError as error:  # Ray's; what a replica raised is in the state of its deployment
        known = serve.status().applications.get(APPLICATION)
        said = [one.message for one in known.deployments.values()] if known else []
        raise ours(RuntimeError(" ".join([str(error), *said]))) from error
    painter = serve.get_deployment_handle("painter", APPLICATION)
    name, why = painter.facts.remote().result(timeout_s=PATIENCE_SECONDS)
    return name, why


def _word_to_stop() -> threading.Event:
    """Is set by SIGINT and SIGTERM from now on."""
    over = threading.Event()
    for word in (signal.SIGINT, signal.SIGTERM):
        signal.signal(word, lambda *_: over.set())
    return over


def _stay(over: threading.Event) -> None:
    """Returns when it is over.

    Raises:
        NoCapacity: the application is gone.
    """
    absent = 0
    while not over.wait(LOOK_SECONDS):
        absent = 0 if _is_there() else absent + 1
        if absent == ABSENT:
            raise NoCapacity("serve --ray: expected the application to go on, somebody has ended it; start it again.")


def _is_there() -> bool:
    """Whether the cluster knows of the application; one that died whole ends this process, too, after a minute."""
    from ray import serve
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    try:
        return APPLICATION in serve.status().applications
    except (RayError, RayServeException):
        return False
