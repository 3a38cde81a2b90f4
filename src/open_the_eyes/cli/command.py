"""A command whose help says nothing of Python's types."""

from __future__ import annotations

import re
from typing import Any, Final

from typer.core import TyperCommand

_TYPE: Final = re.compile(r" <(?:list\[str\]|str)>")


class Command(TyperCommand):
    """Typer's, without the types that it puts behind each argument: "PHOTO <list[str]>"."""

    def get_help(self, ctx: Any) -> str:
        return _TYPE.sub(lambda type_: " " * len(type_[0]), super().get_help(ctx))
