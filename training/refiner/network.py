"""The refiner and its critic. Small enough for two cores: a U-Net on a 2 x 2 space-to-depth grid (1.2 M parameters)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

GEOMETRY = 4
MAGNIFIED = 5.0
WIDTHS = (32, 64, 112, 144)


class Block(nn.Module):
    """Two convolutions around a normalisation, with a skip."""

    def __init__(self, given: int, wanted: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(given, wanted, 3, 1, 1), nn.Conv2d(wanted, wanted, 3, 1, 1)
        self.norm = nn.GroupNorm(8, wanted)
        self.skip = nn.Conv2d(given, wanted, 1) if given != wanted else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.skip(x) + self.second(F.silu(self.norm(self.first(F.silu(x)))))
        return out


class Refiner(nn.Module):
    """(n, 3, h, w) guess in -1..1, (n, 1, h, w) mask, (n, 4, h, w) geometry, (n, 1, h, w) noise -> refined guess.

    h and w are multiples of 8; outside the mask the guess comes back unchanged.
    """

    def __init__(self, widths: tuple[int, int, int, int] = WIDTHS) -> None:
        super().__init__()
        a, b, c, d = widths
        self.enter = nn.Conv2d((3 + 1 + GEOMETRY + 1) * 4, a, 3, 1, 1)
        self.down = nn.ModuleList([Block(a, a), Block(a, b), Block(b, c)])
        self.middle = Block(c, d)
        self.up = nn.ModuleList([Block(d + c, c), Block(c + b, b), Block(b + a, a)])
        self.leave = nn.Conv2d(a, 12, 3, 1, 1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, guess: Tensor, mask: Tensor, geometry: Tensor, noise: Tensor) -> Tensor:
        h = self.enter(F.pixel_unshuffle(torch.cat([guess, mask, geometry, noise], 1), 2))
        kept = []
        for k, block in enumerate(self.down):
            h = block(F.avg_pool2d(h, 2) if k else h)
            kept.append(h)
        h = self.middle(h)
        for k, block in enumerate(self.up):
            skip = kept[2 - k]
            h = block(torch.cat([F.interpolate(h, scale_factor=2.0) if k else h, skip], 1))
        return guess + F.pixel_shuffle(self.leave(F.silu(h)), 2) * mask


class Critic(nn.Module):
    """Judges patches of an eye, told its mask and geometry; also gives its features (pix2pixHD, Wang et al. 2018).

    It sees what was added to the guess, magnified, beside the picture: in the picture alone the difference between a
    soft eye and a sharp one is too faint for so small a critic to find.
    """

    def __init__(self, widths: tuple[int, int, int, int] = (40, 80, 112, 112)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.enter = nn.Conv2d((3 + 3 + 1 + GEOMETRY) * 4, a, 3, 1, 1)
        self.layers = nn.ModuleList([_normed(a, b, 4, 2), _normed(b, c, 4, 2), _normed(c, d, 3, 1)])
        self.fine, self.coarse = nn.Conv2d(b, 1, 3, 1, 1), nn.Conv2d(d, 1, 3, 1, 1)

    def forward(
        self, picture: Tensor, guess: Tensor, mask: Tensor, geometry: Tensor
    ) -> tuple[list[Tensor], list[Tensor]]:
        told = torch.cat([picture, MAGNIFIED * (picture - guess), mask, geometry], 1)
        h = F.leaky_relu(self.enter(F.pixel_unshuffle(told, 2)), 0.2)
        features = [h]
        for layer in self.layers:
            h = F.leaky_relu(layer(h), 0.2)
            features.append(h)
        return [self.fine(features[1]), self.coarse(features[3])], features


def _normed(given: int, wanted: int, size: int, stride: int) -> nn.Sequential:
    """A convolution whose features come out at one scale, whatever the picture's contrast."""
    return nn.Sequential(nn.Conv2d(given, wanted, size, stride, 1), nn.GroupNorm(4, wanted))
