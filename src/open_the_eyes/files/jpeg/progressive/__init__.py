"""Progressive JPEGs: their scans are decoded to coefficients and encoded again; between the two, blocks may change."""

from .patch import patched_progressive

__all__ = ["patched_progressive"]
