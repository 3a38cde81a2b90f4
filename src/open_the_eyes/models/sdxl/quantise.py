"""Smaller weights: the large Linear layers of a U-Net in 8 or 4 bits, through torchao."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from ...errors import UsageError

if TYPE_CHECKING:
    import torch

SMALLEST: Final = 512
"""Layers with a side shorter than this stay as they are: there is nothing to gain."""
SPARED: Final = ("time_embedding", "add_embedding", "time_emb_proj")
"""Layers that tell the step and the picture's size to all others: one row a picture, so an error in it is in every
place, and together they are 1 to 3 % of what the large layers weigh."""
GROUP: Final = 128
"""Columns that share a scale in int4, and in int8 of fp16."""
GROUPED: Final = 5 / GROUP
"""Bytes a weight that int8 of fp16 takes besides its own: each group's scale in float32, and its zero point."""
PACKING: Final = "tile_packed_to_4d"
"""For int4: the layout of torch's own kernel; the others need a library more."""

INT4_SINCE: Final = (8, 0)
"""Compute capability: GPUs before Ampere (RTX 30, A100) have no kernel for int4, and torchao raises."""


def quantised(network: torch.nn.Module, precision: str, device: str = "cpu") -> torch.nn.Module:
    """The network itself, on the CPU, its large Linear layers replaced; "bf16" and "fp32" change nothing.

    Args:
        precision: fp8 and int8 run on CPUs too; int4 needs CUDA's kernels.
        device: where the network will run; int4 is packed there, such as on "cuda:1", and no other GPU is touched.

    Raises:
        UsageError: a precision that is not known, or int4 without a GPU.
    """
    if precision in ("bf16", "fp32"):
        return network
    import torch

    packed = precision == "int4"
    if packed and not (device.startswith("cuda") and torch.cuda.is_available()):
        raise UsageError("expected a CUDA GPU for int4, found none; take int8.", option="precision")
    from torchao.quantization import quantize_

    # int4 is packed by the GPU's own kernel, and torchao asks what the current device can do
    with torch.no_grad(), torch.cuda.device(device) if packed else nullcontext():
        grouped = _overflows(precision, network)
        chosen = _in_groups if grouped else large
        quantize_(network, _config(precision, grouped), filter_fn=chosen, device=device if packed else None)
    return network.to("cpu")


def move_to(network: torch.nn.Module, device: str) -> None:
    """Moves a network, quantised or not, once it ran compiled, too.

    Torch swaps quantised weights in place, which it refuses while what was compiled watches them: they are replaced.
    """
    import torch
    from torch.utils._python_dispatch import is_traceable_wrapper_subclass

    for module in network.modules():
        for name, weight in module._parameters.items():
            if weight is not None and is_traceable_wrapper_subclass(weight):
                module._parameters[name] = torch.nn.Parameter(weight.detach().to(device), requires_grad=False)
    network.to(device)


def large(module: torch.nn.Module, name: str) -> bool:
    """Whether a layer of a U-Net is one to be made smaller.

    Args:
        name: in the U-Net, such as "mid_block.attentions.0.proj_in".
    """
    from torch.nn import Linear

    if not isinstance(module, Linear) or any(part in SPARED for part in name.split(".")):
        return False
    return bool(min(module.in_features, module.out_features) >= SMALLEST)


def _in_groups(module: torch.nn.Module, name: str) -> bool:
    """Whether that layer's columns also make whole groups, as all of SDXL's do."""
    return large(module, name) and module.in_features % GROUP == 0


def _overflows(precision: str, network: torch.nn.Module) -> bool:
    """Whether sums would leave fp16's range: with a scale a row, torchao sums up whole numbers and scales the sums, of
    which an answer of 516 times the row's largest weight is too large. With groups it scales the weights first."""
    import torch

    return precision == "int8" and next(network.parameters()).dtype == torch.float16


def _config(precision: str, grouped: bool = False) -> Any:
    """torchao's configuration object; its names in strings are no longer taken."""
    from torchao import quantization as ao

    if precision == "int8" and grouped:
        return ao.Int8WeightOnlyConfig(granularity=ao.PerGroup(GROUP), set_inductor_config=False)
    if precision == "int8":
        return ao.Int8WeightOnlyConfig(set_inductor_config=False)
    if precision == "fp8":
        return ao.Float8WeightOnlyConfig(set_inductor_config=False)
    if precision == "int4":
        return ao.Int4WeightOnlyConfig(group_size=GROUP, int4_packing_format=PACKING, set_inductor_config=False)
    raise UsageError(f"expected bf16, fp8, int8 or int4; got {precision}.", option="precision")
