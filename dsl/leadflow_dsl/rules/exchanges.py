"""Rules about verdicts that come later, batches, bids and signatures: LF59x."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

NEVER_PENDING: Final = Rule(
    "LF590",
    "never-pending",
    "warning",
    "a buyer that waits for a verdict and is never pending",
    "`pending ends` and `inquire` begin where the deliver's answer is `pending`; a `callback` to a buyer that is never "
    "pending changes something only where it says `rejected` (a return) or another `price`.",
    """\
buyer acme {
  price 20.00
  pending ends after 24h as rejected
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
  pending ends after 24h as rejected
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  pending when "status" == "queued"  otherwise rejected }
  }
}
""",
)

WHOSE_CALL: Final = Rule(
    "LF591",
    "callback-without-reference",
    "error",
    "a callback that does not tell which lead it is about",
    "The lead is found by the `reference` that the buyer gave it and repeats in its call, or by the `callback.url` "
    "that it was sent, which is another for each lead.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { pending when "status" == "ok"  otherwise rejected  reference "id" }
  }
  callback {
    verify field "key" env ACME_CALLS
    response form { accepted when "result" == "sold"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { pending when "status" == "ok"  otherwise rejected  reference "id" }
  }
  callback {
    verify field "key" env ACME_CALLS
    response form { reference "id"  accepted when "result" == "sold"  otherwise rejected }
  }
}
""",
)

UNPROVEN_CALL: Final = Rule(
    "LF599",
    "callback-without-proof",
    "error",
    "a callback that anybody could make",
    "A reference can be guessed. A call proves itself by what its `verify` asks for (a key, a signature), or "
    "by the `callback.url` that the buyer was sent, which nobody else knows. One that does neither is refused.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { pending when "status" == "ok"  otherwise rejected  reference "id" }
  }
  callback { response form { reference "id"  accepted when "result" == "sold"  otherwise rejected } }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { pending when "status" == "ok"  otherwise rejected  reference "id" }
  }
  callback {
    verify field "key" env ACME_CALLS
    response form { reference "id"  accepted when "result" == "sold"  otherwise rejected }
  }
}
""",
)

NO_TRIGGER: Final = Rule(
    "LF592",
    "batch-never-sent",
    "error",
    "a batch that is never sent",
    "A batch goes out `every` so often, `at` a time of day, or at a `size`: one of them at least.",
    """\
buyer acme {
  price 20.00
  deliver batch { put "sftp://acme.example/in"  body csv { mail = email } }
}
""",
    """\
buyer acme {
  price 20.00
  deliver batch { at 18:00  put "sftp://acme.example/in"  body csv { mail = email } }
}
""",
)

TOO_RARE: Final = Rule(
    "LF593",
    "asked-once-at-most",
    "error",
    "something is repeated less often than its time allows",
    "`every 5m up to 2m` would be over before it is asked for the first time.",
    "route { waterfall acme  unsold hold up to 10m retry every 15m }\n",
    "route { waterfall acme  unsold hold up to 2h retry every 15m }\n",
)

BODY_HERE: Final = Rule(
    "LF594",
    "body-of-another-place",
    "error",
    "a kind of body that this place does not send",
    "`csv` and `jsonl` hold many leads and belong to `deliver batch`, which takes them and `xml`; an e-mail is `text`; "
    "a `reply` is `json`, `form`, `xml` or `text`.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body csv { mail = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver batch { size 500  post "https://acme.example/leads"  body csv { mail = email } }
}
""",
)

ONLY_IN_PING: Final = Rule(
    "LF595",
    "value-without-effect",
    "warning",
    "a value that is read where nothing takes it",
    "`bid`, `bids` and `expires` are read from a ping's answer, `legal_name` from each of several `bids`.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected  bid "price" }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected  price "price" }
  }
}
""",
)

BIDS_WITHOUT_BID: Final = Rule(
    "LF596",
    "bids-without-bid",
    "error",
    "several bids of which none says an amount",
    'Each of `bids "bids[]" { ... }` says its `bid`: without it there is nothing to choose by.',
    """\
buyer acme {
  price from bid
  ping {
    post "https://acme.example/ping"
    response json { accepted when "ok"  otherwise rejected  bids "bids[]" { reference "id" } }
  }
}
""",
    """\
buyer acme {
  price from bid
  ping {
    post "https://acme.example/ping"
    response json { accepted when "ok"  otherwise rejected  bids "bids[]" { bid "price"  reference "id" } }
  }
}
""",
)

SECRET_AS_TEXT: Final = Rule(
    "LF597",
    "secret-in-file",
    "error",
    "a secret that is written into the flow",
    "A flow is read by many and kept for long. A secret is named, `env NAME`, and comes from the environment.",
    """\
deliver crm {
  post "https://crm.example"
  auth oauth { token_url "https://crm.example/token"  client_id "abc"  client_secret "s3cret" }
}
""",
    """\
deliver crm {
  post "https://crm.example"
  auth oauth { token_url "https://crm.example/token"  client_id "abc"  client_secret env CRM_SECRET }
}
""",
)

OAUTH_LACKS: Final = Rule(
    "LF598",
    "oauth-incomplete",
    "error",
    "an `auth oauth` with which no token can be asked for",
    "A token needs the address where it is asked for (`token_url`), a `client_id` and a `client_secret`; a `password` "
    "needs its `user`.",
    'deliver crm { post "https://crm.example"  auth oauth { client_id env CRM_ID  client_secret env CRM_SECRET } }\n',
    """\
deliver crm {
  post "https://crm.example"
  auth oauth { token_url "https://crm.example/token"  client_id env CRM_ID  client_secret env CRM_SECRET }
}
""",
)

RULES: Final = (
    NEVER_PENDING,
    WHOSE_CALL,
    UNPROVEN_CALL,
    NO_TRIGGER,
    TOO_RARE,
    BODY_HERE,
    ONLY_IN_PING,
    BIDS_WITHOUT_BID,
    SECRET_AS_TEXT,
    OAUTH_LACKS,
)
