"""What a camera, a compressor, a pair of glasses or a hand do to a picture of an eye."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.imaging.face import eye_crop as eyecrop

NET_WH, NET_SPAN = eyecrop.SIZE_WH, eyecrop.SPAN
WIDE_WH, WIDE_SPAN = (120, 88), 2.9
"""Of the crops that are kept: room for jitter around the network's own crop."""
NET_EYE, WIDE_EYE = NET_WH[0] / NET_SPAN, WIDE_WH[0] / WIDE_SPAN
"""An eye's width in either crop, pixels."""

Rng = np.random.Generator


def cut(wide: Rgb, rng: Rng, jitter: float) -> Rgb:
    """The network's crop out of a wide one, as if the landmarks were a little off."""
    angle = math.radians(rng.normal(0, 4) * jitter)
    scale = WIDE_EYE / NET_EYE * math.exp(rng.normal(0, 0.07) * jitter)
    shift = rng.normal(0, 0.05, 2) * WIDE_EYE * jitter
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    to_wide = np.array([[c, -s, 0], [s, c, 0]])
    middle = (np.array(NET_WH) - 1) / 2
    to_wide[:, 2] = (np.array(WIDE_WH) - 1) / 2 + shift - to_wide[:, :2] @ middle
    soft = cv2.GaussianBlur(wide, (0, 0), 0.45)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(soft, to_wide, NET_WH, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def camera(crop: Rgb, rng: Rng) -> tuple[Rgb, float]:
    """Distance, blur, light, colour, noise, JPEG; -> the crop and an eye's width in sensor pixels."""
    x = crop.astype(np.float32)
    eye = NET_EYE
    if rng.random() < 0.6:
        eye = float(np.exp(rng.uniform(np.log(7), np.log(NET_EYE))))
        f = eye / NET_EYE
        small = cv2.resize(x, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
    else:
        small = x
    if rng.random() < 0.35:
        small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.3, 1.3))
    if rng.random() < 0.12:
        n = int(rng.integers(3, 6))
        kernel = np.zeros((n, n), np.float32)
        a = rng.uniform(0, math.pi)
        for t in np.linspace(-n / 2, n / 2, 4 * n):
            kernel[int(n / 2 + t * math.sin(a) * 0.99) % n, int(n / 2 + t * math.cos(a) * 0.99) % n] += 1
        small = cv2.filter2D(small, -1, kernel / kernel.sum())
    small = 255 * np.power(np.clip(small / 255, 0, 1), math.exp(rng.normal(0, 0.35)))
    small = small * rng.uniform(0.35, 1.25) + rng.uniform(-20, 30)
    if rng.random() < 0.3:
        small = np.repeat(small.mean(axis=2, keepdims=True), 3, axis=2)
    small = small * np.exp(rng.normal(0, 0.1, 3))
    if rng.random() < 0.3:  # light from one side
        ramp = np.linspace(-1, 1, small.shape[1])[None, :, None] * rng.normal(0, 0.3)
        ramp = ramp + np.linspace(-1, 1, small.shape[0])[:, None, None] * rng.normal(0, 0.25)
        small = small * np.exp(ramp)
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(1, 9), small.shape)
        small = small + noise
    small = np.clip(small, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 96))])
        small = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    if small.shape[:2] != crop.shape[:2]:
        small = cv2.resize(small, NET_WH, interpolation=cv2.INTER_LINEAR)
    return np.asarray(small, np.uint8), eye


def _lens(rng: Rng, shape_hw: tuple[int, int], eye: float) -> NDArray[np.float64]:
    """(H, W): a spectacle lens about the eye, as about how many pixels lie between here and its rim; < 0 outside."""
    h, w = shape_hw
    cx, cy = w / 2 + rng.normal(0, 0.12) * eye, h / 2 + rng.normal(0.05, 0.1) * eye
    rx, ry = eye * rng.uniform(0.6, 0.95), eye * rng.uniform(0.38, 0.7)
    n = rng.uniform(2, 5)
    yy, xx = np.mgrid[:h, :w]
    a = math.radians(rng.normal(0, 5))
    u = ((xx - cx) * math.cos(a) + (yy - cy) * math.sin(a)) / rx
    v = ((yy - cy) * math.cos(a) - (xx - cx) * math.sin(a)) / ry
    inside = 1 - (np.abs(u) ** n + np.abs(v) ** n) ** (1 / n)
    return np.asarray(inside * min(rx, ry), np.float64)


def narrowed(wide: Rgb, by: float) -> Rgb:
    """An eye squeezed upright to `by` of its height: still open, as in laughing or against the sun."""
    h, w = wide.shape[:2]
    squeezed = np.array([[1, 0, 0], [0, by, (1 - by) * (h - 1) / 2]])
    narrowed = cv2.warpAffine(wide, squeezed, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(narrowed, np.uint8)


def glasses(wide: Rgb, other: Rgb, rng: Rng) -> Rgb:
    """Ordinary spectacles: a rim, a light tint, a reflection that leaves the eye in sight."""
    x = wide.astype(np.float32)
    inside = _lens(rng, (x.shape[0], x.shape[1]), WIDE_EYE)
    x = x * np.where(inside > 0, rng.uniform(0.75, 1.05), 1)[..., None]
    if rng.random() < 0.3:  # what the lens mirrors, faintly
        seen = cv2.GaussianBlur(other, (0, 0), rng.uniform(1, 6)).astype(np.float32)[::-1]
        x = x + seen * (inside > 0)[..., None] * rng.uniform(0.1, 0.4)
    if rng.random() < 0.6:
        streak = np.zeros(x.shape[:2], np.float32)
        p = rng.uniform(0, 1, 4) * [x.shape[1], x.shape[0], x.shape[1], x.shape[0]]
        cv2.line(streak, (int(p[0]), int(p[1])), (int(p[2]), int(p[3])), (1.0,), int(rng.integers(2, 16)))
        streak = cv2.GaussianBlur(streak, (0, 0), rng.uniform(0.5, 4)) * (inside > 0)
        x = x + streak[..., None] * rng.uniform(20, 220)
    rim = np.clip(1.5 - np.abs(inside - 1) / rng.uniform(0.5, 3), 0, 1)[..., None] * rng.uniform(0.4, 1)
    x = x * (1 - rim) + rim * rng.uniform(0, 160) * np.exp(rng.normal(0, 0.2, 3))
    return np.asarray(np.clip(x, 0, 255), np.uint8)


def cover(wide: Rgb, other: Rgb, rng: Rng) -> Rgb:
    """Sunglasses, a hand, hair or some other thing in front of the eye."""
    x = wide.astype(np.float32)
    h, w = x.shape[:2]
    kind = rng.random()
    if kind < 0.5:  # sunglasses: dark or mirrored, rimmed, with reflections
        inside = _lens(rng, (h, w), WIDE_EYE * rng.uniform(1.0, 1.15))
        fill = np.ones((h, w, 3), np.float32) * rng.uniform(0, 75) * np.exp(rng.normal(0, 0.15, 3))
        fill *= np.linspace(rng.uniform(0.6, 1.2), rng.uniform(0.8, 2.2), h)[:, None, None]
        if rng.random() < 0.5:  # what the lens mirrors
            seen = cv2.GaussianBlur(other, (0, 0), rng.uniform(2, 12)).astype(np.float32)[::-1]
            fill = fill + (seen if rng.random() < 0.5 else 255 - seen) * rng.uniform(0.1, 1.0)
        if rng.random() < 0.4:
            spot = np.zeros((h, w), np.float32)
            cv2.ellipse(
                spot,
                (int(w * rng.uniform(0.25, 0.75)), int(h * rng.uniform(0.3, 0.6))),
                (int(rng.integers(2, 22)), int(rng.integers(1, 8))),
                rng.uniform(-40, 40),
                0,
                360,
                (1.0,),
                -1,
            )
            fill += cv2.GaussianBlur(spot, (0, 0), rng.uniform(0.5, 4))[..., None] * rng.uniform(40, 200)
        alpha = np.clip(inside + 0.5, 0, 1)[..., None] * rng.uniform(0.88, 1)
        x = x * (1 - alpha) + fill * alpha
        if rng.random() < 0.7:
            rim = np.clip(1.5 - np.abs(inside - 1) / rng.uniform(0.5, 4), 0, 1)[..., None]
            x = x * (1 - rim) + rim * rng.uniform(0, 120)
    elif kind < 0.72:  # a hand or another smooth thing, from one side and right over the eye
        skin = np.median(x.reshape(-1, 3), axis=0) * np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.05, 3))
        fill = np.ones((h, w, 3), np.float32) * skin
        yy, xx = np.mgrid[:h, :w].astype(np.float32)
        a = rng.uniform(0, 2 * math.pi)
        along = (xx - w / 2) * math.cos(a) + (yy - h / 2) * math.sin(a)
        across = (yy - h / 2) * math.cos(a) - (xx - w / 2) * math.sin(a)
        finger = rng.uniform(0.35, 0.8) * WIDE_EYE
        fill *= (1 - rng.uniform(0.1, 0.5) * np.abs(np.sin(across / finger * math.pi + rng.uniform(0, 3))) ** 6)[
            ..., None
        ]
        fill += cv2.GaussianBlur(rng.normal(0, 25, (h, w)).astype(np.float32), (0, 0), rng.uniform(1, 6))[..., None]
        edge = rng.uniform(0.5, 0.9) * WIDE_EYE + 2 * np.sin(across / finger * 3)
        alpha = np.clip((edge - along) / 2 + 0.5, 0, 1)[..., None]
        x = x * (1 - alpha) + fill * alpha
    else:  # hair
        tone = rng.uniform(5, 170) * np.exp(rng.normal(0, 0.15, 3))
        lean = rng.normal(0, 0.5)
        for _ in range(int(rng.integers(150, 420))):
            x0 = rng.uniform(0.1, 0.9) * w
            bend = lean + rng.normal(0, 0.08)
            points = np.array([[x0 + bend * (y - h / 2) + 3 * math.sin(y / 17 + x0), y] for y in range(-4, h + 8, 8)])
            cv2.polylines(x, [points.astype(np.int32)], False, (tone * np.exp(rng.normal(0, 0.3))).tolist(), 2)
    return np.clip(x, 0, 255).astype(np.uint8)
