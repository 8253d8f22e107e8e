"""The live driver: what is asked together is under way together and comes as it arrives; what is asked alone needs no
task of its own."""

import asyncio
from collections import defaultdict

import pytest

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.live import LiveDriver
from leadflow_engine.effects import CallOut, Clock, Effect, Flush, HttpRequest, Timer, Write


class Out:
    """Answers each request when it is let go; notes how many tasks there are meanwhile."""

    def __init__(self):
        self.gates = defaultdict(asyncio.Event)
        self.tasks = []

    async def send(self, request):
        self.tasks.append(len(asyncio.all_tasks()))
        await self.gates[request.url].wait()
        return {"phase": "answered", "body": request.url}

    async def close(self):
        pass


class Broken:
    async def write(self, write):
        raise OSError("disk full")


def driver(out, store=None):
    return LiveDriver("L", store, out, RealClock())


def call(name):
    return Effect(name, CallOut("post", name, 1, HttpRequest("POST", name)))


def test_asked_alone_is_waited_for_by_the_run_itself():
    async def run():
        out = Out()
        live = driver(out)
        live.perform(call("a"), None)
        asyncio.get_running_loop().call_soon(lambda: out.gates["a"].set())
        assert await live.next() == ("a", {"phase": "answered", "body": "a"})
        assert out.tasks == [1]

    asyncio.run(run())


def test_asked_together_comes_as_it_arrives_and_what_is_known_at_once_first():
    async def run():
        out = Out()
        live = driver(out)
        for effect in (call("a"), Effect("window", Timer(0.01)), call("b"), Effect("clock", Clock())):
            live.perform(effect, None)
        came = [(await live.next())[0]]
        asyncio.get_running_loop().call_soon(lambda: out.gates["b"].set())
        came += [(await live.next())[0], (await live.next())[0]]
        out.gates["a"].set()
        assert [*came, (await live.next())[0]] == ["clock", "b", "window", "a"]
        assert out.tasks == [3, 3]

    asyncio.run(run())


@pytest.mark.parametrize("beside", [(), (Effect("window", Timer(60)),)])
def test_what_the_store_raises_stops_the_run_at_once(beside):
    async def run():
        live = driver(Out(), Broken())
        for effect in beside:
            live.perform(effect, None)
        live.perform(Effect("settle/1", Flush()), Write("L", Effect("settle/1", Flush()), (), ()))
        with pytest.raises(OSError, match="disk full"):
            await live.next()

    asyncio.run(run())


def test_what_has_ended_is_let_go_whether_it_was_answered_or_failed():
    class Half(Out):
        async def send(self, request):
            await asyncio.sleep(0)
            if request.url == "a":
                raise OSError("no way out")
            return {"phase": "answered"}

    async def run():
        live = driver(Half())
        for name in ("a", "b"):
            live.perform(call(name), None)
        with pytest.raises(OSError, match="no way out"):
            await live.next()
        assert await live.next() == ("b", {"phase": "answered"})
        assert not live._going

    asyncio.run(run())


def test_what_begins_at_once_has_no_task_and_what_cannot_has_one():
    class Ready(Out):
        """Begins with everything but ``slow``."""

        begun = None

        def begin(self, request, arrived):
            self.begun = self.begun or {}
            if request.url != "slow":
                self.begun[request.url] = arrived
            return request.url != "slow"

    async def run():
        out = Ready()
        live = driver(out)
        for name in ("a", "b", "slow"):
            live.perform(call(name), None)
        loop = asyncio.get_running_loop()
        loop.call_soon(out.begun["b"], {"phase": "answered", "body": "b"})
        came = [await live.next()]
        assert (out.tasks, list(live._going)) == ([2], ["slow"])
        out.gates["slow"].set()
        came.append(await live.next())
        loop.call_soon(out.begun["a"], {"phase": "answered", "body": "a"})
        came.append(await live.next())
        live.perform(call("slow"), None)  # with nothing beside it any more: no task
        came.append(await live.next())
        assert ([key for key, _ in came], out.tasks) == (["b", "slow", "a", "slow"], [2, 1])

    asyncio.run(run())
