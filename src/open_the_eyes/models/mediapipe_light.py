"""MediaPipe without what it imports for others: its solutions draw with matplotlib, its tasks talk to microphones.

Importing the package as it stands takes most of the time until the first face is found; the graphs need neither.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.util import find_spec, module_from_spec
from typing import Any, Final

_OPTIONS: Final = (
    "calculators.core.constant_side_packet_calculator_pb2",
    "calculators.core.gate_calculator_pb2",
    "calculators.core.split_vector_calculator_pb2",
    "calculators.tensor.image_to_tensor_calculator_pb2",
    "calculators.tensor.inference_calculator_pb2",
    "calculators.tensor.tensors_to_classification_calculator_pb2",
    "calculators.tensor.tensors_to_detections_calculator_pb2",
    "calculators.tensor.tensors_to_floats_calculator_pb2",
    "calculators.tensor.tensors_to_landmarks_calculator_pb2",
    "calculators.tflite.ssd_anchors_calculator_pb2",
    "calculators.util.association_calculator_pb2",
    "calculators.util.detections_to_rects_calculator_pb2",
    "calculators.util.landmarks_refinement_calculator_pb2",
    "calculators.util.logic_calculator_pb2",
    "calculators.util.non_max_suppression_calculator_pb2",
    "calculators.util.rect_transformation_calculator_pb2",
    "calculators.util.thresholding_calculator_pb2",
    "framework.tool.switch_container_pb2",
)
"""Options of calculators in both face graphs. One that Python has no description of is lost on its way to the graph."""


def load_parts() -> None:
    """Imports `mediapipe.python.solution_base` and the options of both face graphs, cheaply if it can be.

    Raises:
        ImportError: a library is missing on which one of them stands.
    """
    import_light("mediapipe")
    with warnings.catch_warnings():
        # Of protobuf 4's C types, from Python 3.12 on: where warnings are errors, its import ends in a SystemError.
        warnings.filterwarnings("ignore", "Type google", DeprecationWarning)
        importlib.import_module("google.protobuf.descriptor")
    for name in ("python.solution_base", *_OPTIONS):
        importlib.import_module(f"mediapipe.{name}")


def import_light(name: str) -> None:
    """Lets a package's modules be imported without running the package's own `__init__`.

    Whoever asks the package for something that is not there yet, a user's own `mediapipe.solutions` for example, makes
    it run after all. A package that is imported already is left as it is.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def whole(missing: str) -> Any:
        if missing.startswith("__") and missing != "__version__":  # asked of every module by whoever inspects it
            raise AttributeError(missing)
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, missing)

    package.__dict__["__getattr__"] = whole
    sys.modules[name] = package
