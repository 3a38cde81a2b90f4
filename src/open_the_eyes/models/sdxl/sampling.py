"""SDXL's networks at work in turn: the VAE, the base, the refiner, the VAE again; each is leased for its part alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ...imaging.arrays import Tones
from ...residency import ModelCard, Residency
from ...residency.cards import SDXL_BASE, SDXL_LCM, SDXL_REFINER, SDXL_VAE
from ...roles import Watch
from . import denoising, pipelines, prompts
from .denoising import InpaintInput, LatentBatch
from .prompts import Embeddings
from .schedule import Schedule

if TYPE_CHECKING:
    from .checkpoint import Checkpoint

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sampler:
    """Paints inputs of one size; the networks are leased by the names of their cards.

    Args:
        base: the checkpoint that paints.
        refiner: the checkpoint of the last steps.
        vae: the folder of the VAE.
        residency: leases the networks of all three.
        weights: the folder beside whose models embeddings are stored.
    """

    base: Checkpoint
    refiner: Checkpoint
    vae: Path
    residency: Residency
    weights: Path

    def painted(
        self,
        numbers: Sequence[int],
        input_of: Callable[[int], InpaintInput],
        on_picture: Callable[[int, Tones], T],
        schedule: Schedule,
        precision: str,
        progress: StepCounter,
    ) -> list[T]:
        """`on_picture(number, picture)` for each number, in order: what was painted over `input_of(number)`, (H, W, 3).

        Both are called one by one, while the GPU is between two pictures: they shall not take long.
        """
        watch = progress.watch

        def encoded(vae: Any, part: Sequence[int]) -> list[LatentBatch]:
            return list(denoising.encoded(vae, map(input_of, progress.alive("generate/encode", part))))

        def decoded(vae: Any, part: Sequence[tuple[int, LatentBatch]]) -> list[T]:
            pictures = denoising.decoded(vae, progress.alive("generate/decode", (row for _, row in part)))
            return [on_picture(number, picture) for (number, _), picture in zip(part, pictures, strict=True)]

        with watch.stage("generate/load"):
            embeddings = self._embeddings(self.base)
            refiner_embeddings = self._embeddings(self.refiner) if schedule.refiner_steps else None
        with watch.stage("generate/encode"):
            rows = self.residency.run(SDXL_VAE.name, numbers, encoded, watch=watch, stage="generate/encode")
        base = SDXL_LCM if schedule.lcm else SDXL_BASE
        with watch.stage(base.stage):
            rows = self._stepped(base, rows, embeddings, schedule, precision, progress)
        if refiner_embeddings is not None:
            with watch.stage(SDXL_REFINER.stage):
                rows = self._stepped(SDXL_REFINER, rows, refiner_embeddings, schedule, precision, progress)
        with watch.stage("generate/decode"):
            finished = list(zip(numbers, rows, strict=True))
            return self.residency.run(SDXL_VAE.name, finished, decoded, watch=watch, stage="generate/decode")

    def _stepped(
        self,
        card: ModelCard,
        rows: list[LatentBatch],
        embeddings: Embeddings,
        schedule: Schedule,
        precision: str,
        progress: StepCounter,
    ) -> list[LatentBatch]:
        """The steps of the base or the refiner, as its card says."""
        for_refiner = card is SDXL_REFINER
        scheduler = pipelines.scheduler(self.base, lcm=schedule.lcm, for_refiner=for_refiner)
        run, steps, before = denoising.painted, schedule.base_steps, 0
        if for_refiner:
            run, steps, before = denoising.refined, schedule.refiner_steps, schedule.base_steps

        def work(unet: Any, part: Sequence[LatentBatch]) -> list[LatentBatch]:
            pipe = pipelines.inpainting(unet, scheduler, self.vae, embeddings)
            on_step = progress.counting(card.stage, len(part), before)

            def stepped(step: int) -> None:
                self.residency.note_progress()
                on_step(step)

            done = run(pipe, LatentBatch.joined(part), embeddings, schedule, stepped)
            progress.finished(len(part) * steps)
            return [done.row(k) for k in range(len(part))]

        return self.residency.run(card.name, rows, work, precision, watch=progress.watch)

    def _embeddings(self, checkpoint: Checkpoint) -> Embeddings:
        return prompts.embeddings(checkpoint.encoders_fingerprint(), self.weights, checkpoint.text_pipeline)


@dataclass(slots=True)
class StepCounter:
    """Counts the steps of all pictures, so that what is told only grows.

    Args:
        watch: told after each step.
        total: steps of all pictures and models.
        done: steps that are finished for good.
    """

    watch: Watch
    total: int
    done: int = 0

    def alive(self, stage: str, items: Iterable[T]) -> Iterator[T]:
        """The items, the watch being told before each, so that it can stop the work."""
        for item in items:
            self.watch.tell(stage, self.done / self.total)
            yield item

    def counting(self, stage: str, pictures: int, before: int) -> denoising.OnStep:
        """What a batch of that many pictures calls after each step; other models ran the first `before` of each."""

        def on_step(step: int) -> None:
            done = self.done + (step - before) * pictures
            self.watch.tell(stage, min(done / self.total, 1.0))  # steps that ran out of memory run again

        return on_step

    def finished(self, steps: int) -> None:
        self.done += steps
