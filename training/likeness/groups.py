"""`python -m training.likeness.groups IDENTITY [--groups N] [--people N]`: who is known again in two shots of a group.

IDENTITY is a folder with NAME_neutral and NAME_smiling. Groups of them are put together at random, in two rows: in the
first shot everybody is neutral and blinks, in the second they smile, have moved by up to a third of their width, and
are up to a tenth larger or smaller. Figures are told for faces alone, and with what neighbours say
(`stages/neighbours.py`); and once more with one person's place taken by somebody else.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from open_the_eyes.imaging.assignment import paired
from open_the_eyes.imaging.face.mesh478 import SIDES
from open_the_eyes.imaging.geometry import Box
from open_the_eyes.models.reference.likeness import Likeness
from open_the_eyes.roles import Eye, Face
from open_the_eyes.stages.match import MARGIN
from open_the_eyes.stages.neighbours import vouched

from .evaluate import Count, Seen, portraits_seen

WIDTH = 100.0


def standing(count: int, rng: np.random.Generator, *, moved: bool) -> list[Face]:
    """Faces in two rows, where they belong or `moved` a little."""
    faces = []
    for k in range(count):
        x, y = 1.8 * WIDTH * (k // 2), 1.6 * WIDTH * (k % 2)
        width = WIDTH * float(np.exp(rng.uniform(-0.1, 0.1))) if moved else WIDTH
        dx, dy = rng.uniform(-WIDTH / 3, WIDTH / 3, 2) if moved else (0.0, 0.0)
        box = Box(x + dx, y + dy, x + dx + width, y + dy + width)
        faces.append(Face(box, np.zeros((478, 3)), dict.fromkeys(SIDES, Eye(1.0, 0.0)), 0.0, 0.0, 1.0))
    return faces


def known(
    likeness: Likeness, shut: Sequence[Seen], smiling: Sequence[Seen], rng: np.random.Generator
) -> tuple[list[int | None], list[int | None]]:
    """Which of those in the second shot each person of the first is taken for: by faces alone, and with neighbours."""
    evidence = np.array([[likeness.evidence(a.row, b.row) for b in smiling] for a in shut])
    ours, theirs = standing(len(shut), rng, moved=False), standing(len(smiling), rng, moved=True)
    said = vouched(evidence, paired(evidence), MARGIN, ours, theirs)
    alone, together = (
        [pair.column if pair.margin >= MARGIN else None for pair in paired(one)] for one in (evidence, said)
    )
    return alone, together


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("identity", type=Path)
    parser.add_argument("--groups", type=int, default=1000, metavar="N")
    parser.add_argument("--people", type=int, default=6, metavar="N", help="in each group")
    given, likeness, rng = parser.parse_args(), Likeness(), np.random.default_rng(0)
    found = portraits_seen(likeness, given.identity, again=False)
    shut = {one.person: one for one in found if one.blinks and one.picture.endswith("_neutral")}
    smiling = {one.person: one for one in found if not one.blinks and one.picture.endswith("_smiling")}
    everybody = sorted(shut.keys() & smiling.keys())
    if len(everybody) <= given.people:
        raise SystemExit(f"{given.identity}: expected more than {given.people} people, found {len(everybody)}.")
    right, wrong, strangers = np.zeros(2, int), np.zeros(2, int), np.zeros(2, int)
    for _ in range(given.groups):
        *group, somebody = (everybody[k] for k in rng.choice(len(everybody), given.people + 1, replace=False))
        seen = [smiling[person] for person in group]
        for way, columns in enumerate(known(likeness, [shut[person] for person in group], seen, rng)):
            right[way] += sum(column == k for k, column in enumerate(columns))
            wrong[way] += sum(column not in (k, None) for k, column in enumerate(columns))
        seen[0] = smiling[somebody]
        for way, columns in enumerate(known(likeness, [shut[person] for person in group], seen, rng)):
            strangers[way] += columns[0] == 0
    table = Table("told by", "known again", "taken for somebody else", "taken for the one in their place")
    people = given.groups * given.people
    for way, name in enumerate(("faces alone", "neighbours as well")):
        counts = (Count(right[way], people), Count(wrong[way], people), Count(strangers[way], given.groups))
        table.add_row(name, *(" ".join(one.cells()) for one in counts))
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
