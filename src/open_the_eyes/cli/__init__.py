"""The command line: thin doors that parse, call `open_eyes`, and show. Nothing heavy is imported until a photo is."""

from .app import main

__all__ = ["main"]
