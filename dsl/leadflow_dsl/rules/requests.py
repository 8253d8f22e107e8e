"""Rules about requests, mappings, templates and responses: LF4xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

SECRET: Final = Rule(
    "LF401",
    "secret-in-mapping",
    "error",
    "a secret where it would be sent or shown as data",
    "A secret stands in `auth`, `key`, `verify` and `notify`, or inside `{{ }}` of a URL; there "
    "it is masked on every way to the wire. A mapping's values are logged, so a secret in one "
    "would be too: `auth body KEY env NAME` puts it in the body and keeps it masked.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { key = env ACME_KEY  email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    auth body key env ACME_KEY
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

SENSITIVE_PING: Final = Rule(
    "LF402",
    "personal-in-ping",
    "warning",
    "a sensitive field in a ping",
    "A ping goes to buyers who may never buy the lead. What identifies a person (a `sensitive` "
    "field, an e-mail address, a phone number, a name, a street) belongs in the post; a part that"
    " tells less (`.area`, `.zip`, `.age`) or a hash is often enough.",
    """\
buyer acme {
  price from bid
  ping {
    post "https://acme.example/ping"
    body json { born = birth_date }
    response json { accepted when "ok"  otherwise rejected  bid "price" }
  }
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
    body json { age = birth_date.age }
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

UNSAFE_RETRY: Final = Rule(
    "LF408",
    "unsafe-retry",
    "error",
    "a post is repeated though the buyer may have taken it",
    "After a time-out or a 5xx nobody knows whether the buyer has the lead. A post may then be "
    "repeated only to a buyer that is `idempotent` (it recognises the same key); `connect` is "
    "always safe. A ping and a look-up may be repeated.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    retry 2 on timeout, connect backoff 500ms
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  idempotent
  deliver {
    post "https://acme.example/leads"
    retry 2 on timeout, connect backoff 500ms
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

PLACE_IN_HOST: Final = Rule(
    "LF409",
    "value-in-host",
    "error",
    "a lead's value in the host of a URL",
    "What a lead says must never decide to which server it is sent. Values stand in the path and "
    "the query, where they are percent-encoded.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://{{ state }}.acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads/{{ state }}"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

URL: Final = Rule(
    "LF410",
    "bad-url",
    "error",
    "no URL that can be asked",
    "A URL begins with `https://` (or `http://`) and names a host; user names and passwords "
    "belong in `auth`.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "acme.example/leads"
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

SAME_KEY: Final = Rule(
    "LF412",
    "same-key-twice",
    "error",
    "a mapping that writes the same place twice",
    "Only one of the two values could be sent.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email  email = phone_1 }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email  phone = phone_1 }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

NO_REQUEST: Final = Rule(
    "LF413",
    "no-request",
    "error",
    "a ping, deliver or enhancement that sends nothing",
    'Each says what is sent (`post "https://..."`) and, for a buyer, how the answer is read '
    "(`response`). A deliver takes its URL from its ping where it says none.",
    """\
buyer acme {
  price 20.00
  deliver { response { accepted when status 2xx  otherwise rejected } }
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

SAID_TWICE: Final = Rule(
    "LF415",
    "said-twice",
    "error",
    "a statement that may stand once stands twice",
    "Only one of the two could count.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    timeout 2s
    timeout 5s
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
    timeout 2s
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

BODY_SHAPE: Final = Rule(
    "LF417",
    "body-shape",
    "error",
    "a body whose left sides do not make one tree",
    "XML has one root, with which every left side begins, and its names are XML names; a place is a list or an object, "
    "and not both. What joins the body counts too: `auth body`, and what a `test` block sends with test leads.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body xml { Lead.Email = email  Test = "no" }
    response xml { accepted when "Answer.Status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body xml { Lead.Email = email  Lead.Test = "no" }
    response xml { accepted when "Answer.Status" == "ok"  otherwise rejected }
  }
}
""",
)

RULES: Final = (
    SECRET,
    SENSITIVE_PING,
    UNSAFE_RETRY,
    PLACE_IN_HOST,
    URL,
    SAME_KEY,
    BODY_SHAPE,
    NO_REQUEST,
    SAID_TWICE,
)
