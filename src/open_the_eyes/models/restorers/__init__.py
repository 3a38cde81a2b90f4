"""Networks that sharpen faces."""

from .registry import RESTORERS, OnnxRestorers

__all__ = ["RESTORERS", "OnnxRestorers"]
