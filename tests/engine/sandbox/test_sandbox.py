"""The sandbox over real sockets: the same answers as in the process, and books of what came."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadflow_engine.answers import Simulator, parse_answers
from leadflow_engine.effects import HttpRequest
from leadflow_engine.outbound.client import HttpOutbound, OutboundSettings
from leadflow_engine.outbound.guard import Guard
from leadflow_engine.sandbox import RunningSandbox, SandboxError, running
from leadflow_engine.sandbox.ledger import field_digest
from leadflow_engine.secrets import Secrets, placeholder

pytestmark = pytest.mark.anyio

NOW = datetime.datetime(2026, 11, 20, 14, 41, tzinfo=datetime.UTC)

SPEC = parse_answers("""
seed: 7
buyers:
  sunpath:
    deliver:
      url: api.sunpath.example/leads
      accept: 70%
      remember: phone
      answers:
        - {when: {state: AK}, hang: true}
        - {when: {state: HI}, cut: before}
        - {when: {state: ME}, cut: headers}
        - {when: {state: VT}, cut: body, body: {result: success}}
        - {when: {state: WY}, status: 200, body: "<html>busy</html>"}
      accepted: {body: {result: success, id: "{{ id }}"}}
      rejected: {body: {result: failed}}
      duplicate: {body: {result: failed, reason: duplicate}}
  brightbid:
    ping: {url: https://rtb.brightbid.example/ping, bid: 8-25, accepted: {body: {price: "{{ bid }}"}}}
services:
  phone_check:
    url: lookup.example.com/v1/phone/*
    answers: [{body: {valid: true}}]
""")


def through(sandbox: RunningSandbox, **secrets: str) -> HttpOutbound:
    place = ("127.0.0.1", sandbox.port)
    return HttpOutbound(OutboundSettings(Guard(frozenset({place}), place), Secrets(secrets)))


def lead(number: int, **more: Any) -> HttpRequest:
    body = {"phone": f"+1202555{number:04}", "state": "CA", "key": placeholder("KEY"), **more}
    headers = (("Content-Type", "application/json"), ("Idempotency-Key", f"k{number}"))
    return HttpRequest(
        "POST",
        "https://api.sunpath.example/leads",
        headers,
        json.dumps(body, ensure_ascii=False),
        timeout=2.0,
    )


def told(result: Any) -> tuple[str, str, int | None, str]:
    return result["phase"], result["failure"], result["status"], result["body"]


async def test_the_wire_and_the_process_hear_the_same() -> None:
    requests = [lead(n) for n in range(40)] + [lead(n, more="again") for n in range(10)]
    states = ("HI", "ME", "VT", "WY")
    requests += [lead(100 + n, state=state) for n, state in enumerate(states)]
    simulator = Simulator(SPEC, lambda: NOW)
    async with running(SPEC) as sandbox, through(sandbox, KEY="the real value") as out:
        for request in requests:
            inside = simulator.answer("sunpath", "post", request).result(request.timeout)
            assert told(await out.send(request)) == told(inside)
    assert len({entry.answer for entry in sandbox.ledger.entries()}) == 7


async def test_a_hang_hangs_until_the_caller_has_enough() -> None:
    request = lead(1, state="AK")
    async with running(SPEC) as sandbox, through(sandbox, KEY="v") as out:
        result = await out.send(
            HttpRequest(request.method, request.url, request.headers, request.body, timeout=0.15)
        )
    assert told(result)[:3] == ("sent", "timeout", None)
    assert [(entry.hang, entry.status) for entry in sandbox.ledger.entries()] == [(True, None)]


async def test_the_ledger_knows_each_request_and_no_value() -> None:
    async with running(SPEC) as sandbox, through(sandbox, KEY="v") as out, httpx.AsyncClient() as client:
        await asyncio.gather(*(out.send(lead(n)) for n in range(20)))
        await out.send(HttpRequest("POST", "https://rtb.brightbid.example/ping", (), "zip=1"))
        whole = (await client.get(f"{sandbox.url}/_ledger")).json()
        mine = (await client.get(f"{sandbox.url}/_ledger", params={"name": "sunpath", "leg": "post"})).json()
        await client.post(f"{sandbox.url}/_reset")
        assert (await client.get(f"{sandbox.url}/_ledger")).json() == []
    assert [entry["seq"] for entry in whole] == list(range(1, 22))
    assert {entry["idempotency_key"] for entry in mine} == {f"k{n}" for n in range(20)}
    assert {entry["fields"]["phone"] for entry in mine} == {
        field_digest(f"+1202555{n:04}") for n in range(20)
    }
    assert "2025550001" not in json.dumps(whole)


async def test_urls_of_the_flow_and_names_both_lead_to_a_leg() -> None:
    async with running(SPEC) as sandbox, httpx.AsyncClient() as client:
        for url, host in [
            ("/v1/phone/+1202", "lookup.example.com"),
            ("/v1/phone/+1202", "LOOKUP.example.com:443"),
            ("/phone_check", "x"),
            ("/phone_check/enhance", "x"),
        ]:
            response = await client.get(f"{sandbox.url}{url}", headers={"Host": host})
            assert response.json() == {"valid": True}, url
        for url in ("/sunpath/deliver", "/sunpath/post"):
            assert "result" in (await client.post(f"{sandbox.url}{url}", json={"n": url})).json()
        nobody = await client.post(f"{sandbox.url}/leads", headers={"Host": "other.example"})
    assert nobody.status_code == 501
    assert nobody.json() == {
        "error": "the sandbox has nobody at other.example/leads; see `url:` in the answers"
    }


async def test_a_port_that_is_taken_says_so() -> None:
    async with running(SPEC) as sandbox:
        with pytest.raises(SandboxError, match=f"port {sandbox.port} on 127.0.0.1 cannot be used: .* --port"):
            async with running(SPEC, sandbox.port):
                pass


SERVE = """
import asyncio, sys
from leadflow_engine.sandbox import run_sandbox
asyncio.run(run_sandbox(sys.argv[1], 0, lambda line: print(line, flush=True), sys.argv[2]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_stop_and_keeps_its_ledger(
    tmp_path: Path, number: signal.Signals
) -> None:
    answers, ledger = tmp_path / "a.yaml", tmp_path / "ledger.jsonl"
    answers.write_text("seed: 3\nservices:\n  s: [{body: hello}]\n  slow: [{hang: true}]\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", SERVE, str(answers), str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline().rstrip()
        address = line.rpartition(" on ")[2].partition(",")[0]
        assert line == f"sandbox   0 simulated buyers and 2 services on {address}, seed 3"
        assert httpx.get(f"http://{address}/s").text == "hello"
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"http://{address}/slow", timeout=0.1)
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - began < 5
    assert [json.loads(entry)["name"] for entry in ledger.read_text().splitlines()] == ["s", "slow"]
