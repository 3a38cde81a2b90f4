"""Which requests are attempts at one face: what its photo tells need be worked out only once for them."""

from __future__ import annotations

from collections.abc import Sequence

from ..roles import Request


def by_face(requests: Sequence[Request]) -> list[list[int]]:
    """The numbers of the requests of each face, told by the crop and the donors that all of them share (`Request`)."""
    faces: dict[tuple[int, int], list[int]] = {}
    for number, request in enumerate(requests):
        faces.setdefault((id(request.crop), id(request.donors)), []).append(number)
    return list(faces.values())
