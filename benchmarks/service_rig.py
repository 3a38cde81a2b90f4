"""A service of its own to measure and to maltreat: the real program in a process, on SQLite or a real PostgreSQL."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

COMMAND: Final = (sys.executable, "-m", "open_the_eyes", "serve")
START_SECONDS: Final = 240
POSTGRES_USERS: Final = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; one of these is on every Debian."""

DEBIAN_POSTGRES: Final = "/usr/lib/postgresql"


class Service:
    """`open-the-eyes serve` at a free port of this machine.

    Args:
        folder: of its jobs; a service started again in the same folder goes on where the last one was.
        settings: `OTE_*` variables.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self._environment: dict[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OTE_")},
            "OTE_FOLDER": str(folder),
            "OTE_REQUESTS_PER_MINUTE": "1000000",
            **(settings or {}),
        }
        self._arguments: tuple[str, ...] = ("--port", "0")
        self._process: subprocess.Popen[str] | None = None
        self.address = ""
        self.log: list[str] = []

    def start(self) -> None:
        """Returns when it listens.

        Raises:
            RuntimeError: it does not.
        """
        command = [*COMMAND, *self._arguments]
        self._process = subprocess.Popen(
            command,
            env=self._environment,
            stdout=subprocess.DEVNULL,  # where Ray tells at length of each of its processes that was killed
            stderr=subprocess.PIPE,
            text=True,
        )
        listening, until = threading.Event(), time.monotonic() + START_SECONDS
        threading.Thread(target=self._read, args=(self._process, listening), daemon=True).start()
        while not listening.wait(0.1):
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                raise RuntimeError("expected the service to listen, it said: " + " | ".join(self.log[-5:]))

    @property
    def pid(self) -> int:
        return 0 if self._process is None else self._process.pid

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is tidied up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def strike(self, dice: random.Random) -> str:  # noqa: ARG002 -- there is one process
        """Kills it and starts it again; what was killed."""
        self.kill()
        self.start()
        return "server"

    def stop(self) -> int:
        """SIGTERM, as an operator does it; the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(START_SECONDS)

    def memory_mib(self) -> float:
        """What the process holds now; Linux only."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def _read(self, process: subprocess.Popen[str], listening: threading.Event) -> None:
        if process.stderr is None:
            return
        with process.stderr as lines:
            for line in lines:
                self.log.append(line.rstrip())
                if line.startswith("listening: "):
                    self.address = line.split()[1]
                    listening.set()


@contextmanager
def serving(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
    """A service for the length of a block."""
    service = Service(folder, settings)
    service.start()
    try:
        yield service
    finally:
        service.kill()


def postgres_program(name: str) -> str | None:
    """One of PostgreSQL's programs, or None where it is not installed."""
    debian = sorted(Path(DEBIAN_POSTGRES).glob(f"*/bin/{name}"))
    return str(debian[-1]) if debian else shutil.which(name)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of our own, for the length of a block.

    Raises:
        RuntimeError: it is not installed, or does not start; says why.
    """
    initdb, server = postgres_program("initdb"), postgres_program("postgres")
    if initdb is None or server is None:
        raise RuntimeError("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    user = _other_user()
    folder = Path(tempfile.mkdtemp(prefix="open-the-eyes-postgres-"))
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    process: subprocess.Popen[bytes] | None = None
    try:
        command = [initdb, "-D", str(data), "-A", "trust", "-U", "ote", "-E", "UTF8", "--locale=C"]
        made = subprocess.run(command, user=user, cwd=folder, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(f"PostgreSQL's initdb refused: {made.stderr.strip().splitlines()[-1:]}")
        options = [server, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
        process = subprocess.Popen(options, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait_for(port, process)
        yield f"postgresql://ote@127.0.0.1:{port}/postgres"
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # PostgreSQL's word for: now, but in order
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in POSTGRES_USERS if name in known), None)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError("PostgreSQL was started and does not answer")
