"""Measures that need libraries or weights: what holds eyes against the truth, and identity. What is missing is said,
never replaced.

LPIPS and FID are torchmetrics' own, with the networks their papers' figures are made with. Their weights come through
torchvision and torch-fidelity, which keep them in torch's cache; nothing is downloaded but by `fetch_networks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from ..errors import OpenTheEyesError, UsageError
from ..imaging.arrays import Points, Rgb
from ..settings import Settings
from .engines import because
from .figures import Absent

LIBRARIES: Final = 'python -m pip install "open-the-eyes[bench]"'
NETWORKS: Final = "python -m pip install torchvision torch-fidelity, then: open-the-eyes bench networks"
ALEXNET: Final = "alexnet-owt-7be5be79.pth"
INCEPTION: Final = "weights-inception-2015-12-05-6726825d.pth"


class Identity(Protocol):
    """A network that says who a face is, such as ArcFace."""

    def embedding(self, pixels: Rgb, landmarks: Points) -> Any:
        """The unit vector of a face, from a picture (H, W, 3) and its landmarks."""
        ...


class Networks:
    """The measures by networks that can be taken on this machine; `absent` has a row for each that cannot."""

    def __init__(self, settings: Settings) -> None:
        self.absent: list[Absent] = []
        self.formulas = self._here("hidden eyes against the truth", _lacks("skimage"), LIBRARIES)
        self.ms_ssim = self._here("MS-SSIM", _lacks("torch", "torchmetrics"), LIBRARIES)
        self.lpips = self._here("LPIPS", _lacks("torch", "torchmetrics", "torchvision", weights=ALEXNET), NETWORKS)
        self.fid = self._here("FID", _lacks("torch", "torchmetrics", "torch_fidelity", weights=INCEPTION), NETWORKS)
        self.identity = self._arcface(settings)

    def pair(self, made: Rgb, true: Rgb) -> dict[str, float]:
        """MS-SSIM and LPIPS of two strips (h, w, 3), as far as they are here."""
        found: dict[str, float] = {}
        if not self.ms_ssim and not self.lpips:
            return found
        ours, truth = _planes(made), _planes(true)
        if self.ms_ssim:
            from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

            found["MS-SSIM"] = float(multiscale_structural_similarity_index_measure(ours, truth, data_range=1.0))
        if self.lpips:
            from torchmetrics.functional.image import learned_perceptual_image_patch_similarity

            found["LPIPS"] = float(learned_perceptual_image_patch_similarity(ours, truth, "alex", normalize=True))
        return found

    def likeness(self, one: tuple[Rgb, Points], other: tuple[Rgb, Points]) -> float | None:
        """Cosine of two faces, each a picture with its landmarks; None without ArcFace."""
        if self.identity is None:
            return None
        first, second = (self.identity.embedding(*face) for face in (one, other))
        return float(np.dot(first, second))

    def _here(self, what: str, lacks: str, mend: str) -> bool:
        if lacks:
            self.absent.append(Absent("quality", what, lacks, mend))
        return not lacks

    def _arcface(self, settings: Settings) -> Identity | None:
        from ..models.insightface.networks import ArcFace
        from ..models.weights import path_of

        try:
            return ArcFace(path_of("arcface", settings), settings)
        except OpenTheEyesError as error:
            self.absent.append(because(error, "quality", "identity"))
            return None


def fid(made: Sequence[Rgb], true: Sequence[Rgb], feature: Any = 2048) -> float:
    """Fréchet distance of a network's answers over two lists of pictures of one size, at least two each; `feature` is
    the layer of Inception, or a network of another kind."""
    import torch
    from torchmetrics.image.fid import FrechetInceptionDistance

    metric = FrechetInceptionDistance(feature=feature, normalize=True)
    with torch.inference_mode():
        for pictures, real in ((true, True), (made, False)):
            for picture in pictures:
                metric.update(_planes(picture), real=real)
        return float(metric.compute())


def fetch_networks() -> list[str]:
    """Lets torchvision and torch-fidelity download what LPIPS and FID need; returns where it lies.

    Raises:
        UsageError: the libraries are not installed.
    """
    lacks = _lacks("torch", "torchmetrics", "torchvision", "torch_fidelity")
    if lacks:
        raise UsageError(f"bench networks: expected the libraries that bring them, {lacks}. {NETWORKS}")
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity

    LearnedPerceptualImagePatchSimilarity(net_type="alex")
    FrechetInceptionDistance(feature=2048)
    return [str(_cached(name)) for name in (ALEXNET, INCEPTION)]


def _lacks(*libraries: str, weights: str = "") -> str:
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return f"{weights} is not in torch's cache" if weights and not _cached(weights).is_file() else ""


def _cached(name: str) -> Path:
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints" / name


def _planes(picture: Rgb) -> Any:
    """(h, w, 3) levels -> (1, 3, h, w) 0..1."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None])).float() / 255
