"""What the refiner is asked for besides pleasing its critic. Pictures are (n, 3, h, w) in -1..1, masks (n, 1, h, w)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own convention

LASHES = 0.95
"""The lashes' zone lies above the upper lid, as far as tanh(distance / a tenth of the eye's width) tells."""


def over(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of (n, c, h, w) values where the mask, reduced to their size, lies; the rest is the same in both."""
    weight = F.adaptive_avg_pool2d(mask, list(values.shape[2:]))
    return (values * weight).sum() / (weight.sum() * values.shape[1])


def apart(made: Tensor, truth: Tensor, mask: Tensor) -> Tensor:
    """Pixel by pixel, and again for patches of 4 x 4: where a lash lies is chance, how dark its patch is is not."""
    wrong = made - truth
    return 0.5 * over(wrong.abs(), mask) + over(F.avg_pool2d(wrong * mask, 4).abs(), mask)


def energy(picture: Tensor) -> Tensor:
    """(n, 1, h - 4, w - 4): how much light changes from pixel to pixel around each; where it changes does not matter,
    so that a lash a pixel beside the true one costs nothing."""
    return torch.sqrt(F.avg_pool2d(_changes(picture.mean(dim=1, keepdim=True)), 4, 1) + 1e-5)


def _changes(light: Tensor) -> Tensor:
    """Squared gradients of (n, 1, h, w), a row and a column less."""
    dx, dy = light[..., 1:, 1:] - light[..., 1:, :-1], light[..., 1:, 1:] - light[..., :-1, 1:]
    return dx**2 + dy**2


def regions(mask: Tensor, geometry: Tensor) -> Tensor:
    """(n, 4, h, w) of 0..1, under the mask: iris, white, lashes' zone, skin."""
    iris, below, above = geometry[:, :1], geometry[:, 1:2], geometry[:, 2:3]
    opening = (below > 0) & (above > 0)
    lashes = (below <= 0) & (below > -LASHES)
    kinds = [opening & (iris < 0), opening & (iris >= 0), lashes, ~opening & ~lashes]
    return torch.cat(kinds, 1) * mask


def texture(made: Tensor, truth: Tensor, mask: Tensor, geometry: Tensor) -> Tensor:
    """How far the energies of three bands are off in each region of an eye, as logarithms.

    Energy around every pixel (above) settles for the middle of what is likely, which is too soft on the whole; here an
    eye's iris, white, lashes and skin must each have as much detail as the true ones.
    """
    where = regions(mask, geometry)
    total: Tensor = made.new_zeros(())
    light = [p.mean(dim=1, keepdim=True) for p in (made, truth)]
    for _ in range(3):
        inside = F.adaptive_avg_pool2d(where, list(light[0].shape[2:]))
        weight = inside[..., 1:, 1:].sum(dim=(2, 3))
        of_made, of_truth = ((_changes(x) * inside[..., 1:, 1:]).sum(dim=(2, 3)) / (weight + 1e-3) for x in light)
        off = (torch.log(of_made + 2e-5) - torch.log(of_truth + 2e-5)).abs()
        total = total + (off * (weight > 12)).sum() / (weight > 12).sum().clamp(min=1)
        light = [F.avg_pool2d(x, 2) for x in light]
    return total / 3


def recoloured(made: Tensor, guess: Tensor, mask: Tensor) -> Tensor:
    """How far colours, not light, have moved from the guess's in every patch of 4 x 4 pixels: whose they are is for the
    appearance model and the person who chose an eye colour to say."""
    moved = F.avg_pool2d((made - guess) * mask, 4)
    return over((moved - moved.mean(dim=1, keepdim=True)).abs(), mask)


def unlike(wrong: Tensor, mask: Tensor, geometry: Tensor) -> Tensor:
    """How differently the irises of a face are off their true colours; eyes of one face follow each other."""
    iris = mask * (geometry[:, :1] < 0) * (geometry[:, 1:2] > 0) * (geometry[:, 2:3] > 0)
    off = (wrong * iris).sum(dim=(2, 3)) / iris.sum(dim=(2, 3)).clamp(min=1)
    return (off[0::2] - off[1::2]).abs().mean()
