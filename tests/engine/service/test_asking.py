"""Asking by hash, before a lead is sent: `new` or `duplicate`, by the source's own key."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from leadflow_engine.operations.keys import make_key

from .served import within

SOURCE = """\
source hashes {
  dedupe on mail within 30d by hash else "we know that one"
  dedupe on wish within 30d by hash
}
source web "Our"""
PLACE = "/flows/desk/sources/hashes"


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.fixture
def asks(here: Path) -> Path:
    flow = here / "desk.flow"
    flow.write_text(flow.read_text("utf-8").replace('source web "Our', SOURCE), "utf-8")
    return here


def _all(folder: Path, *questions: tuple[str, Any, str]) -> list[tuple[int, Any]]:
    """After one lead: what each question (a source, its body, a kind of key, "" for none) is answered."""

    async def run() -> list[tuple[int, Any]]:
        async with within(folder, [], shadow=True) as (made, client):
            sent = await client.post(
                f"{PLACE}/submit", json={"mail": "Ann@example.com", "wish": "roof", "budget": 9}
            )
            assert sent.status_code in (200, 202), sent.text
            keys = {"": ""}
            for kind in ("source", "public"):
                said = {"kind": kind, "flow": "desk", "party": "hashes", "by": "test"}
                keys[kind] = str(make_key(made.store, said)["key"])
            found = []
            for source, body, kind in questions:
                proof = {"Authorization": f"Bearer {keys[kind]}"} if kind else {}
                path = f"/flows/desk/sources/{source}/known"
                answer = await client.post(path, json=body, headers=proof)
                found.append((answer.status_code, answer.json()))
            return found

    return asyncio.run(run())


def test_new_or_duplicate(asks: Path) -> None:
    known, unknown = _hash("ann@example.com"), _hash("eve@example.com")
    answers = _all(
        asks,
        ("hashes", {"mail": unknown}, "source"),
        ("hashes", {"mail": known}, "source"),
        ("hashes", {"mail": unknown, "wish": _hash("roof")}, "source"),
        ("hashes", {"mail": known}, "source"),
    )
    assert [(status, said["status"]) for status, said in answers] == [
        (200, "new"),
        (200, "duplicate"),
        (200, "duplicate"),
        (200, "duplicate"),
    ]
    assert answers[0][1] == {"status": "new"}
    assert answers[1][1]["reason"] == "we know that one"


@pytest.mark.parametrize(
    ("source", "body", "kind", "status", "said"),
    [
        ("hashes", {"mail": _hash("a")}, "public", 401, "the key is wrong here"),
        ("web", {"mail": _hash("a")}, "source", 401, "the key is wrong here"),
        ("nobody", {"mail": _hash("a")}, "source", 404, "there is no such flow or source"),
        ("hashes", {"mail": "ann@example.com"}, "source", 400, "no hash: write sha256:"),
        ("hashes", {"budget": _hash("9")}, "source", 400, "is asked about mail, wish"),
        ("hashes", [_hash("a")], "source", 400, "one object of fields and hashes is expected"),
        ("hashes", {}, "source", 400, "one object of fields and hashes is expected"),
        ("hashes", {"mail": 7}, "source", 400, "one object of fields and hashes is expected"),
        ("hashes", {str(n): "x" for n in range(21)}, "source", 400, "20 hashes at most"),
    ],
)
def test_what_is_not_answered(asks: Path, source: str, body: Any, kind: str, status: int, said: str) -> None:
    [(got, answer)] = _all(asks, (source, body, kind))
    assert (got, said in str(answer)) == (status, True), answer
