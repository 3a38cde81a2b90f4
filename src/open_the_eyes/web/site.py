"""The service with a page: one application, one queue, the same jobs."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from fastapi import FastAPI
from starlette.routing import Mount

from ..engine import Engine
from ..errors import OpenTheEyesError
from ..options import Restorer
from ..service.app import create_app
from ..service.server import admission, is_loopback
from ..service.settings import ServiceSettings
from . import words
from .app_facts import app_routes
from .arrivals import arrivals
from .errands import Errands
from .flow import Flow
from .page import Page, mount_page
from .pictures import pictures
from .prints import Darkroom
from .reception import Reception, login_routes
from .visitors import Visitors

RESTORERS: Final[tuple[Restorer, ...]] = ("gfpgan", "restoreformer", "gpen", "codeformer")
"""The first whose weights are here sharpens what is printed; those that anybody may use come first."""


def create_site(engine: Engine, own: ServiceSettings, host: str) -> FastAPI:
    """The application for a service and page that listen at `host`; keys and names as `serve` has them.

    Raises:
        UsageError: what `admission` and `create_app` raise.
    """
    keys, hosts = admission(own, host)
    visitors = Visitors(keys)
    app = create_app(engine, own, keys=keys, hosts=hosts, visitors=visitors)
    house = app.state.house
    darkroom = Darkroom(house.store, engine.settings)
    means = means_of(engine)
    errands = Errands(house, darkroom, means.restorer)
    for routes in (arrivals(house, errands), pictures(house, darkroom), login_routes(visitors), app_routes()):
        app.include_router(routes)
    told = words.retention(own.retention, alone=is_loopback(host))
    page = Page(Flow(errands), means, told, engine.settings.max_bytes, own.max_references)
    mount_page(app, page)
    mounted = app.router.routes[-1]
    assert isinstance(mounted, Mount)
    mounted.app = Reception(mounted.app, visitors)
    return app


def means_of(engine: Engine) -> words.Means:
    """What the engine's page can promise."""
    for restorer in RESTORERS:
        with suppress(OpenTheEyesError):  # its weights are not here
            engine.restorer(restorer)
            return words.Means(engine.name == "sdxl", restorer)
    return words.Means(engine.name == "sdxl")
