"""An edit that a file records: what it was, and the same result again, from the photo that was edited."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from os import PathLike

from . import files
from .arguments import Source, listed, loaded, read, rereadable
from .edit_record import EditRecord, strict_json
from .engine import Engine, engine_name
from .errors import UsageError
from .options import EngineName, Options
from .photo import Photo
from .results import Opened
from .seen import Seen
from .settings import Settings
from .system import arithmetic, program
from .version import __version__
from .wording import counted, typed


def edit_in(source: Source) -> EditRecord | None:
    """The last edit that open-the-eyes made of a photo, as its file tells; `source` as `open_eyes` takes it.

    None where there is none that can be understood.

    Raises:
        UsageError: anything else.
        UnreadablePhoto, PhotoTooLarge: the file cannot be used.
    """
    return files.read_record(read(source, Settings.from_environment()))


def replay(
    source: Source,
    edit: EditRecord,
    references: Iterable[Source] = (),
    *,
    engine: EngineName | Engine = "auto",
    progress: Callable[[str, float], None] | None = None,
) -> Opened:
    """The result of an edit again, from the photo that was edited: the same bytes, with the same state of the program,
    the same versions of the libraries and the same kind of processor.

    `edit` tells these (`version`, `program`, `libraries`, `processor`), and by `input` the SHA-256 of the photo's file.
    Where one of them is another here, a `UserWarning` says so.

    Args:
        source: the photo as it was before, as `open_eyes` takes it. Another one is edited with the same options.
        edit: what `edit_in` gave for the result.
        references: the very files that the edit had, in any order.
        engine: "auto" is that of the edit.
        progress: as `open_eyes` tells it.

    Raises:
        UsageError: what is no edit, or none that this version can make, or other references than the edit had.
        UnreadablePhoto, PhotoTooLarge, WeightsMissing, NoCapacity: as `open_eyes` does.
    """
    options_of(edit)  # refuses what is no edit
    engine = loaded(engine_name(edit.engine) if engine == "auto" else engine)
    photo = source if isinstance(source, Seen) else read(source, engine.settings)
    sha256 = _sha256_of(photo, engine.settings)
    differs = made_by_others(edit, "the edit"), of_another_photo(edit, sha256, "the photo")
    for sentence in filter(None, differs):
        warnings.warn(sentence, stacklevel=2)
    return made_again(photo, edit, _in_order(edit, references, engine.settings), engine=engine, progress=progress)


def made_again(
    source: Source,
    edit: EditRecord,
    references: Sequence[Source] = (),
    *,
    engine: Engine,
    progress: Callable[[str, float], None] | None = None,
) -> Opened:
    """As `replay`, without a warning: for those who say in their own words how the result will differ.

    Args:
        references: in the order of the edit, as `recorded_order` tells it.
    """
    from .pipeline import open_eyes  # those who only look at an edit need none of it

    opened = open_eyes(source, options_of(edit), engine=engine, references=references, progress=progress)
    return opened.only(edit.variation) if opened.changed else opened


def made_by_others(edit: EditRecord, made: str) -> str:
    """A sentence on the program, libraries or processor that made an edit, where they are others than here; else "".

    Args:
        made: what to call that which was made.
    """
    if edit.version != __version__:
        return f"{made} was made by version {edit.version}, this is {__version__}: the result may differ."
    if edit.program not in ("", program.state()):
        other = f"by another state of version {__version__}, with other code or models"
        return f"{made} was made {other}: the result may differ."
    libraries = (edit.libraries, arithmetic.libraries(edit.engine))
    processor = (edit.processor, arithmetic.processor())
    if libraries[0] != libraries[1]:  # another BLAS may have another name for the same kernel
        processor = (arithmetic.code_of(processor[0]), arithmetic.code_of(processor[1]))
    differences = ((processor, "on another kind of processor"), (libraries, "with other versions of libraries"))
    others = " and ".join(words for (was, now), words in differences if was not in ("", now))
    return f"{made} was made {others}: the new eyes may differ by a few levels." if others else ""


def of_another_photo(edit: EditRecord, sha256: str, photo: str) -> str:
    """A sentence where it is another photo than the one that was edited, such as a resized one, or where nobody can
    know; else "".

    Args:
        sha256: of the photo's file, "" for pixels.
        photo: what to call it.
    """
    if not edit.input:
        lost = "the record names no file, since pixels were edited: this may be another picture, the result may differ."
        return f"{photo}: {lost}"
    if edit.input != sha256:
        return f"{photo} is not the very file that was edited: the result will differ."
    return ""


def options_of(edit: EditRecord) -> Options:
    """The options of a recorded edit.

    Raises:
        UsageError: they are none of this version's.
    """
    if not isinstance(edit, EditRecord):
        raise UsageError(f"expected what edit_in gave for a file, got {type(edit).__name__}.", option="edit")
    try:
        others = strict_json(edit.options)
    except ValueError:
        others = None
    if not isinstance(others, dict) or {"mode", "seed"} & others.keys():
        raise UsageError(f"expected options in the record, got {typed(edit.options)}.", option="edit")
    try:
        return Options.of(**{"mode": edit.mode, "seed": edit.seed, **others})
    except UsageError as error:
        raise UsageError(f"the record holds what this version cannot do: {error}", option="edit") from error


def recorded_order(edit: EditRecord, contents: Sequence[str], names: Sequence[str]) -> tuple[int, ...]:
    """Where the references of an edit, one after the other, are among those that are given.

    Args:
        contents: the SHA-256 of each that is given, "" for pixels.
        names: what each is called in a refusal.

    Raises:
        UsageError: one that the edit had is missing, or one is given that it did not have.
    """
    strange = next((n for n, content in enumerate(contents) if content not in edit.references), None)
    if strange is not None:
        had = counted(len(edit.references), "reference")
        raise UsageError(
            f"{names[strange]}: expected the very files of the edit, which had {had}; this is none of them. "
            "Leave it out, or name the file that `show-edit` lists."
        )
    missing = next((content for content in edit.references if content not in contents), None)
    if missing is not None:
        which = f"with SHA-256 {missing}" if missing else "that were not read from a file"
        raise UsageError(
            f"expected the references that the edit had, one {which} is missing; add it.", option="references"
        )
    return tuple(contents.index(content) for content in edit.references)


def _in_order(edit: EditRecord, references: Iterable[Source], settings: Settings) -> list[Source]:
    """The references as the edit had them, none of them decoded: each is large, and read when it is needed."""
    given = [rereadable(reference, settings) for reference in listed(references, Options())]
    contents = [_sha256_of(reference, settings) for reference in given]
    names = [f"reference {number}" for number in range(1, len(given) + 1)]
    return [given[number] for number in recorded_order(edit, contents, names)]


def _sha256_of(source: Source, settings: Settings) -> str:
    """Of the file that the photo is read from, "" for pixels; `source` may be read a second time."""
    photo = source.photo if isinstance(source, Seen) else source
    if isinstance(photo, Photo):
        return "" if photo.file is None or photo.altered else photo.file.sha256
    if isinstance(photo, str | PathLike):
        return files.digest_of(photo, settings)
    if isinstance(photo, bytes | bytearray | memoryview):
        return files.digest_of(bytes(photo), settings)
    return ""
