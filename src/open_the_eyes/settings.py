"""What an operator chooses, read once at the start: limits, folders and devices, from `OTE_*` environment variables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from .errors import UsageError
from .options.values import check_one_of, check_yes_or_no, keep
from .wording import typed, written

Detector = Literal["auto", "mediapipe", "insightface"]
DETECTORS: Final[tuple[Detector, ...]] = get_args(Detector)
MOST_DIGITS: Final = 18
"""Most digits of a number: more than any limit needs, and fewer than Python refuses to read."""


def default_weights() -> Path:
    """Where downloaded weights are kept unless told otherwise.

    Who has no home, as an unknown user in a container, has a folder of their own among the temporary ones.
    """
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        cache = Path(tempfile.gettempdir()) / f"cache-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    return cache / "open-the-eyes" / "weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Deployment limits; a folder may be given as a text, too.

    Args:
        max_bytes: the largest file that is read (OTE_MAX_BYTES).
        max_pixels: the largest picture that is decoded (OTE_MAX_PIXELS); refused before decoding.
        min_face_px: faces narrower than this are opened only where both eyes are plainly shut or somebody asks, below
            two thirds of it never (OTE_MIN_FACE_PX).
        weights: the folder of downloaded weights (OTE_WEIGHTS).
        device: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:1" (OTE_DEVICE).
        gpu_room_mib: GPU memory that may be used; None is what is free (OTE_GPU_ROOM_MIB).
        detector: "auto" (MediaPipe), "mediapipe" or "insightface" (SCRFD)
            (OTE_DETECTOR).
        hub: where weights are fetched from: the model hub or a mirror of it (OTE_HUB).
        offline: a folder to fetch weights from instead; None is the hub (OTE_OFFLINE).
        sdxl: another SDXL checkpoint, a folder, a .safetensors file, or the hub id of one that was fetched; None is the
            one of `fetch sdxl` (OTE_SDXL).
        compile: whether SDXL's networks are compiled on a GPU, slow once and fast ever after (OTE_COMPILE, on or off).

    Raises:
        UsageError: a value of the wrong kind.
    """

    max_bytes: int = 500_000_000
    max_pixels: int = 200_000_000
    min_face_px: int = 48
    weights: Path = field(default_factory=default_weights)
    device: str = "auto"
    gpu_room_mib: int | None = None
    detector: str = "auto"
    hub: str = "https://huggingface.co"
    offline: Path | None = None
    sdxl: Path | None = None
    compile: bool = True

    if TYPE_CHECKING:  # a field tells one type, what is kept; folders may be given as texts

        def __init__(
            self,
            *,
            max_bytes: int = ...,
            max_pixels: int = ...,
            min_face_px: int = ...,
            weights: str | os.PathLike[str] = ...,
            device: str = ...,
            gpu_room_mib: int | None = ...,
            detector: Detector = ...,
            hub: str = ...,
            offline: str | os.PathLike[str] | None = ...,
            sdxl: str | os.PathLike[str] | None = ...,
            compile: bool = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        keep(self, **{known.name: _CHECKS[known.name](known.name, getattr(self, known.name)) for known in fields(self)})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from `OTE_*` names.

        Raises:
            UsageError: a value of the wrong kind.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for known in fields(cls):
            name = f"OTE_{known.name.upper()}"
            if name in environment:
                try:
                    value = _READERS.get(known.name, _as_it_is)(known.name, environment[name])
                    values[known.name] = _CHECKS[known.name](known.name, value)
                except UsageError as error:
                    raise error.called(name, mend=f"unset {name}") from error
        return cls(**values)


def _as_it_is(_: str, text: str) -> str:
    return text


def _digits(name: str, text: str) -> int:
    """A number as the environment has it."""
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS or int(text) < 1:
        raise _no_count(name, typed(text))
    return int(text)


def _switch(name: str, text: str) -> bool:
    """Yes or no as the environment has it."""
    if text not in ("on", "off"):
        raise UsageError(f"expected on or off, got {typed(text)}.", option=name)
    return text == "on"


def _count(name: str, value: object) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise _no_count(name, written(value))
    return int(value)


def _no_count(name: str, came: str) -> UsageError:
    return UsageError(f"expected a positive whole number, got {came}.", option=name)


def path_from(name: str, value: object, kind: str = "path") -> Path:
    """The path that a text names, "~" spelt out; a path is taken as one.

    Raises:
        UsageError: none; `kind` says what was expected.
    """
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise UsageError(f"expected a {kind}, got {typed(text)}.", option=name)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise UsageError(
            f"expected a {kind}, got {typed(text)}, whose home is unknown; write it out.", option=name
        ) from error


def _folder(name: str, value: object) -> Path:
    return path_from(name, value, "folder")


def gpu_number(device: str) -> int | None:
    """The 1 of "cuda:1"; None where a device has no number."""
    number = device.partition(":")[2]
    return int(number) if number else None


def _device(name: str, value: object) -> str:
    kind, _, number = value.partition(":") if isinstance(value, str) else ("", "", "")
    plain = value in ("auto", "cpu", "cuda")
    if not plain and not (kind == "cuda" and number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
        raise UsageError(f"expected auto, cpu, cuda or a device such as cuda:1; got {typed(value)}.", option=name)
    return str(value)


def _detector(name: str, value: object) -> str:
    check_one_of(name, value, DETECTORS)
    return str(value)


def _address(name: str, value: object) -> str:
    text = value if isinstance(value, str) else ""
    head, _, host = text.partition("://")
    plain = text.isascii() and text.isprintable() and " " not in text
    if head not in ("https", "http") or not host.strip("/") or not plain:
        raise UsageError(f"expected an address such as https://mirror.example, got {typed(value)}.", option=name)
    if "@" in host.partition("/")[0]:
        raise UsageError(f"expected an address without a name and password, got {text}; leave them out.", option=name)
    return text.rstrip("/")


def _yes_or_no(name: str, value: object) -> bool:
    check_yes_or_no(name, value)
    return bool(value)


def _or_none(check: Callable[[str, object], Any]) -> Callable[[str, object], Any]:
    return lambda name, value: None if value is None else check(name, value)


_CHECKS: Final[dict[str, Callable[[str, object], Any]]] = {
    "max_bytes": _count,
    "max_pixels": _count,
    "min_face_px": _count,
    "weights": _folder,
    "device": _device,
    "gpu_room_mib": _or_none(_count),
    "detector": _detector,
    "hub": _address,
    "offline": _or_none(_folder),
    "sdxl": _or_none(_folder),
    "compile": _yes_or_no,
}
"""Check of each setting's value: gives the value as it is kept, or refuses it."""
_READERS: Final[dict[str, Callable[[str, str], Any]]] = {
    **dict.fromkeys(("max_bytes", "max_pixels", "min_face_px", "gpu_room_mib"), _digits),
    "compile": _switch,
}
"""Reader of each setting that is no text: what the environment's text stands for."""
