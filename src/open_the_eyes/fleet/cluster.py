"""Where Ray is, and what it says in words of ours."""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from .. import errors
from ..errors import NoCapacity, OpenTheEyesError, UsageError
from ..residency.gpus import gpu_mib
from ..settings import Settings

os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")  # else a thread that is late starts a second Ray at the end

ANSWER_SECONDS: Final = 5.0
"""Longest wait for a machine to answer at its port; Ray itself would go on trying for minutes."""

MOMENT_SECONDS: Final = 0.5
"""Time in which a Ray that was told to end at the same time as this process is gone."""

HTTP2_HELLO: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""Bytes that open HTTP/2, and so gRPC, which Ray speaks: a fixed text, and settings of which there are none (RFC
9113)."""

_OURS: Final = re.compile(r"open_the_eyes\.errors\.(\w+): (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where Ray is and how much of it may be used.

    Args:
        address: "local" starts a small one here; else as `ray.init` takes it ("auto", "head:6379", "ray://...").
        actors: at most; None is as many as there is room for.
        gpus: of one actor, which uses one at most; a part, such as 0.5, lets several share one.
        cores: of one actor.
    """

    address: str
    actors: int | None = None
    gpus: float = 0.0
    cores: float = 1.0


def check_gpus(each: float) -> None:
    """Refuses a share of a GPU that no process can have.

    Raises:
        UsageError: a number of GPUs for one process that makes no sense; of several, it would leave all but one idle.
    """
    if not 0 <= each <= 1:
        raise UsageError(
            f"expected 0 to 1, got {each:g}; a process uses one GPU. For more GPUs have more processes: "
            "--painters of serve, --workers of batch.",
            option="--gpus-each",
        )


def part_of_gpu(settings: Settings, gpus: float) -> Settings:
    """The settings for a process that shares its GPU: its share, `gpus` in 0..1, of the room the operator allows, or
    else of the GPU's memory.

    Other numbers of GPUs leave them as they are.

    Raises:
        UsageError: nobody tells how large the GPU is.
    """
    if not 0 < gpus < 1:
        return settings
    return replace(settings, gpu_room_mib=max(int((settings.gpu_room_mib or gpu_mib()) * gpus), 1))


def connected(address: str, library: Literal["data", "serve"] = "data", cores: int | None = None) -> None:
    """Joins the cluster, or starts one here.

    Args:
        library: of Ray, that is going to be used.
        cores: that one started here takes itself to have; None is what it finds.

    Raises:
        UsageError: Ray is not installed, or not whole.
        NoCapacity: nobody answers at the address.
    """
    try:
        import ray

        import_module(f"ray.{library}")
    except ImportError as error:
        raise UsageError(
            f'expected Ray ({error}); install it: pip install "open-the-eyes[ray]".', option="--ray"
        ) from error
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # it tells of lost photos itself, and at length
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    if ray.is_initialized():
        return
    _check_answers(address)
    here: dict[str, Any] = {"include_dashboard": False, "num_cpus": cores} if address == "local" else {}
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **here)
    except Exception as error:  # what Ray raises here has no common root
        raise NoCapacity(
            f"--ray {address}: expected a Ray to answer there, got: {error}; is its token in RAY_AUTH_TOKEN here?"
        ) from error


def _check_answers(address: str) -> None:
    """Refuses an address where Ray does not answer, which would be waited for.

    Raises:
        NoCapacity: the address has a port, and nobody listens there, or something that is no Ray.
    """
    try:
        place = urlsplit(address if "://" in address else f"//{address}")
        host, port = place.hostname, place.port
    except ValueError:  # Ray says what is wrong with it
        return
    if host is None or port is None:
        return
    try:
        is_ray = _speaks_http2(host, port)
    except OSError as error:
        raise NoCapacity(
            f"--ray {address}: expected a Ray to answer there, nobody does: {error.strerror or error}; check host and "
            "port, or start one there."
        ) from error
    if not is_ray:
        raise NoCapacity(
            f"--ray {address}: expected a Ray to answer there, something else does; check host and port: usually 6379, "
            "and 10001 with ray://."
        )


def _speaks_http2(host: str, port: int) -> bool:
    """Whether what listens answers as a Ray does; where Ray is told to encrypt, it answers to nothing less.

    Raises:
        OSError: nobody listens, or says anything.
    """
    with socket.create_connection((host, port), ANSWER_SECONDS) as line, line.makefile("rb") as answer:
        if os.environ.get("RAY_USE_TLS", "0") != "0":
            return True
        try:
            line.sendall(HTTP2_HELLO)
            frame = answer.read(9)  # its length in three bytes, its kind in one, ...
        except ConnectionError:
            return False
    return frame[3:4] == b"\4"  # settings, too


def has_ended(address: str) -> bool:
    """Whether a Ray that was started here is gone: who ends a whole group of processes ends that one, too."""
    import ray

    if address != "local":
        return False
    time.sleep(MOMENT_SECONDS)
    host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except OSError:
        return True
    return False


def check_room(address: str, gpus: float) -> None:
    """Refuses a wish for GPUs that this Ray can never fulfil.

    Raises:
        NoCapacity: a GPU was asked for, and a Ray that was started here has none; others may grow.
    """
    import ray

    found: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    if address == "local" and found.get("GPU", 0) < gpus:
        raise NoCapacity(f"--gpus-each: expected a GPU on this machine, Ray finds none for {gpus:g}; leave it out.")


def this_node() -> dict[str, float]:
    """The Ray resources that an actor asks for if it has to stay on this machine: a little of what no other machine
    has."""
    import ray

    here = ray.get_runtime_context().get_node_id()
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    (node,) = (node for node in nodes if node["NodeID"] == here)
    names = [name for name in node["Resources"] if name.startswith("node:") and not name.startswith("node:__")]
    return dict.fromkeys(names[:1], 0.001)


def ours(error: Exception) -> OpenTheEyesError:
    """The error of ours that kept an actor from starting, made again from the text that Ray brings it as."""
    known = _OURS.search(str(error))
    kind = getattr(errors, known[1], None) if known else None
    if known and isinstance(kind, type) and issubclass(kind, OpenTheEyesError):
        return kind(known[2])
    return NoCapacity(f"--ray: expected the cluster to do its work, got: {str(error).splitlines()[0]:.200}")
