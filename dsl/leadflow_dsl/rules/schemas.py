"""Rules about the JSON Schema that a body conforms to: LF421 to LF423."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

_BUYER: Final = """\
buyer acme {{
  price 20.00
  deliver {{
    post "https://acme.example/leads"
    body json {{ {pairs} }} conforms to "schemas/{schema}.json"
    response json {{ accepted when "status" == "ok"  otherwise rejected }}
  }}
}}
"""
_FILES: Final = (
    (
        "schemas/acme.json",
        '{"type": "object", "required": ["mail"], "properties": {"mail": {"type": "string"}}}',
    ),
    ("schemas/elsewhere.json", '{"$ref": "https://acme.example/lead.json"}'),
)

SCHEMA: Final = Rule(
    "LF421",
    "unusable-schema",
    "error",
    "a schema that a body cannot be checked against",
    "`conforms to` names a JSON Schema in the project, of the draft that it names (2020-12 where it names "
    "none). Its `$ref`s stay within the file: nothing is fetched. Its patterns are RE2: no look-around, no "
    "back-references. It says something of `body json` only.",
    _BUYER.format(pairs="mail = email", schema="elsewhere"),
    _BUYER.format(pairs="mail = email", schema="acme"),
    _FILES,
)

NO_FIT: Final = Rule(
    "LF422",
    "body-does-not-conform",
    "error",
    "a body that cannot conform to its schema",
    "What the pairs of a body write is held against the schema: a required name that no pair writes, a name that the "
    "schema forbids, a constant that it does not take. What depends on the lead is checked when the request is built: "
    "a body that does not conform is an error and is not sent.",
    _BUYER.format(pairs="email = email", schema="acme"),
    _BUYER.format(pairs="mail = email", schema="acme"),
    _FILES,
)

_SAMPLE: Final = """\
scenarios:
  - name: a lead that acme buys
    lead: {{email: ana@mail.example, state: CA, {zip}}}
    answers: {{buyers: {{acme: {{deliver: [{{body: {{status: ok}}}}]}}}}}}
    expect: {{outcome: sold}}
"""

MISFIT: Final = Rule(
    "LF423",
    "sample-does-not-conform",
    "error",
    "a sample lead whose posting does not conform to its schema",
    "`leadflow lint` tries the leads of the flow's own scenarios, and of `--leads FILE`, with every buyer whose "
    "criteria take them, and holds what would be sent against the schema. A real lead like this one would not be sent. "
    "Mend the mapping, or let the buyer's criteria keep such leads out. A scenario that expects `does not conform` is "
    "no sample.",
    _BUYER.format(pairs="mail = email  zip = postal_code.zip", schema="zip"),
    _BUYER.format(pairs="mail = email  zip = postal_code.zip", schema="zip").replace(
        "price", "accept when postal_code is valid\n  price"
    ),
    (
        ("schemas/zip.json", '{"type": "object", "required": ["mail", "zip"]}'),
        ("example.scenarios.yaml", _SAMPLE.format(zip='postal_code: ""')),
    ),
    "samples",
)

RULES: Final = (SCHEMA, NO_FIT, MISFIT)
