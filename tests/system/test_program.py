"""Which state of the program it is: another one for every change to what makes pictures, and for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from open_the_eyes.system import program
from tests.test_layering import names_imported

IDLE: Final = {
    "__init__.py", "__main__.py", "burst.py", "folders.py", "frames.py", "replaying.py",
    "system/digest.py", "system/locks.py", "system/patterns.py", "system/privacy.py", "system/same_file.py",
    "models/weights/fetching.py", "models/weights/sources.py",
}  # fmt: skip
"""What counts and never runs for a result: a change there is told of in vain."""

FILES: Final = {
    "pipeline.py": b"open = 1\n",
    "stages/blend.py": b"blend = 1\n",
    "models/sdxl/masks.py": b"",
    "models/SHA256SUMS": b"00  data/refiner.onnx\n",
    "cli/app.py": b"main = 1\n",
}


def laid(package: Path, changed: dict[str, bytes | None]) -> Path:
    """A small package; what is None is not in it."""
    for name, content in {**FILES, **changed}.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            (package / name).write_bytes(content)
    return package


@pytest.mark.parametrize(
    ("changed", "another"),
    [
        pytest.param({"stages/blend.py": b"blend = 2\n"}, True, id="a stage"),
        pytest.param({"pipeline.py": b"open = 2\n"}, True, id="a module"),
        pytest.param({"models/SHA256SUMS": b"01  data/refiner.onnx\n"}, True, id="a model"),
        pytest.param({"models/sdxl/masks.py": None, "models/masks.py": b""}, True, id="moved"),
        pytest.param({"stages/blend.py": b"blend = 1\r\n"}, False, id="line endings"),
        pytest.param({"cli/app.py": b"main = 2\n"}, False, id="a front door"),
        pytest.param({"stages/__pycache__/blend.pyc": b"\0"}, False, id="bytecode"),
    ],
)
def test_a_change_to_what_makes_pictures_is_another_state(
    changed: dict[str, bytes | None], another: bool, tmp_path: Path
) -> None:
    states = program.state_of(laid(tmp_path / "was", {})), program.state_of(laid(tmp_path / "is", changed))
    assert (states[0] != states[1]) is another
    assert [len(state) for state in states] == [64, 64]


def test_without_source_no_state_is_told(tmp_path: Path) -> None:
    assert program.state_of(tmp_path) == ""
    assert program.state_of(laid(tmp_path, {"models/SHA256SUMS": None})) == ""


def sources_of(name: str) -> list[Path]:
    """The files that an import of "open_the_eyes.stages.blend.blended" runs: a module, and the folders it is in."""
    path = program.PACKAGE.joinpath(*name.split(".")[1:])
    within = [one for one in (path, *path.parents) if program.PACKAGE in one.parents]
    return [file for one in within for file in (one.with_suffix(".py"), one / "__init__.py") if file.is_file()]


def test_what_makes_a_result_counts_and_little_else_does() -> None:
    runs, todo = set(), [program.PACKAGE / name for name in ("pipeline.py", "engine.py", "results.py")]
    while todo:
        path = todo.pop()
        if path not in runs:
            runs.add(path)
            modules = (name for name in names_imported(path) if name.startswith("open_the_eyes."))
            todo += [file for name in modules for file in sources_of(name)]
    counted = set(program.hashed_sources(program.PACKAGE))
    assert not runs - counted
    assert {path.relative_to(program.PACKAGE).as_posix() for path in counted - runs} == IDLE


def test_the_package_itself_has_a_state_that_counts_every_room() -> None:
    assert len(program.state()) == 64
    assert all((program.PACKAGE / room).is_dir() for room in program.ROOMS)
    assert (program.PACKAGE / program.MODEL_SUMS).is_file()
