"""What can run here, what is missing, and the command that mends it."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import import_module, metadata
from pathlib import Path
from typing import Final

from ..system import installed
from ..system.digest import sha256_of
from ..system.parallel import core_count
from ..system.ram import idle_ram_mib, total_ram_mib
from ..version import __version__
from ..wording import counted
from .doctor_gpu import cards, onnx_on_gpu, sdxl_on_gpu
from .findings import Check, Findings

PYTHONS: Final = ((3, 10), (3, 13))
"""First Python that will do, and the last that it is tested with."""

MODELS: Final = Path(__file__).parents[1] / "models"
SUMS: Final = "SHA256SUMS"
"""File in MODELS, in the format of `sha256sum`: one line for each model file that the package brings."""

TOOLS: Final = ("dev", "train")
"""Extras for those who work on the code."""


def examine() -> Findings:
    """Looks at everything; a finding is never an exception."""
    libraries = (loads(installed.OPENCVS[0], "cv2"), loads("onnxruntime", "onnxruntime"))
    proof = engine()
    found = seen_to_work(packages()) if proof.ok else packages()
    checks = [python(), *found, *libraries, *model_files(MODELS), processor(), memory(), cards(), proof]
    if all(library.ok for library in libraries):
        checks += [*onnx_on_gpu(), *sdxl_on_gpu()]
    return Findings((*checks, *extras(), *weights()))


def python() -> Check:
    """The Python that runs this, and whether it is one that will do."""
    first, last = PYTHONS
    ok = sys.version_info[:2] >= first
    mend = "" if ok else f"make demo PYTHON=python{last[0]}.{last[1]}"
    untested = "; newer than those it is tested with" if sys.version_info[:2] > last else ""
    return Check("python", ok, f"{platform.python_version()} on {platform.platform()}{untested}", mend)


def packages() -> Iterator[Check]:
    """A check of every package that this one requires, by its own metadata."""
    yield Check("open-the-eyes", True, __version__)
    for spec, marker in _requirements():
        if "extra" in marker:
            continue
        name, wrong = installed.build_of(installed.name_of(spec)), installed.wrong(spec)
        yield Check(name, not wrong, wrong or metadata.version(name), installed.mend_of(spec) if wrong else "")


def seen_to_work(found: Iterable[Check]) -> Iterator[Check]:
    """The checks where the default engine runs: packages of another version than is asked for are ok then, for that it
    works counts more."""
    for package in found:
        works = not package.ok and installed.has(package.name)
        yield replace(package, ok=True, found=f"{package.found}; it works all the same") if works else package


def _requirements() -> list[tuple[str, str]]:
    """Packages and their markers; none where this is run from a source folder, which has nothing to compare with."""
    wanted = metadata.requires("open-the-eyes") or [] if installed.has("open-the-eyes") else []
    return [(spec.strip(), marker) for spec, _, marker in (one.partition(";") for one in wanted)]


def loads(package: str, module: str) -> Check:
    """Checks that a package can be imported, and that what is imported is what is installed.

    All builds of OpenCV share one folder, and the one installed last counts; when one of them is uninstalled, a folder
    without the library stays, which can be imported.
    """
    name = installed.build_of(package)
    try:
        version = getattr(import_module(module), "__version__", "")
        if not version:
            raise ImportError(f"{module}: its files are gone")
    except Exception as error:  # noqa: BLE001 -- whatever an import raises is the finding
        return Check(
            f"{name} loads", False, f"{type(error).__name__}: {error}", installed.mend_of_import(name, str(error))
        )
    here = installed.version_of(name)
    if not f"{here}.".startswith(f"{version}."):
        return Check(f"{name} loads", True, f"{version}, which lies over {here}", installed.reinstall_of(name))
    return Check(f"{name} loads", True, version)


def model_files(folder: Path) -> Iterator[Check]:
    """A check of every model file of the package, by its SHA-256 in SHA256SUMS."""
    sums = folder / SUMS
    if not sums.is_file():
        yield Check("model files", False, f"{SUMS} is missing", installed.RESTORE)
        return
    for line in sums.read_text(encoding="utf-8").splitlines():
        sha256, _, name = line.partition("  ")
        yield _model_file(folder / name, name, sha256)


def _model_file(path: Path, name: str, sha256: str) -> Check:
    if not path.is_file():
        return Check(f"model {name}", False, "missing", installed.RESTORE)
    found = sha256_of(path)
    if found != sha256:
        return Check(
            f"model {name}", False, f"damaged: SHA-256 {found[:12]}, expected {sha256[:12]}", installed.RESTORE
        )
    return Check(f"model {name}", True, f"{path.stat().st_size / 1e6:.1f} MB, SHA-256 {found[:12]}")


def processor() -> Check:
    """A line about the processor, never a fault: its kind, and how many cores there are to use."""
    cores = core_count()
    return Check("processor", True, f"{platform.machine()}, {counted(cores, 'core')} to use")


def memory() -> Check:
    """A line about memory, never a fault: how much there is, and how much of it is free."""
    total, idle = total_ram_mib(), idle_ram_mib()
    if total is None:  # not every system tells
        return Check("memory", True, "unknown")
    unused = "" if idle is None else f", {idle / 1024:.1f} GiB unused"
    return Check("memory", True, f"{total / 1024:.1f} GiB{unused}")


def engine() -> Check:
    """Loads the default engine and lets it look at an empty picture: the proof that it runs."""
    from ..errors import OpenTheEyesError

    try:
        import numpy as np

        from ..engine import load_engine

        loaded = load_engine()
        loaded.detector.detect(np.zeros((64, 64, 3), np.uint8))
    except OpenTheEyesError as error:
        return Check("default engine", False, str(error), error.mend)
    except ImportError as error:
        return Check(
            "default engine", False, f"ImportError: {error}", installed.mend_of_import(installed.OPENCVS[0], str(error))
        )
    except Exception as error:  # noqa: BLE001 -- whatever keeps it from running is the finding
        return Check("default engine", False, f"{type(error).__name__}: {error}", "open-the-eyes demo --debug")
    better = f"; {loaded.better_needs}" if loaded.better_needs else ""
    return Check("default engine", True, f"{loaded.name}: {loaded.why}{better}")


def extras() -> Iterator[Check]:
    """The extras that a person would install, as the installed package itself remembers them."""
    asked: dict[str, list[str]] = {}
    for spec, marker in _requirements():
        extra = re.search(r"extra *== *['\"]([\w.-]+)['\"]", marker)
        if extra is not None and extra[1] not in TOOLS:
            asked.setdefault(extra[1], []).append(spec)
    for name, specs in asked.items():
        wrong = [f"{installed.name_of(spec)} ({what})" for spec in specs if (what := installed.wrong(spec))]
        found = f"lacks {', '.join(wrong)}" if wrong else "installed"
        mend = f'python -m pip install "open-the-eyes[{name}]"' if wrong else ""
        if wrong and (too_old := installed.python_too_old_for(name)):
            found, mend = f"needs {too_old}", ""
        yield Check(f"extra {name}", not wrong, found, mend, needed=False)


def weights() -> Iterator[Check]:
    """A check of each model that can be downloaded, with its licence."""
    from ..errors import OpenTheEyesError
    from ..models.weights.catalogue import CATALOGUE
    from ..models.weights.store import missing_of
    from ..settings import Settings

    try:
        folder = Settings.from_environment().weights
        for weight in CATALOGUE:
            missing = missing_of(weight, folder)
            state, mend = (folder / weight.name, "") if missing is None else (missing.what, missing.mend)
            use = "" if weight.commercial else "; not for commercial use"
            found = f"{state}; {weight.bytes / 1e9:.2f} GB; licence {weight.licence}{use}"
            yield Check(f"weights {weight.name}", missing is None, found, mend, needed=False)
    except OpenTheEyesError as error:
        yield Check("weights", False, str(error), error.mend, needed=False)
    except Exception as error:  # noqa: BLE001 -- whatever keeps them from being looked at is the finding
        mend = "open-the-eyes fetch --list --debug"
        yield Check("weights", False, f"{type(error).__name__}: {error}", mend, needed=False)
