"""The house plan, held: who may import whom, what importing costs, and how long a file may grow."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import open_the_eyes
from open_the_eyes import errors

SOURCE: Final = Path(open_the_eyes.__file__).parent
SERVICE: Final = "open_the_eyes.service"
MODULES: Final = sorted(SOURCE.rglob("*.py"))

LAYERS: Final = (
    {"addresses", "imaging", "wording"},
    {"errors", "naming", "notebook", "origins", "system", "version"},
    {"options", "portrait"},
    {"edit_record", "settings"},
    {"photo", "roles"},
    {"progress", "report", "seen"},
    {"frames", "residency"},
    {"files", "models", "stopwatch"},
    {"folders", "stages"},
    {"engine", "reporting"},
    {"results"},
    {"arguments"},
    {"looking"},
    {"pipeline"},
    {"burst", "demo", "replaying", "service"},
    {"batch"},
    {"fleet"},
    {"bench"},
    {"web"},
    {"cli", "__init__"},
    {"__main__"},
)
"""Low to high: a room may import rooms of lower layers, and itself."""

SERVICE_LAYERS: Final = (
    {"api_keys", "errors", "jobs.job", "memo", "whereabouts"},
    {"concurrency", "jobs.outlook", "jobs.priority_lock", "listing", "reasons", "store"},
    {"problems", "views"},
    {"database", "metrics"},
    {"settings"},
    {"follow_room", "jobs"},
    {"uploads"},
    {"job_service"},
    {"maintenance"},
    {"http"},
    {"server"},
)
"""The same of the service's own rooms; a module of a folder that is named here stands lower than the rest of it."""

SPEAK_HTTP: Final = {"http", "server", "uploads"}
"""The service's rooms that know requests and responses."""

CLOSED_DOORS: Final = {("stages", "models"), ("engine", "stages"), ("engine", "files"), ("errors", "imaging")}
"""Lower layers that are none of that room's business all the same."""

FOREIGN: Final = {
    "mediapipe": set(),
    "onnxruntime": {"models"},
    "torch": {"bench", "models", "residency"},
    "diffusers": {"bench", "models"},
    "peft": {"models"},
    "safetensors": {"models"},
    "torchao": {"models"},
    "transformers": {"models"},
    "PIL": {"bench", "files", "notebook"},
    "c2pa": {"files"},
    "cryptography": {"files"},
    "pillow_heif": {"files"},
    "pyvips": {"files"},
    "scipy": {"bench", "imaging"},
    "skimage": {"bench"},
    "torchmetrics": {"bench"},
    "torchvision": set(),
    "threadpoolctl": {"system"},
    "rich": {"cli"},
    "typer": {"cli"},
    "fastapi": {"service", "web"},
    "gradio": {"web"},
    "starlette": {"service", "web"},
    "uvicorn": {"service"},
    "dbos": {"service"},
    "sqlalchemy": {"service"},
    "fsspec": {"fleet", "service"},
    "prometheus_client": {"service"},
    "ray": {"fleet"},
}
"""Libraries that only these rooms know."""

LONGEST: Final = 300
LONGER: Final[dict[str, str]] = {}
"""File -> why it may be longer."""


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def names_imported(path: Path) -> frozenset[str]:
    """Every imported module in full, such as "open_the_eyes.imaging.arrays" or "cv2", wherever it stands."""
    return frozenset(_names_imported(path))


def _names_imported(path: Path) -> Iterator[str]:
    package = ("open_the_eyes", *path.relative_to(SOURCE).parent.parts)
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            within = (*base, *(node.module.split(".") if node.module else ()))
            yield from (".".join((*within, alias.name)) for alias in node.names)


def libraries_imported(path: Path) -> set[str]:
    """The same by the first part of their names, such as "cv2"."""
    return {name.split(".")[0] for name in names_imported(path)}


def rooms_imported(path: Path) -> set[str]:
    parts = [name.split(".") for name in names_imported(path)]
    ours = {name[1] for name in parts if name[0] == "open_the_eyes" and len(name) > 1}
    return {"version" if room == "__version__" else room for room in ours}


def layer_of(room: str, layers: Sequence[set[str]] = LAYERS) -> int:
    return next(index for index, rooms in enumerate(layers) if room in rooms)


def service_room_of(name: str) -> str:
    """The room of a module within the service: "jobs.steps" -> "jobs", "jobs.job" -> "jobs.job"."""
    module = ".".join(name.split(".")[:2])
    return module if any(module in rooms for rooms in SERVICE_LAYERS) else name.split(".")[0]


def relative(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_every_room_has_its_place_in_the_plan() -> None:
    assert {room_of(path) for path in MODULES} <= set().union(*LAYERS)


def test_no_import_points_upwards() -> None:
    pairs = [(path, room_of(path), other) for path in MODULES for other in rooms_imported(path) - {room_of(path)}]
    upwards = [
        f"{relative(path)} imports {other}, which stands above or beside it"
        for path, room, other in pairs
        if layer_of(other) >= layer_of(room)
    ]
    closed = [f"{relative(path)} imports {other}" for path, room, other in pairs if (room, other) in CLOSED_DOORS]
    assert len(pairs) > len(MODULES)
    assert not upwards + closed


def test_no_import_within_the_service_points_upwards() -> None:
    offenders = []
    for path in (path for path in MODULES if room_of(path) == "service"):
        room = service_room_of(".".join(path.relative_to(SOURCE / "service").with_suffix("").parts))
        ours = {name for name in names_imported(path) if name.startswith(f"{SERVICE}.")}
        others = {service_room_of(name.removeprefix(f"{SERVICE}.")) for name in ours} - {room}
        above = {other for other in others if layer_of(other, SERVICE_LAYERS) >= layer_of(room, SERVICE_LAYERS)}
        offenders += [f"{relative(path)} imports {other}, which stands above or beside it" for other in above]
    assert not offenders


def test_few_rooms_of_the_service_speak_http() -> None:
    speaking = {
        service_room_of(".".join(path.relative_to(SOURCE / "service").with_suffix("").parts))
        for path in MODULES
        if room_of(path) == "service" and libraries_imported(path) & {"fastapi", "starlette"}
    }
    assert speaking == SPEAK_HTTP


def test_imaging_imports_nothing_of_ours() -> None:
    imaging = [path for path in MODULES if room_of(path) == "imaging"]
    assert {"imaging"} == set().union(*map(rooms_imported, imaging))


def test_foreign_libraries_are_known_in_one_room_only() -> None:
    pairs = [(path, name) for path in MODULES for name in libraries_imported(path) & set(FOREIGN)]
    assert not [f"{relative(path)} imports {name}" for path, name in pairs if room_of(path) not in FOREIGN[name]]


def test_no_file_is_two_ideas_wearing_one_name() -> None:
    lines = {relative(path): len(text_of(path).splitlines()) for path in MODULES}
    assert not {name: length for name, length in lines.items() if length > LONGEST and name not in LONGER}


@pytest.mark.parametrize("module", ["open_the_eyes", "open_the_eyes.cli.app"])
def test_importing_loads_no_model_library(module: str) -> None:
    heavy = {"torch", "onnxruntime", "cv2", "numpy", "scipy", "skimage", "PIL", "rich"}
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not heavy & set(loaded)


def test_what_opens_photos_loads_nothing_of_the_network() -> None:
    """HTTP and TLS take a thirtieth of the time from the start to the first result."""
    code = "import sys, open_the_eyes.pipeline; open_the_eyes.load_engine('appearance'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "open_the_eyes.files.metadata.xmp" in loaded
    assert not {"ssl", "http.client", "urllib.request"} & set(loaded)


@pytest.mark.parametrize(("arguments", "own"), [("", True), ("['--version']", False)], ids=["program", "a caller's"])
def test_only_a_process_of_the_programs_own_gives_up_looking_for_garbage(arguments: str, own: bool) -> None:
    said = "print(gc.get_threshold()[0] > usual, gc.get_freeze_count() > 0)"
    code = f"import gc; from open_the_eyes.cli import main; usual = gc.get_threshold()[0]; main({arguments}); {said}"
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"{own} {own}"


@pytest.mark.skipif(sys.platform == "win32", reason="has no times of child processes")
def test_help_takes_less_than_half_a_second_of_the_processor() -> None:
    """Of the processor, because the clock also counts whatever else the machine does."""
    program = Path(sys.executable).with_name("open-the-eyes")

    def seconds() -> float:
        before = os.times()
        subprocess.run([program, "--help"], capture_output=True, check=True)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert min(seconds() for _ in range(3)) < 0.5


def test_help_and_completion_show_what_is_public() -> None:
    for module in ("options", "settings", "pipeline"):
        importlib.import_module(f"open_the_eyes.{module}")
    public = {name for name in dir(open_the_eyes) if not name.startswith("__")}
    assert public == set(open_the_eyes.__all__) - {"__version__"} | {"options", "settings"}
    assert "(photo: " in pydoc.render_doc(open_the_eyes)


@pytest.mark.parametrize("name", [name for name in open_the_eyes.__all__ if name != "__version__"])
def test_what_is_public_is_no_module_once_that_is_loaded(name: str) -> None:
    for _ in range(2):
        assert not inspect.ismodule(getattr(open_the_eyes, name))
    assert name not in {room_of(path) for path in MODULES}


def test_errors_that_public_docstrings_name_are_public() -> None:
    ways = [
        getattr(open_the_eyes, name)
        for name in ("open_eyes", "inspect_photo", "look", "best_take", "load_engine", "edit_in", "replay")
    ]
    told = " ".join(inspect.getdoc(way) or "" for way in (*ways, open_the_eyes.Opened.save, open_the_eyes.Options.of))
    kinds = {name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, Exception)}
    named = kinds & set(re.findall(r"\w+", told))
    assert {"UsageError", "WeightsMissing"} <= named <= set(open_the_eyes.__all__)
