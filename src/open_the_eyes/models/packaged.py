"""Models that come in the package: where they lie, and how they are opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import WeightsMissing
from ..installed import RESTORE

if TYPE_CHECKING:
    import onnxruntime

DATA: Final = Path(__file__).parent / "data"


def there(path: Path) -> Path:
    """The file itself.

    Raises:
        WeightsMissing: it is gone.
    """
    if not path.is_file():
        raise missing(path)
    return path


def missing(path: Path) -> WeightsMissing:
    """The error for a model file of the package that is not there."""
    return WeightsMissing(f"{path.name}: expected in the package, not found.", mend=RESTORE, how="Bring it back")


def network_of(path: Path) -> onnxruntime.InferenceSession:
    """A small network, on one thread of the processor: the same input gives the same figures everywhere.

    Raises:
        WeightsMissing: its file is gone.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(there(path)), options, providers=["CPUExecutionProvider"])
