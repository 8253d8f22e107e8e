"""A file is sent once. What nobody can know is told and not repeated; what was not taken is tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.ways import Ways
from leadflow_engine.store import StoreError
from leadflow_engine.store import batches as kept
from tests.engine.batches.world import CSV, Taker, World, plan_of

HTTP = f'size 1  post "https://acme.example/leads"  idempotency header "Idempotency-Key"  {CSV}'
READ = f'size 1  post "https://acme.example/"  {CSV}  response {{ accepted when status == 201  otherwise rejected }}'


def world_with(batch: str, root: Path, more: str = "") -> World:
    """A journal with one batch of one lead that is to be sent."""
    world = World(plan_of(batch, root, more))
    world.lead("Ana")
    return world


def state(world: World) -> str:
    return world.batches()[0].state


def test_its_id_is_the_key_by_which_a_repeat_is_known(tmp_path: Path) -> None:
    world, taker = world_with(HTTP, tmp_path), Taker(200)
    world.send(taker)
    assert dict(taker.asked[0].headers)["Idempotency-Key"] == world.batches()[0].id


@pytest.mark.parametrize(
    ("batch", "answer", "expected"),
    [
        (HTTP, 200, "sent"),
        (HTTP, 404, "refused"),
        (HTTP, 500, "in_doubt"),
        (HTTP, "sent timeout", "in_doubt"),
        (HTTP, "not_sent connect", "closed"),
        (HTTP, 429, "closed"),
        (READ, 201, "sent"),
        (READ, 200, "refused"),
    ],
)
def test_what_an_answer_makes_of_it(batch: str, answer: int | str, expected: str, tmp_path: Path) -> None:
    world = world_with(batch, tmp_path)
    world.send(Taker(answer))
    assert state(world) == expected
    assert (world.batches()[0].again is not None) == (expected == "closed")
    assert world.send(Taker(200)) == []


def test_a_doubtful_one_is_repeated_where_the_buyer_knows_repeats(tmp_path: Path) -> None:
    world, taker = world_with(HTTP, tmp_path, "idempotent"), Taker("sent timeout", 200)
    world.send(taker)
    world.pass_(minutes=1)
    world.send(taker)
    assert state(world) == "sent" and len(taker.asked) == 2
    assert taker.asked[0] == taker.asked[1]


def test_it_is_tried_again_ever_later_and_then_no_more(tmp_path: Path) -> None:
    world, taker = world_with(HTTP, tmp_path), Taker(503, "not_sent connect")
    taker.answers = ["not_sent connect"]
    waits = []
    while state(world) != "failed":
        [done] = world.send(taker)
        again = done.went.again
        waits.append((again - world.clock.at).total_seconds() / 60 if again else None)
        world.clock.at = again or world.clock.at
    assert waits == [1, 5, 30, 120, 360, 720, None]


def test_an_operator_sends_it_again_or_says_what_it_was(tmp_path: Path) -> None:
    world = world_with(HTTP, tmp_path)
    world.send(Taker("sent reset"))
    [batch] = world.batches()
    world.store.transact(lambda core: kept.settle(core, batch.id, "ann", "they have 1 row"))
    assert state(world) == "sent"
    with pytest.raises(StoreError, match="nothing to settle"):
        world.store.transact(lambda core: kept.settle(core, batch.id, "ann", "twice"))
    world.store.transact(lambda core: kept.resend(core, batch.id, "ann", "they lost it"))
    taker = Taker(200)
    world.send(taker)
    assert [request.body for request in taker.asked] == [world.content(batch.id)]
    assert world.events(batch.id) == [
        "closed",
        "sending",
        "in_doubt",
        "settled",
        "asked",
        "sending",
        "sent",
    ]


def test_an_open_one_is_sent_when_somebody_says_so(tmp_path: Path) -> None:
    world = World(plan_of(f'at 18:00  post "https://acme.example"  {CSV}', tmp_path))
    world.lead("Ana")
    assert world.batches()[0].due == "2026-11-20T23:00:00.000000Z"  # six in the evening in New York
    world.store.transact(lambda core: kept.send_now(core, world.batches()[0].id, "ann"))
    assert [done.went.state for done in world.send(Taker())] == ["sent"]


# ------------------------------------------------------------------ into a directory


def into(folder: Path) -> str:
    return f'size 1  put "file://{folder}"  {CSV}'


def files(folder: Path) -> HttpOutbound:
    return HttpOutbound(OutboundSettings(ways=Ways(folders=(str(folder),))))


def test_a_file_is_there_whole_under_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    world = world_with(into(folder), tmp_path)
    world.send(files(folder))
    [file] = folder.iterdir()
    assert file.name == "acme-20261120-143000-1.csv"
    assert file.read_bytes() == b"name,phone,note\r\nAna,+12125550123,\r\n"


def test_a_directory_that_the_environment_does_not_name_is_not_written_to(tmp_path: Path) -> None:
    world = world_with(into(tmp_path), tmp_path)
    [done] = world.send(HttpOutbound(OutboundSettings()))
    assert "LEADFLOW_FILES" in done.went.said and done.went.again is not None
    assert [path.name for path in tmp_path.glob("*.csv")] == []


class Dying:
    """Ends the process before or after the N-th part of the sending."""

    def __init__(self, real: HttpOutbound, part: int, before: bool) -> None:
        self.real, self.part, self.before, self.count = real, part, before, 0

    async def send(self, request):  # type: ignore[no-untyped-def]
        self.count += 1
        if self.count == self.part and self.before:
            raise KeyboardInterrupt
        result = await self.real.send(request)
        if self.count == self.part:
            raise KeyboardInterrupt
        return result

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("part", [1, 2])
@pytest.mark.parametrize("taken", [True, False], ids=["fetched meanwhile", "left there"])
def test_wherever_it_is_killed_a_directory_has_it_once(
    part: int, before: bool, taken: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    world = world_with(into(folder), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        world.send(Dying(files(folder), part, before))  # type: ignore[arg-type]
    assert state(world) == "sending"
    fetched = [path.name for path in folder.glob("*.csv")]
    if taken:
        for path in folder.glob("*.csv"):
            path.unlink()
    world.send(files(folder))
    assert state(world) == "sent"
    left = [path.name for path in folder.iterdir()]
    assert (fetched + left if taken else left) == ["acme-20261120-143000-1.csv"]


def test_killed_in_a_request_it_is_in_doubt(tmp_path: Path) -> None:
    world = world_with(HTTP, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        world.send(Dying(Taker(200), 1, False))  # type: ignore[arg-type]
    taker = Taker(200)
    [done] = world.send(taker)
    assert done.is_trouble and taker.asked == []
    assert (state(world), world.batches()[0].failure) == (
        "in_doubt",
        "leadflow ended before there was an answer",
    )
