"""What reading an answer costs: every answer in the scenarios of ``examples/vendors``, by its vendor's ``response``.

    python bench/answers.py [ROUNDS]

The median of each answer is to stay under 100 us. The shares beside it say where the time goes: decoding the body
alone, and the standard library's ``json.loads`` where the body is JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from leadflow_engine.operations.alone import legs_named
from leadflow_engine.operations.loading import load
from leadflow_engine.response import Reader
from leadflow_engine.response.decode import decode
from leadflow_engine.scenarios import Suite

VENDORS = Path(__file__).parents[1] / "examples" / "vendors"
LIMIT = 100.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that a vendor gives, and what reads it."""

    vendor: str
    reader: Reader
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def content_type(self) -> str:
        """The header of that name, "" without one."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")


def answers() -> list[Answer]:
    """Each different answer that the vendors' scenarios hold."""
    found: dict[tuple[str, str, int, str], Answer] = {}
    for scenarios in sorted(VENDORS.glob("*/*.scenarios.yaml")):
        vendor = scenarios.parent.name
        plan = load(scenarios.with_name(f"{vendor}.flow")).plan
        [report] = Suite().run([scenarios])
        calls = [call for one in report.played for outcome in one.outcomes for call in outcome.seen.calls]
        for call in calls:
            status, body = call.result.get("status"), call.result.get("body")
            asked = {buyer.name for buyer in plan.flow.buyers} | {step.name for step in plan.flow.steps}
            if isinstance(status, int) and isinstance(body, str) and call.name in asked:
                leg = next(leg for leg in legs_named(plan.flow, call.name) if leg.word == call.leg)
                headers = tuple((name, value) for name, value in call.result["headers"])
                answer = Answer(vendor, plan.reader(leg.leg), status, headers, body)
                found.setdefault((call.name, call.leg, status, body), answer)
    return list(found.values())


def median_us(work: Callable[[], object], rounds: int) -> float:
    """The median time of one call, in microseconds."""
    times = []
    for _ in range(rounds):
        start = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - start)
    return statistics.median(times) / 1000


def measured(answer: Answer, rounds: int) -> tuple[float, float, float]:
    """Microseconds of reading, of decoding alone, and of ``json.loads`` (0 where the body is no JSON)."""
    whole = median_us(lambda: answer.reader.read(answer.status, answer.headers, answer.body), rounds)
    kind = answer.reader.response.kind
    alone = median_us(lambda: decode(kind, answer.content_type, answer.body), rounds)
    try:
        json.loads(answer.body)
    except ValueError:
        return whole, alone, 0.0
    return whole, alone, median_us(lambda: json.loads(answer.body), rounds)


def main() -> None:
    """Print the slowest answers, and how they are spread."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rows = sorted(((measured(one, rounds), one) for one in answers()), key=lambda row: row[0], reverse=True)
    for (whole, alone, loads), answer in rows[:12]:
        shown = f"json.loads {loads:5.1f}" if loads else ""
        print(
            f"{answer.vendor:24}{whole:7.1f} us  decode {alone:6.1f}  {len(answer.body):6} characters  {shown}"
        )
    times = [whole for (whole, _, _), _ in rows]
    over = sum(one > LIMIT for one in times)
    print(f"{len(rows)} answers: median {statistics.median(times):.1f} us, slowest {times[0]:.1f} us")
    print(f"over {LIMIT:.0f} us: {over}")


if __name__ == "__main__":
    main()
