"""Crashes, stops and reloads: no lead that was acknowledged is lost, and nobody is contacted twice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from leadflow_engine.drivers.orders import ask_service, give, socket_of
from leadflow_engine.service import reloading
from leadflow_engine.service.server import Asked, serve
from leadflow_engine.store import Held, StoreError

from .served import SECRETS, Service, service, within

SLOW = {"mail": "pam@example.com", "wish": "slow"}


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that tests may end; they take turns with it, because starting one is the slowest thing here."""
    with service(tmp_path_factory.mktemp("mortal"), started=False) as here:
        yield here


@pytest.fixture
def own(mortal: Service) -> Service:
    """It, up."""
    return mortal if mortal.process is not None else mortal.start()


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that comes by itself."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"it never came that {what}")


def posts(here: Service, buyer: str) -> int:
    assert here.sandbox
    return len(here.sandbox.ledger.entries(buyer, "post"))


def test_killed_after_it_acknowledged(own: Service) -> None:
    key, named, before = own.key("hasty"), {"Idempotency-Key": "once"}, posts(own, "sloth")
    answer = own.submit("hasty", key, named, json=SLOW)
    assert answer.status_code == 202
    until(lambda: posts(own, "sloth") == before + 1, "the buyer had its post")
    own.end(signal.SIGKILL)
    assert socket_of(own.db).exists()

    own.start()
    where, proof = answer.headers["Location"], {"Authorization": f"Bearer {key}"}
    until(lambda: own.http.get(where, headers=proof).json()["outcome"] == "in_doubt", "the doubt is told")
    again = own.submit("hasty", key, named, json=SLOW)
    assert again.json()["lead"] == answer.json()["lead"]
    assert posts(own, "sloth") == before + 1

    said = {"lead": answer.json()["lead"]["id"], "buyer": "sloth", "number": 1, "word": "sold"}
    give(own.db, "settle", said | {"by": "test", "because": "they said so"})
    until(lambda: own.http.get(where, headers=proof).json()["outcome"] == "sold", "the lead has its end")


def test_killed_in_the_middle_of_many(own: Service) -> None:
    key = own.key("web")
    kept: list[str] = []

    def call(number: int) -> None:
        try:
            answer = own.submit("web", key, json={"mail": f"r{number}@example.com"})
            kept.append(answer.json()["lead"]["id"])
        except httpx.TransportError:
            pass  # never acknowledged

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(call, number) for number in range(200)]
        until(lambda: len(kept) >= 20, "some are acknowledged")
        assert own.process
        own.process.kill()
        for each in calls:
            each.result()
    own.end(signal.SIGKILL)
    own.start()
    until(lambda: None not in {own.outcome(lead) for lead in kept}, "each has come to something")
    assert own.sandbox
    mails = [entry.body_hash for entry in own.sandbox.ledger.entries("ace", "post")]
    assert len(mails) == len(set(mails)) >= 20


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the process by /proc")
def test_the_process_that_writes_is_killed_in_the_middle_of_many(own: Service) -> None:
    """Nobody that calls notices."""
    key = own.key("web")
    own.end()
    own.options = ("--writer", "process")
    own.start()
    assert own.process
    children = Path(f"/proc/{own.process.pid}/task/{own.process.pid}/children")
    until(lambda: bool(children.read_text().split()), "it begins")
    kept: list[httpx.Response] = []
    with ThreadPoolExecutor(8) as pool:
        calls = [
            pool.submit(
                lambda at: kept.append(own.submit("web", key, json={"mail": f"w{at}@example.com"})), at
            )
            for at in range(150)
        ]
        until(lambda: len(kept) >= 20, "some are acknowledged")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        for each in calls:
            each.result()
    assert {each.status_code for each in kept} == {200}
    until(lambda: "the process that writes the journal has ended" in own.said, "the service says so")
    assert {own.outcome(each.json()["lead"]["id"]) for each in kept} == {"sold"}
    assert own.sandbox
    mails = [entry.body_hash for entry in own.sandbox.ledger.entries("ace", "post")]
    assert len(mails) == len(set(mails))


def test_stopped_it_lets_leads_end_and_takes_no_more(own: Service) -> None:
    key, web = own.key("hasty"), own.key("web")
    lead = own.submit("hasty", key, json=SLOW).json()["lead"]["id"]
    assert own.process
    own.process.send_signal(signal.SIGTERM)
    until(lambda: own.http.get("/health/ready").status_code == 503, "it says that it stops")
    refused = own.submit("web", web, json={"mail": "sue@example.com"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert own.end(None) == 0
    assert own.outcome(lead) == "sold"
    assert not socket_of(own.db).exists()


@pytest.mark.parametrize("least", [1, 10**9])
def test_a_changed_flow_is_taken_and_a_broken_one_is_not(
    least: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is large enough to be checked by another process or not."""
    monkeypatch.setattr(reloading, "LARGE", least)
    flow, said = here / "desk.flow", []
    text = flow.read_text()

    async def scene() -> None:
        async with within(here, said, shadow=True) as (made, client):

            async def lead(mail: str) -> tuple[float, str]:
                answer = (await client.post("/flows/desk/sources/web/submit", json={"mail": mail})).json()
                [(plan,)] = made.store.query("SELECT plan FROM lead WHERE id = ?", (answer["lead"]["id"],))
                return answer["price"], plan

            old = await lead("tim@example.com")
            assert [each["result"] for each in await made.reloader.reload()] == ["unchanged"]
            flow.write_text(text.replace("cost 2.00", "cost 3.00"))
            assert made.flows.changed()
            assert [each["result"] for each in await made.reloader.reload()] == ["taken"]
            new = await lead("uma@example.com")
            assert (old[0], new[0], old[1] != new[1]) == (2.0, 3.0, True)
            flow.write_text(text.replace("cost 2.00", "costs 2.00"))
            [refused] = await made.reloader.reload()
            assert (refused["result"], "costs" in refused["problem"]) == ("refused", True)
            assert not made.flows.changed()  # told once
            assert await lead("vic@example.com") == new

    asyncio.run(scene())
    assert any("is not loaded again" in line for line in said)


def test_few_older_plans_are_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "OLDER_KEPT", 2)
    flow = here / "desk.flow"
    text = flow.read_text()

    async def scene() -> None:
        async with within(here, [], shadow=True) as (made, _):
            plans = [made.flows.by_name["desk"].plan.name]
            for cost in range(3, 7):
                flow.write_text(text.replace("cost 2.00", f"cost {cost}.00"))
                await made.reloader.reload()
                plans.append(made.flows.by_name["desk"].plan.name)
            assert len(set(plans)) == 5
            assert list(made.plans.known) == plans[-3:]
            assert made.plans.named(plans[0]).name == plans[0]  # made again from what the journal keeps

    asyncio.run(scene())


def test_a_second_service_does_not_start(desk: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", "https://leads.example")
    asked = Asked((str(desk.folder / "desk.flow"),), str(desk.db), port=0)
    with pytest.raises(Held, match=f"held by process {desk.process.pid if desk.process else 0}"):
        asyncio.run(serve(asked, print, print))


def test_nobody_to_reload(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no service holds"):
        ask_service(tmp_path / "none.db", "reload", {})
