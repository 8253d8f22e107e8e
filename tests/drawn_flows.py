"""Flows with routes of every shape, as text: for what must hold of every picture."""

from __future__ import annotations

from hypothesis import strategies as st

BUYERS = tuple(f"buyer_{number}" for number in range(6))
TAGS = ("east", "west")
HEAD = """\
flow drawn {title}
lead {{
  phone phone required
  age number
  bill money
  homeowner boolean
}}
source one {{ cost 5.00  cap 10 per day }}
source two "Second" {{ }}
{lookups}
deliver crm {{ post "https://crm.example" body json {{ p = phone }} }}
deliver copy {{ post "https://copy.example" body json {{ p = phone }} }}
filter door_filter {{ reject when {doubt} because "young" {on_reject} }}
{score}
{buyers}
"""
CONDITIONS = (
    "age > 30",
    "homeowner",
    'bill > 10 and (age < 35 or homeowner) and phone.area not in ["212", "646", "917"] and bill < 4000',
)
DELIVER = (
    'deliver { post "https://b.example" body json { p = phone }'
    ' response json { accepted when "ok" otherwise rejected } }'
)
OPTIONS = {
    "waterfall": ("", "{ order by priority, price desc, round_robin }", "{ timeout 20s }"),
    "auction": ("", "{ window 750ms  reserve 8.00  order by bid desc }", "{ sell 2  reping }"),
    "multisell": ("", "{ sell 2 to 3 }", "{ sell 3  again }"),
    "fallback": ("",),
}


@st.composite
def stage(draw: st.DrawFn, kinds: tuple[str, ...] = tuple(OPTIONS)) -> str:
    kind = draw(st.sampled_from(kinds))
    names = draw(
        st.lists(st.sampled_from((*BUYERS, "tag east", "tag west")), min_size=1, max_size=5, unique=True)
    )
    return f"{kind} {', '.join(names)} {draw(st.sampled_from(OPTIONS[kind]))}"


best_of = st.lists(stage(tuple(OPTIONS)[:3]), min_size=2, max_size=3).map(
    lambda stages: f"best of {{ {' '.join(stages)} }}"
)


def branches(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inside, max_size=2).map(" ".join)
    told = st.tuples(st.sampled_from(CONDITIONS), body, st.none() | body, st.none() | st.tuples(body, body))
    return told.map(_if)


def _if(parts: tuple[str, str, str | None, tuple[str, str] | None]) -> str:
    condition, then, otherwise, chain = parts
    further = f" else if age < 20 {{ {chain[0]} }}" if chain else ""
    last = f" else {{ {otherwise} }}" if otherwise is not None else ""
    return f"if {condition} {{ {then} }}{further}{last}"


items = st.recursive(stage() | best_of, branches, max_leaves=7)


@st.composite
def flows(draw: st.DrawFn) -> str:
    """A flow with up to nine buyers, a few look-ups, one or two routes, and steps around them."""
    lookups = draw(st.integers(0, 5))
    routes = [draw(st.lists(items, min_size=1, max_size=3)) for _ in range(draw(st.integers(1, 2)))]
    end = draw(st.sampled_from(("", "unsold hold up to 2h retry every 15m", "on unsold { deliver crm }")))
    text = HEAD.format(
        title=draw(st.sampled_from(('"Plain"', '"<b> & \\"]]>\\" ```"', f'"{"long " * 60}"'))),
        lookups="\n".join(_lookup(number) for number in range(lookups)),
        on_reject=draw(st.sampled_from(("", "on reject { deliver copy }"))),
        doubt=draw(condition(lookups)),
        score=f"score quality {{ start 5  add 2 when {draw(condition(lookups))} }}",
        buyers="\n".join(draw(buyer(name, lookups)) for name in BUYERS),
    )
    return text + "\n".join(f"route {{ {' '.join(route)} {end} }}" for route in routes)


def condition(lookups: int) -> st.SearchStrategy[str]:
    """What a step asks: of the lead alone, or of a look-up."""
    return st.sampled_from((CONDITIONS[0], *(f'look_{number}.kind == "x"' for number in range(lookups))))


def _lookup(number: int) -> str:
    before = f"look_{number - 1}.kind" if number == 3 else "phone.e164"
    return (
        f'enhance look_{number} "Look-up {number}" on demand {{ post "https://l.example" body json {{ p = {before} }}'
        ' cost 0.004 response json { accepted when "ok" otherwise rejected set kind text "k" } }'
    )


def asked_twice(on_reject: str, doubt: str, score: str) -> str:
    """A flow whose look-ups stand in more rows than one beside a step that asks for a look-up itself."""
    asks = dict(zip(BUYERS, (1, 3, 4), strict=False))
    return (
        HEAD.format(
            title='"Plain"',
            lookups="\n".join(_lookup(number) for number in range(5)),
            on_reject=on_reject,
            doubt=doubt,
            score=score,
            buyers="\n".join(
                f'buyer {name} {{ price 5.00 accept when look_{number}.kind == "mobile" else "no" {DELIVER} }}'
                for name, number in asks.items()
            ),
        )
        + f"route {{ waterfall {', '.join(asks)} }}"
    )


SCORE_ASKS = asked_twice("", "age < 18", 'score quality { start 5  add 2 when look_0.kind == "x" }')
FILTER_ASKS = asked_twice("on reject { deliver crm  deliver copy }", 'look_0.kind == "x"', "")
"""A filter that asks, with copies at its left that take more height than itself."""


@st.composite
def buyer(draw: st.DrawFn, name: str, lookups: int) -> str:
    asks = draw(st.none() | st.integers(0, lookups - 1)) if lookups else None
    said = [
        f"tag {draw(st.sampled_from(TAGS))}" if name not in BUYERS[:2] else f"tag {TAGS[BUYERS.index(name)]}",
        draw(st.sampled_from(("", "cap 10 per day", "cap 5 per hour by phone  budget 500.00 per month"))),
        draw(st.sampled_from(("", "hours mon-fri 08:00-20:00, sat 09:00-12:00"))),
        draw(
            st.sampled_from(
                ("price 5.00", "price 1000000.00 when age > 3 and homeowner and bill > 700\n price 2.00")
            )
        ),
        f'accept when look_{asks}.kind == "mobile" else "no"' if asks is not None else "",
        draw(
            st.sampled_from(("", "exclusive", "accept when age between 20 and 40 and bill > 3 and homeowner"))
        ),
    ]
    title = draw(st.sampled_from(("", ' "Titled & <sold>"', f' "{"w" * 90}"')))
    return f"buyer {name}{title} {{ {' '.join(said)} {DELIVER} }}"
