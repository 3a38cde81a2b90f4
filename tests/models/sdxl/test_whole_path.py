"""From a closed photo to a saved one through SDXL's own path, and every way in which it cannot begin."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from open_the_eyes.engine import Engine, load_engine
from open_the_eyes.errors import NoCapacity, OpenTheEyesError, UsageError, WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.models.sdxl import loading, schedule
from open_the_eyes.models.sdxl.schedule import Schedule
from open_the_eyes.options import Options
from open_the_eyes.photo import Photo
from open_the_eyes.pipeline import open_eyes
from open_the_eyes.residency import Residency
from open_the_eyes.settings import Settings
from tests.models.sdxl.conftest import tiny
from tests.residency.counted import CountedMemory


@pytest.fixture
def clear_engine(engine: Engine, clear_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """SDXL that hardly changes the eyes it starts from: a clear VAE and a strength of 1 %."""
    monkeypatch.setitem(schedule.MODES, "standard", Schedule(2, 1, 0.01, 5.0, 0.5))
    painter = tiny(Settings(weights=clear_weights, device="cpu"), side=48)
    return replace(engine, name="sdxl", generator=painter)


def test_a_blink_is_opened_verified_and_saved(clear_engine: Engine, blinked: Rgb, tmp_path: Path) -> None:
    told: list[str] = []
    result = open_eyes(Photo(blinked), Options.of(seed=1), engine=clear_engine, progress=lambda n, _: told.append(n))
    (face,) = result.faces
    assert face.outcome == "opened", face.reason
    assert result.report.engine == "sdxl"
    assert {"generate/base", "generate/refiner", "generate/decode"} <= {stage.name for stage in result.timings}
    assert {"generate/base", "generate/refiner"} <= set(told)
    report = result.save(tmp_path / "opened.png")
    assert report.outputs
    changed = (result.photo.pixels != blinked).any(axis=2)
    assert 0 < changed.sum() < 0.02 * changed.size


def missing(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(loading, "find_spec", lambda name: None if name in names else find_spec(name))


@pytest.mark.usefixtures("libraries")
def test_libraries_that_are_not_there_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing(monkeypatch, "torch", "peft")
    with pytest.raises(UsageError, match=r"torch, peft not installed.*pip install.*open-the-eyes\[sdxl\]"):
        load_engine("sdxl", Settings(weights=tmp_path))


def test_a_python_that_is_too_old_for_them_is_named_and_nothing_that_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing(monkeypatch, "diffusers")
    monkeypatch.setattr("sys.version_info", (3, 10, 4))
    with pytest.raises(UsageError, match=r"expected Python 3\.11 or later, this is 3\.10\.4\. ") as caught:
        load_engine("sdxl", Settings(weights=tmp_path))
    assert "pip install" not in str(caught.value)
    assert loading.sdxl_lacks(Settings(weights=tmp_path)) == "a GPU and Python 3.11 or later, this is 3.10.4"


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize(
    ("device", "error", "words"),
    [
        ("auto", NoCapacity, "OTE_DEVICE=cpu"),
        ("cuda:7", NoCapacity, "cuda:7"),
        ("cpu", WeightsMissing, "open-the-eyes fetch sdxl$"),
    ],
)
def test_then_the_gpu_and_then_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, error: type[OpenTheEyesError], words: str
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(error, match=words):
        load_engine("sdxl", Settings(weights=tmp_path, device=device))


def test_auto_takes_sdxl_where_a_gpu_and_weights_are_and_says_so(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (9, 0))
    monkeypatch.setattr(loading, "residency_of", lambda *_: Residency(CountedMemory(), "cuda:0"))
    chosen = load_engine("auto", Settings(weights=weights))
    assert chosen.name == "sdxl"
    assert "GPU" in chosen.why
    assert chosen.better_needs == ""
    for engine in (chosen, load_engine("sdxl", Settings(weights=weights))):  # a replay asks by name
        assert engine.for_references().generator.name == "reference"


def test_a_gpu_that_torch_has_no_kernels_for_is_refused_before_any_work_and_auto_does_not_take_it(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_75", "sm_80"])
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (6, 1))
    settings = Settings(weights=weights)
    with pytest.raises(NoCapacity, match=r"capability is 6\.1, .* Or mend it with: "):
        load_engine("sdxl", settings)
    chosen = load_engine("auto", settings)
    assert chosen.name == "appearance"
    assert chosen.better_needs.startswith(
        "sdxl would need a GPU that torch can use: its compute capability is 6.1, and "
    )


@pytest.mark.parametrize(
    ("room", "why"),
    [
        pytest.param(1024, "2488 MiB of GPU memory, the room on cuda:0 is 1024 MiB", id="a small GPU, or a full one"),
        pytest.param("CUDA error: out of memory", "2488 MiB of GPU memory, the room on cuda:0 is 0 MiB", id="full"),
        pytest.param(
            "CUDA error: CUDA-capable device(s) is/are busy or unavailable",
            "a GPU that works; of cuda:0 CUDA says: CUDA error: CUDA-capable device(s) is/are busy or unavailable",
            id="of another program alone",
        ),
        pytest.param(2488, "", id="just enough, base and refiner streamed"),
    ],
)
def test_auto_takes_no_gpu_on_which_the_networks_do_not_fit(
    weights: Path, monkeypatch: pytest.MonkeyPatch, room: int | str, why: str
) -> None:
    import torch

    def measured(*_: object) -> Residency:
        if isinstance(room, str):
            raise RuntimeError(room)
        return Residency(CountedMemory(room), "cuda:0")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (9, 0))
    monkeypatch.setattr(loading, "residency_of", measured)
    chosen = load_engine("auto", Settings(weights=weights))
    assert chosen.name == ("appearance" if why else "sdxl")
    assert chosen.better_needs == (f"sdxl would need {why}" if why else "")


def refused(path: object) -> NoReturn:
    raise PermissionError(13, "Permission denied", str(path))


@pytest.mark.parametrize(
    ("lacks", "why"),
    [
        ("libraries", "a GPU and its libraries (the extra sdxl)"),
        ("weights", "a GPU and its weights (open-the-eyes fetch sdxl)"),
        ("rights", "a GPU and its weights (chmod -R u+rX "),
        ("checkpoint", "a GPU and a checkpoint, which OTE_SDXL=nothing.safetensors is not"),
        ("gpu", "would need a GPU"),
        ("number", "would need the GPU cuda:7"),
    ],
    ids=["libraries", "weights", "rights", "checkpoint", "gpu", "number"],
)
def test_auto_takes_the_appearance_model_elsewhere_and_says_what_sdxl_would_need(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str, why: str
) -> None:
    if lacks == "libraries":
        missing(monkeypatch, "diffusers")
    else:
        request.getfixturevalue("libraries")
    settings = Settings(weights=tmp_path, device="cuda:7" if lacks == "number" else "auto")
    if lacks == "rights":
        monkeypatch.setattr("os.scandir", refused)  # root may look everywhere
    if lacks in ("gpu", "number", "checkpoint"):
        import torch

        settings = replace(settings, weights=request.getfixturevalue("weights"))
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    if lacks == "checkpoint":
        settings = replace(settings, sdxl=Path("nothing.safetensors"))
    chosen = load_engine("auto", settings)
    assert (chosen.name, chosen.why) == ("appearance", "runs on any machine"), "no command invites to a download"
    assert why in chosen.better_needs


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options.of(lcm=True), "lcm: .*engine sdxl.*engine appearance"),
        (Options.of(precision="int8"), "precision: .*engine sdxl.*engine appearance"),
    ],
    ids=["lcm", "precision"],
)
def test_what_only_sdxl_has_is_refused_elsewhere(engine: Engine, blinked: Rgb, options: Options, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        open_eyes(Photo(blinked), options, engine=engine)
