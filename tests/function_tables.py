"""docs/functions.md as something that is made: its tables from the language's own, its results from one lead.

``python tests/function_tables.py`` writes what stands on the page between ``<!-- NAME -->`` and
``<!-- end -->``, and each block of output below a template. What each filter is for is said in ``FILTERS``.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from leadflow_dsl.functions import FUNCTIONS, Function, signature
from leadflow_dsl.terms import Type
from leadflow_dsl.types import described
from leadflow_engine.evaluation.evaluate import evaluate
from leadflow_engine.intake.door import read_lead
from leadflow_engine.interpreter.cursor import Arrival
from leadflow_engine.lead import Lead
from leadflow_engine.mapping import compile_request
from leadflow_engine.operations.loading import plan_of_files
from leadflow_engine.secrets import masked_placeholders
from leadflow_engine.templates import Templates
from leadflow_engine.values import written

PAGE = Path(__file__).resolve().parent.parent / "docs" / "functions.md"
NOW = datetime.datetime(2026, 11, 20, 15, 4, tzinfo=datetime.UTC)
TEMPLATE = re.compile(r"^```jinja (json|xml)\n(.*?)^```\n\ngives\n\n```\w+\n(.*?)^```$", re.M | re.S)
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.S)

FIELDS = """\
first_name     first_name
last_name      last_name
email          email
phone_1        phone
phone_2        phone
city           city
state          state
postal_code    postal_code
birth_date     dob
born           date
homeowner      boolean
electric_bill  money
bill           money
bid            money
balance        money
name           text
ssn            ssn
rooms          text
project        enum(purchase, lease, unsure)
comments       text
children       list of text
pets           list of { name text  born date }
"""
LEAD = {
    "first_name": "mary-ann",
    "last_name": "O'Brien",
    "email": "Mary@example.com",
    "phone_1": "(512) 555-0147",
    "city": "St. Paul",
    "state": "TX",
    "postal_code": "78701-1234",
    "birth_date": "1987-03-04",
    "born": "2026-11-01",
    "homeowner": "yes",
    "electric_bill": "$182.50",
    "bill": 182.5,
    "bid": 42,
    "balance": -20,
    "name": "Mary-Ann O'Brien",
    "ssn": "219-09-9999",
    "rooms": "4",
    "project": "purchase",
    "comments": "roof|south side|call late",
    "children": ["Ann", "Bo"],
    "pets": [{"name": "Rex", "born": "2020-05-01"}, {"name": "Tom & Kit", "born": ""}],
    "utm": "spring",
}
FLOW = """\
flow page "The page's flow"
timezone "America/New_York"
lead {
%s}
table zip_facts from csv "zips.csv" key zip { income number  county text }
enhance phone_check "Carrier lookup" on demand {
  post "https://lookup.example"
  body json { number = phone_1.e164 }
  response json { accepted when "valid"  otherwise rejected  set line_type text "type" }
}
buyer acme "Acme" {
  price from bid
  ping {
    post "https://acme.example/ping"
    body json { zip = postal_code.zip }
    response json { accepted when "ok"  otherwise rejected  bid "price"  set tier text "tier" }
  }
  deliver {
    post "https://acme.example/post"
    auth body key env ACME_KEY
    body %s
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall acme }
"""
ZIPS = "zip,income,county\n78701,98400,Travis\n"

FILTERS: Mapping[str, tuple[str, str]] = {
    "phone": ("a phone, as `e164` (or `national`, `digits`)", 'phone_1 | phone("national")'),
    "money": ("an amount with two places, or so many", "electric_bill | money"),
    "date": (
        "a day or moment by a pattern; `YYYY-MM-DD` where none is said",
        'birth_date | date("MM/DD/YYYY")',
    ),
    "state_name": ("a state's name", "state | state_name"),
    "yesno": ("words for true and false: `Yes`, `No`, or others", 'homeowner | yesno("Y", "N")'),
    "default": ("instead of a blank", 'phone_2 | default("none")'),
    "d": ("the same, shorter", 'phone_2 | d("none")'),
    "tojson": ("JSON, with its quotes; `null` for a blank", "children | tojson"),
    "xml": ("escaped for XML, whatever the body is", "last_name | xml"),
    "urlencode": ("escaped for an URL", "city | urlencode"),
    "urldecode": ("an URL's piece as it was", "city | urlencode | urldecode"),
    "ascii": ("without accents, and what has no ASCII letter", '"Núñez" | ascii'),
    "text": ("the value as text", "electric_bill | text"),
    "string": ("the same", "electric_bill | string"),
    "lower": ("lower case", "city | lower"),
    "upper": ("upper case", "city | upper"),
    "title": ("each word with a capital", "first_name | title"),
    "capitalize": ("the first letter with a capital", "first_name | capitalize"),
    "trim": ("without outer white space", "city | trim"),
    "replace": ("each piece replaced", 'city | replace("St.", "Saint")'),
    "digits": ("only the digits", "phone_1.national | digits"),
    "substring": ("a piece, from 0", "postal_code | substring(0, 3)"),
    "truncate": ("the first characters, 255 where it is not said", "comments | truncate(4)"),
    "concat": (
        "one after another, blanks left out; `~` does the same",
        'first_name | concat(" ", last_name)',
    ),
    "split": ("a list of the pieces", 'comments | split("|") | last'),
    "join": ("the elements in one text", 'children | join("/")'),
    "format": ("a date, time or number by a pattern", 'electric_bill | format("0,0.0")'),
    "mask": ("hidden but for what may be shown", "phone_1 | mask"),
    "sha256": ("hash, in hexadecimal", "email | sha256 | truncate(8)"),
    "md5": ("hash, in hexadecimal", "email | md5 | truncate(8)"),
    "number": ("read as a number", "rooms | number"),
    "float": ("the same", "rooms | float"),
    "int": ("the whole number below", "electric_bill | int"),
    "round": ("rounded, halves to even", "electric_bill | round(0)"),
    "floor": ("the whole number below", "electric_bill | floor"),
    "ceil": ("the whole number above", "electric_bill | ceil"),
    "abs": ("without its sign", "electric_bill | abs"),
    "years_since": ("whole years gone by", "birth_date | years_since"),
    "days_since": ("whole days gone by", "born | days_since"),
    "first": ("a list's first element", "children | first"),
    "last": ("its last", "children | last"),
    "length": ("characters or elements", "children | length"),
    "count": ("elements that are not blank", "children | count"),
    "min": ("the least of a list", "[3, 1, 2] | min"),
    "max": ("the greatest", "[3, 1, 2] | max"),
    "sum": ("all added up", "[3, 1, 2] | sum"),
    "sort": ("in order, blanks gone", '[3, 1, 2] | sort | join(" ")'),
    "unique": ("each once", '[3, 1, 3] | unique | join(" ")'),
    "list": ("a list, of a single value too", "city | list | length"),
    "map": ("a column of a list of records", 'pets | map("name") | join(", ")'),
    "select": ("the elements that are true", "[0, 1, 2] | select | length"),
    "reject": ("those that are not", "[0, 1, 2] | reject | length"),
}
"""What each filter of templates is for, and an example."""


def checked_lead(body: str = "json { a = city }") -> Lead:
    """The page's lead in the page's flow, after its look-up and with the answer of its ping."""
    plan = plan_of_files({"page.flow": FLOW % (FIELDS, body), "zips.csv": ZIPS}, "page.flow")
    arrival = Arrival("01J0PAGE000000000000000000", "page:1", "default", LEAD)
    lead = read_lead(plan, arrival, NOW, NOW)
    lead.asked.add("phone_check")
    lead.results["phone_check"] = {"line_type": "mobile"}
    lead.ping = {"bid": 42, "tier": "gold"}
    return lead


# ------------------------------------------------------------------ the tables


def lead_block() -> Iterator[str]:
    """The flow's fields and the lead, as they stand on the page."""
    yield f"```flow in a lead\n{FIELDS}```\n\n```json\n{{\n"
    yield ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in LEAD.items())
    yield "\n}\n```\n"


def function_table() -> Iterator[str]:
    """Every function: its call, what it gives, an example and what that gives."""
    yield "| function | gives | for example | is |\n|---|---|---|---|\n"
    results = function_results()
    for name, function in FUNCTIONS.items():
        gives = f"{_type(function)}: {function.summary}"
        result = _code(results[name]) if name in results else "in a `response` only"
        yield f"| {_code(signature(function))} | {gives} | {_code(function.example)} | {result} |\n"


def function_results() -> dict[str, str]:
    """What the example of each function gives for the page's lead."""
    examples = {name: one.example for name, one in FUNCTIONS.items() if not one.only_in}
    lead = checked_lead(f"json {{ {' '.join(f'{name} = {text}' for name, text in examples.items())} }}")
    deliver = lead.plan.flow.buyers[0].deliver
    assert deliver is not None and deliver.request.body is not None
    return {pair.left[0].name: _shown(evaluate(pair.right, lead)) for pair in deliver.request.body.pairs}


def filter_table() -> Iterator[str]:
    """Every filter of templates, with an example and what it gives."""
    yield "| filter | gives | for example | is |\n|---|---|---|---|\n"
    lead = checked_lead()
    templates = Templates.of(lead.plan.flow)
    for name, (gives, example) in FILTERS.items():
        result = templates.inline("{{ " + example + " }}").render(lead, "text")
        yield f"| `{name}` | {gives} | {_code(example)} | {_code(result)} |\n"


def body_of(kind: str, template: str) -> str:
    """The request's body that a template of the page makes for the page's lead."""
    lead = checked_lead(f'{kind} """{template}"""')
    deliver = lead.plan.flow.buyers[0].deliver
    assert deliver is not None
    request = compile_request(deliver.request, Templates.of(lead.plan.flow)).build(lead)
    return f"{masked_placeholders(getattr(request, 'body', None) or str(request))}\n"


def _type(function: Function) -> str:
    words = {"first": "as given", "element": "an element", "branches": "as its values", "row": "a row"}
    return described(function.gives) if isinstance(function.gives, Type) else words[function.gives]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    plain = written(value, "json")
    return json.dumps(plain, default=str) if isinstance(plain, list | Mapping) else str(plain)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", r"\|")


TABLES: Mapping[str, Callable[[], Iterator[str]]] = {
    "lead": lead_block,
    "functions": function_table,
    "filters": filter_table,
}


def made(page: str) -> str:
    """The page's text with its tables and outputs made anew."""
    filled = BLOCK.sub(lambda found: f"{found[1]}{''.join(TABLES[found[2]]())}{found[3]}", page)
    return TEMPLATE.sub(
        lambda found: found[0][: found.start(3) - found.start()] + body_of(found[1], found[2]) + "```", filled
    )


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
