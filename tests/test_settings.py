"""What an operator chooses."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from open_the_eyes.errors import UsageError
from open_the_eyes.settings import Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_every_setting_has_its_variable() -> None:
    numbers = {"OTE_MAX_BYTES": "1", "OTE_MAX_PIXELS": "22", "OTE_MIN_FACE_PX": "333", "OTE_GPU_ROOM_MIB": "9000"}
    words = {"OTE_DEVICE": "cuda:1", "OTE_DETECTOR": "insightface", "OTE_HUB": "https://mirror.example/hub/"}
    read = Settings.from_environment({**numbers, **words, "OTE_WEIGHTS": "/models", "OTE_OFFLINE": "/stick"})
    wanted = Settings(max_bytes=1, max_pixels=22, min_face_px=333, gpu_room_mib=9000)
    wanted = replace(wanted, device="cuda:1", detector="insightface", hub="https://mirror.example/hub")
    assert read == replace(wanted, weights=Path("/models"), offline=Path("/stick"))


def test_every_variable_is_in_the_documentation() -> None:
    table = (Path(__file__).parents[1] / "docs/api.md").read_text(encoding="utf-8")
    named = re.findall(r"\((OTE_\w+)", Settings.__doc__ or "")
    assert len(named) == len(fields(Settings))
    assert [name for name in named if f"`{name}`" not in table] == []


def test_weights_lie_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Settings().weights == tmp_path / "open-the-eyes" / "weights"


@pytest.mark.usefixtures("no_home")
def test_who_has_no_home_has_a_folder_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert Settings().weights.is_relative_to(tmp_path)
    assert Settings.from_environment({}).weights == Settings().weights


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OTE_WEIGHTS", " "),
        ("OTE_WEIGHTS", "~no-such-user/weights"),
        ("OTE_MAX_BYTES", "9" * 5000),
        ("OTE_DEVICE", "gpu"),
        ("OTE_DEVICE", "cuda:x"),
        ("OTE_DEVICE", "cuda:" + "9" * 5000),
        ("OTE_DETECTOR", "eyes"),
        ("OTE_OFFLINE", ""),
        ("OTE_HUB", ""),
        ("OTE_HUB", "mirror.example"),
        ("OTE_HUB", "https://"),
        ("OTE_HUB", "file:///etc"),
        ("OTE_HUB", "https://mirror.example/a b"),
        ("OTE_HUB", "https://ann:secret@mirror.example"),
    ],
)
def test_other_values_of_the_wrong_kind_are_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=name):
        Settings.from_environment({name: text})


def test_other_variables_are_none_of_ours() -> None:
    assert Settings.from_environment({"MAX_BYTES": "1", "OTE_COLOUR": "x", "ote_max_bytes": "1"}) == Settings()


def test_the_processes_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTE_MIN_FACE_PX", "77")
    assert Settings.from_environment().min_face_px == 77


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "1e6", "many", " 7", "٣", "²"])
def test_what_is_no_positive_whole_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="OTE_MAX_PIXELS: expected a positive whole number"):
        Settings.from_environment({"OTE_MAX_PIXELS": text})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("max_bytes", 0, "expected a positive whole number, got 0."),
        ("max_pixels", "10", 'expected a positive whole number, got "10".'),
        ("min_face_px", 4.5, "expected a positive whole number, got 4.5."),
        ("gpu_room_mib", True, "expected a positive whole number, got true."),
        ("weights", None, "expected a folder, got null."),
        ("weights", " ", 'expected a folder, got " ".'),
        ("offline", 3, "expected a folder, got 3."),
        ("device", "gpu", "expected auto, cpu, cuda or a device such as cuda:1; got gpu."),
        ("device", 1, "expected auto, cpu, cuda or a device such as cuda:1; got 1."),
        ("detector", "insihgtface", "expected one of auto, mediapipe, insightface; got insihgtface."),
        ("hub", None, "expected an address such as https://mirror.example, got null."),
        ("compile", "off", 'expected true or false, got "off".'),
    ],
)
def test_what_cannot_be_is_refused_by_its_name_in_python_too(name: str, value: Any, words: str) -> None:
    for made in (Settings, partial(replace, Settings())):
        with pytest.raises(UsageError, match=f"^{re.escape(f'{name}: {words}')}$") as refused:
            made(**{name: value})
        assert refused.value.option == name


def test_a_path_may_be_a_text() -> None:
    given: Any = {"weights": "/models", "offline": "~/stick", "sdxl": "people/their-sdxl"}
    kept = Settings(**given)
    assert (kept.weights, kept.offline, kept.sdxl) == (
        Path("/models"),
        Path("~/stick").expanduser(),
        Path("people/their-sdxl"),
    )


def test_python_and_the_environment_keep_the_same() -> None:
    assert Settings(hub="https://mirror.example/") == Settings.from_environment({"OTE_HUB": "https://mirror.example/"})


def test_a_refusal_names_the_variable_and_how_to_be_rid_of_it() -> None:
    with pytest.raises(UsageError) as refused:
        Settings.from_environment({"OTE_DEVICE": "gpu"})
    assert (refused.value.option, refused.value.mend) == ("OTE_DEVICE", "unset OTE_DEVICE")
