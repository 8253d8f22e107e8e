"""The file: who may have it, what it must be, what a full disk, a kill and many at once do to it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.store import SqliteStore, StoreError

Open = Callable[[], SqliteStore]


def test_many_writers_at_once_share_commits(kit: Any, store: SqliteStore) -> None:
    async def lead(number: int) -> None:
        story = kit.story(f"L{number}")
        await store.write(story.accept())
        await store.write(story.intent())
        await store.write(story.settle("confirmed"))
        await store.write(story.end())

    async def all_of_them() -> None:
        await asyncio.gather(*(lead(number) for number in range(300)))

    asyncio.run(all_of_them())
    assert store.query("SELECT outcome, count(*) FROM lead GROUP BY 1") == [("sold", 300)]
    assert store.query("SELECT count(*) FROM fact") == [(300 * 6,)]
    assert store.verify() == []


def test_a_cap_of_100_gives_exactly_100_to_32_at_a_time(kit: Any, store: SqliteStore) -> None:
    granted = 0

    async def worker(name: int) -> None:
        nonlocal granted
        for number in range(5):
            story = kit.story(f"L{name}-{number}")
            await store.write(story.accept())
            result = await store.write(story.intent(limits=[kit.cap(100)]))
            granted += result["granted"]

    async def all_of_them() -> None:
        await asyncio.gather(*(worker(name) for name in range(32)))

    asyncio.run(all_of_them())
    assert granted == 100
    assert store.query("SELECT held, counted FROM cap") == [(100, 0)]


def test_of_two_with_the_same_phone_at_once_one_gets_in(kit: Any, store: SqliteStore) -> None:
    async def race() -> list[Any]:
        stories = [kit.story(f"L{number}") for number in range(8)]
        keys = [kit.key("+15125550147", scope="source/facebook", reason="duplicate")]
        return await asyncio.gather(*(store.write(story.accept(keys=keys)) for story in stories))

    results = asyncio.run(race())
    assert sum(result["accepted"] for result in results) == 1
    assert {result["code"] for result in results if not result["accepted"]} == {"duplicate"}


def test_one_write_that_fails_fails_alone(kit: Any, store: SqliteStore) -> None:
    async def together() -> list[Any]:
        writes = [kit.story(f"L{number}").accept() for number in range(6)]
        bad = kit.story("bad")
        bad.fact("clock/segment.1", "read", {"now": object()})
        writes.insert(3, bad.accept())
        return await asyncio.gather(*(store.write(write) for write in writes), return_exceptions=True)

    results = asyncio.run(together())
    assert [isinstance(result, StoreError) for result in results] == [False] * 3 + [True] + [False] * 3
    assert store.query("SELECT count(*) FROM lead") == [(6,)]


def test_a_full_disk_is_said_nothing_half_holds_and_it_goes_on_later(kit: Any, store: SqliteStore) -> None:
    store.write_now(kit.story("L1").accept())
    pages = store.query("PRAGMA page_count")[0][0]
    store.transact(lambda core: core.connection.execute(f"PRAGMA max_page_count = {pages + 3}").fetchall())
    story = kit.story("L2")
    story.fact("post/x/1", "call", {}, {"body": "x" * 100_000})
    with pytest.raises(StoreError, match="the disk is full: free some space; what was committed is safe"):
        store.write_now(story.accept())
    assert store.query("SELECT id FROM lead") == [("L1",)]
    assert store.facts("L2") == []
    store.transact(lambda core: core.connection.execute("PRAGMA max_page_count = 1000000").fetchall())
    assert store.write_now(story.made[0]) == {"accepted": True}
    assert store.verify() == []


def test_a_closed_journal_takes_no_more(kit: Any, store: SqliteStore) -> None:
    store.close_now()
    store.close_now()
    with pytest.raises(StoreError, match="is closed"):
        store.write_now(kit.story("L1").accept())


def test_everything_is_there_when_it_is_opened_again(kit: Any, opened: Open) -> None:
    first = opened()
    story = kit.sell(first, "L1", limits=[kit.cap(1)])
    first.close_now()
    again = opened()
    assert again.read("L9", kit.limits(limits=[kit.cap(1)]))["out"]
    again.write_now(story.end())
    assert again.verify() == []


# ------------------------------------------------------------------ other processes

CHILD = textwrap.dedent(
    """
    import sys, datetime
    from leadflow_engine import effects as fx, records as rec
    from leadflow_engine.store import SqliteStore

    class Clock:
        def now(self):
            return datetime.datetime.now(datetime.timezone.utc)

    store = SqliteStore.open(sys.argv[1], Clock())
    store.add_plan("p", {"flow": "solar", "buyers": []})
    for number in range(10**6):
        lead = f"L{number}"
        at = Clock().now().isoformat()
        row = rec.LeadRecord("solar", "p", "facebook", lead, at, False, {})
        received = fx.Fact(0, "received", "received", at, {}, {"payload": "x" * 500})
        accept = fx.Effect("accept/facebook", fx.Accept("facebook", (), ()))
        store.write_now(fx.Write(lead, accept, (received,), (row,)))
        print(lead, flush=True)
    """
)


@pytest.fixture
def child(path: Path) -> Any:
    """Another process that writes lead after lead and prints each one whose write was acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_kill_loses_nothing_that_was_acknowledged(kit: Any, path: Path, child: Any) -> None:
    acknowledged = [child.stdout.readline().strip() for _ in range(200)]
    os.kill(child.pid, signal.SIGKILL)
    acknowledged += [line.strip() for line in child.stdout if line.endswith("\n")]
    store = SqliteStore.open(path, kit.clock)
    kept = set(store.unfinished())
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 1
    assert store.verify() == []
    assert store.query("PRAGMA integrity_check") == [("ok",)]
    store.close_now()


def test_a_journal_that_another_process_holds_says_who(kit: Any, path: Path, child: Any) -> None:
    child.stdout.readline()
    with pytest.raises(StoreError, match=f"is held by process {child.pid}: one process writes at a time"):
        SqliteStore.open(path, kit.clock)
    reader = SqliteStore.read_only(path, kit.clock)
    assert list(reader.unfinished())
    with pytest.raises(StoreError, match="opened to read only"):
        reader.write_now(kit.story("L1").accept())
    reader.close_now()


def test_one_process_opens_it_once(kit: Any, opened: Open, path: Path) -> None:
    opened()
    with pytest.raises(StoreError, match=f"is held by process {os.getpid()}"):
        SqliteStore.open(path, kit.clock)


# ------------------------------------------------------------------ files that are no journal


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name,phone\n" * 500, "not a SQLite database: give another --db"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "not a (SQLite )?database|damaged"),
    ],
)
def test_a_file_that_is_no_database(kit: Any, path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    for open_ in (SqliteStore.open, SqliteStore.read_only, SqliteStore.snapshot):
        with pytest.raises(StoreError, match=message):
            open_(path, kit.clock)
    assert path.read_bytes() == content


def test_a_database_of_another_program(kit: Any, path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE contact (name)")
    other.close()
    with pytest.raises(StoreError, match="belongs to another program; give another --db"):
        SqliteStore.open(path, kit.clock)


def test_a_journal_of_a_newer_leadflow(kit: Any, opened: Open, path: Path) -> None:
    opened().close_now()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(StoreError, match=r"newer leadflow \(schema 99.*upgrade"):
        SqliteStore.open(path, kit.clock)


def test_a_damaged_journal(kit: Any, opened: Open, path: Path) -> None:
    store = opened()
    for number in range(50):
        store.write_now(kit.story(f"L{number}").accept())
    store.close_now()
    data = bytearray(path.read_bytes())
    for page in range(2 * 4096, len(data) - 4096, 4096):
        data[page : page + 200] = b"\x7f" * 200
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged.*restore a copy"):
        SqliteStore.open(path, kit.clock)


def test_an_opening_that_was_cut_off_is_gone_on_with(kit: Any, opened: Open, path: Path) -> None:
    opened().close_now()
    with sqlite3.connect(path) as other:  # killed after the tables, before the header
        other.execute("PRAGMA user_version = 0")
        other.execute("PRAGMA application_id = 0")
    other.close()
    store = opened()
    assert store.write_now(kit.story("L1").accept()) == {"accepted": True}


def test_a_folder_and_a_file_that_is_not_there(kit: Any, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        SqliteStore.open(tmp_path, kit.clock)
    with pytest.raises(StoreError, match="there is no such file"):
        SqliteStore.open(tmp_path / "none.db", kit.clock, create=False)
    assert not (tmp_path / "none.db").exists()
    SqliteStore.open(tmp_path / "new" / "odd name?#%.db", kit.clock).close_now()
    assert (tmp_path / "new" / "odd name?#%.db").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_file_that_may_not_be_written(kit: Any, opened: Open, path: Path) -> None:
    opened().close_now()
    path.chmod(0o444)
    with pytest.raises(StoreError, match="cannot be written"):
        SqliteStore.open(path, kit.clock)


def test_a_journal_is_made_whole_or_not_at_all(path: Path, opened: Callable[[], SqliteStore]) -> None:
    """Whoever looks while it is made, or after its making was cut off, meets no half of one."""
    making = path.with_name(f"{path.name}.making")
    making.write_bytes(b"what a making that was cut off left behind")
    opened()
    assert not making.exists()
    assert sorted(each.name for each in path.parent.iterdir() if "making" in each.name) == []
