"""Listens: which addresses, which names, and whether a key is asked for."""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from ..engine import Engine
from ..errors import UsageError
from .api_keys import ApiKeys
from .http.app import create_app
from .http.protocol import Protocol
from .settings import ServiceSettings
from .whereabouts import Whereabouts

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")
STOP_SECONDS: Final = 5
"""Longest wait of a stop for answers that are on their way, such as event streams."""

KEEP_ALIVE_SECONDS: Final = 75
"""How long an idle connection is kept, which is longer than clients do, as a rule: who ends it first must not be the
one that is being asked."""


def assembled(engine: Engine, config: ServiceSettings, host: str) -> FastAPI:
    """The application for a service that listens at `host`; raises what `admission` and `create_app` raise."""
    keys, hosts = admission(config, host)
    return create_app(engine, config, keys=keys, hosts=hosts)


def admission(config: ServiceSettings, host: str) -> tuple[ApiKeys | None, frozenset[str] | None]:
    """Who may come to a service that listens at `host`, and by which names, as `create_app` takes them.

    On this machine alone no key is asked for, unless there are keys; then only names of this machine are answered, so
    that no page of a browser here can reach the service by a name of its own (DNS rebinding).

    Raises:
        UsageError: an address that others can reach, and no key that they could show; or what is no address.
    """
    if ":" in host and not _is_address(host):
        raise UsageError(f"expected a name or an address alone, got {host}; a port is for --port.", option="--host")
    keys = ApiKeys.read(config.keys_file)
    alone = is_loopback(host)
    if not alone and not keys.hashes:
        raise UsageError(
            f"expected an API key to exist before others can reach {host}, found none; make one with "
            "`open-the-eyes serve --new-key`, or stay with --host 127.0.0.1.",
            option="--host",
        )
    names = frozenset((*LOCAL_NAMES, *config.hosts, host.lower()))
    return keys if keys.hashes else None, names if alone or config.hosts else None


def serve(app: FastAPI, host: str, port: int, tell: Callable[[str], None], *, page: bool = False) -> None:
    """Answers until it is told to stop (SIGINT, SIGTERM); `tell` hears the address.

    Args:
        page: whether there is a page at that address.

    Raises:
        UsageError: the port is taken, or not allowed, or the address is none of this machine.
    """
    listener = _listener(host, port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    address = url_of(host, listener.getsockname()[1])
    app.state.service.announce(Whereabouts(address, host, page))
    tell(address)
    with suppress(KeyboardInterrupt):  # it has stopped in order, and passes the signal on
        StoppedTwice(http_config(app), app.state.service.runner.hurry).run(sockets=[listener])


def http_config(app: ASGIApp, stop_seconds: int = STOP_SECONDS) -> uvicorn.Config:
    """How HTTP is spoken, wherever the service listens."""
    return uvicorn.Config(
        app,
        http=Protocol,  # by h11, which refuses headers past 64 KiB; httptools, where it is, keeps whatever comes
        log_config=None,
        log_level="warning",
        access_log=False,  # it would write addresses
        server_header=False,
        timeout_graceful_shutdown=stop_seconds,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        proxy_headers=False,
        ws="none",
    )


def url_of(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class StoppedTwice(uvicorn.Server):
    """Uvicorn's, but a second Ctrl-C only cuts the waiting short: what was started is stopped in order all the same.

    Args:
        hurry: called at the second Ctrl-C.
    """

    def __init__(self, config: uvicorn.Config, hurry: Callable[[], None]) -> None:
        super().__init__(config)
        self._hurry = hurry

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self._hurry()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self.force_exit:  # that may have left the application running; one that has stopped is not stopped again
            await self.lifespan.shutdown()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # that a port can be had at once after a stop; on Windows, where that needs no word, nobody else can have it too
    alone = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
    try:
        listener.setsockopt(socket.SOL_SOCKET, alone, 1)
        listener.bind((host, port))
        listener.listen(2048)  # who comes while the rest is being started waits, and is not turned away
    except OSError as error:
        listener.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise UsageError(
                f"expected an address of this machine, got {host} ({error.strerror}); 127.0.0.1 is for this "
                "machine alone, 0.0.0.0 is every address it has.",
                option="--host",
            ) from error
        raise UsageError(
            f"expected {host}:{port} to be free, got: {error.strerror or error}; choose another --port.",
            option="--port",
        ) from error
    return listener
