"""Python packages as they are here, held against what is asked of them ("rich>=13.8")."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from ..wording import command

OPENCVS: Final = (
    "opencv-python-headless", "opencv-python", "opencv-contrib-python-headless", "opencv-contrib-python",
)  # fmt: skip
"""Packages of OpenCV: one library, built with more or less beside it; ours is the first."""

BUILDS: Final = {"onnxruntime": ("onnxruntime-gpu",), OPENCVS[0]: OPENCVS[1:]}
"""Packages that take another one's place where they are installed: the same library, built for CUDA or with more."""

EXTRA_PYTHONS: Final = {"sdxl": (3, 11)}
"""First Python that an extra can be installed on, where not all do: diffusers and transformers ask for it."""


def python_too_old_for(extra: str) -> str:
    """ "Python 3.11 or later, this is 3.10.4", where an extra cannot be installed; else ""."""
    major, minor = EXTRA_PYTHONS.get(extra, (3, 0))
    here = ".".join(map(str, sys.version_info[:3]))
    return "" if sys.version_info[:2] >= (major, minor) else f"Python {major}.{minor} or later, this is {here}"


BROUGHT: Final = ("models", "portrait.webp")
"""Parts of the package that are no code, or have such files beside their code."""


def restore_of(package: Path) -> str:
    """What brings back a file of our own package, which lies in a folder, and in no registry."""
    clone = package.parent.parent
    if package.parent.name == "src" and (clone / ".git").exists():
        return command(["git", "-C", str(clone), "checkout", *(f"src/open_the_eyes/{one}" for one in BROUGHT)])
    return (
        "python -m pip install --force-reinstall --no-deps, and behind it the wheel or the clone it was installed from"
    )


RESTORE: Final = restore_of(Path(__file__).parents[1])


def has(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def version_of(name: str) -> str:
    """Of a package, "" where it is not here. Parsing all that its metadata tell would take ten times as long."""
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return ""
    told = re.search(r"^Version: (\S+)", package.read_text("METADATA") or "", re.MULTILINE)
    return package.version if told is None else told[1]


def name_of(spec: str) -> str:
    """ "ray[data,serve]>=2.60" -> "ray" """
    return re.split(r"[^A-Za-z0-9_.-]", spec.strip(), maxsplit=1)[0]


def build_of(name: str) -> str:
    """The package itself, or the one that is here in its place."""
    return next((one for one in (name, *BUILDS.get(name, ())) if has(one)), name)


def wrong(spec: str) -> str:
    """What is wrong with a package as it is here; "" where nothing is."""
    name = build_of(name_of(spec))
    if not has(name):
        return "not installed"
    try:
        from packaging.requirements import Requirement
    except ImportError:  # doctor has a line about it: it is asked for, too
        return ""
    here = metadata.version(name)
    asked = Requirement(spec).specifier
    return "" if asked.contains(here, prereleases=True) else f"{here}, expected {asked}"


def mend_of(spec: str) -> str:
    """The command that installs what is asked for."""
    name = name_of(spec)
    return f'python -m pip install "{spec.strip().replace(name, build_of(name), 1)}"'


def reinstall_of(name: str) -> str:
    """The command that installs a package again as it is and nothing else, or as it comes where it is not there."""
    name = build_of(name)
    return (
        f"python -m pip install --force-reinstall --no-deps {name}=={metadata.version(name)}"
        if has(name)
        else f"python -m pip install {name}"
    )


def mend_of_import(name: str, message: str) -> str:
    """A shared library that the system lacks is the usual reason on a bare server."""
    for library, package in (("libGL.so", "libgl1"), ("libEGL.so", "libegl1"), ("libgthread", "libglib2.0-0")):
        if library in message:
            return f"apt-get install {package}"
    return reinstall_of(name)
