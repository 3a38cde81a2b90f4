"""How many bits a colour a file gets, and what to say where the source had more."""

from __future__ import annotations

from typing import Final

from ...photo import FileFacts, FileFormat
from ..formats import TRAITS
from ..isobmff import avif_deep
from .deep_samples import heif_bits

_INSTALL: Final = '; for more: pip install "open-the-eyes[avif]"'


def holds_deep(file_format: FileFormat) -> bool:
    """Whether the format holds more than 8 bits a colour: AVIF where there is a library for it."""
    return TRAITS[file_format].deep and (file_format != "AVIF" or avif_deep.available())


def note_on_fewer_bits(facts: FileFacts, file_format: FileFormat, *, deep: bool) -> str | None:
    """A sentence where levels are lost, else None.

    Args:
        deep: the source has more than 8 bits a colour, and they could be read.
    """
    own_depth = facts.format is not None and TRAITS[facts.format].own_depth
    source = facts.encoding.bits if own_depth else 16 if deep else 8
    written = 8
    if deep and holds_deep(file_format):
        written = heif_bits(facts.encoding.bits) if TRAITS[file_format].own_depth else 16
    if written >= source:
        return None
    missing = "AVIF" in (facts.format, file_format) and TRAITS[file_format].deep and not avif_deep.available()
    return f"The source has {source} bits a colour, this file has {written}{_INSTALL if missing else ''}."
