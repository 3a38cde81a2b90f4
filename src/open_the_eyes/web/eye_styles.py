"""What the eyes in one photo shall look like: everyone's, and those of faces that have a wish of their own. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..options import GenerateOptions
from ..options.eye_style import AUTO, PLAIN_STYLE, EyeStyle

_NAMES = tuple(one.name for one in fields(EyeStyle))


@dataclass(frozen=True, slots=True)
class EyeStyles:
    """What a visitor wishes of the new eyes, of everyone and of single faces.

    Args:
        own: by face, all of its style; none that is as everyone's.
    """

    everyone: EyeStyle = PLAIN_STYLE
    own: Mapping[int, EyeStyle] = field(default_factory=dict)

    def of_face(self, face: int | None) -> EyeStyle:
        """The style of a face; everyone's for None."""
        return self.everyone if face is None else self.own.get(face, self.everyone)

    def with_style(self, face: int | None, style: EyeStyle) -> EyeStyles:
        """With another style for a face. For None what is new about it goes for everyone, whoever had another wish
        there, and what is as before leaves wishes be."""
        if face is not None:
            return _without_idle(self.everyone, {**self.own, face: style})
        new = dict(_apart(style, self.everyone))
        return _without_idle(style, {one: replace(own, **new) for one, own in self.own.items()})

    def only(self, faces: Collection[int]) -> EyeStyles:
        """The styles without wishes for other faces."""
        return EyeStyles(self.everyone, {face: style for face, style in self.own.items() if face in faces})

    def options(self) -> dict[str, Any]:
        """The options with which a job is asked for these styles."""
        asked = {name: _plain(value) for name, value in _apart(self.everyone, PLAIN_STYLE)}
        own = [
            {"face": face} | {name: _plain(value) for name, value in _apart(style, self.everyone)}
            for face, style in sorted(self.own.items())
        ]
        return asked | ({"styles": own} if own else {})

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> EyeStyles:
        """What a job's options say of it, among all else.

        Raises:
            UsageError: a value out of range.
        """
        wished = {name: options[name] for name in (*_NAMES, "styles") if name in options}
        asked = GenerateOptions(**wished)
        own = {one.face: asked.style_of(one.face) for one in asked.styles}
        return _without_idle(EyeStyle(asked.eye_color, asked.gaze, asked.openness), own)


def _without_idle(everyone: EyeStyle, own: Mapping[int, EyeStyle]) -> EyeStyles:
    return EyeStyles(everyone, {face: style for face, style in own.items() if style != everyone})


def _apart(style: EyeStyle, other: EyeStyle) -> Iterator[tuple[str, Any]]:
    """By name, the values of a style in which the other one differs."""
    for name in _NAMES:
        if getattr(style, name) != getattr(other, name):
            yield name, getattr(style, name)


def _plain(value: Any) -> Any:
    """A style as plain JSON values."""
    return AUTO if value is None else list(value) if isinstance(value, tuple) else value
