"""Reports in plain words, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from ..errors import UsageError
from ..options.eye_style import checked_styles
from ..origins import Painted
from ..wording import numbers_in_words, short, typed
from .speech import printable

if TYPE_CHECKING:
    from ..edit_record import EarlierEdit, EditRecord
    from ..origins import Origin
    from ..report import FaceReport, Report, StageReport

_STATES: Final = {
    "closed": "eyes closed",
    "already_open": "eyes open",
    "unsure": "not sure whether the eyes are closed",
    "too_small": "the face is too small",
    "profile": "the face is turned too far to the side",
    "covered": "something covers the eyes",
    "skipped": "not chosen",
    "kept_original": "the new eyes did not turn out well",
}
_SCALE: Final = "gap: between the lids, 1 is usual; whether an eye is closed is told by how it looks as well"
_WOULD: Final = {
    "closed": "`open` would change that",
    "unsure": "`open` would leave it alone unless told --all or --faces",
}


def face_line(face: FaceReport) -> str:
    """What `open` did with a face: "face 2: opened both eyes (0.21 -> 0.98)"; of two eyes the less open one counts."""
    return f"face {face.id}: {_deed(face)}"


def face_lines(faces: Sequence[FaceReport]) -> list[str]:
    """`face_line` of each face; faces of which the same is said share a line: "faces 2 to 5: left alone, ..."."""
    alike: dict[str, list[int]] = {}
    for face in faces:
        alike.setdefault(_deed(face), []).append(face.id)
    return [f"{'face' if len(ids) == 1 else 'faces'} {numbers_in_words(ids)}: {deed}" for deed, ids in alike.items()]


def inspected_line(face: FaceReport) -> str:
    """What `open` would do: "face 2: both eyes are closed (gap left 0.21, right 0.25); `open` would change that"."""
    eyes = ", ".join(f"{side} {eye.openness_before:.2f}" for side, eye in face.eyes.items())
    state = printable(_clause(face.reason)) or _STATES.get(face.outcome, face.outcome)
    return f"face {face.id}: {state} (gap {eyes}); {_WOULD.get(face.outcome, '`open` would leave it alone')}"


def opened_lines(report: Report, *, even_open: bool = False) -> list[str]:
    """A photo after `open`: each face, how to have more opened, and where the result is, or why there is none.

    Args:
        even_open: eyes that seem open were opened as well, as far as they can be.
    """
    lines = [_path(report.input.path), *(f"  {line}" for line in face_lines(report.faces))]
    unsure = ",".join(str(face.id) for face in report.faces if face.outcome == "unsure" and face.no_donor is None)
    paints = report.engine != "reference" or bool(report.references)  # without these it opens no more
    if unsure and paints:
        lines.append(f"  --all opens eyes that may be closed as well, --faces {unsure} these alone")
    seeming = ",".join(str(face.id) for face in report.faces if face.outcome == "already_open")
    if seeming and paints and not (unsure or even_open or report.outputs):
        lines.append(f"  --faces {seeming} --even-open opens eyes that only seem open")
    for output in report.outputs:
        lines += [f"  written: {_path(output.path)}", *(f"    note: {note}" for note in output.notes)]
    return lines if report.outputs else [*lines, f"  {nothing_written(report.faces)}"]


def edit_lines(path: str, record: EditRecord | None) -> list[str]:
    """What a file says of its edit, or that it says nothing."""
    if record is None:
        return [printable(path), "  no record of an edit by open-the-eyes"]
    told = record.to_json()
    made = f"engine {record.engine}, mode {record.mode}, seed {record.seed}, version {record.version}"
    options = told["options"].items() if isinstance(told["options"], dict) else [("unreadable", told["options"])]
    others = ", ".join(option_text(name, value) for name, value in options)
    lines = [printable(path), f"  {made}", *([f"  options: {others}"] if others else [])]
    lines += [f"  processor: {record.processor}"] if record.processor else []
    lines += [f"  libraries: {record.libraries}"] if record.libraries else []
    lines += [f"  program: code and models with SHA-256 {record.program}"] if record.program else []
    lines += [f"  variation {record.variation}"] if record.variation > 1 else []
    lines += [f"  made from the file with SHA-256 {record.input}"] if record.input else []
    lines += [f"  reference: the file with SHA-256 {one or 'unknown'}" for one in record.references]
    if record.references:
        lines += ["  to repeat it, name these with --reference beside --replay"]
    lines += [f"  edited before: {_earlier(edit)}" for edit in record.earlier]
    lines += [f"  face {number}: {_STATES.get(outcome, outcome)}" for number, outcome in record.faces]
    return [printable(line) for line in lines]


def inspected_lines(report: Report) -> list[str]:
    """A photo after `inspect`: one line a face, and what the figures are."""
    faces = [f"  {inspected_line(face)}" for face in report.faces]
    faces = [*faces, f"  {_SCALE}"] if faces else ["  no face found"]
    return [_path(report.input.path), *faces, *(f"  drawn: {_path(output.path)}" for output in report.outputs)]


def nothing_written(faces: Sequence[FaceReport]) -> str:
    """Why there is no result."""
    outcomes = {face.outcome for face in faces}
    if not outcomes:
        return "no face found: nothing to open, nothing written"
    if "kept_original" in outcomes:
        return "no eye could be opened well enough: nothing written"
    if "unsure" in outcomes:
        return "nothing opened, nothing written"
    return "nothing to open, nothing written"


def profile_lines(report: Report) -> list[str]:
    """The tree of stage times; a stage named "generate/score" is a branch of "generate"."""
    stages = _with_stems(report.stages)
    total = sum(stage.seconds for stage in stages if "/" not in stage.name)
    return [f"  {total:8.3f} s  {_path(report.input.path)}", *_branches(stages, "", total, "  ")]


def _branches(stages: Sequence[StageReport], parent: str, total: float, indent: str) -> list[str]:
    here = [stage for stage in stages if stage.name.rpartition("/")[0] == parent]
    longest = max((len(_name(stage)) for stage in here), default=0)
    lines = []
    for stage in here:
        last = stage is here[-1]
        share = f"{100 * stage.seconds / total:3.0f} %" if total > 0 else "  - %"
        memory = "" if stage.peak_ram_mib is None else f"  {stage.peak_ram_mib:5.0f} MiB"
        memory += "" if stage.peak_vram_mib is None else f"  GPU {stage.peak_vram_mib:.0f} MiB"
        name = f"{_name(stage):<{longest}}"
        lines.append(f"  {stage.seconds:8.3f} s  {indent}{'`-' if last else '|-'} {name}  {share}{memory}")
        lines += _branches(stages, stage.name, total, indent + ("   " if last else "|  "))
    return lines


def _name(stage: StageReport) -> str:
    """Without its stem's."""
    return stage.name.rpartition("/")[2]


def _with_stems(stages: Sequence[StageReport]) -> list[StageReport]:
    """The same, and before a branch whose stem was not timed itself, the stem: as long as its branches together."""
    whole: dict[str, StageReport] = {}
    timed = {stage.name for stage in stages}
    for stage in stages:
        stem = stage.name.rpartition("/")[0]
        while stem and stem not in timed:
            seconds = whole[stem].seconds if stem in whole else 0.0
            whole[stem] = StageReport(stem, seconds + stage.seconds)
            stem = stem.rpartition("/")[0]
        whole[stage.name] = stage
    return list(whole.values())


def _path(path: str | None) -> str:
    return printable(path or "photo")


def _earlier(edit: EarlierEdit) -> str:
    """ "engine sdxl opened face 2, 5 with --seed 3 in the file with SHA-256 ab12"."""
    opened = f"engine {edit.engine} opened {'face ' + ', '.join(map(str, edit.opened)) if edit.opened else 'no face'}"
    options = " ".join(option_text(name, value) for name, value in (edit.to_json()["options"] or {}).items())
    file = f" in the file with SHA-256 {edit.input}" if edit.input else ""
    return f"{opened}{' with ' if options else ''}{options}{file}"


def option_text(name: str, value: Any) -> str:
    """An option as it is written on the command line, such as "--eye-color green"; one that is no option there, by its
    name and value."""
    if name in ("match", "picks", "unreadable") or (name == "even_open" and value is not True):
        return f"{name} {value}"
    if name == "styles":
        return _styles_text(value)
    flag = f"--{name.replace('_', '-')}"
    return flag if value is True else f"{flag} {_value_text(value)}"


def _styles_text(value: Any) -> str:
    """[{"face": 2, "eye_color": "blue"}] -> --eye-color 2=blue; a file may say anything there."""
    try:
        styles = [style.to_json() for style in checked_styles(value)]
    except UsageError:
        return f"styles {value}"
    return " ".join(
        f"--{name.replace('_', '-')} {style['face']}={_value_text(wish)}"
        for style in styles
        for name, wish in style.items()
        if name != "face"
    )


def _value_text(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return ",".join(short(part) if isinstance(part, float) else typed(part) for part in parts)


def _deed(face: FaceReport) -> str:
    if face.outcome == "opened":
        painted = {side: eye for side, eye in face.eyes.items() if eye.openness_after is not None}
        before = min((eye.openness_before for eye in painted.values()), default=0.0)
        after = min((eye.openness_after or 0.0 for eye in painted.values()), default=0.0)
        which = "both eyes" if len(painted) == 2 else f"the {' '.join(painted)} eye"
        return f"opened {which} ({before:.2f} -> {after:.2f}){_from(face.origin)}{_besides(face.told())}"
    if face.outcome == "already_open":
        return f"already open{_besides(' '.join(face.notes))}"
    kept = "kept as it was" if face.outcome == "kept_original" else "left alone"
    return f"{kept}, {printable(_clause(face.told())) or _STATES.get(face.outcome, face.outcome)}"


def _from(origin: Origin | None) -> str:
    """Whose eyes these are, or after whose they were painted; "" for eyes that are made up."""
    if isinstance(origin, Painted):
        return f", painted after {printable(origin.leader)}" if origin.after else ""
    return f", from {printable(str(origin))}" if origin else ""


def _besides(note: str) -> str:
    """What a report adds of opened eyes: why a reference gave none, that a restorer's work was not kept."""
    return f"; {printable(_clause(note))}" if note else ""


def _clause(sentence: str) -> str:
    """A sentence as a part of another one: small first letter, no full stop."""
    text = sentence.strip().rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
