"""The service on a Ray of its own, to maltreat: any of its processes is killed, one or all."""

from __future__ import annotations

import random
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Final

import psutil

from .service_rig import Service, free_port

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

VICTIMS: Final = ("door", "painter", "server", "proxy", "controller", "cluster")
"""In the order in which they are killed; "server" is `open-the-eyes serve`, "cluster" is everything, as in a power cut."""

TITLES: Final = {
    "door": "ray::ServeReplica:open-the-eyes:door",
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
        doors: at most; the cluster has a core for each, and one for a painter.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        doors: int = 1,
        victims: tuple[str, ...] = VICTIMS,
    ) -> None:
        super().__init__(folder, settings)
        self._environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self._port, self._doors, self._victims = free_port(), doors, cycle(victims)
        self._cluster: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Starts a Ray, where there is none, and the service on it; returns when it listens.

        Raises:
            RuntimeError: one of them does not start.
        """
        if self._cluster is None:
            self._cluster, self._ray = _cluster(self._doors + 1, self._environment)
        self._arguments = ("--port", str(self._port), "--ray", self._ray, "--doors", str(self._doors))
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
        else:
            dice.choice(self._wait_for(TITLES[victim])).kill()
        return victim

    def kill(self) -> None:
        """All of it at once."""
        super().kill()
        if self._cluster is not None:
            everybody = psutil.Process(self._cluster.pid).children(recursive=True)
            self._cluster.kill()
            self._cluster.wait()
            for process in everybody:  # most have been told by the system; a worker between two parents has not
                _kill(process)
            psutil.wait_procs(everybody, GONE_SECONDS)
            self._cluster = None

    def _wait_for(self, title: str) -> list[psutil.Process]:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._cluster is not None:
            found = [one for one in psutil.Process(self._cluster.pid).children(recursive=True) if _is(one, title)]
            if found:
                return found
            time.sleep(0.1)
        raise RuntimeError(f"expected a process {title}, there is none")


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


def _is(process: psutil.Process, title: str) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE and " ".join(process.cmdline()).startswith(title))
    except psutil.Error:
        return False


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        pass
