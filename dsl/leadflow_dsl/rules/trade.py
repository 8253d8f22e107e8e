"""Rules about a buyer's terms of trade and the stages that share a lead: LF57x."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

_SENT: Final = """\
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
"""


def _buyer(*statements: str, name: str = "acme") -> str:
    """A whole buyer of the statements."""
    return f"buyer {name} {{\n" + "".join(f"  {one}\n" for one in statements) + _SENT + "}\n"


def _offering(prices: str) -> str:
    """A buyer that is offered a lead at falling prices."""
    return _buyer(f"offer {prices}").replace("email = email", "price = offer.price")


SHARED: Final = Rule(
    "LF570",
    "shared-cap-differs",
    "error",
    "a shared cap with different numbers",
    "Buyers that draw on one cap say the same number: what is the cap otherwise? Its identity is all but the number, "
    "so that a cap per hour and one per day of the same name are two.",
    _buyer("price 20.00", "cap 50 per day shared pool")
    + _buyer("price 18.00", "cap 40 per day shared pool", name="best")
    + "route { waterfall acme, best }\n",
    _buyer("price 20.00", "cap 50 per day shared pool")
    + _buyer("price 18.00", "cap 50 per day shared pool", name="best")
    + "route { waterfall acme, best }\n",
)

WEIGHTS: Final = Rule(
    "LF571",
    "weights-do-not-add-up",
    "error",
    "shares of a stage that are over 100%, or mixed with parts",
    "Weights are shares of a stage's first offers (`60%`, together at most 100%) or parts (`3`, `2`), one "
    "or the other.",
    _buyer("price 20.00", "weight 70%")
    + _buyer("price 18.00", "weight 40%", name="best")
    + "route { waterfall acme, best { order by weight } }\n",
    _buyer("price 20.00", "weight 60%")
    + _buyer("price 18.00", "weight 40%", name="best")
    + "route { waterfall acme, best { order by weight } }\n",
)

NO_WEIGHT: Final = Rule(
    "LF572",
    "order-by-no-weight",
    "warning",
    "a stage ordered by weights that no buyer in it has",
    "`order by weight` shares the first offers by the buyers' `weight`. Where none says one, all have equal shares: "
    "that is `round_robin`.",
    _buyer("price 20.00")
    + _buyer("price 18.00", name="best")
    + "route { waterfall acme, best { order by weight } }\n",
    _buyer("price 20.00", "weight 3")
    + _buyer("price 18.00", "weight 2", name="best")
    + "route { waterfall acme, best { order by weight } }\n",
)

OFFER_RISES: Final = Rule(
    "LF573",
    "offer-not-falling",
    "error",
    "an offer that does not fall",
    "`offer 80, 50, 20` asks for the highest price first, and for less while the buyer refuses.",
    _offering("50, 80"),
    _offering("80, 50"),
)

OFFER_UNSAID: Final = Rule(
    "LF574",
    "offer-not-sent",
    "warning",
    "an offer of which the buyer is not told the price",
    "The buyer is asked once per price; what is sent must say which: `offer.price`.",
    _buyer("offer 80, 50"),
    _offering("80, 50"),
)

AT_LEAST: Final = Rule(
    "LF575",
    "at-least-over-cap",
    "error",
    "a buyer that is promised more than it may have",
    "`at least` prefers a buyer until it has so many; its own cap for the same period stops it before.",
    _buyer("price 20.00", "cap 10 per day", "at least 20 per day"),
    _buyer("price 20.00", "cap 20 per day", "at least 10 per day"),
)

ENDLESS: Final = Rule(
    "LF576",
    "cap-without-window",
    "error",
    "`rolling` or `paced` where there is no window",
    "A total never begins again: there is nothing to roll, and nothing to spread it over. A `rolling` window has no "
    "beginning from which to pace.",
    _buyer("price 20.00", "cap 500 per total paced"),
    _buyer("price 20.00", "cap 500 per day paced"),
)

COUNTS_PINGS: Final = Rule(
    "LF577",
    "pings-never-sent",
    "warning",
    "a cap on pings of a buyer that is never pinged",
    "`counting pings` counts what the `ping` block sends, and the buyer has none.",
    _buyer("price 20.00", "cap 100 per hour counting pings"),
    _buyer("price 20.00", "cap 100 per hour counting attempts"),
)

NEVER_OVERDUE: Final = Rule(
    "LF578",
    "never-overdue",
    "warning",
    "`on overdue` of a buyer without payment terms",
    "A buyer is overdue when an invoice is not paid by the day that `terms net N` says.",
    _buyer("price 20.00", "on overdue hold up to 12h"),
    _buyer("price 20.00", "terms net 30", "on overdue hold up to 12h"),
)

RETURNS_LIMIT: Final = Rule(
    "LF579",
    "returns-limit-without-returns",
    "warning",
    "a limit on returns of a buyer that may return nothing",
    "`returns at most 10% per month` limits what `returns within 14d for ...` allows.",
    _buyer("price 20.00", "returns at most 10% per month"),
    _buyer("price 20.00", 'returns within 14d for "bad phone"', "returns at most 10% per month"),
)

TOO_FEW: Final = Rule(
    "LF580",
    "sells-more-than-buyers",
    "warning",
    "a stage that would sell to more buyers than it has",
    "`sell 3` over two buyers can never be reached; two of one `group` never share a lead, and count once.",
    _buyer("price 20.00")
    + _buyer("price 18.00", name="best")
    + "route { multisell acme, best { sell 3 } }\n",
    _buyer("price 20.00")
    + _buyer("price 18.00", name="best")
    + "route { multisell acme, best { sell 2 } }\n",
)

BEST_OF: Final = Rule(
    "LF581",
    "best-of-nothing-to-choose",
    "error",
    "a `best of` that has nothing to choose from",
    "`best of` compares what two or more stages would earn. A `fallback` is the last resort, after every hold, and is "
    "not one of them.",
    "route { best of { waterfall acme } }\n",
    _buyer("price 20.00")
    + _buyer("price 18.00", name="best")
    + "route { best of { waterfall acme  waterfall best } }\n",
)

RULES: Final = (
    SHARED,
    WEIGHTS,
    NO_WEIGHT,
    OFFER_RISES,
    OFFER_UNSAID,
    AT_LEAST,
    ENDLESS,
    COUNTS_PINGS,
    NEVER_OVERDUE,
    RETURNS_LIMIT,
    TOO_FEW,
    BEST_OF,
)
