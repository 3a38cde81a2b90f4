"""Progressive JPEGs: their scans are read to coefficients and written again; between the two, blocks may change."""

from .patch import patched_progressive

__all__ = ["patched_progressive"]
