"""`open-the-eyes ui`."""

from __future__ import annotations

import threading
import webbrowser
from typing import Annotated, Final

import typer

from ..errors import UsageError
from . import libraries, speech
from .flags import common as flags
from .lan import own_address
from .serve_command import port_number

STARTING: Final = "starting the page; this takes some seconds, the first time more ..."
"""What is said before the page's libraries are loaded."""


def ui_command(
    host: flags.Host = "127.0.0.1",
    port: Annotated[str, typer.Option(metavar="N", help="The port to listen at; 0 takes a free one.")] = "7860",
    engine: flags.EngineName = "auto",
    browser: Annotated[
        bool,
        typer.Option(
            "--browser/--no-browser",
            help="Open the page in the browser, or not; at 127.0.0.1 it is opened.",
            show_default=False,
        ),
    ] = True,
) -> None:
    """Shows the web page: drop a photo, choose faces and eyes, take the file.

    It runs on this machine and loads nothing from elsewhere. At 127.0.0.1 no key is needed unless one was made with
    `serve --new-key`; at every other address the page asks for one once. The HTTP API of `serve` answers at the same
    address, and the same environment variables hold. Ctrl-C stops it; photos that are not finished are done after the
    next start. Where it is running already, that page is opened.

    \b
    Examples:
      open-the-eyes ui
      open-the-eyes ui --no-browser --port 8080
      open-the-eyes ui --host 0.0.0.0
    """
    number = port_number(port)
    with libraries.of_extra("ui", "ui"):
        from ..service.database.worker_lock import other_service
        from ..service.server import admission, is_loopback, serve, url_of
        from ..service.settings import ServiceSettings

        own = ServiceSettings.from_environment()
        admission(own, host)  # who may not come is told before anything heavy is loaded

        def is_there_already() -> bool:
            """Whether another process shows the page as it was asked for; then that one is opened."""
            other = other_service(own.database_url)
            if other is None or not other.page or (other.host, engine) != (host, "auto"):
                return False
            speech.show(f"Open The Eyes is already at {other.address}")
            if browser and is_loopback(host):
                webbrowser.open(other.address)
            return True

        if is_there_already():
            return
        speech.note(STARTING)
        from ..web.site import create_site
    if is_there_already():  # who asked twice, as the first had nothing to show yet, came second
        return
    chosen = flags.engine_of(engine)
    try:
        site = create_site(chosen, own, host)
    except UsageError:
        if is_there_already():  # the first had its database, but no page yet
            return
        raise
    speech.note(f"engine: {chosen.name}, {chosen.why}")

    def tell(address: str) -> None:
        speech.show(f"Open The Eyes is at {address}")
        seen = own_address(host)
        if seen is not None and not own.hosts:  # else it answers to those names alone
            speech.show(f"from other devices: {url_of(seen, int(address.rpartition(':')[2]))}")
        if browser and is_loopback(host):  # it waits until the page answers: connections queue while the rest starts
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(site, host, number, tell, page=True)
