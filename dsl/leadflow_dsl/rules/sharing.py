"""Rules about who gets a lead, who shares it, and what becomes of the rest: LF5xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule


def _buyer(name: str, *statements: str) -> str:
    """A whole buyer of the statements."""
    said = "".join(f"  {one}\n" for one in statements)
    return f"""\
buyer {name} {{
{said}  deliver {{
    post "https://{name}.example/leads"
    body json {{ email = email }}
    response json {{ accepted when "status" == "ok"  otherwise rejected }}
  }}
}}
"""


_CHECK: Final = """\
enhance check {
  post "https://check.example/phone"
  body json { number = phone_1.e164 }
  cost 0.02
  response json { accepted when "valid"  otherwise rejected  set line_type enum(mobile, landline) "type" }
}
"""
_MOBILE: Final = _buyer("acme", "price 20.00", "accept when check.line_type == mobile")
_OTHER: Final = _buyer("other", "price 10.00")

NO_END: Final = Rule(
    "LF516",
    "no-end-for-unsold",
    "info",
    "a route that leaves what it does not sell to nobody",
    "Leads that no buyer takes end as `unsold`. It is told where their source is paid for them all the same "
    "(`cost 5.00 on accept`), and where a branch leads to no stage at all. A `fallback`, `unsold hold up to 2h`, or "
    "`on unsold { deliver NAME }` says what becomes of them; so does a later route or `deliver`.",
    "source ads { cost 5.00 on accept }\n",
    "source ads { cost 5.00 on accept }\n"
    + _buyer("acme", "price 20.00")
    + _buyer("desk", "price 5.00")
    + "route {\n  waterfall acme\n  fallback desk\n}\n",
)

EARLY: Final = Rule(
    "LF518",
    "paid-before-it-is-needed",
    "warning",
    "a paid look-up for every lead that only some buyers read",
    "Only some buyers read what the look-up tells, and it is paid for every lead, also for those that others take "
    "before. `on demand` asks at the first buyer's turn that reads it.",
    _CHECK + _MOBILE + _OTHER + "route { waterfall other, acme }\n",
    _CHECK.replace("check {", "check on demand {") + _MOBILE + _OTHER + "route { waterfall other, acme }\n",
)

EXCLUSIVE: Final = Rule(
    "LF519",
    "exclusive-in-a-shared-stage",
    "warning",
    "a buyer that shares with nobody in a stage that sells to several",
    "An `exclusive` buyer is never sold a lead together with others, so a stage that shares it never sells to this "
    "one. Put it into a waterfall or into an auction that sells one.",
    _buyer("acme", "price 20.00", "exclusive") + _OTHER + "route { multisell acme, other { sell 2 } }\n",
    _buyer("acme", "price 20.00", "exclusive") + _OTHER + "route { waterfall acme, other }\n",
)

RESERVE: Final = Rule(
    "LF520",
    "price-under-reserve",
    "warning",
    "a buyer that never pays what its stages ask",
    "All its prices are below the `reserve` of every stage that names it, so it is never sold a lead.",
    _buyer("acme", "price 20.00") + "route { waterfall acme { reserve 25.00 } }\n",
    _buyer("acme", "price 20.00") + "route { waterfall acme { reserve 15.00 } }\n",
)

TWICE: Final = Rule(
    "LF521",
    "named-twice",
    "warning",
    "a buyer that is named twice in one stage",
    "A stage asks each buyer once. The second name changes nothing; usually another buyer was meant.",
    _buyer("acme", "price 20.00") + "route { waterfall acme, acme }\n",
    _buyer("acme", "price 20.00") + _OTHER + "route { waterfall acme, other }\n",
)

RULES: Final = (NO_END, EARLY, EXCLUSIVE, RESERVE, TWICE)
