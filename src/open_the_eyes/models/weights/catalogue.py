"""Every model that is not in the package: where it comes from, how large it is, and what its licence allows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from ...errors import UsageError


@dataclass(frozen=True, slots=True)
class Weight:
    """The facts of one model's files.

    Args:
        name: what `path_of` and `fetch` call it; its folder's name.
        profile: the group it is fetched with; "" for one that is fetched only by its name.
        what: for people.
        hub_id: the repository on the model hub.
        revision: a commit where one is known, so that the files never change; else "main", held by its hashes.
        files: names or patterns, such as "tokenizer/*", below `within`.
        bytes: about; while fetching, the hub's own figures count.
        licence: as its authors name it.
        commercial: whether that licence lets results be used commercially; None where only its page can tell.
        within: the folder of the repository that holds the files, with its slash.
        sha256: by name in `files`, where known beforehand.
        optional: patterns of what is fetched where it is there, and missed nowhere.
    """

    name: str
    profile: str
    what: str
    hub_id: str
    revision: str
    files: tuple[str, ...]
    bytes: int
    licence: str
    commercial: bool | None
    within: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """One file rather than a folder of them."""
        return len(self.files) == 1 and "*" not in self.files[0]

    def asks_for(self, name: str) -> bool:
        """Whether a file is one of its own."""
        return any(fnmatchcase(name, pattern) for pattern in (*self.files, *self.optional))


_ENCODER: Final = ("text_encoder/config.json", "text_encoder/model.fp16.safetensors", "tokenizer/*")
_ENCODER_2: Final = ("text_encoder_2/config.json", "text_encoder_2/model.fp16.safetensors", "tokenizer_2/*")
_UNET: Final = ("unet/config.json", "unet/diffusion_pytorch_model.fp16.safetensors")
_PIPELINE: Final = ("model_index.json", "scheduler/scheduler_config.json")
_RAIL: Final = "CreativeML Open RAIL++-M"

CATALOGUE: Final = (
    Weight(
        "sdxl-base",
        "",
        "SDXL not trained for inpainting: for comparison",
        "stabilityai/stable-diffusion-xl-base-1.0",
        "462165984030d82259a11f4367a4eed129e94a7b",
        (*_PIPELINE, *_ENCODER, *_ENCODER_2, *_UNET),
        6_773_000_000,
        _RAIL,
        commercial=True,
    ),
    Weight(
        "sdxl-inpaint",
        "sdxl",
        "SDXL trained for inpainting",
        "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        "115134f363124c53c7d878647567d04daf26e41e",
        (*_PIPELINE, *_ENCODER, *_ENCODER_2, *_UNET),
        6_773_000_000,
        _RAIL,
        commercial=True,
    ),
    Weight(
        "sdxl-refiner",
        "sdxl",
        "SDXL refiner: the last steps",
        "stabilityai/stable-diffusion-xl-refiner-1.0",
        "5d4cfe854c9a9a87939ff3653551c2b3c99a4356",
        (*_PIPELINE, *_ENCODER_2, *_UNET),
        5_910_000_000,
        _RAIL,
        commercial=True,
    ),
    Weight(
        "sdxl-vae",
        "sdxl",
        "SDXL's VAE, safe in half precision",
        "madebyollin/sdxl-vae-fp16-fix",
        "207b116dae70ace3637169f1ddd2434b91b3a8cd",
        ("config.json", "diffusion_pytorch_model.safetensors"),
        334_643_000,
        "MIT",
        commercial=True,
    ),
    Weight(
        "lcm-lora",
        "sdxl",
        "four steps instead of thirty",
        "latent-consistency/lcm-lora-sdxl",
        "a18548dd4956b174ec5b0d78d340c8dae0a129cd",
        ("pytorch_lora_weights.safetensors",),
        393_855_224,
        _RAIL,
        commercial=True,
    ),
    Weight(
        "codeformer",
        "restorers",
        "sharper faces, with a fidelity",
        "facefusion/models-3.0.0",
        "main",
        ("codeformer.onnx",),
        377_000_000,
        "S-Lab 1.0, non-commercial",
        commercial=False,
        sha256={"codeformer.onnx": "21710e7ab61c82683576c428e9c1b6fe1ed419586b7b39e394c3449c294b550f"},
    ),
    Weight(
        "gfpgan",
        "restorers",
        "sharper faces",
        "facefusion/models-3.0.0",
        "main",
        ("gfpgan_1.4.onnx",),
        340_299_087,
        "Apache-2.0",
        commercial=True,
    ),
    Weight(
        "gpen",
        "restorers",
        "sharper faces",
        "facefusion/models-3.0.0",
        "main",
        ("gpen_bfr_512.onnx",),
        284_340_240,
        "non-commercial by its authors",
        commercial=False,
        sha256={"gpen_bfr_512.onnx": "d5f066b9068a8b74217f9712e28e875a6144629b108a6f7355acbdb3a2832c54"},
    ),
    Weight(
        "restoreformer",
        "restorers",
        "sharper faces",
        "facefusion/models-3.0.0",
        "main",
        ("restoreformer_plus_plus.onnx",),
        294_000_000,
        "Apache-2.0",
        commercial=True,
    ),
    Weight(
        "scrfd",
        "insightface",
        "finds faces (SCRFD)",
        "public-data/insightface",
        "main",
        ("det_10g.onnx",),
        16_923_827,
        "non-commercial (InsightFace)",
        commercial=False,
        within="models/buffalo_l/",
        sha256={"det_10g.onnx": "5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91"},
    ),
    Weight(
        "arcface",
        "insightface",
        "tells people apart (ArcFace)",
        "public-data/insightface",
        "main",
        ("w600k_r50.onnx",),
        174_383_860,
        "non-commercial (InsightFace)",
        commercial=False,
        within="models/buffalo_l/",
        sha256={"w600k_r50.onnx": "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43"},
    ),
)

PROFILES: Final = ("sdxl", "restorers", "insightface", "all", "commercial")
"""Names of what can be fetched together; "commercial" is everything whose licence allows commercial use."""


def is_hub_id(name: str) -> bool:
    """Whether that is the name of a repository on the hub, such as "people/their-sdxl"."""
    return re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", name) is not None


def checkpoint_of(hub_id: str) -> Weight:
    """Somebody's SDXL: of a checkpoint the U-Net is read, and what it was trained to predict."""
    return Weight(
        hub_id,
        "",
        "another SDXL checkpoint, for OTE_SDXL",
        hub_id,
        "main",
        ("unet/config.json", "unet/*.safetensors", "scheduler/scheduler_config.json"),
        5_135_000_000,
        "see its page on the hub",
        commercial=None,
        optional=("unet/*.safetensors.index*.json",),  # of weights in shards
    )


def weight_of(name: str) -> Weight:
    """One entry by its name.

    Raises:
        UsageError: there is none of that name.
    """
    return chosen((name,))[0]


def chosen(names: Iterable[str], *, commercial: bool = False) -> tuple[Weight, ...]:
    """The entries that profiles or names of entries stand for, each once, in the catalogue's order.

    Args:
        commercial: only those whose licence allows commercial use.

    Raises:
        UsageError: a name that is neither, or nothing left.
    """
    asked = tuple(names)
    known = {*PROFILES, *(weight.name for weight in CATALOGUE)}
    unknown = [name for name in asked if name not in known and not is_hub_id(name)]
    if unknown:
        listed = ", ".join((*PROFILES, *(weight.name for weight in CATALOGUE)))
        raise UsageError(
            f"fetch: expected one of {listed}, or a hub id such as people/their-sdxl; got {', '.join(unknown)}. "
            "See: open-the-eyes fetch --list"
        )
    every = (*CATALOGUE, *(checkpoint_of(name) for name in dict.fromkeys(asked) if is_hub_id(name)))
    found = tuple(w for w in every if any(_is_in(w, name) for name in asked) and (w.commercial or not commercial))
    if not found:
        raise UsageError(f"fetch: nothing of {', '.join(asked) or 'nothing'} may be used commercially.")
    return found


def _is_in(weight: Weight, name: str) -> bool:
    if name in ("all", "commercial"):
        return weight.profile != "" and (bool(weight.commercial) or name == "all")
    return name in (weight.name, weight.profile)
