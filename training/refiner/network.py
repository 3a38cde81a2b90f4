"""The refiner and its critic. Small enough for two cores: a U-Net on a 2 x 2 space-to-depth grid (1.2 M parameters)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

GEOMETRY = 4
MAGNIFIED = 5.0
WIDTHS = (32, 64, 112, 144)
SLOPE = 0.1
BINOMIAL = (0.25, 0.5, 0.25)
FROM_CHROMA = ((0.0, 1.402), (-0.344136, -0.714136), (1.772, 0.0))
"""Red, green and blue of the two differences Cb and Cr (JFIF, ITU-T T.871)."""


class Block(nn.Module):
    """Two convolutions with a skip. Nothing is normalised: it would make an eye depend on how much is shown around it,
    and marks the pictures of networks trained with a critic (Wang et al. 2018, ESRGAN)."""

    def __init__(self, given: int, wanted: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(given, wanted, 3, 1, 1), nn.Conv2d(wanted, wanted, 3, 1, 1)
        self.skip = nn.Conv2d(given, wanted, 1) if given != wanted else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.skip(x) + self.second(F.leaky_relu(self.first(F.leaky_relu(x, SLOPE)), SLOPE))
        return out


class Refiner(nn.Module):
    """(n, 3, h, w) guess in -1..1, (n, 1, h, w) mask, (n, 4, h, w) geometry, (n, 1, h, w) noise -> refined guess.

    h and w are multiples of 8; outside the mask the guess comes back unchanged. Light is added to single pixels and
    then smoothed at their frequency, where a 2 x 2 shuffle leaves a chequer (Odena et al. 2016); colour is added at
    half the resolution, since fine detail of an eye is light and dark and its colours change slowly.
    """

    def __init__(self, widths: tuple[int, int, int, int] = WIDTHS) -> None:
        super().__init__()
        a, b, c, d = widths
        self.enter = nn.Conv2d((3 + 1 + GEOMETRY + 1) * 4, a, 3, 1, 1)
        self.down = nn.ModuleList([Block(a, a), Block(a, b), Block(b, c)])
        self.middle = Block(c, d)
        self.up = nn.ModuleList([Block(d + c, c), Block(c + b, b), Block(b + a, a)])
        self.leave = nn.Conv2d(a, 4 + 2, 3, 1, 1)
        self.apply(_prepared)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        row = torch.tensor(BINOMIAL)
        self.register_buffer("smooth", torch.outer(row, row)[None, None], persistent=False)
        self.register_buffer("from_chroma", torch.tensor(FROM_CHROMA)[..., None, None], persistent=False)

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
        out = self.leave(F.leaky_relu(h, SLOPE)).float()
        light = F.conv2d(F.pixel_shuffle(out[:, :4], 2), self.smooth, padding=1)
        chroma = F.conv2d(out[:, 4:], self.smooth.expand(2, 1, 3, 3), padding=1, groups=2)
        chroma = F.interpolate(chroma, scale_factor=2.0, mode="bilinear", align_corners=False)
        return guess + (light + F.conv2d(chroma, self.from_chroma)) * mask


def _prepared(layer: nn.Module) -> None:
    """So that signals keep their size from layer to layer, which torch's own beginning does not (He et al. 2015)."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, a=SLOPE if layer.kernel_size != (1, 1) else 1.0)
        nn.init.zeros_(layer.bias)
    if isinstance(layer, Block):
        with torch.no_grad():
            layer.second.weight *= 0.3


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
        inputs = torch.cat([picture, MAGNIFIED * (picture - guess), mask, geometry], 1)
        h = F.leaky_relu(self.enter(F.pixel_unshuffle(inputs, 2)), 0.2)
        features = [h]
        for layer in self.layers:
            h = F.leaky_relu(layer(h), 0.2)
            features.append(h)
        return [self.fine(features[1]), self.coarse(features[3])], features


def _normed(given: int, wanted: int, size: int, stride: int) -> nn.Sequential:
    """A convolution whose features come out at one scale, whatever the picture's contrast."""
    return nn.Sequential(nn.Conv2d(given, wanted, size, stride, 1), nn.GroupNorm(4, wanted))
