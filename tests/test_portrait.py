"""The portrait that comes along is NASA's, to the last bit, and needs no other library and no network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from open_the_eyes.errors import WeightsMissing
from open_the_eyes.imaging.arrays import Rgb
from open_the_eyes.portrait import FILE
from open_the_eyes.portrait import portrait as read
from open_the_eyes.system.installed import RESTORE


def test_its_pixels_are_those_of_scikit_images_copy(portrait: Rgb) -> None:
    assert np.array_equal(portrait, data.astronaut())


@pytest.mark.parametrize("content", [None, b"", b"half of it"], ids=["gone", "empty", "damaged"])
def test_a_file_that_is_not_the_packages_is_named_with_what_brings_it_back(
    content: bytes | None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / FILE.name).write_bytes(content)
    with pytest.raises(WeightsMissing, match=rf"portrait\.webp: expected as the package.*{re.escape(RESTORE)}"):
        read(tmp_path / FILE.name)


def test_an_engine_is_warmed_without_scikit_image_and_without_a_network() -> None:
    program = (
        "import socket, sys\n"
        "sys.modules |= dict.fromkeys(('skimage', 'pooch', 'networkx', 'tifffile'))\n"
        "def refuse(*_): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from open_the_eyes.engine import load_engine\n"
        "load_engine('appearance').warm()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
