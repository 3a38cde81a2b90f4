"""The service on a Ray of its own, to maltreat: any of its processes is killed, one or all."""

from __future__ import annotations

import random
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from .service_rig import Service, free_port

psutil: Any = import_module("psutil")  # without types of its own
Process = Any

CLUSTER: Final = """
import logging, os, sys
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
ray.init("local", num_cpus=int(sys.argv[1]), include_dashboard=False, logging_level=logging.ERROR, log_to_driver=False,
    object_store_memory=200 * 2**20)
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
"""
"""A Ray that lives as long as this process: its own are told by the system when it dies, and follow it."""

VICTIMS: Final = ("frontend", "painter", "server", "proxy", "controller", "cluster")
"""In their order; "server" is `open-the-eyes serve`, "cluster" is all there is, as in a power cut."""

TITLES: Final = {
    "frontend": "ray::ServeReplica:open-the-eyes:frontend",
    "painter": "ray::ServeReplica:open-the-eyes:painter",
    "proxy": "ray::ProxyActor",
    "controller": "ray::ServeController",
}
"""How their processes are called."""

START_SECONDS: Final = 60
GONE_SECONDS: Final = 30


class RayService(Service):
    """`open-the-eyes serve --ray` at a fixed port, with a Ray that does not end with it.

    Args:
        frontends: at most; the cluster has a core for each, and one for a painter.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, frontends: int = 1) -> None:
        super().__init__(folder, settings)
        self._environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self._port, self._frontends, self._victims = free_port(), frontends, cycle(VICTIMS)
        self._cluster: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Starts a Ray, where there is none, and the service on it; returns when it listens.

        Raises:
            RuntimeError: one of them does not start.
        """
        if self._cluster is None:
            self._cluster, self._ray = _cluster(self._frontends + 1, self._environment)
        self._arguments = ("--port", str(self._port), "--ray", self._ray, "--frontends", str(self._frontends))
        super().start()

    def strike(self, dice: random.Random) -> str:
        """Kills the next victim; starts again what does not start by itself."""
        victim = next(self._victims)
        if victim == "cluster":
            self.kill()
            self.start()
        elif victim == "server":
            super().kill()
            super().start()
        elif self._cluster is not None:
            kill_one(self._cluster.pid, victim, dice)
        return victim

    def kill(self) -> None:
        """All of it at once."""
        super().kill()
        if self._cluster is not None:
            everybody = psutil.Process(self._cluster.pid).children(recursive=True)
            self._cluster.kill()
            self._cluster.wait()
            for process in everybody:  # most have been told by the system; a worker between two parents has not
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(everybody, GONE_SECONDS)
            self._cluster = None


def kill_one(ray: int, victim: str, dice: random.Random) -> None:
    """SIGKILL for a process of that kind, of the Ray that process number `ray` has started.

    Raises:
        RuntimeError: there is none, and none comes.
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        found = [one for one in psutil.Process(ray).children(recursive=True) if _is(one, TITLES[victim])]
        if found:
            dice.choice(found).kill()
            return
        time.sleep(0.1)
    raise RuntimeError(f"expected a process {TITLES[victim]}, there is none")


def _cluster(cores: int, environment: Mapping[str, str]) -> tuple[subprocess.Popen[str], str]:
    """A Ray of that many cores, and its address.

    Raises:
        RuntimeError: it does not start.
    """
    command = [sys.executable, "-c", CLUSTER, str(cores)]
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # where Ray tells at length of each of its processes that was killed
        text=True,
    )
    address = process.stdout.readline().strip() if process.stdout is not None else ""
    if not address:
        process.kill()
        raise RuntimeError("expected Ray to start within its own 30 seconds, it did not")
    return process, address


def _is(process: Process, title: str) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE and " ".join(process.cmdline()).startswith(title))
    except psutil.Error:
        return False
