"""The Run: the one interpreter. No input, no output: effects go out, results come in (``docs/run.md``).

Inside, work is written as generators that yield an ``Effect`` and are sent its result, or yield a ``Fork`` and are sent
the results of its branches. Outside, a Run is ``start`` and ``feed``.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeAlias

from leadflow_dsl.unguarded import dataclass
from leadflow_engine.effects import Effect, Result, Timer
from leadflow_engine.interpreter.journey import Fork, Journey, Work

Branch: TypeAlias = Generator[Any, Any, Any]


class UnknownKey(LookupError):
    """A result was fed for an effect that this Run never asked for: the facts do not belong to it."""


@dataclass(slots=True, eq=False)
class _Join:
    """A fork that is waited for: what its branches came to, and whom to tell."""

    parent: _Task
    waiting: set[str]
    timer: str = ""
    results: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Task:
    """A generator that runs: the main line, or one branch of a fork."""

    work: Branch
    join: _Join | None = None
    name: str = ""


class Run:
    """One segment of one lead's way through its flow.

    Built by the runner only. ``ended`` is the key of the effect that ended it (``end``, ``suspend/2``), "" until then.
    """

    def __init__(self, journey: Journey, main: Work) -> None:
        self.journey = journey
        self.ended = ""
        self._main = _Task(main)
        self._asked: dict[str, _Task | _Join] = {}
        self._closed: set[str] = set()
        self._out: list[Effect] = []

    def start(self) -> Sequence[Effect]:
        """The first effects."""
        self._advance(self._main, None)
        return self._taken()

    def feed(self, key: str, result: Result) -> Sequence[Effect] | None:
        """Go on with the result of an effect. ``None``: it came too late to matter and was dropped.

        Raises ``UnknownKey`` for a key that was never asked.
        """
        waiting = self._asked.pop(key, None)
        if waiting is None:
            if key in self._closed:
                return None
            raise UnknownKey(key)
        self._closed.add(key)
        if isinstance(waiting, _Join):
            self._close(waiting)
        elif key == "end" or key.startswith("suspend/"):
            self.ended = key
        else:
            self._advance(waiting, result)
        return self._taken()

    def _taken(self) -> Sequence[Effect]:
        taken, self._out = self._out, []
        return taken

    def _advance(self, task: _Task, value: object) -> None:
        try:
            wanted = task.work.send(value)
        except StopIteration as stop:
            self._finished(task, stop.value)
            return
        if type(wanted) is Effect:
            self._asked[wanted.key] = task
            self._out.append(wanted)
        else:
            self._fork(task, wanted)

    def _fork(self, parent: _Task, fork: Fork) -> None:
        join = _Join(parent, set(fork.branches))
        if fork.window is not None:
            join.timer = fork.window[0]
            self._asked[join.timer] = join
            self._out.append(Effect(join.timer, Timer(fork.window[1])))
        for name, work in fork.branches.items():
            self._advance(_Task(work, join, name), None)
        if not fork.branches:
            self._close(join)

    def _finished(self, task: _Task, value: object) -> None:
        join = task.join
        if join is None or task.name not in join.waiting:
            return
        join.waiting.discard(task.name)
        join.results[task.name] = value
        if not join.waiting:
            self._close(join)

    def _close(self, join: _Join) -> None:
        """Stop waiting: what was asked and has not come is dropped when it comes."""
        late = [key for key, task in self._asked.items() if task is join or self._within(task, join)]
        for key in late:
            del self._asked[key]
            self._closed.add(key)
        self._advance(join.parent, Joined(join.results, frozenset(late) - {join.timer}))

    @staticmethod
    def _within(task: _Task | _Join, join: _Join) -> bool:
        while isinstance(task, _Task) and task.join is not None:
            if task.join is join:
                return True
            task = task.join.parent
        return False


@dataclass(frozen=True, slots=True)
class Joined:
    """What a fork came to: results by branch (one that is late is missing), and the keys that were given up."""

    results: Mapping[str, object]
    late: frozenset[str]
