"""The pixels of a TIFF with 16 bits a colour, exactly.

To the compressors of TIFF pixels are bytes. So the decoder is shown the same strips as a grey picture of 8 bits that is
as many bytes wide, and the encoder is given one; byte order, predictor and tiles are dealt with here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, TiffImagePlugin

from ...errors import UnreadablePhoto
from ...imaging.depth import Deep
from ..colour.deep_samples import unpremultiplied
from ..metadata.ifd import LONG, SHORT, Entry, Ifd, read_first_ifd
from . import strips

_FILL_ORDER = 266
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_CHANNELS: Final = {_WHITE_IS_ZERO: (1, 2), _BLACK_IS_ZERO: (1, 2), _RGB: (3, 4)}


def is_deep(root: Ifd) -> bool:
    """Whether the pixels are 16 whole bits a colour, in a kind of colour that is read.

    Raises:
        UnreadablePhoto: 16 bits in another.
    """
    bits = root.numbers(strips.BITS_PER_SAMPLE, (1,))
    if set(bits) != {16} or set(root.numbers(strips.SAMPLE_FORMAT, (1,))) != {1}:
        return False
    kind, samples = root.number(strips.PHOTOMETRIC, 1), root.number(strips.SAMPLES_PER_PIXEL, 1)
    if samples not in _CHANNELS.get(kind, ()) or root.number(strips.PREDICTOR, 1) not in (1, 2):
        raise UnreadablePhoto(
            f"expected grey or RGB with 16 bits a colour, this TIFF has {samples} channels of kind {kind}; "
            "save it as RGB, or with 8 bits."
        )
    return True


def decode(bare: bytes) -> Deep:
    """(H, W, 1..4) as stored, with alpha straight and white at the top; of further channels only alpha."""
    root = read_first_ifd(bare)
    layout = _PlaneLayout.of(root)
    stored = strips.read_strips(bare, root, 2**62).strips
    planes = root.number(strips.SAMPLES_PER_PIXEL, 1) // layout.samples
    count = len(stored) // planes
    parts = [layout.decoded(stored[n * count : (n + 1) * count], root) for n in range(planes)]
    samples = np.concatenate(parts, axis=2) if planes > 1 else parts[0]
    if root.number(strips.PHOTOMETRIC, 1) == _WHITE_IS_ZERO:
        samples[:, :, 0] ^= 0xFFFF
    if samples.shape[2] in (1, 3):
        return samples
    extra = root.number(strips.EXTRA_SAMPLES, strips.UNASSOCIATED_ALPHA)
    if extra == strips.UNSPECIFIED:
        return samples[:, :, :-1]
    return unpremultiplied(samples) if extra == strips.ASSOCIATED_ALPHA else samples


def as_byte_picture(samples: Deep, order: str, predictor: int) -> Image.Image:
    """(H, W, 1..4) -> the grey picture of 8 bits whose bytes are those of the samples, as they are to be compressed."""
    height = samples.shape[0]
    if predictor == 2:
        samples = np.concatenate([samples[:, :1], samples[:, 1:] - samples[:, :-1]], axis=1)
    return Image.fromarray(samples.astype(f"{order}u2", copy=False).view(np.uint8).reshape(height, -1))


def deep_tags(tags: Ifd, samples: Deep, predictor: int) -> Ifd:
    """The tags of that grey picture's file, telling of the samples instead."""
    channels = samples.shape[2]
    values_by_tag = {
        strips.IMAGE_WIDTH: (LONG, (samples.shape[1],)),
        strips.BITS_PER_SAMPLE: (SHORT, (16,) * channels),
        strips.PHOTOMETRIC: (SHORT, (_RGB if channels > 2 else _BLACK_IS_ZERO,)),
        strips.SAMPLES_PER_PIXEL: (SHORT, (channels,)),
        strips.PREDICTOR: (SHORT, (predictor,) if predictor != 1 else ()),
        strips.EXTRA_SAMPLES: (SHORT, (strips.UNASSOCIATED_ALPHA,) if channels in (2, 4) else ()),
    }
    entries = {
        tag: Entry(tag, *_packed_values(tags.order, field_type, values))
        for tag, (field_type, values) in values_by_tag.items()
        if values
    }
    return replace(tags, entries={**tags.entries, **entries})


def _packed_values(order: str, field_type: int, values: tuple[int, ...]) -> tuple[int, bytes]:
    return field_type, struct.pack(f"{order}{len(values)}{'H' if field_type == SHORT else 'I'}", *values)


@dataclass(frozen=True, slots=True)
class _PlaneLayout:
    """How one plane of samples is stored; a segment is a strip or a tile.

    Args:
        size_wh: of the picture.
        segment_wh: of a segment; the last strip may be lower, the tiles at the edges reach over the picture.
        samples: channels side by side: all of them, or one in a file of planes.
    """

    size_wh: tuple[int, int]
    segment_wh: tuple[int, int]
    tiled: bool
    samples: int
    order: str
    predictor: int

    @classmethod
    def of(cls, root: Ifd) -> _PlaneLayout:
        size_wh = root.number(strips.IMAGE_WIDTH, 0), root.number(strips.IMAGE_LENGTH, 0)
        tiled = strips.TILE_OFFSETS in root.entries
        segment_wh = (size_wh[0], min(root.number(strips.ROWS_PER_STRIP, size_wh[1]), size_wh[1]))
        if tiled:
            segment_wh = root.number(strips.TILE_WIDTH, 0), root.number(strips.TILE_LENGTH, 0)
        samples = 1 if root.number(strips.PLANAR_CONFIGURATION, 1) == 2 else root.number(strips.SAMPLES_PER_PIXEL, 1)
        return cls(size_wh, segment_wh, tiled, samples, root.order, root.number(strips.PREDICTOR, 1))

    @property
    def grid_wh(self) -> tuple[int, int]:
        return -(-self.size_wh[0] // self.segment_wh[0]), -(-self.size_wh[1] // self.segment_wh[1])

    @property
    def padded_wh(self) -> tuple[int, int]:
        """The picture's size up to the edges of its tiles."""
        across, down = self.grid_wh
        return (across * self.segment_wh[0], down * self.segment_wh[1]) if self.tiled else self.size_wh

    def decoded(self, segments: tuple[bytes, ...], root: Ifd) -> Deep:
        """The segments of one plane -> (H, W, samples)."""
        width, height = self.size_wh
        segment_w, segment_h = self.segment_wh
        column = TiffImagePlugin.TiffImageFile(BytesIO(self._as_one_column(segments, root)))
        found: Deep = np.asarray(column).view(f"{self.order}u2").reshape(-1, segment_w, self.samples).astype(np.uint16)
        if self.predictor == 2:
            np.cumsum(found, axis=1, dtype=np.uint16, out=found)
        if self.tiled:
            across, down = self.grid_wh
            grid = found.reshape(down, across, segment_h, segment_w, self.samples).swapaxes(1, 2)
            found = grid.reshape(down * segment_h, across * segment_w, self.samples)[:height, :width]
        return found

    def _as_one_column(self, segments: tuple[bytes, ...], root: Ifd) -> bytes:
        """A TIFF that holds the segments one below the other, as bytes of grey."""
        rows = self.padded_wh[1] * self.grid_wh[0] if self.tiled else self.size_wh[1]
        values_by_tag = {
            strips.IMAGE_WIDTH: self.segment_wh[0] * self.samples * 2,
            strips.IMAGE_LENGTH: rows,
            strips.BITS_PER_SAMPLE: 8,
            strips.COMPRESSION: root.number(strips.COMPRESSION, 1),
            strips.PHOTOMETRIC: _BLACK_IS_ZERO,
            strips.SAMPLES_PER_PIXEL: 1,
            strips.ROWS_PER_STRIP: self.segment_wh[1],
            strips.STRIP_OFFSETS: 0,
            _FILL_ORDER: root.number(_FILL_ORDER, 1),
        }
        entries = {tag: Entry(tag, LONG, struct.pack("<I", value)) for tag, value in values_by_tag.items()}
        tags = Ifd("<", entries)
        return strips.tiff_file(strips.StoredPixels(tags, segments), tags)
