"""Rules about routes and the buyers in them: LF5xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

NEVER_ROUTED: Final = Rule(
    "LF501",
    "buyer-never-routed",
    "warning",
    "a buyer that no route names",
    "No stage names the buyer or one of its tags, so no lead is ever offered to it.",
    """\
route {
  fallback backup
}
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
buyer backup {
  price 20.00
  deliver {
    post "https://backup.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
route {
  waterfall acme
  fallback backup
}
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
buyer backup {
  price 20.00
  deliver {
    post "https://backup.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

NO_BID: Final = Rule(
    "LF505",
    "auction-without-bid",
    "error",
    "a buyer in an auction without a bid or a price",
    "An auction compares bids; a buyer without a ping stands in it with its own price, which must"
    " then be an amount.",
    """\
route {
  auction acme { window 750ms }
}
buyer acme {
  price from response up to 50
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
route {
  auction acme { window 750ms }
}
buyer acme {
  price 50.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

EMPTY_TAG: Final = Rule(
    "LF508",
    "empty-tag",
    "error",
    "a tag that no buyer carries",
    "A stage over a tag without buyers offers the lead to nobody.",
    """\
route {
  waterfall tag gold
}
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
route {
  waterfall tag gold
}
buyer acme {
  price 20.00
  tag gold
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

OPTION: Final = Rule(
    "LF510",
    "option-without-effect",
    "error",
    "a stage option that this stage does not have",
    "`window` and `reping` belong to an auction, `sell` to an auction or a multisell, `reserve` to all but a fallback.",
    """\
route {
  waterfall acme { window 750ms }
}
""",
    """\
route {
  auction acme { window 750ms }
}
""",
)

FALLBACK_LAST: Final = Rule(
    "LF511",
    "stage-after-fallback",
    "warning",
    "a stage behind a fallback",
    "A fallback is the last resort and runs after every hold; a stage that stands behind it in "
    "the same block is only reached when the fallback took nothing.",
    """\
route {
  fallback acme
  waterfall other
}
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
buyer other {
  price 20.00
  deliver {
    post "https://other.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
route {
  waterfall other
  fallback acme
}
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
buyer other {
  price 20.00
  deliver {
    post "https://other.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

RULES: Final = (
    NEVER_ROUTED,
    NO_BID,
    EMPTY_TAG,
    OPTION,
    FALLBACK_LAST,
)
