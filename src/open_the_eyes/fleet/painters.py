"""Painting for others: a painter, and the generator that asks it from another process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..arithmetic import one_blas_thread
from ..batch.batching import MOST
from ..engine import Engine, engine_name, load_engine
from ..errors import GpuFailed, NoCapacity
from ..options import GenerateOptions
from ..residency.failures import failed_gpus, refuse_failed
from ..roles import Patch, Request, Watch
from ..settings import Settings
from .cluster import part_of_gpu

WAITS_SECONDS: Final = (0.5, 2.0, 10.0, 30.0)
"""Before another painter is asked, where one died: a photo that kills five is given up."""
PATIENCE_SECONDS: Final = 600.0
"""A painter that has not painted by then is given up, and the job with it."""

ANSWER_SECONDS: Final = 30.0
"""For a question that costs a painter nothing."""

Ask = tuple[Sequence[Request], GenerateOptions, bool]
"""Requests of one photo, their options, and whether donors come with them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An error on its way to whom it belongs; raised, Ray would wrap it up in tracebacks."""

    error: Exception


class Painter:
    """Paints for all frontends.

    Args:
        gpus: that are its own; of a part, such as 0.5, it takes that much of the memory.
    """

    def __init__(self, engine: str, settings: Settings, gpus: float = 0.0) -> None:
        self._engine: Final = load_engine(engine_name(engine), part_of_gpu(settings, gpus))

    def facts(self) -> tuple[str, str]:
        """Name of the engine, and why it was taken."""
        return self._engine.name, self._engine.why

    def check_health(self) -> None:
        """Ray asks now and then, and starts another painter in the place of one that raises.

        Raises:
            GpuFailed: its GPU failed, and answers only a fresh process again.
        """
        for device in failed_gpus():
            refuse_failed(device)

    async def paint(self, asks: list[Ask]) -> list[list[Patch] | Refused]:
        """The patches of every ask, or what is in the way of that one alone; the event loop stays free meanwhile."""
        return await asyncio.to_thread(self._painted, asks)

    @one_blas_thread()
    def _painted(self, asks: list[Ask]) -> list[list[Patch] | Refused]:
        answers: list[list[Patch] | Refused] = [[] for _ in asks]
        groups: dict[tuple[GenerateOptions, bool], list[int]] = {}
        for number, (_, options, borrowed) in enumerate(asks):
            groups.setdefault((options.of_painter(), borrowed), []).append(number)
        for group in groups.values():
            for numbers in _calls(group, asks):
                for number, answer in zip(numbers, self._group([asks[n] for n in numbers]), strict=True):
                    answers[number] = answer
        return answers

    def _group(self, asks: list[Ask]) -> list[list[Patch] | Refused]:
        """Asks of one kind in one call; if that fails, one after the other, so that each has its own error."""
        _, options, borrowed = asks[0]
        engine = self._engine.for_references() if borrowed else self._engine
        requests = [request for wanted, _, _ in asks for request in wanted]
        try:
            patches = iter(engine.generator.generate(requests, options))
        except Exception as error:  # noqa: BLE001 -- handed to the frontend that asked
            return [Refused(error)] if len(asks) == 1 else [self._group([ask])[0] for ask in asks]
        return [[next(patches) for _ in wanted] for wanted, _, _ in asks]


class RemoteGenerator:
    """Fulfils `EyeGenerator` by asking a painter elsewhere.

    Args:
        handle: of the painters' deployment.
        borrowed: whether these requests bring donors.
    """

    def __init__(self, handle: Any, name: str, borrowed: bool = False) -> None:
        self._handle, self.name, self._borrowed = handle, name, borrowed

    def generate(
        self, requests: Sequence[Request], options: GenerateOptions, watch: Watch | None = None
    ) -> list[Patch]:
        """One patch a request, in order; raises what the painter raised. Where no painter is, this waits for one.

        Raises:
            NoCapacity: a painter did not answer in time, or one after the other died over it.
        """
        if not requests:
            return []
        ask, deaths = (list(requests), options, self._borrowed), 0
        while True:
            try:
                return self._answer(ask)
            except TimeoutError as error:
                if self._is_somebody_there():
                    raise NoCapacity("expected a painter to answer, none did in ten minutes; send it again.") from error
            except Exception as error:
                replaced = isinstance(error, GpuFailed) and deaths < len(WAITS_SECONDS)  # a painter without its GPU is
                if not replaced and not _is_of_ray(error):
                    raise
                if deaths == len(WAITS_SECONDS):
                    raise NoCapacity(
                        f"expected to paint this photo, {deaths + 1} painters ended over it; make it smaller, or tell "
                        "the operator."
                    ) from error
                time.sleep(WAITS_SECONDS[deaths])
                deaths += 1
            if watch is not None:
                watch.tell("generate", 0.0)  # raises where the job was cancelled meanwhile

    def _answer(self, ask: Ask) -> list[Patch]:
        answer = self._handle.paint.remote(ask)
        try:
            patches: list[Patch] | Refused = answer.result(timeout_s=PATIENCE_SECONDS)
        except TimeoutError:
            answer.cancel()  # else it would be painted once more as soon as a painter comes
            raise
        if isinstance(patches, Refused):
            raise patches.error
        return patches

    def _is_somebody_there(self) -> bool:
        """Whether a painter answers at all; one that paints does."""
        try:
            self._handle.facts.remote().result(timeout_s=ANSWER_SECONDS)
        except TimeoutError:
            return False
        except Exception as error:
            if not _is_of_ray(error):
                raise
            return False
        return True


def engine_of(handle: Any, name: str, why: str, settings: Settings) -> Engine:
    """An engine that does everything here but painting."""
    here = load_engine("appearance", settings)
    borrowed = RemoteGenerator(handle, "reference", borrowed=True)
    painter = RemoteGenerator(handle, name)
    return replace(here, name=name, why=why, generator=painter, reference=borrowed, donors_only=name == "reference")


def _calls(numbers: Sequence[int], asks: Sequence[Ask]) -> Iterator[list[int]]:
    """The numbers in order, in parts whose asks have at most `MOST` requests together; an ask with more is alone."""
    part: list[int] = []
    room = MOST
    for number in numbers:
        wanted = len(asks[number][0])
        if part and wanted > room:
            yield part
            part, room = [], MOST
        part.append(number)
        room -= wanted
    if part:
        yield part


def _is_of_ray(error: Exception) -> bool:
    """Whether it is not the painter's own, but that of a painter that is gone, or of none being there."""
    from ray.exceptions import RayError, RayTaskError
    from ray.serve.exceptions import RayServeException

    return isinstance(error, RayError | RayServeException) and not isinstance(error, RayTaskError)
