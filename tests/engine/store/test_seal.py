"""Contents at rest: sealed under a key per lead, useless without the master key, gone with the lead's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations import forgetting
from leadflow_engine.operations.auditing import audited
from leadflow_engine.store import SqliteStore, StoreError
from leadflow_engine.store.backup import back_up
from leadflow_engine.store.seal import FILE_SETTING, SETTING, new_master

CANARY = "canary-4711-öäü"
Open = Callable[[], SqliteStore]


@pytest.fixture
def master(monkeypatch: pytest.MonkeyPatch) -> str:
    key = new_master()
    monkeypatch.setenv(SETTING, key)
    return key


def lead(kit: Any, store: SqliteStore, name: str, end: bool = True) -> None:
    """A sold lead with the canary in its payload and in an answer."""
    story = kit.story(name)
    story.facts[0] = type(story.facts[0])(
        0, "received", "received", story.facts[0].at, {}, {"payload": CANARY}
    )
    store.write_now(story.accept())
    store.write_now(story.intent())
    story.fact(f"post/sunpath/9{name[1:]}", "call", {"status": 200}, {"body": f"thanks, {CANARY}"})
    store.write_now(story.settle("confirmed"))
    if end:
        store.write_now(story.end())


def hits(folder: Path) -> list[str]:
    """The files in which the canary can be read."""
    return [each.name for each in folder.iterdir() if each.is_file() and CANARY.encode() in each.read_bytes()]


def test_without_a_master_key_contents_stand_as_they_are(kit: Any, opened: Open, path: Path) -> None:
    lead(kit, opened(), "L1")
    assert hits(path.parent)


def test_nothing_of_a_thousand_leads_can_be_read_in_any_file(
    master: str, kit: Any, opened: Open, path: Path
) -> None:
    store = opened()
    for number in range(1000):
        lead(kit, store, f"L{number}")
    assert store.facts("L7")[0].content == {"payload": CANARY}
    back_up(path, path.with_name("copy.db"))
    assert hits(path.parent) == []
    assert audited(store).findings == ()
    store.close_now()
    assert hits(path.parent) == []
    again = opened()
    assert again.facts("L999")[0].content == {"payload": CANARY}


def test_who_has_no_key_or_another_reads_nothing(
    master: str, kit: Any, opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    lead(kit, store, "L1")
    store.close_now()
    monkeypatch.delenv(SETTING)
    with pytest.raises(StoreError, match=f"this journal is sealed: give its master key in {SETTING}"):
        SqliteStore.read_only(path, kit.clock)
    monkeypatch.setenv(SETTING, new_master())
    with pytest.raises(StoreError, match=r"sealed under master key [0-9a-f]{8}, which is not given"):
        SqliteStore.open(path, kit.clock)
    monkeypatch.setenv(SETTING, "short")
    with pytest.raises(StoreError, match="is no master key"):
        SqliteStore.open(path, kit.clock)


def test_the_master_key_may_stand_in_a_file_that_nobody_else_reads(
    kit: Any, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text(new_master() + "\n")
    file.chmod(0o644)
    monkeypatch.setenv(FILE_SETTING, str(file))
    with pytest.raises(StoreError, match="others may read the master key; chmod 600"):
        opened()
    file.chmod(0o600)
    lead(kit, opened(), "L1")
    assert hits(tmp_path) == []


def test_a_master_key_is_changed_and_the_old_one_is_not_needed(
    master: str, kit: Any, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    lead(kit, store, "L1")
    store.close_now()
    other = new_master()
    monkeypatch.setenv(SETTING, f"{other} {master}")
    store = opened()
    lead(kit, store, "L2")
    assert forgetting.rotate(store, {}) == {"keys": 2}  # the first lead's and the journal's own
    assert forgetting.rotate(store, {}) == {"keys": 0}
    store.close_now()
    monkeypatch.setenv(SETTING, other)
    store = opened()
    assert [store.facts(name)[0].content for name in ("L1", "L2")] == [{"payload": CANARY}] * 2


def test_a_journal_that_was_open_goes_on_sealed(
    kit: Any, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    lead(kit, store, "L1")
    store.close_now()
    monkeypatch.setenv(SETTING, new_master())
    store = opened()
    lead(kit, store, "L2")
    assert [store.facts(name)[0].content for name in ("L1", "L2")] == [{"payload": CANARY}] * 2
    stored = dict(store.query("SELECT lead, substr(content, 1, 7) FROM fact WHERE key = 'received'"))
    assert stored["L2"] == "sealed:" and stored["L1"] != "sealed:"
    assert audited(store).findings == ()


@pytest.mark.parametrize("sealed", [True, False])
def test_what_is_forgotten_is_in_no_file_and_the_chain_holds(
    sealed: bool, kit: Any, opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sealed:
        monkeypatch.setenv(SETTING, new_master())
    store = opened()
    lead(kit, store, "L1")
    found = forgetting.forget(store, ["L1", "L1"], "ann", "asked to")
    assert (found.leads, found.before, dict(found.left)) == (["L1"], ["L1"], {})
    assert [(one.kind, one.name, one.has) for one in found.had[:2]] == [
        ("source", "facebook", True),
        ("buyer", "sunpath", True),
    ]
    assert store.facts("L1")[0].content is None
    assert store.query("SELECT count(*) FROM lead_key") == [(0,)]
    assert store.query("SELECT fields FROM lead") == [("{}",)]
    assert store.query("SELECT outcome FROM lead") == [("sold",)]
    assert store.query('SELECT lead, "by", because FROM forgotten') == [("L1", "ann", "asked to")]
    assert audited(store).findings == ()
    assert hits(path.parent) == []


def test_a_lead_that_is_on_its_way_is_left_with_the_way_out(kit: Any, store: SqliteStore) -> None:
    lead(kit, store, "L1", end=False)
    story = kit.sell(store, "L2", "in_doubt")
    store.write_now(story.suspend())
    left = forgetting.forget(store, ["L1", "L2"], "ann", "asked to").left
    assert "is under way" in left["L1"]
    assert left["L2"] == "is in doubt at sunpath: say what became of it first (`leadflow doubt settle`)"
    assert store.facts("L1")[0].content is not None
