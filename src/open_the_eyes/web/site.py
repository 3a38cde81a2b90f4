"""The service with a page: one application, one queue, the same jobs."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import Mount

from ..engine import Engine
from ..service.app import create_app
from ..service.server import admission, is_loopback
from ..service.settings import ServiceSettings
from . import words
from .app_facts import app_routes
from .arrivals import arrivals
from .errands import Errands
from .flow import Flow
from .page import mount_page
from .pictures import pictures
from .prints import Darkroom
from .reception import Reception, login_routes
from .visitors import Visitors


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
    errands = Errands(house, darkroom)
    for routes in (arrivals(house, errands), pictures(house, darkroom), login_routes(visitors), app_routes()):
        app.include_router(routes)
    told = words.retention(own.retention, alone=is_loopback(host))
    mount_page(app, Flow(errands), told, engine.settings.max_bytes, own)
    page = app.router.routes[-1]
    assert isinstance(page, Mount)
    page.app = Reception(page.app, visitors)
    return app
