"""JPEG files: taken apart and put together; of what is painted, only the blocks that it touches are coded again."""

from .container import decode, decode_rgb, decode_strictly, has_common_sampling, pack, patched_jpeg, unpack
from .frame import NotPatchable

__all__ = [
    "NotPatchable",
    "decode",
    "decode_rgb",
    "decode_strictly",
    "has_common_sampling",
    "pack",
    "patched_jpeg",
    "unpack",
]
