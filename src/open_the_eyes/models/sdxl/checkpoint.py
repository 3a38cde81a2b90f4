"""Reads SDXL from local files: a folder as diffusers writes it, or a single `.safetensors`. Never from a hub."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging import ERROR, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import UsageError, WeightsMissing
from ...system.paths import is_file, is_folder

if TYPE_CHECKING:
    import torch

SUFFIX: Final = ".safetensors"
OF_IMPORTS: Final = ("torchao", "torch.utils._pytree")
"""Loggers that warn while torchao is imported: of kernels that it brings for other Pythons and GPUs, and of its own use
of torch."""
_CONV_IN: Final = "model.diffusion_model.input_blocks.0.0.weight"
"""First layer of a single file's U-Net; (channels, 4 or 9, 3, 3)."""
_ADDED: Final = "model.diffusion_model.label_emb.0.0.weight"
"""Layer that SDXL has and its forerunners have not: a picture's size as an input."""
SPACING: Final = "trailing"
"""How steps lie on the noise scale (Lin et al. 2023, table 2): from its top in equal parts, so that a strength of 0.5
begins in its middle. SDXL's own "leading" rounds a part down, and begins lower."""
_PREDICTS_V: Final = "v_pred"
"""Name of an empty tensor by which single files say that they predict velocity (Salimans & Ho 2022), and not noise."""
_ZERO_SNR: Final = "ztsnr"
"""Name of an empty tensor by which they say that they were trained on a scale that ends in noise alone (Lin et al.
2023)."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One model's files.

    Args:
        path: a folder, or a single file, of which only the U-Net is read.
        config_folder: a folder with configurations, text encoders and tokenizers; for a folder that has them, itself.
    """

    path: Path
    config_folder: Path

    @classmethod
    def at(cls, path: Path, config_folder: Path) -> Checkpoint:
        """A checkpoint that a person named.

        Raises:
            UsageError: it is neither a folder with a U-Net of SDXL nor a `.safetensors` file.
        """
        if is_file(path / "unet" / "config.json"):
            if _is_of_another_family(path / "unet" / "config.json"):
                raise UsageError(
                    f"expected a checkpoint of SDXL, got another model in {path}; name another.", option="OTE_SDXL"
                )
            return cls(path, path if is_folder(path / "text_encoder_2") else config_folder)
        if is_file(path) and path.suffix == SUFFIX:
            return cls(path, config_folder)
        hint = "pickled checkpoints are refused, convert it to safetensors" if is_file(path) else "name one of these"
        raise UsageError(
            f"expected a folder that has unet/config.json, a file ending in {SUFFIX} or the hub id of a "
            f"checkpoint, got {path}; {hint}.",
            option="OTE_SDXL",
        )

    @property
    def single(self) -> bool:
        return self.path.is_file()

    def unet(self, dtype: torch.dtype) -> Any:
        """The U-Net, on the CPU.

        Raises:
            UsageError: a single file that is no SDXL checkpoint.
            WeightsMissing: files are missing.
        """
        from diffusers import UNet2DConditionModel

        with reading(self.path):
            if not self.single:
                return UNet2DConditionModel.from_pretrained(
                    self.path, subfolder="unet", dtype=dtype, **_local(self.path / "unet")
                )
            channels = _header(self.path)[_CONV_IN]["shape"][1]
            try:
                return UNet2DConditionModel.from_single_file(
                    str(self.path), config=str(self.config_folder), subfolder="unet", dtype=dtype,
                    local_files_only=True, in_channels=channels,
                )  # fmt: skip
            except (LookupError, ValueError) as error:  # layers that are missing, or of another shape
                raise _no_checkpoint(self.path) from error

    def scheduler(self) -> Any:
        """The noise scale this model was trained on, in steps of Euler's method: one U-Net call a step, no chance.

        Raises:
            UsageError: a single file that is no SDXL checkpoint.
            WeightsMissing: files are missing.
        """
        from diffusers import EulerDiscreteScheduler

        own = (self.path / "scheduler").is_dir()
        folder = self.path if own else self.config_folder
        facts = _noise_scale_of(_header(self.path)) if self.single else {}
        with reading(folder):
            return EulerDiscreteScheduler.from_pretrained(
                folder, subfolder="scheduler", local_files_only=True, timestep_spacing=SPACING, **facts
            )

    def text_pipeline(self) -> Any:
        """A pipeline with the text encoders and tokenizers of `config_folder` only, on the CPU, in float32."""
        import torch
        from diffusers import StableDiffusionXLInpaintPipeline as Pipeline

        with reading(self.config_folder):
            return Pipeline.from_pretrained(
                self.config_folder, unet=None, vae=None, dtype=torch.float32, add_watermarker=False,
                **_local(self.config_folder / "text_encoder_2"),
            )  # fmt: skip

    def encoders_fingerprint(self) -> str:
        """A fingerprint of these text encoders and tokenizers: the same for the same bytes, another for others."""
        files = [*self.config_folder.glob("text_encoder*/*"), *self.config_folder.glob("tokenizer*/*")]
        digest = hashlib.sha256()
        for file in sorted(file for file in files if file.is_file()):
            digest.update(f"{file.name} {file.stat().st_size}\n".encode())
            digest.update(_samples(file))
        return digest.hexdigest()[:16]


def hush() -> None:
    """Bars and advice of the libraries do not go to the terminal: progress has its own place."""
    from diffusers.utils import logging as of_diffusers
    from transformers.utils import logging as of_transformers

    for logging in (of_diffusers, of_transformers):
        logging.set_verbosity_error()
        logging.disable_progress_bar()
    for name in OF_IMPORTS:
        getLogger(name).setLevel(ERROR)


def vae(folder: Path, dtype: torch.dtype) -> Any:
    """The VAE of a folder of its own, on the CPU; pictures go through it one by one, so that a batch needs no more."""
    from diffusers import AutoencoderKL

    with reading(folder):
        model = AutoencoderKL.from_pretrained(folder, dtype=dtype, **_local(folder))
    model.enable_slicing()
    return model


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A block that reads a model's files.

    Raises:
        WeightsMissing: they are not all there, cut short or damaged.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, SafetensorError) as error:
        message = str(error).strip(" .\n")
        raise WeightsMissing(
            f"{path}: expected all files of a model, whole, got: {message:.200}.",
            mend="open-the-eyes fetch sdxl",
            how="Complete it, or fetch it again",
        ) from error


def _local(folder: Path) -> dict[str, Any]:
    """From this folder alone, safetensors alone, in half precision where the folder has that.

    Raises:
        WeightsMissing: there are no safetensors.
    """
    files = sorted(file.name for file in folder.glob(f"*{SUFFIX}"))
    if not files:
        raise WeightsMissing(
            f"{folder}: expected {SUFFIX} files, found none; pickled weights are refused.",
            mend="open-the-eyes fetch sdxl",
            how="Run",
        )
    half = all(".fp16." in name or ".fp16-" in name for name in files)
    return {"use_safetensors": True, "local_files_only": True, "variant": "fp16" if half else None}


def _header(path: Path) -> dict[str, Any]:
    """What a safetensors file says it holds (its format: 8 bytes of length, then JSON).

    Raises:
        UsageError: it is not an SDXL checkpoint.
    """
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header: dict[str, Any] = json.loads(file.read(min(length, 100_000_000)))
        if _CONV_IN in header and _ADDED in header:
            return header
    except (OSError, ValueError, struct.error):
        pass
    raise _no_checkpoint(path)


def _noise_scale_of(header: dict[str, Any]) -> dict[str, Any]:
    """What a single file says of its noise scale that differs from the scale of `config_folder`."""
    if _PREDICTS_V not in header:
        return {}
    return {"prediction_type": "v_prediction", "rescale_betas_zero_snr": _ZERO_SNR in header}


def _no_checkpoint(path: Path) -> UsageError:
    return UsageError(f"{path}: expected an SDXL checkpoint in safetensors, got something else. Name another file.")


def _is_of_another_family(config: Path) -> bool:
    """Whether a U-Net's configuration is that of another model than SDXL; one that cannot be read is said later."""
    try:
        facts = json.loads(config.read_text(encoding="utf-8"))
        return bool(facts.get("addition_embed_type") != "text_time")
    except (OSError, ValueError, AttributeError):
        return False


def _samples(file: Path) -> bytes:
    """First, middle and last 64 KiB: enough to tell files of gigabytes apart without reading them."""
    size, end = 65_536, file.stat().st_size
    with file.open("rb") as opened:
        parts = []
        for at in (0, end // 2, max(end - size, 0)):
            opened.seek(at)
            parts.append(opened.read(size))
    return b"".join(parts)
