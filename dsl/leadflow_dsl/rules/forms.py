"""Rules about figures, call windows, and what stands beside a flow: LF55x."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

_MODEL: Final = """{
  "format": "leadflow score model 1", "kind": "logistic", "version": "1", "base": -1.2,
  "features": [{"field": "credit_score", "as": "number", "typical": 690}], "weights": [0.01]
}
"""

NO_FIGURE: Final = Rule(
    "LF550",
    "usual-of-no-figure",
    "error",
    "`of usual` beside something that is no figure",
    "`50% of usual` is half of what a figure was in the same hour of the last four weeks; it stands "
    "opposite the figure that it is about. A lead's own value has nothing usual.",
    'alert "quiet" when stats.leads(acme, 1h) > 5 and credit_score < 50% of usual notify webhook env HOOK\n',
    'alert "quiet" when stats.attempts(acme, 1h) < 50% of usual notify webhook env HOOK\n',
)

NO_SUCH_CAP: Final = Rule(
    "LF551",
    "cap-used-without-cap",
    "error",
    "`cap_used` of a cap that there is not",
    "`stats.cap_used(BUYER, day)` is the used share of the buyer's cap per day; the buyer must have one.",
    'alert "full" when stats.cap_used(acme, day) >= 90% notify webhook env HOOK\n',
    """\
buyer acme {
  price 20.00
  cap 50 per day
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
alert "full" when stats.cap_used(acme, day) >= 90% notify webhook env HOOK
""",
)

ONE_FIGURE: Final = Rule(
    "LF552",
    "policy-watches-one-figure",
    "error",
    "a policy that watches no figure, or several",
    "A policy acts on one figure, so that everybody sees what began it and what ends it. Another figure is "
    "another policy. Beside it may stand how much must have been seen before it is believed: "
    "`and stats.attempts(BUYER, 1h) >= 20`, a count that is high enough.",
    """\
policy "slow" when stats.acceptance_rate(acme, 1h) < 40% or stats.timeout_rate(acme, 1h) > 20% {
  pause acme
}
""",
    """\
policy "slow" when stats.acceptance_rate(acme, 1h) < 40% and stats.attempts(acme, 1h) >= 20 {
  pause acme
}
""",
)

UNTIL: Final = Rule(
    "LF553",
    "until-against-trigger",
    "error",
    "an `until` that would end a policy where it begins",
    "What begins at 90% and more ends below a figure of at most 90%; what begins below 40% ends above one of at least "
    "40%. Otherwise the policy is over as soon as it begins, or never.",
    """\
policy "slow" when stats.acceptance_rate(acme, 1h) < 40% {
  pause acme
} until below 60%
""",
    """\
policy "slow" when stats.acceptance_rate(acme, 1h) < 40% {
  pause acme
} until above 60%
""",
)

NO_DEFAULT: Final = Rule(
    "LF554",
    "call-window-without-default",
    "error",
    "a call window without `default` hours",
    "A state without a row of its own has the default hours, and so has a lead whose state is not known.",
    "call_window tcpa { FL 08:00-20:00 }\n",
    "call_window tcpa { default 08:00-21:00  FL 08:00-20:00 }\n"
    "filter f { accept when within call_window tcpa }\n",
)

SAME_ROW: Final = Rule(
    "LF555",
    "call-window-rows-collide",
    "error",
    "two rows of a call window for the same days of a state",
    "Of the rows that fit a day the one with the latest `from` decides. Two with the same beginning would leave it "
    "open.",
    "call_window tcpa { default 08:00-21:00  FL mon-sun 08:00-20:00  FL sun closed }\n",
    "call_window tcpa { default 08:00-21:00  FL mon-sat 08:00-20:00  FL sun closed }\n"
    "filter f { accept when within call_window tcpa }\n",
)

RETAIN: Final = Rule(
    "LF556",
    "retain-too-short",
    "warning",
    "leads are forgotten before something that needs them is over",
    "After `retain` what is personal in a lead goes. A dedupe over a longer time, or a return that may come later, "
    "would then find nothing to compare with.",
    """\
retain 30d
buyer acme {
  price 20.00
  dedupe on email within 90d
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
retain 90d
buyer acme {
  price 20.00
  dedupe on email within 90d
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

COSTS_DIFFER: Final = Rule(
    "LF557",
    "costs-owed-differently",
    "error",
    "a source whose costs are owed at different times",
    "All costs of a source are owed `on sale`, or all `on accept`; a share of the revenue is known only on a sale.",
    """\
source web {
  cost 5.00 when homeowner on accept
  cost 3.00
}
""",
    """\
source web {
  cost 5.00 when homeowner on sale
  cost 3.00 on sale
}
""",
)

BACK_ON_RETURN: Final = Rule(
    "LF558",
    "back-without-returns",
    "warning",
    "a cost that comes back on a return, where nothing can be returned",
    "No buyer says `returns` or has a `callback`: no lead comes back unless an operator takes it back.",
    "source web { cost 5.00 back on return }\n",
    """\
source web { cost 5.00 back on return }
buyer acme {
  price 20.00
  returns within 14d for "bad phone"
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

PING_LACKS: Final = Rule(
    "LF559",
    "ping-lacks-required",
    "error",
    "a source's ping that lacks a field `required on ping`",
    "The ping's `fields` are all that it may bring. One that is required of every ping and is not among them would "
    "refuse them all.",
    """\
lead {
  email  email  required on post
  state  state  required on ping
}
source web { ping { fields email } }
""",
    """\
lead {
  email  email  required on post
  state  state  required on ping
}
source web { ping { fields state } }
""",
)

NEVER_REPLIED: Final = Rule(
    "LF560",
    "reply-never-sent",
    "warning",
    "a reply to a call that never comes",
    "`reply on ping` answers the pings of a source that has a `ping` block, `reply on callback` the calls of a buyer "
    "that says `callback`.",
    "source web { reply on ping json { id = ping.id } }\n",
    "source web { ping { fields email }  reply on ping json { id = ping.id } }\n",
)

MODEL_AND_POINTS: Final = Rule(
    "LF561",
    "model-and-points",
    "error",
    "a score from a model that also counts points",
    "A score is what a model gives, or the sum of its points.",
    'score quality { model "models/quality.json"  add 10 when homeowner }\n',
    'score quality { model "models/quality.json"  limits 0 to 100 }\n',
    (("models/quality.json", _MODEL),),
)

_WEIGHED: Final = """\
buyer acme {
  price 20.00
  weight 3
  deliver {
    post "https://acme.example/leads"
    body json { email = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
buyer best like acme { weight 2 }
policy "slow" when stats.acceptance_rate(acme, 1h) < 40% { weight best 9 }
"""

NOT_WEIGHED: Final = Rule(
    "LF569",
    "policy-weight-unread",
    "warning",
    "a policy's weight that no order reads",
    "A weight shares first offers where a stage says `order by weight`. Of a buyer that stands in no such stage it "
    "changes nothing.",
    _WEIGHED + "route { waterfall acme, best { order by price } }\n",
    _WEIGHED + "route { waterfall acme, best { order by weight } }\n",
)

RULES: Final = (
    NOT_WEIGHED,
    NO_FIGURE,
    NO_SUCH_CAP,
    ONE_FIGURE,
    UNTIL,
    NO_DEFAULT,
    SAME_ROW,
    RETAIN,
    COSTS_DIFFER,
    BACK_ON_RETURN,
    PING_LACKS,
    NEVER_REPLIED,
    MODEL_AND_POINTS,
)
