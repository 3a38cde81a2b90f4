"""Flags that several commands have one beside the other, as one parameter of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints

from ...options import FIDELITY
from . import common as flags


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes the eyes, and from whose."""

    engine: flags.EngineName = "auto"
    reference: flags.References = None


@dataclass(frozen=True, slots=True)
class Attempts:
    """How many eyes are made, and which."""

    mode: flags.ModeName = "standard"
    variations: flags.Variations = "1"
    seed: flags.Seed = "0"


@dataclass(frozen=True, slots=True)
class Networks:
    """How the networks are used, of which most are downloaded."""

    lcm: flags.Lcm = False
    precision: flags.PrecisionName = "auto"
    restorer: flags.RestorerName = "none"
    fidelity: flags.Fidelity = str(FIDELITY)
    whole_face: flags.WholeFace = False


@dataclass(frozen=True, slots=True)
class Saving:
    """How results are written."""

    strip_gps: flags.StripGps = False
    quality: flags.Quality = None
    c2pa_cert: flags.Certificate = None
    c2pa_key: flags.CertificateKey = None


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command with its parameters of these groups replaced by all the flags of each group, as Typer reads them."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if is_dataclass(kind) and isinstance(kind, type)}
    parameters: list[inspect.Parameter] = []
    for one in inspect.signature(command).parameters.values():
        if one.name in groups:
            parameters += _flags_of(groups[one.name])
        else:
            parameters.append(one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name]))

    @wraps(command)
    def run(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{one.name: given.pop(one.name) for one in fields(kind)})
        command(**given)

    return _as_typer_reads(run, parameters)


def takes_debug(command: Callable[..., None]) -> Callable[..., None]:
    """The command with --debug as its last flag, which `main` reads."""
    hints = get_type_hints(command, include_extras=True)
    own = [one.replace(annotation=hints[one.name]) for one in inspect.signature(command).parameters.values()]
    debug = inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=flags.Debug)

    @wraps(command)
    def run(*, debug: bool, **given: Any) -> None:  # noqa: ARG001 -- see above
        command(**given)

    return _as_typer_reads(run, [*own, debug])


def _as_typer_reads(command: Callable[..., None], parameters: list[inspect.Parameter]) -> Callable[..., None]:
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _flags_of(group: type) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name])
        for one in fields(group)
    ]
