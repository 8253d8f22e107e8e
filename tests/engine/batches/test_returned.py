"""A lead that comes back before its file is made is in no file; one that is in a file goes to nobody else meanwhile."""

from __future__ import annotations

from pathlib import Path

from leadflow_engine.operations.returning import Return, return_lead
from leadflow_engine.reports.batches import batch_lines
from leadflow_engine.reports.waiting import waiting_lines
from leadflow_engine.store import batches as kept
from leadflow_engine.store.returns import Outcome
from leadflow_engine.store.waiting import waiting
from tests.engine.batches.world import CSV, Taker, World, plan_of

HTTP = f'every 60m  size 3  post "https://acme.example/leads"  {CSV}'
BACK = "returns within 14d resubmit"


def back(world: World, lead: str, **more: object) -> Outcome:
    said = Return(lead, "acme", "bad phone", "ann", **more)  # type: ignore[arg-type]
    return return_lead(world.store, world.plans, said, world.clock.now())


def note_of(world: World, lead: str) -> str:
    return str(world.store.lead_summary(lead)["returns"][0]["because"])  # type: ignore[index]


def test_a_return_takes_the_row_out_and_the_others_stay(tmp_path: Path) -> None:
    world, taker = World(plan_of(HTTP, tmp_path, BACK)), Taker(200)
    first, second = world.lead("Ana").lead, world.lead("Ben").lead
    came = back(world, first, because="their word")
    [batch] = world.batches()
    assert (came.state, bool(came.next)) == ("returned", True)
    assert note_of(world, first) == f"their word; it was taken out of batch {batch.id}"
    world.rebuild()
    world.pass_(hours=1)
    world.send(taker)
    assert "Ana" not in world.content(batch.id) and "Ben" in world.content(batch.id)
    assert world.events(batch.id) == ["taken out", "closed", "sending", "sent"]
    assert world.store.ask(lambda connection: kept.leads_in(connection, batch.id)) == [first, second]


def test_a_file_of_nothing_is_not_sent(tmp_path: Path) -> None:
    world, taker = World(plan_of(HTTP, tmp_path, BACK)), Taker(200)
    back(world, world.lead("Ana").lead)
    world.pass_(hours=1)
    assert world.send(taker) == [] and taker.asked == []
    assert [batch.state for batch in world.batches()] == ["empty"]
    assert world.lead("Ben").outcome == "sold"
    assert [batch.state for batch in world.batches()] == ["empty", "open"]


def test_what_stands_in_a_file_that_may_still_go_out_goes_to_nobody_else(tmp_path: Path) -> None:
    world = World(plan_of(HTTP, tmp_path, BACK))
    lead = world.lead("Ana").lead
    world.pass_(hours=1)
    world.send(Taker("not_sent connect"))
    came = back(world, lead)
    assert (came.state, came.next) == ("returned", "")
    [batch] = world.batches()
    assert note_of(world, lead) == f"it stands in the file of batch {batch.id}, which is closed"


def test_what_was_sent_and_comes_back_goes_to_others(tmp_path: Path) -> None:
    world = World(plan_of(HTTP, tmp_path, BACK))
    lead = world.lead("Ana").lead
    world.pass_(hours=1)
    world.send(Taker(200))
    assert back(world, lead).next
    assert note_of(world, lead).endswith("which is sent")


def test_the_sandbox_takes_files_for_directories(tmp_path: Path) -> None:
    world = World(plan_of(f'size 1  put "file:///srv/leads"  {CSV}', tmp_path))
    world.lead("Ana")
    world.send(Taker(250))
    assert [batch.state for batch in world.batches()] == ["sent"]


def test_what_waits_beside_leads_is_told(tmp_path: Path) -> None:
    world = World(plan_of(f'size 2  post "https://acme.example/"  {CSV}', tmp_path))
    for name, said in (("Ana", "open, 1 lead"), ("Ben", "it is full: `leadflow work` closes and sends it")):
        world.lead(name)
        [one] = world.store.ask(waiting)
        assert said in one.why
    lines = [line.plain for line in waiting_lines([], 2, "j.db", 100, [one])]
    assert lines == [
        "2 leads went on; none waits",
        "1 batch waits; the next is due at 2026-11-20 14:30:00Z",
        "next  leadflow queue --why --db j.db",
    ]
    [_, row] = batch_lines(world.batches(), 100)
    assert row.plain.endswith("closes at the next work")
