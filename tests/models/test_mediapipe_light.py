"""A package whose `__init__` imports too much is used without it, until somebody asks for what it brings."""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from open_the_eyes.models.mediapipe_graphs import FINDER_GRAPH, MESH_GRAPH
from open_the_eyes.models.mediapipe_light import import_light, load_parts

INIT = """
import heavy_for_a_test.parts.rest as rest
del parts
__version__ = "1.2"
"""


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package made as MediaPipe is: its `__init__` imports more of it, and deletes what that leaves behind."""
    folder = tmp_path / "heavy_for_a_test"
    (folder / "parts").mkdir(parents=True)
    for name, text in (("", INIT), ("parts", ""), ("parts/light", "answer = 42"), ("parts/rest", "answer = 43")):
        path = folder / name / "__init__.py" if name in ("", "parts") else folder / f"{name}.py"
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder.name
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


def test_a_part_comes_without_the_rest(heavy: str) -> None:
    import_light(heavy)
    assert importlib.import_module(f"{heavy}.parts.light").answer == 42
    assert f"{heavy}.parts.rest" not in sys.modules
    assert not hasattr(sys.modules[heavy], "__wrapped__")


@pytest.mark.parametrize("asked", ["rest", "__version__"])
def test_the_rest_comes_when_somebody_asks_for_it(heavy: str, asked: str) -> None:
    import_light(heavy)
    part = importlib.import_module(f"{heavy}.parts.light")
    package = importlib.import_module(heavy)
    assert hasattr(package, asked)
    assert package.rest.answer == 43
    assert importlib.import_module(f"{heavy}.parts.light") is part
    with pytest.raises(AttributeError):
        package.nothing  # noqa: B018


def test_a_package_that_is_there_stays_as_it_is(heavy: str) -> None:
    package = importlib.import_module(heavy)
    import_light(heavy)
    assert importlib.import_module(heavy) is package
    import_light("no_such_package_for_a_test")
    assert "no_such_package_for_a_test" not in sys.modules


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        pytest.param("Type google._upb._message.MessageMapContainer uses PyType_Spec with", False, id="protobuf's own"),
        pytest.param("of something else", True, id="another"),
    ],
)
def test_where_warnings_are_errors_that_of_protobuf_is_none(
    text: str, raised: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[str] = []

    def warn(name: str) -> None:
        imported.append(name)
        if len(imported) == 1:  # whatever is imported first brings protobuf's C types
            warnings.warn(text, DeprecationWarning, stacklevel=2)

    monkeypatch.setattr("importlib.import_module", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning) if raised else nullcontext():
            load_parts()


def test_no_option_of_a_graph_is_lost() -> None:
    """MediaPipe's Python drops, without a word, what it has no description of: a face's presence then means nothing."""
    load_parts()
    from mediapipe.framework import calculator_pb2
    from mediapipe.python import solution_base
    from mediapipe.python._framework_bindings import resource_util, validated_graph_config

    root = Path(solution_base.__file__).parents[2]
    resource_util.set_resource_dir(str(root))
    for graph in ({"graph_config": MESH_GRAPH}, {"binary_graph_path": str(root / FINDER_GRAPH)}):
        told = validated_graph_config.ValidatedGraphConfig()
        told.initialize(**graph)
        understood = calculator_pb2.CalculatorGraphConfig()
        understood.ParseFromString(told.binary_config)
        options = [sorted(re.findall(r"\[mediapipe\.[\w.]+\]", text)) for text in (told.text_config, str(understood))]
        assert options[0] == options[1] != []
