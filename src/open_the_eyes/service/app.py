"""The ASGI application: doors, guard, and what is started and stopped with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ..engine import Engine
from ..errors import OpenTheEyesError, UsageError
from ..version import __version__
from .document import describe
from .guard import Guard, Rules, Visitors
from .house import House
from .keys import Keys
from .problems import headers_of, problem_of
from .rates import Rates
from .refusals import BodyTooLarge, WrongMethod
from .routes import as_answer, nowhere, router
from .settings import ServiceSettings
from .sweeper import Sweeper

STOP_SECONDS = 20
"""How long a stop waits for the photo that is being painted."""


def create_app(
    engine: Engine,
    own: ServiceSettings,
    *,
    keys: Keys | None = None,
    hosts: frozenset[str] | None = None,
    visitors: Visitors | None = None,
) -> FastAPI:
    """The service around an engine; it works while the application's lifespan lasts.

    Args:
        keys: who may come; None asks nobody for a key.
        hosts: names the service may be called by; None for any.
        visitors: who may come with a browser, where a page is mounted beside the API.

    Raises:
        UsageError: a store or database that cannot be used.
    """
    house = House(engine, own)
    app = FastAPI(
        title="Open The Eyes",
        version=__version__,
        summary="Opens closed eyes in photos: the same people, every other pixel untouched.",
        docs_url=None,  # its page would fetch scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lambda _: _lifespan(house),
    )
    app.state.house = house
    app.include_router(router)
    describe(app, asks_for_keys=keys is not None)
    for kind in (RequestValidationError, HTTPException, OpenTheEyesError):
        app.add_exception_handler(kind, _answer)
    app.add_middleware(
        Guard,
        rules=Rules(keys, hosts, own.max_request_bytes, visitors),
        rates=Rates(own.requests_per_minute),
        metrics=house.metrics,
    )
    return app


@asynccontextmanager
async def _lifespan(house: House) -> AsyncIterator[None]:
    sweeper = Sweeper(house)
    await run_sync(house.warm_up)
    await run_sync(house.runner.start, house.own.database_url, house.own.worker_name)
    sweeper.start()
    try:
        yield
    finally:
        await run_sync(sweeper.stop)
        await run_sync(house.runner.stop, STOP_SECONDS)
        house.close()


async def _answer(request: Request, error: Exception) -> JSONResponse:
    known = _as_known(request, error)
    return as_answer(problem_of(known), headers_of(known))


def _as_known(request: Request, error: Exception) -> Exception:
    """What FastAPI and Starlette refuse, in our words."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "request"
        return UsageError(f"{where}: {first['msg']}.")
    if not isinstance(error, HTTPException):
        return error
    if error.status_code == 404:
        return nowhere(request.url.path)
    if error.status_code == 405:
        return WrongMethod(
            f"expected {(error.headers or {}).get('Allow', 'another method')}, got {request.method[:8]}."
        )
    if error.status_code == 413:
        return BodyTooLarge("expected smaller parts in the form, one is too large; send fewer options.")
    return UsageError(f"expected a form with a photo, multipart/form-data: {error.detail}")
