"""The report as one HTML file that asks nobody for anything."""

from .document import page_of

__all__ = ["page_of"]
