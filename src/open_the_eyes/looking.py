"""What is at a path, for those who ask before the work: where nobody may look, or a name is too long, is nothing.

A path's own methods raise there. Whoever reads or writes it will say so.
"""

from __future__ import annotations

import os
from pathlib import Path


def is_there(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 -- see above


def is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 -- see above


def is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 -- see above


def is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 -- see above
