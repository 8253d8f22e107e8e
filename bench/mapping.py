"""What building a request's body costs: 20 fields as JSON, by pairs in the flow and through a Jinja template.

    python bench/mapping.py [ROUNDS]

By pairs at most 5 us, through Jinja at most 60. Beside them ``json.dumps`` of the same 20 values, and the same
template in a plain Jinja without a sandbox: what the language and the sandbox cost. A value is written as JSON when it
is read, where that is cheap (``bench/values.py`` measures it with the reading); ``first`` is a lead that was not yet
sent to anybody, whose values lie farther away in memory.
"""

from __future__ import annotations

import datetime
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import jinja2

from leadflow_engine.lead import Lead
from leadflow_engine.mapping import RequestBuilder
from leadflow_engine.operations.loading import load
from leadflow_engine.plan import Plan
from leadflow_engine.values import parse, written

FIELDS = {
    "first_name": ("first_name", "Ann"),
    "last_name": ("last_name", "Lee-O'Brien"),
    "email": ("email", "ann.lee@example.com"),
    "phone_1": ("phone", "(202) 555-0143"),
    "street": ("street", "12 Oak Street"),
    "city": ("city", "Austin"),
    "state": ("state", "tx"),
    "postal_code": ("postal_code", "78751"),
    "birth_date": ("date", "1980-04-17"),
    "age": ("number", "44"),
    "gender": ("gender", "female"),
    "homeowner": ("boolean", "yes"),
    "electric_bill": ("money", "182.50"),
    "credit": ("text", "good"),
    "ip_address": ("ip", "203.0.113.9"),
    "landing_page": ("url", "https://example.com/quote?x=1"),
    "comments": ("text", 'She said "call after five" & hung up'),
    "sub_id": ("text", "a-77"),
    "campaign": ("text", "spring"),
    "note": ("text", "Zoë"),
}
PAIRS = "\n".join(f"      {name} = {name}" for name in FIELDS)
TEMPLATE = "{" + ", ".join(f'"{name}": {{{{ {name} | tojson }}}}' for name in FIELDS) + "}"
FLOW = """\
flow bench "Bodies to be measured"

lead {{
{fields}
}}

buyer pairs "By pairs" {{
  price 1.00
  deliver {{
    post "https://a.example/pairs"
    body json {{
{pairs}
    }}
    response {{
      accepted when status 2xx
      otherwise error
    }}
  }}
}}

buyer jinja "Through Jinja" {{
  price 1.00
  deliver {{
    post "https://a.example/jinja"
    body json from "mappings/body.json.j2"
    response {{
      accepted when status 2xx
      otherwise error
    }}
  }}
}}

route {{ waterfall pairs, jinja }}
"""


def prepared() -> tuple[dict[str, RequestBuilder], Plan]:
    """The builders of both buyers, and their plan."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        (root / "mappings").mkdir()
        (root / "mappings" / "body.json.j2").write_text(TEMPLATE, encoding="utf-8")
        fields = "\n".join(f"  {name}  {kind}" for name, (kind, _) in FIELDS.items())
        (root / "bench.flow").write_text(FLOW.format(fields=fields, pairs=PAIRS), encoding="utf-8")
        plan = load(root / "bench.flow").plan
        buyers = {buyer.name: buyer for buyer in plan.flow.buyers}
        builders = {name: plan.builder(buyer.deliver) for name, buyer in buyers.items() if buyer.deliver}
    return builders, plan


def lead_of(plan: Plan) -> Lead:
    """A lead with a value in each field."""
    moment = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
    given = {name: parse(plan.fields[name].type, value) for name, (_, value) in FIELDS.items()}
    assert all(value.valid for value in given.values())
    return Lead(plan, "0" * 26, "web", 7, moment, moment, given=given)


def best_us(work: Callable[[], object], rounds: int) -> float:
    """Microseconds of CPU of one call: the best of ten series, which other work on the machine disturbs least."""
    series = []
    for _ in range(10):
        start = time.process_time()
        for _ in range(rounds):
            work()
        series.append((time.process_time() - start) / rounds)
    return min(series) * 1e6


def plain_jinja(lead: Lead) -> Callable[[], str]:
    """The same template without a sandbox, with the standard library's JSON."""
    template = jinja2.Environment().from_string(TEMPLATE)
    values = {name: str(written(value, "text")) for name, value in lead.given.items()}
    return lambda: template.render(values)


def _first(builder: RequestBuilder, leads: Iterator[Lead]) -> None:
    assert builder.body is not None
    builder.body(next(leads))


def main() -> None:
    """Print what each way costs."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    builders, plan = prepared()
    lead = lead_of(plan)
    ways: dict[str, Callable[[], object]] = {}
    for name, builder in builders.items():
        write = builder.body
        assert write is not None
        ways[f"body {name}"] = partial(write, lead)
        ways[f"request {name}"] = partial(builder.build, lead)
    assert json.loads(str(ways["body pairs"]())) == json.loads(str(ways["body jinja"]()))
    texts = {name: str(written(value, "text")) for name, value in lead.given.items()}
    ways |= {"json.dumps": lambda: json.dumps(texts), "plain Jinja": plain_jinja(lead)}
    for name, builder in builders.items():
        leads = iter([lead_of(plan) for _ in range(10 * rounds)])
        ways[f"first {name}"] = partial(_first, builder, leads)
    for name, work in ways.items():
        print(f"{name:16}{best_us(work, rounds):8.1f} us")


if __name__ == "__main__":
    main()
