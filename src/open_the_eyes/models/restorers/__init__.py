"""Networks that sharpen faces."""

from .registry import NETWORKS, OnnxRestorers

__all__ = ["NETWORKS", "OnnxRestorers"]
