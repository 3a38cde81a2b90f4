"""Models that come in the package: where they lie, and how they are opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import OpenTheEyesError, WeightsMissing, lacks_memory
from ..system.installed import RESTORE

if TYPE_CHECKING:
    import onnxruntime

DATA: Final = Path(__file__).parent / "data"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The file itself, while it is read.

    Raises:
        WeightsMissing: it is gone, or damaged.
    """
    if not path.is_file():
        raise missing(path)
    try:
        yield path
    except OpenTheEyesError:
        raise
    except Exception as error:  # NumPy's and onnxruntime's for such a file have no common root but this one
        if lacks_memory(error):
            raise
        raise damaged(path, error) from error


def missing(path: Path) -> WeightsMissing:
    """The error for a model file of the package that is not there."""
    return WeightsMissing(f"{path.name}: expected in the package, not found.", mend=RESTORE, how="Bring it back")


def damaged(path: Path, error: Exception) -> WeightsMissing:
    """The error for a model file of the package that cannot be read."""
    fault = f"{path.name}: expected as the package has it, it cannot be read ({type(error).__name__})."
    return WeightsMissing(fault, mend=RESTORE, how="Bring it back")


def network_of(path: Path) -> onnxruntime.InferenceSession:
    """A small network, on one thread of the processor: the same input gives the same figures everywhere.

    Raises:
        WeightsMissing: its file is gone, or damaged.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    with whole(path):
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
