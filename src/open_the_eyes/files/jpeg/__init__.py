"""JPEG files: taken apart and put together; of what is painted, only the blocks that it touches are coded again."""

from .container import decode, decode_rgb, decode_strictly, is_common, pack, repainted, unpack
from .layout import NotPatchable

__all__ = ["NotPatchable", "decode", "decode_rgb", "decode_strictly", "is_common", "pack", "repainted", "unpack"]
