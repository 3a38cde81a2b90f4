"""Where files come from: the model hub or a mirror of it, or a folder that somebody carried here."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, Protocol
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ...errors import UsageError, WeightsMissing
from ...settings import Settings
from ...version import __version__
from .catalogue import Weight
from .store import of_weight, read_record

TIMEOUT: Final = 30.0
"""Silence after which a connection counts as broken, seconds."""
LONGEST_LISTING: Final = 20_000_000
"""Longest listing of a repository, bytes; it takes thousands."""
PASSING: Final = (408, 429)
"""HTTP statuses below 500 that mean: try again later."""
CLOSED: Final = (401, 403)
"""HTTP statuses of repositories that are private, or gated by their authors."""
TOKEN: Final = "HF_TOKEN"
"""Name of the environment's variable with the hub's token; the hub's own programs read the same one."""
_PART: Final = re.compile(r"(.+?)(\.fp16)?(?:-\d+-of-\d+)?\.safetensors(?:\.index(\.fp16)?\.json)?")
"""Name of a file that holds weights or tells of their shards, as diffusers names it: the network, and twice whether it
is in half precision."""
SAFE: Final = (".safetensors", ".onnx", ".json", ".txt")
"""Endings of what is ever fetched. Other formats of weights (.bin, .pt, .pth, .ckpt) are pickles: they run code when
opened."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file as its source describes it; `sha256` is "" where the source does not say."""

    name: str
    bytes: int
    sha256: str


class BrokenOff(Exception):
    """A transfer stopped halfway; trying again may go on from there."""


class Source(Protocol):
    """Where files come from."""

    @property
    def where(self) -> str: ...

    def files(self, weight: Weight) -> list[RemoteFile]:
        """Those of its files that the catalogue asks for; raises WeightsMissing."""
        ...

    def reading(self, weight: Weight, file: RemoteFile, start: int) -> AbstractContextManager[tuple[BinaryIO, int]]:
        """A `with` block of (stream, the byte it begins at): `start`, or 0 from a source that cannot start there."""
        ...


def source_of(settings: Settings) -> Source:
    """The folder if one is set, else the hub.

    The token is no setting: those are printed, and sent to other processes.

    Raises:
        UsageError: the environment's token could not be a header's value.
    """
    if settings.offline is not None:
        return Folder(settings.offline)
    token = os.environ.get(TOKEN, "").strip()
    if not re.fullmatch(r"[!-~]*", token):
        raise UsageError("expected a token of plain letters in one line, got something else.", option=TOKEN)
    return Hub(settings.hub, token)


@dataclass(frozen=True, slots=True)
class Hub:
    """The model hub, or a mirror that speaks like it: `/api/models/ID/tree/...` lists, `/ID/resolve/...` sends.

    Args:
        token: what private and gated repositories ask for; sent to `where` alone; "" for none.
    """

    where: str
    token: str = field(default="", repr=False)

    def files(self, weight: Weight) -> list[RemoteFile]:
        path = f"/api/models/{weight.hub_id}/tree/{weight.revision}?recursive=true"
        try:
            with closing(self._asked(path)) as answer:
                entries = json.loads(answer.read(LONGEST_LISTING))
            return wanted(weight, _described(entries, weight), self.where, weight.within)
        except HTTPError as error:
            raise self._refused(weight, f"{_status(error)} for {weight.hub_id} at {weight.revision}") from error
        except (HTTPException, OSError) as error:
            raise self._refused(weight, _said(error)) from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise self._refused(weight, "an answer that is no listing of files") from error

    @contextmanager
    def reading(self, weight: Weight, file: RemoteFile, start: int) -> Iterator[tuple[BinaryIO, int]]:
        path = f"/{weight.hub_id}/resolve/{weight.revision}/{quote(weight.within + file.name)}"
        try:
            answer = self._asked(path, start)
        except HTTPError as error:
            if error.code in PASSING or error.code >= 500:
                raise BrokenOff(f"{self.where}: HTTP {error.code}") from error
            raise not_fetched(weight, f"{self.where} answered {_status(error)} for {file.name}") from error
        except (HTTPException, OSError) as error:
            raise BrokenOff(f"{self.where}: {_said(error)}") from error
        with closing(answer):
            yield answer, _begin(answer, start)

    def _asked(self, path: str, start: int = 0) -> Any:
        headers = {"User-Agent": f"open-the-eyes/{__version__}", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        hub = build_opener(TokenKeepingRedirects)
        try:
            return hub.open(Request(self.where + path, headers=headers), timeout=TIMEOUT)
        except HTTPError as error:
            error.close()  # it holds the connection
            raise

    def _refused(self, weight: Weight, came: str) -> WeightsMissing:
        return not_fetched(weight, f"expected its list of files from {self.where}, got {came}")


class TokenKeepingRedirects(HTTPRedirectHandler):
    """Takes the token to no other host: the hub sends large files from the stores of others."""

    def redirect_request(self, req: Request, *answer: Any) -> Request | None:
        onward = super().redirect_request(req, *answer)
        if onward is not None:
            asked, sent_on = urlsplit(req.full_url), urlsplit(onward.full_url)
            if sent_on.netloc != asked.netloc or sent_on.scheme not in (asked.scheme, "https"):
                onward.remove_header("Authorization")
        return onward


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder laid out like the folder of weights, such as a copy of another machine's; or with a bare file in it."""

    root: Path

    @property
    def where(self) -> str:
        return str(self.root)

    def files(self, weight: Weight) -> list[RemoteFile]:
        home = self.root / weight.name
        known = of_weight(read_record(self.root), weight)
        found = sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
        if weight.single and weight.files[0] not in found and (self.root / weight.files[0]).is_file():
            found = [weight.files[0]]
        described = (
            RemoteFile(name, self._path(weight, name).stat().st_size, known[name].sha256 if name in known else "")
            for name in found
        )
        return wanted(weight, described, self.where, f"{weight.name}/")

    @contextmanager
    def reading(self, weight: Weight, file: RemoteFile, start: int) -> Iterator[tuple[BinaryIO, int]]:
        path = self._path(weight, file.name)
        try:
            stream = path.open("rb")
        except OSError as error:
            raise not_fetched(weight, f"expected to read {path}, got: {error.strerror}") from error
        with stream:
            stream.seek(start)
            yield stream, start

    def _path(self, weight: Weight, name: str) -> Path:
        path = self.root / weight.name / name
        return path if path.is_file() else self.root / name


def wanted(weight: Weight, files: Iterable[RemoteFile], where: str, within: str) -> list[RemoteFile]:
    """What the catalogue asks for among the files of a source, which has them in the folder `within`.

    Raises:
        WeightsMissing: something that is asked for is not there, or is of a kind that is never fetched.
    """
    found = _leanest([file for file in files if weight.asks_for(file.name)])
    for pattern in weight.files:
        if not any(fnmatchcase(file.name, pattern) for file in found):
            raise not_fetched(weight, f"expected {within}{pattern} at {where}, which does not have it")
    for file in found:
        if not safe(file.name):
            raise not_fetched(weight, f"expected safetensors or ONNX at {where}, got {file.name}, never to be opened")
    return found


def _leanest(files: list[RemoteFile]) -> list[RemoteFile]:
    """Without weights that are there in half precision too, whole or in shards."""
    parts = [(file, _PART.fullmatch(file.name)) for file in files]
    halves = {part[1] for _, part in parts if part and part[2]}
    return [file for file, part in parts if not part or part[2] or part[3] or part[1] not in halves]


def safe(name: str) -> bool:
    """Whether a file may be fetched: its kind holds no code, and its name stays in its folder."""
    path = PurePosixPath(name)
    plain = "\\" not in name and ":" not in name and name.isprintable()
    return plain and path.suffix in SAFE and not path.is_absolute() and ".." not in path.parts


def not_fetched(weight: Weight, problem: str) -> WeightsMissing:
    """The one line of a fetch that failed: what, and what to do."""
    return WeightsMissing(
        f"{weight.name}: {problem}. Check the connection, name a mirror (OTE_HUB=https://...) or a folder that has "
        f"the files (OTE_OFFLINE=/folder), and run again: open-the-eyes fetch {weight.name}"
    )


def _described(entries: list[dict[str, Any]], weight: Weight) -> Iterator[RemoteFile]:
    """The hub's listing; large files are stored by their SHA-256, which it tells."""
    for entry in entries:
        path = str(entry["path"])
        if entry["type"] != "file" or not path.startswith(weight.within):
            continue
        size, sha256 = int(entry["size"]), str((entry.get("lfs") or {}).get("oid", ""))
        if size < 0 or (sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256)):
            raise ValueError(path)
        yield RemoteFile(path.removeprefix(weight.within), size, sha256)


def _begin(answer: Any, start: int) -> int:
    """Where the bytes of an answer begin: a server that knows no ranges sends everything."""
    if answer.status != 206:
        return 0
    begins = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    if begins is None or int(begins[1]) != start:
        raise BrokenOff(f"asked for bytes from {start} on, got {answer.headers.get('Content-Range', 'none')}")
    return start


def _status(error: HTTPError) -> str:
    """The status, and what helps where a repository is closed."""
    closed = f" (no such repository, or a private or gated one: set {TOKEN} to a token that may read it)"
    return f"HTTP {error.code}{closed if error.code in CLOSED else ''}"


def _said(error: Exception) -> str:
    """The reason of a failure in few words."""
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or str(reason) or type(reason).__name__)
