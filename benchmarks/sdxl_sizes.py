"""What SDXL's networks weigh, and what lives while they run, counted without weights and without a GPU.

    python -m benchmarks.sdxl_sizes

Networks are built in full size from shapes alone. Weights are counted parameter by parameter. What lives is the most
that tensors hold at one moment of one call, weights not counted, for a row of 1024 x 1024 in two bytes a number; what
kernels and allocators use besides is not in it.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from open_the_eyes.models.sdxl import quantise

from .sdxl_random import FULL

if TYPE_CHECKING:
    import torch

MIB: Final = 2**20
GROUP: Final = 128
TILE: Final = (8, 1024)
"""To multiples of these torchao fills up the rows and columns of an int4 weight, for its kernel's sake: 640 columns
weigh as much as 1024."""
LATENT_SIDE: Final = 1024 // 8


@dataclass(frozen=True, slots=True)
class Counted:
    """Parameters of a network, of these weights that are quantised, and how many int4 makes of the latter."""

    parameters: int
    linear: int
    tiled: int

    def mib(self, precision: str) -> int:
        """Weights: two bytes each; those that are quantised one in fp8 and int8, half and 4 for each group in int4."""
        if precision == "int4":
            small = self.tiled * (0.5 + 4 / GROUP)
        else:
            small = self.linear * {"bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0}[precision]
        return round(((self.parameters - self.linear) * 2 + small) / MIB)


def counted(network: torch.nn.Module) -> Counted:
    """Counts a network."""
    large = [module for name, module in network.named_modules() if quantise.large(module, name)]
    tiled = sum(_filled(layer.out_features, TILE[0]) * _filled(layer.in_features, TILE[1]) for layer in large)
    weights = sum(layer.weight.numel() for layer in large)
    return Counted(sum(p.numel() for p in network.parameters()), weights, tiled)


def _filled(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple


def live_mib(build: Callable[[], Any], call: Callable[[Any], object]) -> float:
    """The most that tensors hold at one moment of `call(build())`, beside the weights; nothing is really computed."""
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_iter

    class Live(TorchDispatchMode):
        now = peak = 0

        def __init__(self, known: list[Any]) -> None:
            super().__init__()
            self.known = weakref.WeakSet(known)

        def __torch_dispatch__(self, function: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
            results = function(*args, **(kwargs or {}))
            for tensor in tree_iter(results):
                if isinstance(tensor, torch.Tensor) and tensor.untyped_storage() not in self.known:
                    self._add(tensor.untyped_storage())
            return results

        def _add(self, storage: Any) -> None:
            self.known.add(storage)
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._remove, storage.nbytes())

        def _remove(self, size: int) -> None:
            self.now -= size

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with FakeTensorMode(), torch.inference_mode():
            network = build().eval()
            weights = [t.untyped_storage() for t in (*network.parameters(), *network.buffers())]
            with Live(weights) as live:
                call(network)
    finally:
        torch.set_default_dtype(before)
    return float(live.peak) / MIB


def unet_call(channels: int, words: int, ids: int, rows: int) -> Callable[[Any], object]:
    """A call of a U-Net with that many rows."""

    def call(unet: Any) -> object:
        import torch

        added = {"text_embeds": torch.empty(rows, 1280), "time_ids": torch.empty(rows, ids)}
        latents, prompt = torch.empty(rows, channels, LATENT_SIDE, LATENT_SIDE), torch.empty(rows, 77, words)
        return unet(latents, torch.tensor(5), encoder_hidden_states=prompt, added_cond_kwargs=added)

    return call


def decode(vae: Any) -> object:
    """A call of the VAE with one row."""
    import torch

    return vae.decode(torch.empty(1, 4, LATENT_SIDE, LATENT_SIDE))


def builds() -> dict[str, Callable[[], Any]]:
    """Each network by its card's name."""
    from diffusers import AutoencoderKL, UNet2DConditionModel

    return {
        "sdxl-base": lambda: UNet2DConditionModel(**FULL.unet),
        "sdxl-refiner": lambda: UNet2DConditionModel(**FULL.refiner),
        "sdxl-vae": lambda: AutoencoderKL(**FULL.vae),
    }


CALLS: Final = {"sdxl-base": unet_call(9, 2048, 6, 1), "sdxl-refiner": unet_call(4, 1280, 5, 1), "sdxl-vae": decode}


def main() -> None:
    """Prints one line a network."""
    import torch

    sys.stdout.write(f"{'':14}{'parameters':>16}{'bf16 MiB':>10}{'int8 MiB':>10}{'int4 MiB':>10}{'live MiB':>10}\n")
    for name, build in builds().items():
        with torch.device("meta"):
            size = counted(build())
        weights = "".join(f"{size.mib(precision):10,}" for precision in ("bf16", "int8", "int4"))
        sys.stdout.write(f"{name:14}{size.parameters:16,}{weights}{live_mib(build, CALLS[name]):10,.0f}\n")


if __name__ == "__main__":
    main()
