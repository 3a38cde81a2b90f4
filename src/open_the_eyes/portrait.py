"""The portrait that comes along: the demo and the benchmark show it, and models are warmed on it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from .errors import WeightsMissing
from .imaging.arrays import Rgb
from .system.installed import RESTORE

FILE: Final = Path(__file__).with_suffix(".webp")
SHA256: Final = "f9342399687d083d8d6f4148de9e41b437927ea0dc0a1cac4a3071ec62c6b7f6"


def portrait(file: Path = FILE) -> Rgb:
    """(512, 512, 3): Eileen Collins, astronaut; NASA, public domain.

    Raises:
        WeightsMissing: its file is gone, or damaged.
    """
    import cv2
    import numpy as np

    content = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        found = "it is another file" if content else "not found"
        fault = f"{file.name}: expected as the package has it, {found}."
        raise WeightsMissing(fault, mend=RESTORE, how="Bring it back")
    bgr = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR))
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)
