"""Classic mistakes, put in one at a time: the simulation finds each, and says which promise it breaks.

A judge that cannot fail judges nothing. Each defect changes the engine at one place as somebody might by mistake."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from leadflow_engine import settle
from leadflow_engine.drivers import replay
from leadflow_engine.effects import Intent, Suspend, Write
from leadflow_engine.interpreter import posting
from leadflow_engine.service.entering import Entering
from leadflow_engine.simulation.disk import Journal
from leadflow_engine.simulation.judge import judged, smallest
from leadflow_engine.simulation.market import Market
from leadflow_engine.simulation.world import World
from leadflow_engine.store import claims, later, project
from leadflow_engine.store.event import Event

SEEDS: Final = 120
"""Within so many worlds each must be found."""

Patch = Callable[[pytest.MonkeyPatch], None]


def no_intent(patch: pytest.MonkeyPatch) -> None:
    """A post is made without waiting for its intent to be stored."""
    write = Journal.write

    async def hasty(self: Journal, what: Write) -> Any:
        if isinstance(what.effect.data, Intent):
            self.late = asyncio.ensure_future(write(self, what))  # type: ignore[attr-defined]
            return {"granted": True, "at": self._reader.clock.now().isoformat()}
        if hasattr(self, "late"):
            await self.late
        return await write(self, what)

    patch.setattr(Journal, "write", hasty)


def timeout_means_no(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken for a refusal."""
    whole = settle.settle

    def hopeful(came: settle.Came) -> settle.Settled:
        found = whole(came)
        return settle.Settled("declined", "rejected", "no answer") if came.failure == "timeout" else found

    patch.setattr(posting, "settle", hopeful)


def acknowledged_too_early(patch: pytest.MonkeyPatch) -> None:
    """A source is told that its lead is kept before it is."""
    write = Entering.write

    async def hasty(self: Entering, what: Write) -> Any:
        first = not self.entered.is_set()
        done = asyncio.ensure_future(write(self, what))
        if first:
            await asyncio.sleep(0)
            self.entered.set()
        return await done

    patch.setattr(Entering, "write", hasty)


def caps_looked_at_but_not_held(patch: pytest.MonkeyPatch) -> None:
    """What was free when the buyers were judged is taken for free when one is posted to."""
    patch.setattr(claims, "first_full", lambda *_: None)


def one_cap_of_several(patch: pytest.MonkeyPatch) -> None:
    """Only the first cap of a delivery is looked at."""
    whole = claims.first_full

    def first(connection: Any, digests: Any, claims: Iterable[Any], *rest: Any) -> Any:
        return whole(connection, digests, list(claims)[:1], *rest)

    patch.setattr(claims, "first_full", first)


def doubt_gives_room_back(patch: pytest.MonkeyPatch) -> None:
    """A delivery in doubt frees the cap that it may have used."""
    patch.setitem(settle.RESERVATION, "in_doubt", "released")  # type: ignore[arg-type]


def new_key_each_time(patch: pytest.MonkeyPatch) -> None:
    """A repeat carries another key, so that the buyer cannot know it for one."""
    numbers = itertools.count()
    posted = Market._posted
    patch.setattr(
        Market, "_posted", lambda self, name, ref, key: posted(self, name, ref, f"{key}/{next(numbers)}")
    )


def restart_frees_what_was_held(patch: pytest.MonkeyPatch) -> None:
    """What was reserved when the process died counts for nothing afterwards."""
    opened = Journal.of.__func__  # type: ignore[attr-defined]

    def forgetful(cls: type[Journal], connection: Any, *rest: Any) -> Journal:
        if connection is not None:
            connection.execute("UPDATE reservation SET state = 'released' WHERE state = 'held'")
        store: Journal = opened(cls, connection, *rest)
        return store

    patch.setattr(Journal, "of", classmethod(forgetful))


def late_word_ignored(patch: pytest.MonkeyPatch) -> None:
    """What an operator says of a doubt changes nothing."""
    patch.setattr(later, "later_word", lambda state, word: state)


def crash_means_no(patch: pytest.MonkeyPatch) -> None:
    """A post without an answer, found after a crash, is taken for one that never left."""
    patch.setattr(replay, "CRASHED", {**replay.CRASHED, "phase": "not_sent"})


def posted_again_after_a_crash(patch: pytest.MonkeyPatch) -> None:
    """A post without an answer, found after a crash, is made once more."""
    patch.setattr(replay, "_is_post", lambda effect: False)


def duplicates_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    """Whether a phone was seen is not asked in the transaction that takes it."""
    patch.setattr(claims, "_seen_of", lambda *_: None)


def waits_for_nothing(patch: pytest.MonkeyPatch) -> None:
    """A lead that waits has no time when it is due."""
    whole = project.EFFECTS[Suspend]

    def never(event: Event, write: Write, result: Any) -> None:
        whole(event, write, result)
        event.then("UPDATE work SET due = NULL WHERE lead = ?", (event.lead,))

    patch.setitem(project.EFFECTS, Suspend, never)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Defect:
    """A mistake, the promises by which it may be found, and the flows in which it matters."""

    put_in: Patch
    found_by: frozenset[str]


DEFECTS: Final[Mapping[str, Defect]] = {
    patch.__name__: Defect(patch, frozenset(found.split(", ")))
    for patch, found in (
        (no_intent, "intent first"),
        (timeout_means_no, "known, sold once, in caps"),
        (acknowledged_too_early, "kept"),
        (caps_looked_at_but_not_held, "in caps, in money"),
        (one_cap_of_several, "in caps"),
        (doubt_gives_room_back, "in caps, in money"),
        (new_key_each_time, "took once"),
        (restart_frees_what_was_held, "in caps, in money"),
        (late_word_ignored, "settled"),
        (crash_means_no, "known, sold once, in caps"),
        (posted_again_after_a_crash, "took once"),
        (duplicates_not_looked_for, "one phone"),
        (waits_for_nothing, "ends"),
    )
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    defect = DEFECTS[name]
    defect.put_in(monkeypatch)
    for seed in range(SEEDS):
        verdict = judged(World.of(seed), rebuilt=False)
        found = {one.promise for one in verdict.broken}
        if found & defect.found_by:
            return
    pytest.fail(f"{SEEDS} worlds did not find it; the last broke {found or 'nothing'}", pytrace=False)


def test_the_story_of_a_defect_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    crash_means_no(monkeypatch)
    verdict = next(found for seed in range(SEEDS) if not (found := judged(World.of(seed), False)).holds)
    assert smallest(verdict).world.leads <= 25
