"""``kill -9`` before and after every durable point and every request of every shape of a lead, and again meanwhile.

The buyers' own books decide: no post without an intent, none repeated, no lead sold twice, no cap exceeded, no sale
that the journal does not have or doubt, no lead that silently stays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .killing import Trial, killed_at
from .world import KILLED, SHAPES, Children, Sandbox

SECOND = {"kind": "", "when": "after", "nth": 1}
MOST = 40  # more points than any lead has: where a walk does not end before, something goes round in circles
SHORT = {
    ("after", "pinged"),
    ("before", "auction"),
    ("before", "hold"),
    ("after", "resend"),
    ("after", "shared"),
}
EACH = [
    pytest.param(when, shape, marks=[] if (when, shape) in SHORT else [pytest.mark.long])
    for shape in SHAPES
    for when in ("before", "after")
]


@pytest.mark.parametrize(("when", "shape"), EACH)
def test_a_lead_survives_a_kill_at_each_of_its_points(
    when: str, shape: str, children: Children, buyers: Sandbox, tmp_path: Path
) -> None:
    met = 0
    for nth in range(1, MOST):
        trial = Trial(children, buyers, tmp_path, [shape])
        reached = killed_at(trial, {"kind": "", "when": when, "nth": nth}, SECOND)
        assert trial.end() == []
        if not reached:
            break
        met += 1
    assert 4 <= met < MOST - 1


@pytest.mark.long
@pytest.mark.parametrize("shape", SHAPES)
def test_a_lead_survives_any_second_kill_while_it_recovers(
    shape: str, children: Children, buyers: Sandbox, tmp_path: Path
) -> None:
    for nth in range(1, MOST):
        for again in range(1, MOST):
            trial = Trial(children, buyers, tmp_path, [shape])
            reached = killed_at(trial, {"when": "before", "nth": nth}, {"when": "before", "nth": again})
            assert trial.end() == []
            if trial.kills < 2:
                break
        if not reached:
            return
    raise AssertionError("there is no end to its points")


KINDS = {"accept": 9, "intent": 7, "settle": 2, "suspend": 2, "end": 5, "call": 11}
"""Which event of a kind is the first to be killed at."""
IN_SHORT = {
    ("accept", "after"),
    ("intent", "before"),
    ("settle", "after"),
    ("suspend", "before"),
    ("call", "after"),
}


@pytest.mark.parametrize(
    ("kind", "when"),
    [
        pytest.param(kind, when, marks=[] if (kind, when) in IN_SHORT else [pytest.mark.long])
        for kind in KINDS
        for when in ("before", "after")
    ],
)
def test_many_at_once_get_through_however_often_the_process_dies(
    kind: str, when: str, children: Children, buyers: Sandbox, tmp_path: Path
) -> None:
    """Killed at an event of a kind, and a little later each time, until there are not so many left."""
    trial = Trial(children, buyers, tmp_path, [*SHAPES * 3, "capped", "capped"], concurrency=16)
    for work in (False, True):
        point = {"kind": kind, "when": when, "nth": KINDS[kind]}
        while trial.run(point, work=work)["code"] == KILLED:
            assert trial.kills < 100
            point["nth"] += 2
    assert trial.end() == []
    assert trial.kills >= 1


@pytest.mark.long
def test_two_hundred_kills_at_any_moment(children: Children, buyers: Sandbox, tmp_path: Path) -> None:
    """Killed from outside, whatever it is about: within a commit, within an answer, within its start."""
    kills = 0
    while kills < 200:
        trial = Trial(children, buyers, tmp_path, SHAPES * 12, concurrency=16)
        for work in (False, True):
            for attempt in range(1, 200):
                # a number that no other attempt has, so that each dies at a moment of its own
                if trial.run(work=work, kill_after=0.5 + (kills * 400 + attempt) / 1e6)["code"] != KILLED:
                    break
        assert trial.end() == []
        kills += trial.kills


@pytest.mark.parametrize(("word", "end"), [("sold", "sold three"), ("declined", "sold taker")])
def test_an_operator_speaks_of_a_crash_once_it_is_a_doubt(
    word: str, end: str, children: Children, buyers: Sandbox, tmp_path: Path
) -> None:
    """A word would get lost in a lead that is cut off in its middle: it is refused, and nothing else is hurt by it."""
    trial = Trial(children, buyers, tmp_path, ["capped"])
    assert trial.run({"kind": "call", "when": "after", "nth": 1})["code"] == KILLED
    [(lead, buyer, number)] = trial.rows("SELECT lead, buyer, number FROM delivery")
    words = [[lead, buyer, number, word]]
    assert "is under way" in trial.run(work=True, words=words, fails=True)["failed"]
    assert trial.run(work=True)["worked"] == 1
    assert trial.rows("SELECT state FROM delivery") == [("in_doubt",)]
    assert trial.run(work=True, words=words)["worked"] == 1
    sold = trial.rows("SELECT outcome, buyer FROM sale")
    assert [" ".join(each) for each in sold] == [end]
    found = trial.end()
    # whoever says `declined` of a buyer that took the lead sells it twice, and the books show it
    assert [each for each in found if "three" not in each] == []
    assert bool(found) == (word == "declined")


def test_a_lead_whose_facts_are_not_its_flows_stops_no_other(
    children: Children, buyers: Sandbox, tmp_path: Path
) -> None:
    """As after an upgrade that gives a flow another meaning: that lead is told of, the others go on."""
    trial = Trial(children, buyers, tmp_path, ["waterfall", "auction", "capped"], concurrency=16)
    assert trial.run({"kind": "accept", "when": "after", "nth": 3})["code"] == KILLED
    [(lead,)] = trial.rows("SELECT id FROM lead WHERE fields LIKE '%auction%'")
    trial.change("UPDATE fact SET key = 'accept/other' WHERE lead = ? AND key = 'accept/web'", lead)
    came = trial.run(work=True)
    assert came["worked"] >= 2
    assert [problem for problem in came["problems"] if f"lead {lead} cannot go on" in problem]
    assert trial.rows("SELECT id FROM lead WHERE outcome IS NULL") == [(lead,)]


# ------------------------------------------------------------------ the comparison itself


@pytest.mark.parametrize(
    ("defect", "shapes", "point", "said"),
    [
        ("tells too early", ["waterfall"], {"kind": "call", "when": "after", "nth": 1}, "has no intent"),
        (
            "takes a crash for a refusal",
            ["waterfall", "capped"],
            {"kind": "call", "within": "three", "nth": 1},
            "was taken by",
        ),
        ("counts no caps", ["capped"] * 5, {"kind": "end", "nth": 1}, "three took 5, its cap is 3"),
    ],
)
def test_mistakes_of_an_engine_are_found_in_the_books(
    defect: str,
    shapes: list[str],
    point: dict[str, Any],
    said: str,
    children: Children,
    buyers: Sandbox,
    tmp_path: Path,
) -> None:
    """Were the engine wrong in one of these ways, the tests above would tell."""
    trial = Trial(children, buyers, tmp_path, shapes, concurrency=1, defect=defect)
    assert trial.run({"when": "after", **point})["code"] == KILLED
    found = [*trial.found, *trial.end()]
    assert any(said in each for each in found), found
