"""The service with a page: one application, one queue, the same jobs."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from fastapi import FastAPI
from starlette.routing import Mount

from ..engine import Engine
from ..errors import OpenTheEyesError
from ..options import Restorer
from ..service.http.app import create_app
from ..service.server import admission, is_loopback
from ..service.settings import ServiceSettings
from . import choices, words
from .app_manifest import app_routes
from .controller import Controller
from .cookie_auth import CookieAuth
from .example import example_routes
from .image_cache import ImageCache
from .image_routes import image_routes
from .job_client import JobClient
from .page import Page, mount_page
from .page_middleware import PageMiddleware, login_routes
from .upload_routes import upload_routes

RESTORERS: Final[tuple[Restorer, ...]] = ("gfpgan", "restoreformer", "gpen", "codeformer")
"""Restorers of what is printed: the first whose weights are here is taken; those that anybody may use come first."""


def create_site(engine: Engine, config: ServiceSettings, host: str) -> FastAPI:
    """The application for a service and page that listen at `host`; keys and names as `serve` has them.

    Raises:
        UsageError: what `admission` and `create_app` raise.
    """
    keys, hosts = admission(config, host)
    browser_auth = CookieAuth(keys)
    app = create_app(engine, config, keys=keys, hosts=hosts, browser_auth=browser_auth)
    service = app.state.service
    image_cache = ImageCache(
        service.store, engine.settings, is_there=lambda job: service.repository.get(job) is not None
    )
    capabilities = capabilities_of(engine)
    job_client = JobClient(service, image_cache, capabilities.restorer)
    job_client.take_up()
    for routes in (
        upload_routes(service, job_client.intake),
        image_routes(service, image_cache),
        login_routes(browser_auth),
        app_routes(),
        example_routes(engine),
    ):
        app.include_router(routes)
    alone = is_loopback(host) and not config.hosts  # a proxy has a name, and lets in whoever asks it
    retention = words.retention(config.retention, alone=alone, is_folder=service.store.is_folder)
    page = Page(
        Controller(job_client, alone=alone), capabilities, retention, engine.settings.max_bytes, config.max_references
    )
    mount_page(app, page)
    mounted = app.router.routes[-1]
    assert isinstance(mounted, Mount)
    mounted.app = PageMiddleware(mounted.app, browser_auth)
    return app


def capabilities_of(engine: Engine) -> choices.Capabilities:
    """What the engine's page can promise."""
    for restorer in RESTORERS:
        with suppress(OpenTheEyesError):  # its weights are not here
            engine.restorer(restorer)
            return choices.Capabilities(engine.name == "sdxl", restorer)
    return choices.Capabilities(engine.name == "sdxl")
