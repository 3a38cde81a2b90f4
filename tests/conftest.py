"""What many tests need: the portrait that comes along, and a stand-in for the product behind the doors."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from open_the_eyes.imaging.arrays import Rgb
from tests.side_by_side import place
from tests.stand_in import StandIn

if TYPE_CHECKING:
    from xdist.remote import Producer

    from open_the_eyes.demo.show import DemoResult
    from open_the_eyes.engine import Engine
    from open_the_eyes.results import Opened
    from open_the_eyes.roles import Crop, Face
    from tests.rooms_together import RoomsTogether


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; all others in their order."""
    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RoomsTogether | None:
    """For `--dist loadfile`, which `make test` asks for."""
    from tests.rooms_together import RoomsTogether

    return RoomsTogether(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whom nobody knows, as in a container."""

    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", home)


@pytest.fixture(scope="session")
def portrait() -> Rgb:
    """(512, 512, 3): Eileen Collins, NASA, public domain; one face, eyes open."""
    from open_the_eyes.portrait import portrait

    pixels = portrait()
    pixels.flags.writeable = False
    return pixels


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The real one; its models are read once for the whole suite."""
    from open_the_eyes.engine import load_engine

    return load_engine("appearance")


@pytest.fixture(scope="session")
def remembering(engine: Engine) -> Engine:
    """The same, but for what it has found or painted already: for tests of what is around it."""
    from tests.painters import RememberingDetector, RememberingPainter

    detector, generator = RememberingDetector(engine.detector), RememberingPainter(engine.generator)
    return replace(engine, detector=detector, generator=generator)


@pytest.fixture(scope="session")
def portrait_face(engine: Engine, portrait: Rgb) -> Face:
    """The portrait's face, eyes open."""
    (face,) = engine.detector.detect(portrait)
    return face


@pytest.fixture(scope="session")
def blinked(portrait: Rgb, portrait_face: Face) -> Rgb:
    """The portrait with both eyes shut."""
    from open_the_eyes.demo.blink import paint_blink

    pixels = paint_blink(portrait, portrait_face.landmarks)
    pixels.flags.writeable = False
    return pixels


@pytest.fixture(scope="session")
def blinked_face(engine: Engine, blinked: Rgb) -> Face:
    """Its face as the detector sees it: closed."""
    (face,) = engine.detector.detect(blinked)
    return face


@pytest.fixture(scope="session")
def closed_crop(blinked: Rgb, blinked_face: Face) -> Crop:
    """Its eyes, both to be opened."""
    from open_the_eyes.imaging.face.mesh478 import SIDES
    from open_the_eyes.stages.crop import crop

    return crop(blinked, blinked_face, SIDES)


@pytest.fixture(scope="session")
def opened_blink(engine: Engine, blinked: Rgb) -> Opened:
    """The blink opened with the defaults."""
    from open_the_eyes.photo import Photo
    from open_the_eyes.pipeline import open_eyes

    return open_eyes(Photo(blinked), engine=engine)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """What `demo` writes."""
    from open_the_eyes.demo.show import run_demo

    return run_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def blink(demo: DemoResult) -> Path:
    """A JPEG of that portrait with a blink painted on."""
    path = demo.before.with_name("blink.jpg")
    with Image.open(demo.before) as picture:
        picture.save(path, quality=92)
    return path


@pytest.fixture(scope="session")
def opened(demo: DemoResult) -> Path:
    """The same with its eyes opened again."""
    return demo.after


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    """The command line in an empty folder, in front of a stand-in for everything behind it."""
    actor = StandIn()
    import_module("open_the_eyes.replaying")  # what else is behind has to find the true ones
    engine, pipeline = ModuleType("engine"), ModuleType("pipeline")
    engine.__dict__["engine_name"] = str
    engine.__dict__["load_engine"] = lambda *_: SimpleNamespace(name="appearance", why="the only one here")
    pipeline.__dict__["open_eyes"] = actor.open_eyes
    monkeypatch.setitem(sys.modules, "open_the_eyes.engine", engine)
    monkeypatch.setitem(sys.modules, "open_the_eyes.pipeline", pipeline)
    monkeypatch.chdir(tmp_path)
    return actor


@pytest.fixture(scope="session")
def drawn_shots(tmp_path_factory: pytest.TempPathFactory, portrait: Rgb, portrait_face: Face, blinked: Rgb) -> Path:
    """What `shots` has, drawn and written once: that takes longer than many a test that needs it."""
    from tests.references import another_shot, somebody_else

    folder = tmp_path_factory.mktemp("shots")
    pictures = {
        "shot1": blinked,
        "shot2": another_shot(portrait, light=0.85),
        "stranger": somebody_else(portrait, portrait_face.landmarks),
        "empty": portrait * 0 + 120,
    }
    for name, pixels in pictures.items():
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "text.png").write_text("no picture")
    return folder


@pytest.fixture
def shots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn_shots: Path) -> Path:
    """shot1.png: a blink; shot2.png: open eyes; stranger.png; empty.png: nobody; text.png: no picture."""
    shutil.copytree(drawn_shots, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path
