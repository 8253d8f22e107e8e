"""A journal that a process of its own writes: what it writes is what a thread writes, and it may die at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from leadflow_dsl.model import DownAfter
from leadflow_engine import effects as fx
from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.store import Held, SqliteStore, StoreError
from leadflow_engine.store.apart import Apart, Child
from leadflow_engine.store.calls import Note, is_same
from leadflow_engine.store.heads import Head, hashes, kept
from leadflow_engine.store.ownership import own


@dataclass(slots=True)
class Here:
    """A journal with its process. ``said`` is what the service would tell its operator."""

    path: Path
    store: SqliteStore
    said: list[str] = field(default_factory=list)

    @property
    def apart(self) -> Apart:
        assert isinstance(self.store._writer, Apart)
        return self.store._writer

    @property
    def child(self) -> Child:
        assert self.apart._child is not None
        return self.apart._child

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that comes by itself."""
        for _ in range(1000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(self.said)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.child.process.pid, how)


@asynccontextmanager
async def apart(kit: Any, path: Path, ready: bool = True) -> AsyncIterator[Here]:
    store = SqliteStore.open(path, RealClock())
    store.add_plan("4f1c09a", kit.plan)
    here = Here(path, store)
    store.write_apart(here.said.append)
    try:
        if ready:
            await here.until(lambda: here.child.ready)
        yield here
    finally:
        await store.close()


def within(kit: Any, tmp_path: Path, scene: Callable[[Here], Awaitable[None]]) -> None:
    async def life() -> None:
        async with apart(kit, tmp_path / "journal.db") as here:
            await scene(here)

    asyncio.run(life())


async def sold(kit: Any, store: SqliteStore, lead: str, **claims: Any) -> list[Any]:
    """The results of a lead's writes, as its Run has them made: one after the other."""
    story = kit.story(lead)
    results = [dict(await store.write(story.accept())), dict(await store.write(story.intent(**claims)))]
    if results[1]["granted"]:
        results.append(dict(await store.write(story.settle("confirmed"))))
    return [*results, dict(await store.write(story.end()))]


def facts(store: SqliteStore) -> list[tuple[Any, ...]]:
    return store.query("SELECT lead, seq, key, body FROM fact ORDER BY lead, seq")


def sound(store: SqliteStore) -> None:
    """Every chain holds, and so does the head over all of them."""
    assert store.verify() == []
    assert store.ask(kept) == Head().after_all([fact for _, fact in store.ask(lambda c: list(hashes(c)))])


def test_what_it_writes_is_what_a_thread_writes(kit: Any, tmp_path: Path) -> None:
    by_thread = SqliteStore.open(tmp_path / "thread.db", RealClock())
    by_thread.add_plan("4f1c09a", kit.plan)

    async def scene(here: Here) -> None:
        there = await sold(kit, by_thread, "L1", limits=[kit.cap(1)])
        assert [set(each) for each in await sold(kit, here.store, "L1", limits=[kit.cap(1)])] == [
            set(each) for each in there
        ]
        refused = await sold(kit, here.store, "L2", limits=[kit.cap(1)])
        assert refused[1]["code"] == (await sold(kit, by_thread, "L2", limits=[kit.cap(1)]))[1]["code"]
        tables = ("lead", "step", "posting", "delivery", "reservation", "ledger", "turn", "contact", "share")
        for table in tables:
            count = f"SELECT count(*) FROM {table}"
            assert here.store.query(count) == by_thread.query(count), table
        assert [row[:3] for row in facts(here.store)] == [row[:3] for row in facts(by_thread)]
        sound(here.store)

    within(kit, tmp_path, scene)
    by_thread.close_now()


def test_both_sides_take_turns_at_one_journal(kit: Any, tmp_path: Path) -> None:
    async def scene(here: Here) -> None:
        def order(number: int) -> bool:
            here.store.suppress("do_not_sell", [f"+1512555{number:04}"], "ann", "asked")
            return bool(here.store.write_now(kit.story(f"O{number}").accept())["accepted"])

        orders = [asyncio.to_thread(order, number) for number in range(20)]
        runs = [sold(kit, here.store, f"L{number}", limits=[kit.cap(7)]) for number in range(60)]
        done = await asyncio.gather(*runs, *orders)
        assert [each[1]["granted"] for each in done[:60]].count(True) == 7  # type: ignore[index]
        assert all(done[60:])
        later = await sold(kit, here.store, "L90", limits=[kit.cap(8)])
        assert later[1]["granted"]
        effect = kit.limits(limits=[kit.cap(8)])
        assert here.store.read("L91", effect)["out"]["sunpath"]["code"] == "capped"
        sound(here.store)

    within(kit, tmp_path, scene)


def test_the_loop_may_wait_for_a_turn_itself(kit: Any, tmp_path: Path) -> None:
    """It hears no answers meanwhile, and they are more than a socket holds."""
    full = kit.cap(0, reason="cap 0 per hour " + 100 * "and no more ")
    asked = fx.Admit(tuple(fx.BuyerLimits(f"b{each}", (full,), (), DownAfter()) for each in range(40)))

    async def scene(here: Here) -> None:
        stories = [kit.story(f"L{each}") for each in range(30)]
        await asyncio.gather(*[here.store.write(each.accept()) for each in stories])
        tasks = [
            asyncio.create_task(here.store.write(each.write("admit/route.1/1", asked))) for each in stories
        ]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for number in range(20):
            here.store.suppress("do_not_sell", [f"+1512555{number:04}"], "ann", "asked")
        assert {len(each["out"]) for each in await asyncio.gather(*tasks)} == {40}
        sound(here.store)

    within(kit, tmp_path, scene)


def test_what_went_wrong_is_told_as_a_thread_tells_it(kit: Any, tmp_path: Path) -> None:
    async def scene(here: Here) -> None:
        story = kit.story("L1")
        first = story.accept()
        await here.store.write(first)
        with pytest.raises(StoreError, match="another Run of this lead"):
            await here.store.write(first)
        odd = kit.story("L2")
        odd.fact("clock/segment.1", "read", {"now": (each for each in "abc")})
        with pytest.raises(StoreError, match="fact clock/segment"):
            await here.store.write(odd.accept())
        large = kit.story("L3")
        large.fact("clock/segment.1", "read", {"now": "x" * 3_000_000})
        assert (await here.store.write(large.accept()))["accepted"]
        note = Note(("solar/facebook/k1", "body", 1), ())
        await here.store.enter(kit.story("L4").accept(), note)
        assert here.store.ask(lambda journal: is_same(journal, "solar/facebook/k1", "body", 1))
        assert not here.store.ask(lambda journal: is_same(journal, "solar/facebook/k1", "other", 1))
        with pytest.raises(StoreError, match="another Run"):
            await here.store.enter(first, Note(("solar/facebook/k2", "body", 1), ()))
        assert here.store.ask(lambda journal: is_same(journal, "solar/facebook/k2", "other", 1))
        sound(here.store)

    within(kit, tmp_path, scene)


def test_killed_among_many_nothing_is_lost_and_nothing_told_twice(kit: Any, tmp_path: Path) -> None:
    async def scene(here: Here) -> None:
        runs = [asyncio.create_task(sold(kit, here.store, f"L{each}")) for each in range(200)]
        await here.until(lambda: len(here.store.query("SELECT 1 FROM fact LIMIT 100")) == 100)
        here.kill()
        done = await asyncio.gather(*runs)
        assert all(each[0]["accepted"] and each[1]["granted"] for each in done)
        kept = {(lead, key): body for lead, _, key, body in facts(here.store)}
        assert len(kept) == 200 * 6
        for number, each in enumerate(done):
            assert f'"{each[1]["at"]}"' in kept[f"L{number}", "intent/sunpath/1"]
        assert here.said == [
            (
                "the process that writes the journal has ended (signal 9): nothing of it is lost, the service "
                "writes the journal itself from now on"
            )
        ]
        assert (await sold(kit, here.store, "L999"))[1]["granted"]
        sound(here.store)

    within(kit, tmp_path, scene)


def test_what_was_committed_and_never_told_is_looked_up(
    kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadflow_engine.store.apart.SETTLED", 0.0)

    async def scene(here: Here) -> None:
        story, unsent = kit.story("L1"), kit.story("L2").accept()
        assert (await here.store.write(story.accept()))["accepted"]
        child, loop = here.child, asyncio.get_running_loop()
        loop.remove_reader(child.jobs)
        told = asyncio.create_task(here.store.write(story.intent(limits=[kit.cap(1)])))
        await here.until(lambda: len(facts(here.store)) == 3)
        os.kill(child.process.pid, signal.SIGSTOP)
        never = asyncio.create_task(here.store.write(unsent))
        await asyncio.sleep(0.02)
        here.kill()
        child.process.wait()
        assert child.jobs.recv(1000)  # the answer is lost
        here.apart._hear(child)
        intent, accept = await asyncio.gather(told, never)
        assert (intent["granted"], accept["accepted"]) == (True, True)
        [[body]] = here.store.query("SELECT body FROM fact WHERE key = 'intent/sunpath/1'")
        assert intent["at"] in body
        await here.until(lambda: here.apart._child is not None and here.child.ready)
        assert "another takes its place" in here.said[0]
        refused = await sold(kit, here.store, "L3", limits=[kit.cap(1)])
        assert refused[1]["code"] == "capped"
        sound(here.store)

    within(kit, tmp_path, scene)


def test_without_a_process_a_thread_writes(kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")

    async def life() -> None:
        async with apart(kit, tmp_path / "journal.db", ready=False) as here:
            assert (await sold(kit, here.store, "L1"))[1]["granted"]
            await here.until(lambda: bool(here.said))
            assert "exit code 1" in here.said[0]
            assert (await sold(kit, here.store, "L2"))[1]["granted"]
            sound(here.store)

    asyncio.run(life())


def test_where_none_can_begin_a_thread_writes(
    kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))

    async def life() -> None:
        async with apart(kit, tmp_path / "journal.db", ready=False) as here:
            assert "No such file" in here.said[0]
            assert (await sold(kit, here.store, "L1"))[1]["granted"]

    asyncio.run(life())


@pytest.mark.parametrize("waits", ["a lead", "an order", "the end"])
def test_one_that_is_stopped_is_not_waited_for_for_ever(
    kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: str
) -> None:
    monkeypatch.setattr("leadflow_engine.store.apart.SILENT", 0.05)

    async def scene(here: Here) -> None:
        await sold(kit, here.store, "L1")
        here.kill(signal.SIGSTOP)
        if waits == "a lead":
            assert (await sold(kit, here.store, "L2"))[1]["granted"]
        elif waits == "an order":
            await asyncio.to_thread(here.store.suppress, "do_not_sell", ["+15125550100"], "ann", "asked")
        else:
            await here.apart.end()
        assert "says nothing" in here.said[0]
        sound(here.store)

    within(kit, tmp_path, scene)


def test_what_lies_in_the_folder_of_the_service_is_not_what_it_loads(
    kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise ImportError('not this one')")
    monkeypatch.chdir(tmp_path)

    async def scene(here: Here) -> None:
        assert (await sold(kit, here.store, "L1"))[1]["granted"]
        assert here.said == []

    within(kit, tmp_path, scene)


def test_closed_it_has_told_everybody(kit: Any, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    async def life() -> None:
        async with apart(kit, path) as here:
            tasks = [
                asyncio.create_task(here.store.write(kit.story(f"L{each}").accept())) for each in range(50)
            ]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await here.store.close()
            assert all(each["accepted"] for each in await asyncio.gather(*tasks))
            with pytest.raises(StoreError, match="closed"):
                await here.store.write(kit.story("L99").accept())
            assert here.said == []
        again = SqliteStore.open(path, RealClock())
        assert len(facts(again)) == 100
        again.close_now()

    asyncio.run(life())


def test_the_journal_is_free_once_what_a_dead_holder_left_has_ended(tmp_path: Path) -> None:
    """Its process that writes has the lock, too, and sees a moment later that nobody is there any more."""
    path = tmp_path / "journal.db"
    left = own(path)
    with pytest.raises(Held):
        own(path)
    dead = os.fork()
    if not dead:
        os._exit(0)
    os.waitpid(dead, 0)
    os.pwrite(left.descriptor, f"{dead}\n".encode().ljust(16), 0)
    threading.Timer(0.05, left.release).start()
    own(path).release()
