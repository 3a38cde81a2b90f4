"""Smaller weights: the large Linear layers of a U-Net in 8 or 4 bits, through torchao."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ...errors import UsageError

if TYPE_CHECKING:
    import torch

SMALLEST: Final = 512
"""Layers with a side shorter than this stay as they are: nothing to gain, and the time embedding is sensitive."""
GROUP: Final = 128
"""Columns that share a scale in int4."""
PACKING: Final = "tile_packed_to_4d"
"""For int4: the layout of torch's own kernel; the others need a library more."""


def quantised(network: torch.nn.Module, precision: str, smallest: int = SMALLEST) -> torch.nn.Module:
    """The network itself, its large Linear layers replaced; "bf16" and "fp32" change nothing.

    Args:
        precision: fp8 and int8 run on CPUs too; int4 needs CUDA's kernels.

    Raises:
        UsageError: a precision that is not known, or int4 without a GPU.
    """
    if precision in ("bf16", "fp32"):
        return network
    import torch
    from torch import nn

    if precision == "int4" and not torch.cuda.is_available():
        raise UsageError("precision: expected a CUDA GPU for int4, found none; take --precision int8.")
    from torchao.quantization import quantize_

    def large(module: nn.Module, _: str) -> bool:
        return isinstance(module, nn.Linear) and min(module.in_features, module.out_features) >= smallest

    with torch.no_grad():  # int4 is packed by the GPU's own kernel
        quantize_(network, _config(precision), filter_fn=large, device="cuda" if precision == "int4" else None)
    return network.to("cpu")


def _config(precision: str) -> Any:
    """torchao's configuration object; its names in strings are no longer taken."""
    from torchao import quantization as ao

    if precision == "int8":
        return ao.Int8WeightOnlyConfig(set_inductor_config=False)
    if precision == "fp8":
        return ao.Float8WeightOnlyConfig(set_inductor_config=False)
    if precision == "int4":
        return ao.Int4WeightOnlyConfig(group_size=GROUP, int4_packing_format=PACKING, set_inductor_config=False)
    raise UsageError(f"precision: expected bf16, fp8, int8 or int4; got {precision!r}.")
