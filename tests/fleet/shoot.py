"""A shoot in a store, and the ways in which a store does not answer."""

from __future__ import annotations

from typing import Final

from open_the_eyes.fleet.remote import RemoteFolders

REMOTE: Final = RemoteFolders("memory://shoot", "memory://bucket/out")


class FromElsewhere(Exception):
    """Of no family of ours, nor of the system's, as botocore's are."""


AWAY: Final = [ConnectionResetError("gone"), PermissionError("Access Denied"), FromElsewhere("no endpoint")]
