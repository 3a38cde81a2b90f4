"""The engines: which models detect, paint, restore and tell people apart under a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from .errors import UsageError, memory_in_words
from .options import ENGINES, EngineName, GenerateOptions, Options
from .origins import ReferenceFace
from .portrait import portrait
from .roles import Crop, Donor, EyeGenerator, Face, FaceDescriber, FaceDetector, FaceRestorer, Request
from .settings import Settings
from .system.arithmetic import one_blas_thread
from .wording import typed, written

if TYPE_CHECKING:
    from .imaging.arrays import Rgb
    from .models.appearance.generator import AppearanceGenerator
    from .models.faces.mediapipe_faces import MediapipeDetector
    from .models.reference.likeness import Likeness


@dataclass(frozen=True, slots=True)
class Engine:
    """A detector, a generator and restorers that belong together; `why` says in one line why they were taken.

    Args:
        better_needs: what a better engine would need here, for `doctor`; "" where there is none, or this one was asked
            for.
        describer: tells whose eyes in a reference are whose; None where references cannot be used.
        reference_generator: paints instead of `generator` when references are given; None where it is the same.
        donors_only: a face whose eyes no donor shows is left alone.
    """

    name: str
    why: str
    detector: FaceDetector
    generator: EyeGenerator
    settings: Settings
    restorers: Mapping[str, FaceRestorer] = field(default_factory=dict)
    describer: FaceDescriber | None = None
    reference_generator: EyeGenerator | None = None
    donors_only: bool = False
    better_needs: str = ""

    def __repr__(self) -> str:
        return f"<Engine {self.name} with detector {self.detector.name}: {self.why}>"

    def for_references(self) -> Engine:
        """The engine that works when references are given."""
        return self if self.reference_generator is None else replace(self, generator=self.reference_generator)

    @memory_in_words()
    @one_blas_thread()
    def warm(self, *, painter: bool = True) -> None:
        """Reads the models and uses each once, on a portrait that comes along: else the first photo waits for that.

        While the models are read, what the process writes to stderr is lost, in other threads of it, too.

        Args:
            painter: whether the painter's are read as well; SDXL's take long and a GPU's memory.

        Raises:
            UsageError, WeightsMissing, NoCapacity: what a first photo would raise.
        """
        pixels = portrait()
        for face in self.detector.detect(pixels):
            if self.describer is not None and face.embedding is None:  # else nobody asks it
                self.describer.describe(pixels, face)
            if painter:
                request = _portrait_request(face, pixels, with_donor=self.donors_only)
                self.generator.generate([request], GenerateOptions())

    def required_describer(self) -> FaceDescriber:
        """The describer, which references need.

        Raises:
            UsageError: this engine has none.
        """
        if self.describer is None:
            message = f"engine {self.name} cannot use them; leave them out."
            raise UsageError(message, option="references", mend="--engine auto", how="Or take another engine")
        return self.describer

    def check(self, options: Options) -> None:
        """Refuses before any work what this engine does not have.

        Raises:
            UsageError: options that only SDXL has, for an engine that is not SDXL; a restorer that is not here.
            WeightsMissing: the restorer's weights are not on this machine.
        """
        generate = options.generate
        asked = "lcm" if generate.lcm else "precision" if generate.precision != "auto" else ""
        if asked and self.name != "sdxl":
            message = f"expected engine sdxl, which alone has it, got engine {self.name}; leave it out."
            raise UsageError(message, option=asked, mend="--engine sdxl", how="Or take that one")
        self.restorer(options.restore.restorer)

    def restorer(self, name: str) -> FaceRestorer | None:
        """A restorer by name, None for "none".

        Raises:
            UsageError: this engine has none of that name.
            WeightsMissing: its weights are not on this machine.
        """
        if name == "none":
            return None
        if name not in self.restorers:
            known = ", ".join(("none", *self.restorers))
            message = f"expected one of {known}; got {typed(name)}, which this engine does not have."
            raise UsageError(message, option="restorer")
        return self.restorers[name]


def engine_name(text: str) -> EngineName:
    """The engine that somebody named.

    Raises:
        UsageError: none of that name.
    """
    for known in ENGINES:
        if text == known:
            return known
    raise UsageError(f"expected one of {', '.join(ENGINES)}; got {typed(text)}; take auto.", option="engine")


def load_engine(
    name: EngineName = "auto",
    settings: Settings | None = None,
    *,
    through: Callable[[EyeGenerator], EyeGenerator] | None = None,
) -> Engine:
    """An engine by name; "auto" takes the best that can run here.

    Models are read when they are first used, or by `Engine.warm`. Those of the package are read once a process, and
    shared by its engines; downloaded ones are an engine's own.

    Args:
        settings: limits, folders and devices; None takes them from the `OTE_*` variables.
        through: given the generator, makes the one by which everything reaches it.

    Raises:
        UsageError: a name that this version does not know, what are no settings, or libraries that are not installed.
        NoCapacity: "sdxl" without a GPU, where the settings do not ask for the CPU.
        WeightsMissing: weights that were asked for, of a detector or of SDXL, are not on this machine.
    """
    name = engine_name(name)
    if not isinstance(settings, Settings | None):
        raise UsageError(f"expected Settings(...), got {written(settings)}; leave them out.", option="settings")
    from .models.reference.generator import ReferenceGenerator
    from .models.restorers import OnnxRestorers
    from .models.sdxl.loading import load_sdxl

    settings = Settings.from_environment() if settings is None else settings
    why, better_needs = "asked for", ""
    if name == "auto":
        name, why, better_needs = _best_here(settings)
    detector, (appearance, likeness) = _detector(settings), _packaged_models()
    own_eyes = ReferenceGenerator(appearance, paints=name != "reference")  # an open eye is its shut partner's donor
    painter: EyeGenerator = load_sdxl(settings, own_eyes) if name == "sdxl" else own_eyes
    painter = painter if through is None else through(painter)
    return Engine(
        name=name,
        why=why,
        detector=detector,
        generator=painter,
        settings=settings,
        restorers=OnnxRestorers(settings),
        describer=likeness,
        reference_generator=ReferenceGenerator(appearance, painter) if name == "sdxl" else None,
        donors_only=name == "reference",
        better_needs=better_needs,
    )


def _best_here(settings: Settings) -> tuple[EngineName, str, str]:
    """The best engine that can run here, why it was taken, and what a better one would need; "" where there is none."""
    from .models.sdxl.loading import sdxl_lacks

    lacks = sdxl_lacks(settings)
    if lacks:
        return "appearance", "runs on any machine", f"sdxl would need {lacks}"
    return "sdxl", "a GPU and the weights are here", ""


def _portrait_request(face: Face, pixels: Rgb, *, with_donor: bool) -> Request:
    """New eyes for one face of the portrait; its own are the donor's where one is needed."""
    import numpy as np

    from .imaging.face.face_view import face_view
    from .imaging.face.mesh478 import EYE_RING, SIDES
    from .imaging.geometry import Box

    mask = np.zeros(pixels.shape[:2], np.float32)
    eyes = Box.around(face.landmarks[EYE_RING["left"] + EYE_RING["right"]])
    eyes.grown(0.2).within(pixels).cut(mask)[...] = 1
    view = face_view(pixels, face.landmarks)
    crop = Crop(face, Box.of(pixels), pixels, face.landmarks, mask, SIDES, view=view)
    donors = (Donor(crop, ReferenceFace("the same portrait", 1, 1), 1.0),) if with_donor else ()
    return Request(crop, 0, donors=donors)


def _detector(settings: Settings) -> FaceDetector:
    """The detector that the settings name; "auto" is the one that needs no download."""
    if settings.detector == "insightface":
        from .models.insightface import InsightFaceDetector

        return InsightFaceDetector(settings)
    return _mediapipe(settings)


@lru_cache(maxsize=8)
def _mediapipe(settings: Settings) -> MediapipeDetector:
    """The same one for the same settings, so that what was seen for one engine need not be searched for the next."""
    from .models.faces.mediapipe_faces import MediapipeDetector

    return MediapipeDetector(settings)


@cache
def _packaged_models() -> tuple[AppearanceGenerator, Likeness]:
    """What paints and what tells people apart by models that come along, however many engines there are: like
    MediaPipe's, these are small, the same under all settings, and safe to share between threads."""
    from .models.appearance.generator import AppearanceGenerator
    from .models.reference.likeness import Likeness

    return AppearanceGenerator(), Likeness()
