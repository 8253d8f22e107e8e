"""The documents as people get them: for a supplier and for buyers, in each format."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from syrupy.assertion import SnapshotAssertion

from leadflow_dsl.types import LEAD_OUTCOME
from leadflow_engine.instructions import FORMATS, UnknownParty, for_buyer, for_source, intake, written
from leadflow_engine.instructions.markdown import code, text
from leadflow_engine.plan import Plan

from .conftest import ROOT, plan_of

EVERY_FORM = ROOT / "tests" / "dsl" / "data" / "forms" / "every_form.flow"


def test_what_the_supplier_of_solar_is_told(
    solar: Plan, moment: datetime.datetime, snapshot: SnapshotAssertion
) -> None:
    assert written(for_source(solar, "facebook", moment), "markdown") == snapshot


@pytest.mark.parametrize("buyer", ["sunpath", "brightbid", "in_house"])
def test_what_a_buyer_of_solar_is_told(
    buyer: str, solar: Plan, moment: datetime.datetime, snapshot: SnapshotAssertion
) -> None:
    assert written(for_buyer(solar, buyer, moment), "markdown") == snapshot


@pytest.mark.parametrize("format", FORMATS)
def test_every_form_of_the_language_can_be_told(format: str, moment: datetime.datetime) -> None:
    plan = plan_of(EVERY_FORM)
    for name in plan.sources:
        assert written(for_source(plan, name, moment), format)
    for name in plan.buyers:
        assert "a computed value" not in written(for_buyer(plan, name, moment), format)


def test_the_same_flow_gives_the_same_document(solar: Plan, moment: datetime.datetime) -> None:
    for format in FORMATS:
        once, again = (written(for_source(solar, "", moment), format) for _ in range(2))
        assert once == again


def test_json_is_the_record_with_sentences_as_texts(solar: Plan, moment: datetime.datetime) -> None:
    told = json.loads(written(for_source(solar, "", moment), "json"))
    assert told["answer_within"] == 8
    assert told["payment"] == ["$18.00 a lead, on sale"]
    assert told["refusals"][-1] == {
        "kind": "filter",
        "when": "if postal_code is in our list blocked_zips",
        "reason": "blocked area",
        "limit": 0,
    }


def test_the_host_is_the_one_that_is_given(solar: Plan, moment: datetime.datetime) -> None:
    told = for_source(solar, "", moment, "https://leads.example.com/")
    assert told.submit_url == "https://leads.example.com/flows/solar/sources/facebook/submit"
    assert told.submit_url in told.requests[0].curl


def test_who_is_not_there_is_told_with_who_is(solar: Plan, moment: datetime.datetime) -> None:
    with pytest.raises(UnknownParty, match="no source `web`; there are facebook"):
        for_source(solar, "web", moment)
    with pytest.raises(UnknownParty, match="no buyer `sun`; there are sunpath, brightbid, in_house"):
        for_buyer(solar, "sun", moment)


SIGNED = """
flow signed "Signed"
lead { id_1 text required }
source s { }
buyer b {
  price 1.00
  deliver {
    post "https://b.example"
    auth hmac sha256 header "X-Sig" env K%s
    body xml { L.@id = id_1 }
    response { accepted when status 2xx  otherwise error }
  }
  test { field L.@id = "0" }
}
route { waterfall b }
"""


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("", "the body as it is sent"),
        (" over request.url", "the whole URL"),
        (
            ' over concat(epoch(now), ".", request.body)',
            "the seconds since 1970 of the present moment, `.` and the body as it is sent, one after another,",
        ),
        (
            ' over "{{ id_1 }}:{{ request.method }}"',
            "`id_1`, `:` and the method, one after another,",
        ),
    ],
)
def test_a_buyer_reads_what_is_signed(
    over: str, expected: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    told = written(for_buyer(planned(SIGNED % over), "b", moment), "markdown")
    assert f"a signature over {expected} with HMAC sha256, in the header `X-Sig`" in told


def test_a_test_lead_is_told_with_the_attribute_that_marks_it(
    planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    told = written(for_buyer(planned(SIGNED % ""), "b", moment), "markdown")
    assert "a test lead has `L.@id` = `0`" in told.replace("A test", "a test")


def test_every_outcome_of_a_lead_is_explained() -> None:
    assert set(intake.OUTCOMES) == set(LEAD_OUTCOME.members)


# ------------------------------------------------------------------ the page


class Page(HTMLParser):
    """A page's tags, its text, and whether each tag is closed by its own."""

    VOID = frozenset({"meta", "br", "hr", "link", "img"})

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_needs_nothing_but_itself(solar: Plan, moment: datetime.datetime) -> None:
    for told in (for_source(solar, "", moment), for_buyer(solar, "sunpath", moment)):
        page = Page(written(told, "html"))
        names = {tag for tag, _ in page.tags}
        assert names.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
        assert all("src" not in found and "style" not in found for _, found in page.tags)
        links = [str(found["href"]) for tag, found in page.tags if tag == "a"]
        anchors = {found["id"] for _, found in page.tags if "id" in found}
        assert links and {link.removeprefix("#") for link in links} <= anchors
        assert len(anchors) == sum("id" in found for _, found in page.tags)
        style = "".join(page.words)
        assert "@media print" in style and "prefers-color-scheme: dark" in style and "url(" not in style


# ------------------------------------------------------------------ hostile words

HOSTILE = {
    "html": "<script>alert(1)</script> & <b>x</b>",
    "a table": "a | b |\\n| c",
    "code": "`x` ``y`` ```",
    "emphasis": "*a* _b_ __c__ ~~d~~",
    "a link": "[x](https://evil.example) <https://evil.example>",
    "a heading": "# not a heading",
    "a list": "1. not a list",
    "an attribute": "\\\" onload=x '",
    "a template": "{% raw %} #{x}",
}


def hostile_flow(words: str) -> str:
    member = words.replace("\\n", " ")
    return f"""
flow f "{words}"
lead {{
  n  text  required
  m  enum(a, "{member}")  default a  aliases "{member}"
}}
source s "{words}" {{
  accept when n == "{words}" or n is present else "{words}"
  dedupe on n within 3d else "{words}"
}}
buyer b "{words}" {{
  legal_name "{words}"
  accept when m != "{member}" else "{words}"
  price 1.00
  deliver {{
    post "https://a.example"
    body json {{ "{member}" = n }}
    response json {{ accepted when "ok" == "{words}" because "{words}"  otherwise rejected }}
  }}
  returns within 3d for "{words}"
}}
route {{ waterfall b }}
"""


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_what_an_author_wrote_stays_text(
    words: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    plan = planned(hostile_flow(words))
    seen = words.replace('\\"', '"')
    for told in (for_source(plan, "s", moment), for_buyer(plan, "b", moment)):
        page = Page(written(told, "html"))
        assert f"For {seen}".replace("\\n", "\n") in page.words
        assert {tag for tag, _ in page.tags} <= PLAIN_TAGS
        tokens = MarkdownIt("commonmark").enable("table").parse(written(told, "markdown"))
        subtitle = tokens[4]
        assert _words(subtitle) == f"For {seen}".replace("\\n", " ")
        kinds = {child.type for token in tokens for child in (token.children or [])}
        assert kinds <= {"text", "code_inline", "softbreak"}
        assert [len(widths) for widths in _widths(tokens)] == [1] * len(_widths(tokens)) != []


PLAIN_TAGS = frozenset(
    "html head meta title style body main h1 h2 h3 p nav a table thead tbody tr th td code pre ul li".split()
)


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or []).replace("\u200b", "")


def _widths(tokens: list[Token]) -> list[set[int]]:
    """For every table how many cells its rows have."""
    found: list[list[int]] = []
    for token in tokens:
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append(0)
        elif token.type in {"td_open", "th_open"}:
            found[-1][-1] += 1
    return [set(rows) for rows in found]


def test_a_name_keeps_its_backticks() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert text("New_York a_ _b") == "New_York a\\_ \\_b"


# ------------------------------------------------------------------ what is nobody else's

CANARY = """
flow f "F"
lead {
  n text required
  z number = n_score
}
score n_score { start 41.77 }
enhance look_canary on demand {
  post "https://canary-lookup.example/{{ env CANARY_PATH }}"
  auth bearer env CANARY_LOOK
  body json { a = n }
  cost 0.7711
  response json { accepted when "canary_path"  otherwise rejected  set canary_set text "canary_value" }
}
filter f1 { reject when look_canary.canary_set == "canary_word" }
filter f2 { reject when n == "open word" because "refused openly" }
source s "Supplier" {
  key env CANARY_KEY
  cost 12.00 when buyer.canary_buyer.outcome == sold
  cost 70% of revenue
  reply json { outcome = outcome  to = sales[*].legal_name  names = lead.sold_to }
  postback on sold { get "https://supplier.example/x?token={{ env CANARY_POST }}&b=canary_query" }
}
buyer canary_buyer "Canary title" {
  legal_name "Canary Legal"
  tag canary_tag
  accept when n != "canary criterion" else "canary reason"
  price 77.13
  cap 7713 per day else "canary cap"
  deliver {
    post "https://canary-buyer.example/x"
    auth body canary_body env CANARY_TOKEN
    header "X-Canary" "canary header"
    body json { canary_field = n }
    response json { accepted when "canary" == "ok"  otherwise rejected }
  }
}
route { waterfall canary_buyer }
assert "canary assertion" never canary_buyer when n is blank
"""


@pytest.mark.parametrize("format", FORMATS)
def test_a_supplier_hears_nothing_of_buyers_prices_or_secrets(
    format: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    said = written(for_source(planned(CANARY), "s", moment), format)
    assert "refused openly" in said and "open word" in said
    assert "canary" not in said.casefold()
    assert not re.search(r"77\.13|7713|41\.77|0\.7711", said)


@pytest.mark.parametrize("format", FORMATS)
def test_a_buyer_hears_no_secret_and_nothing_of_sources_or_others(
    format: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    plan = planned(
        """
flow f "F"
lead { n text required }
source canary_source "Canary source" { cost 9.87 }
buyer other_canary "Canary other" {
  price 77.13
  deliver { post "https://canary.example" body json { a = n } response { accepted when status 2xx  otherwise error } }
}
buyer b {
  accept when source.name != "canary_source"
  reject when buyer.other_canary.outcome == sold
  price 5.00
  deliver {
    post "https://b.example/{{ env CANARY_PATH }}?k={{ env CANARY_QUERY }}"
    auth body key env CANARY_BODY
    header "X-Token" "canary header"
    body json { a = n }
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall other_canary, b }
"""
    )
    said = written(for_buyer(plan, "b", moment), format)
    assert "https://b.example/***?k=***" in said.replace("\u200b", "")
    assert "canary" not in said.casefold()
    assert "77.13" not in said and "9.87" not in said
