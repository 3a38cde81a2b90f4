"""The models that are leased, each with its facts.

Weights of SDXL are counted by `python -m benchmarks.sdxl_sizes`, and so is what lives at the worst moment of one call:
158 MiB in the base and 189 in the refiner for a row of 1024 x 1024, 1,536 MiB in the VAE. Guidance takes two rows a
picture. Half as much again goes to what counting does not see: what the allocator rounds up, and what kernels use
besides. ONNX files weigh on the device what they weigh on the disk. `fixed_mib` of U-Nets and restorers and
`streamed_mib` are estimates; nothing was measured on a GPU yet.
"""

from __future__ import annotations

from typing import Final

from .card import ModelCard

_RAIL: Final = "CreativeML Open RAIL++-M"

SDXL_BASE: Final = ModelCard(
    name="sdxl-base",
    source="diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    revision="115134f363124c53c7d878647567d04daf26e41e",
    sha256=None,
    licence=_RAIL,
    commercial=True,
    mib={"bf16": 4897, "fp8": 2770, "int8": 2770, "int4": 1773},
    activation_mib=480,
    fixed_mib=512,
    streamed_mib=512,
    stage="generate/base",
)
SDXL_LCM: Final = ModelCard(
    name="sdxl-lcm",
    source="latent-consistency/lcm-lora-sdxl",
    revision="a18548dd4956b174ec5b0d78d340c8dae0a129cd",
    sha256=None,
    licence=_RAIL,
    commercial=True,
    mib=SDXL_BASE.mib,  # the base with the LoRA added to its weights
    activation_mib=SDXL_BASE.activation_mib,
    fixed_mib=SDXL_BASE.fixed_mib,
    streamed_mib=SDXL_BASE.streamed_mib,
    stage="generate/base",
)
SDXL_REFINER: Final = ModelCard(
    name="sdxl-refiner",
    source="stabilityai/stable-diffusion-xl-refiner-1.0",
    revision="5d4cfe854c9a9a87939ff3653551c2b3c99a4356",
    sha256=None,
    licence=_RAIL,
    commercial=True,
    mib={"bf16": 4310, "fp8": 2934, "int8": 2934, "int4": 2289},
    activation_mib=576,
    fixed_mib=512,
    streamed_mib=512,
    stage="generate/refiner",
)
SDXL_VAE: Final = ModelCard(
    name="sdxl-vae",
    source="madebyollin/sdxl-vae-fp16-fix",
    revision="207b116dae70ace3637169f1ddd2434b91b3a8cd",
    sha256=None,
    licence="MIT",
    commercial=True,
    mib={"fp16": 160},
    activation_mib=24,  # a finished picture; they are encoded and decoded one by one
    fixed_mib=2304,
    stage="generate/vae",
)
SDXL_TEXT: Final = ModelCard(
    name="sdxl-text",
    source="stabilityai/stable-diffusion-xl-base-1.0",
    revision="462165984030d82259a11f4367a4eed129e94a7b",
    sha256=None,
    licence=_RAIL,
    commercial=True,
    mib={"bf16": 1560},
    activation_mib=32,
    stage="generate/text",
)
CODEFORMER: Final = ModelCard(
    name="codeformer",
    source="facefusion/models-3.0.0 codeformer.onnx",
    revision="main",
    sha256="21710e7ab61c82683576c428e9c1b6fe1ed419586b7b39e394c3449c294b550f",
    licence="S-Lab 1.0, non-commercial",
    commercial=False,
    mib={"fp32": 360},
    activation_mib=8,  # faces are restored one by one
    fixed_mib=1024,
    stage="restore/codeformer",
)
GFPGAN: Final = ModelCard(
    name="gfpgan",
    source="facefusion/models-3.0.0 gfpgan_1.4.onnx",
    revision="main",
    sha256=None,
    licence="Apache-2.0",
    commercial=True,
    mib={"fp32": 325},
    activation_mib=8,  # faces are restored one by one
    fixed_mib=1024,
    stage="restore/gfpgan",
)
GPEN: Final = ModelCard(
    name="gpen",
    source="facefusion/models-3.0.0 gpen_bfr_512.onnx",
    revision="main",
    sha256="d5f066b9068a8b74217f9712e28e875a6144629b108a6f7355acbdb3a2832c54",
    licence="non-commercial by its authors",
    commercial=False,
    mib={"fp32": 272},
    activation_mib=8,  # faces are restored one by one
    fixed_mib=1024,
    stage="restore/gpen",
)
RESTOREFORMER: Final = ModelCard(
    name="restoreformer",
    source="facefusion/models-3.0.0 restoreformer_plus_plus.onnx",
    revision="main",
    sha256=None,
    licence="Apache-2.0",
    commercial=True,
    mib={"fp32": 281},
    activation_mib=8,  # faces are restored one by one
    fixed_mib=1024,
    stage="restore/restoreformer",
)

CARDS: Final = (
    SDXL_BASE,
    SDXL_LCM,
    SDXL_REFINER,
    SDXL_VAE,
    SDXL_TEXT,
    CODEFORMER,
    GFPGAN,
    GPEN,
    RESTOREFORMER,
)


BY_NAME: Final = {card.name: card for card in CARDS}
