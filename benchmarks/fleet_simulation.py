"""A fleet on paper: stages with known times, on lanes that do one thing at a time, played through event by event.

A lane is a GPU, a processor core, or, for a program that does everything in order, the whole node. What is ready runs
as soon as a lane that may do it is free, earlier photos first (list scheduling, Graham 1966). Nothing is random.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

Kind = Literal["cpu", "gpu"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a photo.

    Args:
        seconds: each time it runs.
        on: what it keeps busy.
        after: stages that have to be finished; of stages that run once a variation, those of the same variation where
            this one does too, else all of them.
        each: "variation" where it runs once for each of them.
        roams: a GPU stage that another GPU may do, where it is free earlier.
    """

    name: str
    seconds: float
    on: Kind = "cpu"
    after: tuple[str, ...] = ()
    each: Literal["photo", "variation"] = "photo"
    roams: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What there is.

    Args:
        cores: processor cores beside each GPU.
        at_once: photos that a node has on its way.
        in_order: a node does one thing at a time, as a plain program does.
    """

    gpus: int = 1
    cores: int = 1
    at_once: int = 1
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it, in seconds.

    Args:
        finished: when each photo was, in the photos' order.
        busy: share of the time that lanes of a kind worked: "gpu", "cpu", or "node" where everything is in order.
    """

    finished: tuple[float, ...]
    busy: dict[str, float]

    @property
    def seconds(self) -> float:
        return max(self.finished)

    @property
    def per_minute(self) -> float:
        """Photos, without the beginning and the end, where lanes are idle: over the middle half of those finished."""
        ends = sorted(self.finished)
        low, high = len(ends) // 4, len(ends) - 1 - len(ends) // 4
        if high <= low or ends[high] == ends[low]:
            return 60 * len(ends) / self.seconds
        return 60 * (high - low) / (ends[high] - ends[low])


def simulate(stages: Sequence[Stage], fleet: Fleet, photos: int, variations: int = 1) -> Run:
    """Plays `photos` through a fleet; all are there at once."""
    simulation = _Simulation(stages, fleet, variations, photos)
    simulation.play()
    lanes = defaultdict(list)
    for lane, worked in simulation.worked.items():
        lanes[lane[0]].append(worked)
    whole = max(simulation.finished)
    busy = {kind: sum(worked) / len(worked) / whole for kind, worked in lanes.items()}
    return Run(tuple(simulation.finished), busy)


_Lane = tuple[str, int, int]
"""Kind, node, number."""
_ANY: Final = -1


@dataclass(frozen=True, slots=True, order=True)
class _Task:
    """One stage of one photo; the order is that of precedence."""

    photo: int
    stage: int
    variation: int


class _Simulation:
    def __init__(self, stages: Sequence[Stage], fleet: Fleet, variations: int, photos: int) -> None:
        self.stages, self.fleet, self.variations, self.photos = stages, fleet, variations, photos
        self.number = {stage.name: k for k, stage in enumerate(stages)}
        self.free = self._lanes()
        self.worked: dict[_Lane, float] = {lane: 0.0 for lanes in self.free.values() for lane in lanes}
        self.finished = [0.0] * photos
        self.node_of: dict[int, int] = {}
        self.room = dict.fromkeys(range(fleet.gpus), fleet.at_once)
        self.waiting = 0  # the next photo that no node has taken
        self.left: dict[int, set[_Task]] = {}
        self.ready: dict[tuple[str, int], list[_Task]] = defaultdict(list)

    def _lanes(self) -> dict[tuple[str, int], list[_Lane]]:
        """Free lanes by kind and node."""
        free: dict[tuple[str, int], list[_Lane]] = {}
        for node in range(self.fleet.gpus):
            if self.fleet.in_order:
                free["node", node] = [("node", node, 0)]
            else:
                free["gpu", node] = [("gpu", node, 0)]
                free["cpu", node] = [("cpu", node, core) for core in range(self.fleet.cores)]
        return free

    def play(self) -> None:
        ends: list[tuple[float, int, _Task, _Lane]] = []
        now, order = 0.0, count()
        while True:
            self._take_in()
            for task, lane in self._begin():
                seconds = self.stages[task.stage].seconds
                self.worked[lane] += seconds
                heapq.heappush(ends, (now + seconds, next(order), task, lane))
            if not ends:
                return
            now = ends[0][0]
            while ends and ends[0][0] == now:
                _, _, task, lane = heapq.heappop(ends)
                self._end(task, lane, now)

    def _take_in(self) -> None:
        """Photos go to the node with the most room."""
        while self.waiting < self.photos:
            node = max(self.room, key=lambda one: (self.room[one], -one))
            if not self.room[node]:
                return
            photo, self.waiting = self.waiting, self.waiting + 1
            self.room[node] -= 1
            self.node_of[photo] = node
            self.left[photo] = {
                _Task(photo, k, variation)
                for k, stage in enumerate(self.stages)
                for variation in range(self.variations if stage.each == "variation" else 1)
            }
            for task in sorted(self.left[photo]):
                if not self.stages[task.stage].after:
                    self._make_ready(task)

    def _make_ready(self, task: _Task) -> None:
        stage, node = self.stages[task.stage], self.node_of[task.photo]
        place = ("node", node) if self.fleet.in_order else (stage.on, _ANY if stage.roams else node)
        heapq.heappush(self.ready[place], task)

    def _begin(self) -> list[tuple[_Task, _Lane]]:
        """Ready tasks onto free lanes; a GPU does its own photos' work before what roams, unless that is older."""
        begun: list[tuple[_Task, _Lane]] = []
        for (kind, node), lanes in self.free.items():
            while lanes:
                heaps = [heap for heap in (self.ready[kind, node], self.ready[kind, _ANY]) if heap]
                if not heaps:
                    break
                begun.append((heapq.heappop(min(heaps, key=lambda heap: heap[0])), lanes.pop()))
        return begun

    def _end(self, task: _Task, lane: _Lane, now: float) -> None:
        self.free[lane[0], lane[1]].append(lane)
        left = self.left[task.photo]
        left.discard(task)
        name = self.stages[task.stage].name
        for other in sorted(left):
            stage = self.stages[other.stage]
            if name in stage.after and self._may_begin(other, left):
                # finished just now, so it was not ready before: the last of what it waits for
                self._make_ready(other)
        if not left:
            self.finished[task.photo] = now
            self.room[self.node_of[task.photo]] += 1

    def _may_begin(self, task: _Task, left: set[_Task]) -> bool:
        stage = self.stages[task.stage]
        for name in stage.after:
            before = self.number[name]
            same = stage.each == "variation" == self.stages[before].each
            if any(one.stage == before and (not same or one.variation == task.variation) for one in left):
                return False
        return True
