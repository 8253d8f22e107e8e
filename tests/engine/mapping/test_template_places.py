"""Words of some places only: a template there reads what a pair there reads, and lint refuses it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from leadflow_dsl import check
from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.meaning import places
from leadflow_engine.templates import Templates

FLOW = """flow places "Places"
lead { city text required }
source web {
  key env WEB_KEY
  reply %(reply)s
  postback on returned { post "https://s.example/r" body %(returned)s }
  postback on converted { post "https://s.example/c" body %(converted)s }
}
buyer acme {
  offer 3, 2
  ping {
    post "https://a.example/p" body %(ping)s
    response json { accepted when "ok" otherwise rejected bid "bid" reference "id" }
  }
  deliver {
    post "https://a.example" body %(deliver)s
    response json { accepted when "ok" pending when "wait" otherwise rejected reference "id" }
  }
  callback {
    verify field "key" env ACME_KEY
    response json { reference "id" accepted when "ok" otherwise rejected }
  }
  inquire {
    every 1m up to 1h post "https://a.example/i" body %(inquire)s
    response json { accepted when "ok" otherwise rejected }
  }
}
buyer plain {
  price 1
  deliver { post "https://b.example" body %(plain)s response json { accepted when "ok" otherwise rejected } }
}
route { waterfall acme, plain }
"""

PLACES: Mapping[str, tuple[Mapping[str, t.Type], ...]] = {
    "reply": (places.RESULT, places.ANSWERED_PING),
    "returned": (places.RESULT, places.RETURNED),
    "converted": (places.RESULT, places.CONVERTED),
    "ping": (places.OFFER, places.CALLBACK),
    "deliver": (places.OFFER, places.CALLBACK),
    "inquire": (places.OFFER, places.CALLBACK, places.DELIVERED),
    "plain": (),
}
"""Each place of the flow above, and the words that it has."""


def words(*tables: Mapping[str, t.Type]) -> Iterator[str]:
    """Each word as it is read: one with parts by each of them."""
    for table in tables:
        for word, type_ in table.items():
            yield from (f"{word}.{part}" for part, _ in type_.columns) if type_.columns else (word,)


WORDS = sorted({word for tables in PLACES.values() for word in words(*tables)})
CASES = [(place, word) for place in PLACES for word in WORDS]


def flow_with(place: str, body: str):
    return check("p.flow", FLOW % {name: body if name == place else "json { a = city }" for name in PLACES})


def body_at(flow: m.Flow, place: str) -> m.Body:
    source, acme, plain = flow.sources[0], flow.buyers[0], flow.buyers[1]
    legs = {
        "returned": source.postbacks[0].leg,
        "converted": source.postbacks[1].leg,
        "ping": acme.ping,
        "deliver": acme.deliver,
        "inquire": acme.inquire.leg,
        "plain": plain.deliver,
    }
    return source.replies[0].body if place == "reply" else legs[place].request.body


class Asked:
    """A scope that notes what it is asked, and gives one value for everything."""

    def __init__(self) -> None:
        self.reads: list[str] = []

    def read(self, read: t.Read) -> object:
        self.reads.append(read_as(read))
        return "said"


def read_as(read: t.Read) -> str:
    """What is read, as it is written."""
    words = (read.name, read.part) if read.kind == "reply" else (read.kind, read.name, read.part)
    return ".".join(filter(None, words))


@pytest.mark.parametrize(("place", "word"), CASES)
def test_a_word_of_a_place(place, word):
    checked = flow_with(place, f'json """{{"a": {{{{ {word} | tojson }}}}}}"""')
    if word not in words(*PLACES[place]):
        assert {"LF213", "LF407"} & {found.code for found in checked.errors}
        return
    assert not checked.errors
    scope = Asked()
    written = Templates.of(checked.flow).inline(body_at(checked.flow, place).inline)
    assert written.render(scope, "json") == '{"a": "said"}'
    pair = body_at(flow_with(place, f"json {{ a = {word} }}").flow, place).pairs[0].right
    assert scope.reads == [read_as(pair)] == [word]
