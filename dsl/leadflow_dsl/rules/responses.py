"""Rules about reading answers: LF4xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

JMESPATH: Final = Rule(
    "LF403",
    "bad-path",
    "error",
    "a JMESPath text that does not parse",
    "In a response (and in a source's `map`) a quoted text that stands alone, on the left of an "
    "operator or as a function's first argument is a JMESPath expression over the parsed body.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "result.[status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "result.status" == "ok"  otherwise rejected }
  }
}
""",
)

CONTAINS_OPPOSITE: Final = Rule(
    "LF406",
    "contains-its-opposite",
    "warning",
    "`contains` with a word that its own opposite contains",
    '`contains "success"` holds for `unsuccessful` as well, `contains "accepted"` for `not '
    "accepted`. Compare the whole text with `==`, or match a pattern with word boundaries.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response { accepted when text contains "success"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response { accepted when text == "success"  otherwise rejected }
  }
}
""",
)

NEVER_SET: Final = Rule(
    "LF407",
    "ping-value-never-set",
    "error",
    "the post reads what the ping's answer never gives",
    "`ping.reference`, `ping.bid` and `ping.expires` are known where the ping's response says "
    "them, other names where it says `set`. A post that reads something else would send a blank "
    "for every lead.",
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
    body json { ping_id = ping.reference  email = email }
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
    response json { accepted when "ok"  otherwise rejected  bid "price"  reference "id" }
  }
  deliver {
    post "https://acme.example/leads"
    body json { ping_id = ping.reference  email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

NO_ACCEPTED: Final = Rule(
    "LF411",
    "never-accepted",
    "warning",
    "a response under which nothing is ever accepted",
    "Without an `accepted when` rule no answer means yes: every lead ends rejected, in error or in doubt.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { rejected when "status" == "no"  otherwise error }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise error }
  }
}
""",
)

PATH_INTO_TEXT: Final = Rule(
    "LF419",
    "path-into-text",
    "warning",
    "a path into an answer that is read as text",
    "In a response a quoted text that stands alone, or as a function's first argument, is a path into the parsed body. "
    "`response text` and `response html` parse nothing that has names in it, so such a path is blank for every answer. "
    'Pieces of a text come from `split(text, "|")[1]` and `match(/.../, 1)`, of HTML from `css "..."`.',
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body form { email = email }
    response text { accepted when text == "1"  otherwise rejected  reason concat("code ", text) }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body form { email = email }
    response text { accepted when text == "1"  otherwise rejected  reason text }
  }
}
""",
)

TEXT_LIKE_A_PATH: Final = Rule(
    "LF424",
    "text-like-a-path",
    "warning",
    "a text in a later argument that looks like a path into the answer",
    "In a response only the first argument of a function is a path; later ones in quotes are texts. Two paths are "
    'one after the other within one text: `"error.message || detail"`.',
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json {
      accepted when "ok"
      otherwise rejected
      reason coalesce("error.message", "errors[0].text")
    }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "ok"  otherwise rejected  reason "error.message || errors[0].text" }
  }
}
""",
)

RULES: Final = (
    JMESPATH,
    CONTAINS_OPPOSITE,
    NEVER_SET,
    NO_ACCEPTED,
    PATH_INTO_TEXT,
    TEXT_LIKE_A_PATH,
)
