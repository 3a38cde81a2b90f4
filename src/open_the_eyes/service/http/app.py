"""The ASGI application: routes, middleware, and what is started and stopped with them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ...engine import Engine
from ...errors import OpenTheEyesError, UsageError
from ...version import __version__
from ...wording import typed
from ..api_keys import ApiKeys
from ..errors import WrongMethod
from ..job_service import JobService
from ..maintenance import MaintenanceTask
from ..problems import headers_of, problem_of
from ..settings import ServiceSettings
from .middleware import AccessMiddleware, AccessPolicy, BrowserAuth
from .openapi import complete_openapi
from .rate_limit import RateLimiter
from .routes import methods_at, no_such_route, problem_response, router, v1

_LOG: Final = logging.getLogger("open_the_eyes.service")

ABOUT: Final = (
    "Every refusal is a problem detail (RFC 9457, `application/problem+json`), also those that no operation lists: any "
    "other address is refused with 404 (`not-here`), a method that an address does not answer with 405 "
    "(`wrong-method`; those that it does answer are in `Allow`), and what is no HTTP with 400 (`not-http`)."
)
"""Description of the API: what no operation of the document can say."""

_EXPECTED: Final = {
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "literal_error": "{expected}",
    "uuid_parsing": "a UUID",
}
"""What a parameter ought to be, by pydantic's name of what is wrong with it; {...} is in the error's `ctx`."""

STOP_SECONDS = 20
"""Longest wait of a stop for the photo that is being worked on."""


def create_app(
    engine: Engine,
    config: ServiceSettings,
    *,
    keys: ApiKeys | None = None,
    hosts: frozenset[str] | None = None,
    browser_auth: BrowserAuth | None = None,
) -> FastAPI:
    """The service around an engine; it works while the application's lifespan lasts.

    Args:
        keys: who may come; None asks nobody for a key.
        hosts: names the service may be called by; None for any.
        browser_auth: who may come with a browser, where a page is mounted beside the API.

    Raises:
        UsageError: a store or database that cannot be used.
    """
    service = JobService(engine, config)
    app = FastAPI(
        title="Open The Eyes",
        version=__version__,
        summary="Opens closed eyes in photos: the same people, every other pixel untouched.",
        description=ABOUT,
        docs_url=None,  # its page would fetch scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # behind TLS it would lead to plain HTTP
        generate_unique_id_function=lambda route: route.name,
        lifespan=lambda _: _lifespan(service),
    )
    app.state.service = service
    app.include_router(v1)
    app.include_router(router)
    complete_openapi(app, asks_for_keys=keys is not None)
    for kind in (RequestValidationError, HTTPException, OpenTheEyesError):
        app.add_exception_handler(kind, _handle_error)
    app.add_middleware(
        AccessMiddleware,
        policy=AccessPolicy(keys, hosts, config.max_request_bytes, browser_auth),
        rate_limiter=RateLimiter(config.requests_per_minute),
        metrics=service.metrics,
    )
    return app


@asynccontextmanager
async def _lifespan(service: JobService) -> AsyncIterator[None]:
    """Stops what was started, in reverse; where something cannot be started, what was before it."""
    maintenance = MaintenanceTask(service)
    async with AsyncExitStack() as stack:
        stack.callback(service.close)
        await run_sync(service.warm_up)
        stack.push_async_callback(run_sync, service.runner.stop, STOP_SECONDS)
        config = service.config
        await run_sync(service.runner.start, config.database_url, config.worker_name, config.connection_shares.queues)
        if not await run_sync(service.can_take_jobs):  # what waits for room is no reason not to start
            _LOG.warning("no jobs can be taken at present, for the reason above; see OTE_STORE and OTE_DATABASE")
        maintenance.start()
        stack.push_async_callback(run_sync, maintenance.stop)
        service.audience.open()
        yield


async def _handle_error(request: Request, error: Exception) -> JSONResponse:
    known = _as_known(request, error)
    return problem_response(problem_of(known), headers_of(known))


def _as_known(request: Request, error: Exception) -> Exception:
    """What FastAPI and Starlette refuse, in our words."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "request"
        came = typed(first["input"])
        expected = _EXPECTED.get(first["type"], "").format(**first.get("ctx", {}))
        told = f"expected {expected}" if expected else first["msg"].partition(",")[0]
        return UsageError(f"{where}: {told}, got {came}; see /openapi.json.")
    if not isinstance(error, HTTPException):
        return error
    if error.status_code == 404:
        return no_such_route(request.url.path)
    if error.status_code == 405:
        return WrongMethod.of(sorted(methods_at(request.scope)), request.method)
    return UsageError(f"expected another request: {error.detail}")
