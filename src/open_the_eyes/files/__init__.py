"""Bytes <-> `Photo`: the only room that knows file formats.

`jpeg`, `png`, `webp` and `tiff` each take a file apart into pixels and blocks, and put it together again. The foreign
decoder behind them (Pillow) sees pixels only, the foreign encoder writes pixels only; every other byte of a file is
carried round them.
"""

from .edit_record import EditRecord, read_record
from .reading import read
from .whole_file import check_free
from .writing import SUFFIXES, encoded, suffix_for, write

__all__ = ["SUFFIXES", "EditRecord", "check_free", "encoded", "read", "read_record", "suffix_for", "write"]
