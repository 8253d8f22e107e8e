"""Rules about buyers and routes: LF5xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

NO_PRICE: Final = Rule(
    "LF502",
    "buyer-without-price",
    "error",
    "a buyer that says no price",
    "Every buyer says what it pays, even if that is `price 0.00`: a lead sold for an unknown "
    "price cannot be accounted for.",
    """\
buyer acme {
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

NO_DELIVERY: Final = Rule(
    "LF503",
    "buyer-without-delivery",
    "error",
    "a buyer to which nothing can be sent",
    "A buyer has a `deliver`, or a `ping` by whose bid it is sold.",
    """\
buyer acme {
  price 20.00
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

EQUAL_HOURS: Final = Rule(
    "LF504",
    "contradictory-hours",
    "error",
    "opening hours that open and close at the same moment",
    "Hours that end before they begin run past midnight; equal ends would mean a whole day or "
    "nothing. A whole day is what holds without `hours`, or `00:00-23:59`.",
    """\
buyer acme {
  price 20.00
  hours mon-fri 08:00-08:00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  hours mon-fri 08:00-20:00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

BID_NEVER_READ: Final = Rule(
    "LF506",
    "bid-never-read",
    "error",
    "a price from a bid that nothing gives",
    "`price from bid` needs a `ping` whose response reads a `bid`.",
    """\
buyer acme {
  price from bid
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price from bid
  ping {
    post "https://acme.example/ping"
    body json { zip = postal_code.zip }
    response json { accepted when "ok"  otherwise rejected  bid "price" }
  }
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

PAID_FOR_ALL: Final = Rule(
    "LF507",
    "paid-for-every-lead",
    "warning",
    "a paid look-up that every lead reaches",
    "A filter and a score see every lead, so an `on demand` look-up that they read is asked, and "
    "paid, for every lead. Read it in a buyer's criteria, or drop `on demand` to say that this is"
    " meant.",
    """\
enhance check on demand {
  post "https://check.example/phone"
  body json { number = phone_1.e164 }
  cost 0.02
  response json { accepted when "valid"  otherwise rejected  set line_type enum(mobile, landline) "type" }
}
filter mobile_only { accept when check.line_type == mobile }
""",
    """\
enhance check {
  post "https://check.example/phone"
  body json { number = phone_1.e164 }
  cost 0.02
  response json { accepted when "valid"  otherwise rejected  set line_type enum(mobile, landline) "type" }
}
filter mobile_only { accept when check.line_type == mobile }
""",
)

UNREACHABLE: Final = Rule(
    "LF509",
    "unreachable",
    "warning",
    "what stands behind a line that always holds",
    "Prices, costs and priorities are tried in the order written; behind one without `when` none is reached.",
    """\
buyer acme {
  price 20.00
  price 35.00 when homeowner
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 35.00 when homeowner
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

MARGIN: Final = Rule(
    "LF512",
    "sold-below-cost",
    "warning",
    "a fixed price that is less than what the lead costs",
    "The buyer pays less than the source is owed on a sale. It may be meant (a remnant buyer); "
    "`min margin 0.00` in the stage would refuse it.",
    """\
source ads { cost 25.00 }
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
source ads { cost 15.00 }
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

RULES: Final = (
    NO_PRICE,
    NO_DELIVERY,
    EQUAL_HOURS,
    BID_NEVER_READ,
    PAID_FOR_ALL,
    UNREACHABLE,
    MARGIN,
)
