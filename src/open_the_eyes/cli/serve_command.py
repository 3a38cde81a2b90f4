"""`open-the-eyes serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import UsageError
from ..wording import counted
from . import libraries, speech
from .flags import common as flags
from .flags import parse

LAST_PORT = 65_535
ONLY = "metrics"
"""What a key may be limited to."""


def serve_command(
    host: flags.Host = "127.0.0.1",
    port: Annotated[str, typer.Option(metavar="N", help="The port to listen at; 0 takes a free one.")] = "8000",
    engine: flags.EngineName = "auto",
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Work on a Ray cluster: local (start one here), auto (find one), or its address. See docs/scaling.md.",
        ),
    ] = None,
    gpus_each: Annotated[str, typer.Option(metavar="N", help="With --ray: GPUs for each painter, at most 1.")] = "0",
    painters: Annotated[str, typer.Option(metavar="N", help="With --ray: the most processes that paint.")] = "1",
    frontends: Annotated[str, typer.Option(metavar="N", help="With --ray: the most processes that take jobs.")] = "1",
    new_key: Annotated[bool, typer.Option("--new-key", help="Make an API key, print it this once, and leave.")] = False,
    only: Annotated[
        str | None, typer.Option(metavar="metrics", help="With --new-key: the key opens /metrics and nothing else.")
    ] = None,
) -> None:
    """Answers HTTP: photos are handed in as jobs, which survive a crash. docs/api.md tells how to ask.

    At 127.0.0.1 no API key is needed unless one was made; at every other address one is. Ctrl-C or SIGTERM gives the
    photo that is being painted up to 20 seconds to finish; Ctrl-C again leaves it at its next step. What is not
    finished is done after the next start.

    \b
    Examples:
      open-the-eyes serve
      curl -F photo=@family.jpg http://127.0.0.1:8000/v1/jobs
      open-the-eyes serve --new-key
      open-the-eyes serve --new-key --only metrics
      open-the-eyes serve --host 0.0.0.0 --port 8080

    \b
    Environment variables (docs/api.md has the others, which every command reads):
      OTE_FOLDER               the folder for everything that has no place of its own
      OTE_STORE                photos and results: a folder, or s3://bucket/jobs
      OTE_DATABASE             jobs: sqlite:////path, or postgresql://user@host/name
      OTE_MAX_CONNECTIONS      most connections of this process to PostgreSQL; 16
      OTE_WORKER               this process's name, where several share one PostgreSQL
      OTE_KEYS                 the file with the hashes of the API keys
      OTE_RETENTION            seconds after a job's end until all of it is deleted; 86400
      OTE_MAX_QUEUE            most jobs that may wait; 100
      OTE_MAX_QUEUE_PER_KEY    most of these with one key; a quarter
      OTE_REQUESTS_PER_MINUTE  most requests with one key; 300
      OTE_PATIENCE             seconds without progress after which a photo is taken to hang; 1800
      OTE_MAX_REFERENCES       most other photos in one job; 8
      OTE_MAX_REQUEST_BYTES    most bytes in one request; 500000000
      OTE_MAX_RECEIVED_BYTES   most bytes in all requests that come in at once; 3000000000
      OTE_HOSTS                more names that the service goes by, with commas
    """
    number = port_number(port)
    if ray is None and (gpus_each, painters, frontends) != ("0", "1", "1"):
        raise UsageError("--gpus-each, --painters, --frontends: expected --ray beside them, got none; add it.")
    if only not in (None, ONLY):
        raise UsageError(f"expected {ONLY}, got {only}; leave it out for a key that opens everything.", option="--only")
    if only and not new_key:
        raise UsageError("--only: expected --new-key beside it, got none; add it.")
    with libraries.of_extra("serve" if ray is None else "ray", "serve"):
        from ..service.api_keys import make_key
        from ..service.server import assembled, serve
        from ..service.settings import ServiceSettings
    own = ServiceSettings.from_environment()
    if new_key:
        key = make_key(own.keys_file, only_metrics=only == ONLY)
        speech.note(f"the key's hash is in {own.keys_file}; the key itself is shown only now:")
        speech.say(key)
        return

    def started(name: str, why: str) -> None:
        speech.note(f"engine: {name}, {why}")
        after = counted(own.retention, "second")
        speech.note(f"jobs: {own.place}, everything of a job is deleted {after} after it has ended")

    def listening(address: str) -> None:
        speech.note(f"listening: {address}")

    if ray is not None:
        from ..fleet.ray_run import serve_on

        given = {
            "engine": engine,
            "gpus": parse.decimal("--gpus-each", gpus_each),
            "painters": parse.whole("--painters", painters),
            "frontends": parse.whole("--frontends", frontends),
        }
        serve_on(ray, host, number, given, started, listening)
        return

    chosen = flags.engine_of(engine)
    app = assembled(chosen, own, host)
    started(chosen.name, chosen.why)
    serve(app, host, number, listening)


def port_number(text: str) -> int:
    number = parse.whole("--port", text)
    if not 0 <= number <= LAST_PORT:
        raise UsageError(f"expected 0 to {LAST_PORT}, got {number}.", option="--port")
    return number
