"""A seed judged: its world told, every promise asked; and the smallest story that still breaks one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from leadflow_engine.simulation.promises import PROMISES, settled, told_again
from leadflow_engine.simulation.world import World, fewer

REBUILT_EVERY: Final = 10
"""Of so many seeds one is also told again from its facts, which takes as long as living it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that does not hold, and how that shows."""

    promise: str
    how: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a seed: leads that were kept, posts that arrived, deaths, and what is broken."""

    world: World
    broken: tuple[Broken, ...]

    @property
    def holds(self) -> bool:
        """Nothing is broken."""
        return not self.broken


def judged(world: World, rebuilt: bool | None = None) -> Verdict:
    """Live a world, judge it, settle what is in doubt, judge it again."""
    broken: list[Broken] = []
    try:
        world.tell()
        broken += _asked(world)
        if not broken:
            world.settle()
            broken += _asked(world)
            broken += [Broken("settled", how) for how in settled(world)]
        if rebuilt if rebuilt is not None else world.seed % REBUILT_EVERY == 0:
            broken += [Broken("told again", how) for how in told_again(world)]
    except Exception as error:  # a world that cannot be told to its end is broken too
        broken.append(Broken("told to its end", f"{type(error).__name__}: {error}"))
    broken += [Broken("intent first" if "intent" in how else "no mistake", how) for how in world.wrong]
    return Verdict(world, tuple(dict.fromkeys(broken)))


def _asked(world: World) -> list[Broken]:
    return [Broken(name, how) for name, promise in PROMISES.items() for how in promise(world)]


def smallest(verdict: Verdict) -> Verdict:
    """The smallest world of this seed in which the same promise breaks: fewer leads, fewer faults."""
    wanted = verdict.broken[0].promise
    found = verdict
    for leads in (25, 12, 8, 5, 3, 2, 1):
        found = _still(fewer(found.world, leads), wanted) or found if leads < found.world.leads else found
    for name in _rates(found.world):
        calm = replace(found.world.faults, **{name: 0})
        found = _still(fewer(found.world, faults=calm), wanted) or found
    return found


def _still(world: World, promise: str) -> Verdict | None:
    verdict = judged(world, rebuilt=promise == "told again")
    return verdict if any(one.promise == promise for one in verdict.broken) else None


def _rates(world: World) -> Iterator[str]:
    names = (each.name for each in fields(world.faults) if each.name != "refused")
    yield from (name for name in names if getattr(world.faults, name))


def story(verdict: Verdict) -> str:
    """A broken seed for a person: how to see it again, what was broken, what happened."""
    world = verdict.world
    faults = ", ".join(f"{each.name} {getattr(world.faults, each.name)}" for each in fields(world.faults))
    about = {
        word for one in verdict.broken for word in one.how.replace(",", " ").split() if word.startswith("L")
    }
    told = [line for line in world.log if not about or about & set(line.split()) or "process" in line]
    return "\n".join(
        [
            f"seed {world.seed}, {world.leads} leads, flow `{world.shape.name}`",
            f"  faults: {faults}",
            *(f"  {one.promise}: {one.how}" for one in verdict.broken),
            "",
            *(f"  {line}" for line in told[-60:]),
            "",
            f"again: leadflow-simulate --seed {world.seed} --leads {world.leads}",
        ]
    )
