"""What was changed, taken out or put in behind a journal's back shows; a copy is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.auditing import audited, head_of
from leadflow_engine.store import SqliteStore, StoreError, backup
from tests.engine.store.tampering import tampered


@pytest.fixture
def closed(kit: Any, store: SqliteStore, path: Path) -> Path:
    """A journal of three sold leads that nobody has open."""
    for lead in ("L1", "L2", "L3"):
        story = kit.sell(store, lead)
        store.write_now(story.end())
    store.close_now()
    return path


def problems(path: Path, clock: Any, **rest: Any) -> list[str]:
    store = SqliteStore.read_only(path, clock)
    try:
        return [f"{one.of} {one.at} {one.problem}" for one in audited(store, **rest).findings]
    finally:
        store.close_now()


def head(path: Path, clock: Any) -> str:
    store = SqliteStore.read_only(path, clock)
    try:
        return str(head_of(store))
    finally:
        store.close_now()


def test_what_was_written_holds(kit: Any, closed: Path) -> None:
    assert problems(closed, kit.clock) == []
    assert head(closed, kit.clock).startswith("18:")
    assert problems(closed, kit.clock, anchor=head(closed, kit.clock)) == []


CHANGES = {
    "a decision": "UPDATE fact SET body = replace(body, 'true', 'false') WHERE lead = 'L2' AND kind = 'intent'",
    "a time": "UPDATE fact SET at = '2026-11-20T00:00:00.000000Z' WHERE lead = 'L2' AND seq = 3",
    "a payload": "UPDATE fact SET content = '{}' WHERE lead = 'L2' AND seq = 0",
    "a fact in the middle": "DELETE FROM fact WHERE lead = 'L2' AND seq = 2",
    "the end of a lead": "DELETE FROM fact WHERE lead = 'L2' AND kind = 'end'",
    "the end of the journal": "DELETE FROM fact WHERE id = (SELECT max(id) FROM fact)",
    "a whole lead": "DELETE FROM fact WHERE lead = 'L1'",
    "a price": "UPDATE ledger SET amount = amount - 1",
    "an account": "UPDATE account SET balance = balance + 1 WHERE name = 'revenue'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_change_behind_its_back_shows(kit: Any, closed: Path, change: str) -> None:
    tampered(closed, "PRAGMA foreign_keys = OFF", change)
    assert problems(closed, kit.clock)


def test_removing_a_content_is_no_change(kit: Any, closed: Path) -> None:
    tampered(closed, "UPDATE fact SET content = NULL")
    assert problems(closed, kit.clock) == []


def test_who_mends_the_head_too_is_found_by_one_kept_elsewhere(kit: Any, closed: Path) -> None:
    kept = head(closed, kit.clock)
    tampered(
        closed,
        "DELETE FROM fact WHERE id = (SELECT max(id) FROM fact)",
        "DELETE FROM meta WHERE name = 'head'",
    )
    SqliteStore.open(closed, kit.clock).close_now()
    assert problems(closed, kit.clock) == []
    found = problems(closed, kit.clock, anchor=kept)
    assert found == ["journal  the head that you kept counts 18 facts, and there are 17: its end was cut off"]


def test_a_head_of_another_journal_is_none_of_this(kit: Any, closed: Path) -> None:
    other = f"18:{'0' * 64}"
    assert problems(closed, kit.clock, anchor=other) == [
        "journal  the head that you kept counts 18 facts, and those that are there are others"
    ]
    with pytest.raises(StoreError, match="is no head"):
        problems(closed, kit.clock, anchor="18:abc")


def test_the_head_goes_on_with_the_journal(kit: Any, closed: Path) -> None:
    early = head(closed, kit.clock)
    store = SqliteStore.open(closed, kit.clock)
    store.write_now(kit.story("L4").accept())
    store.close_now()
    assert head(closed, kit.clock) != early
    assert problems(closed, kit.clock, anchor=early) == []


def test_a_write_that_fails_leaves_the_head_as_it_was(kit: Any, store: SqliteStore) -> None:
    story = kit.story("L1")
    store.write_now(story.accept())
    before = str(head_of(store))
    with pytest.raises(StoreError, match="only the first one's facts hold"):
        store.write_now(story.accept())
    assert str(head_of(store)) == before
    store.write_now(kit.story("L2").accept())
    assert audited(store).findings == ()


def test_a_copy_is_of_one_moment_however_much_is_written_meanwhile(
    kit: Any, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        store.write_now(kit.story(f"L{number}").accept())
    at_its_beginning = str(head_of(store))
    copy = path.with_name("copy.db")
    written = iter(range(50, 1000))
    done_of: list[tuple[int, int]] = []

    def writes_on(done: int, of: int) -> None:
        done_of.append((done, of))
        store.write_now(kit.story(f"L{next(written)}").accept())

    monkeypatch.setattr(backup, "PAGES", 3)
    size = backup.back_up(path, copy, writes_on)
    pages = done_of[0][1]
    assert [done for done, _ in done_of] == [*range(3, pages, 3), pages], "the copy never began anew"
    assert len(done_of) > 10 and size == copy.stat().st_size
    assert head(copy, kit.clock) == at_its_beginning
    assert problems(copy, kit.clock) == []
    assert [each.name for each in path.parent.glob("*making*")] == []


def test_a_copy_that_cannot_be_made_leaves_the_older_one(
    kit: Any, closed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("the older one")
    with pytest.raises(StoreError):
        backup.back_up(closed, tmp_path / "nowhere" / "copy.db")
    closed.write_bytes(closed.read_bytes()[:5000] + bytes(20_000) + closed.read_bytes()[25_000:])
    with pytest.raises(StoreError, match="damaged"):
        backup.back_up(closed, copy)
    assert copy.read_text() == "the older one"
