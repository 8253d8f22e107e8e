"""Every statement of the grammar has its right form for messages, and each form is code where it is shown."""

from __future__ import annotations

import re

import pytest

from leadflow_dsl import table
from leadflow_dsl.parser import parse
from leadflow_dsl.syntax_forms import FORMS, FORMS_OF

GRAMMAR = table.GRAMMAR.read_text(encoding="utf-8")
RULES = dict(re.findall(r"^[!?]*(_?[a-z_]+): *((?:.|\n[ \t])*)", GRAMMAR, re.M))

BUYER = "flow f\nbuyer b { %s }"
BLOCKS = {
    "_top": ("file", "flow f\n%s"),
    "lead_items": ("lead", "flow f\nlead {\n  %s\n}"),
    "_lead_item": ("lead", "flow f\nlead {\n  %s\n}"),
    "_modifier": ("lead", "flow f\nlead {\n  x text %s\n}"),
    "_source_item": ("source", "flow f\nsource s { %s }"),
    "source_ping_items": ("ping", "flow f\nsource s { ping { %s } }"),
    "_verify": ("source", "flow f\nsource s { %s }"),
    "enhance_items": ("enhance", "flow f\nenhance e { %s }"),
    "filter_items": ("filter", "flow f\nfilter x { %s }"),
    "score_items": ("score", "flow f\nscore x { %s }"),
    "deliver_step_items": ("deliver", "flow f\ndeliver x { %s }"),
    "_buyer_item": ("buyer", BUYER),
    "inquire_items": ("inquire", BUYER.replace("%s", "inquire { %s }")),
    "callback_items": ("callback", BUYER.replace("%s", "callback { %s }")),
    "exchange_items": ("ping", BUYER.replace("%s", "ping { %s }")),
    "batch_items": ("deliver", BUYER.replace("%s", "deliver batch { %s }")),
    "email_items": ("deliver", BUYER.replace("%s", "deliver email { %s }")),
    "test_items": ("test", BUYER.replace("%s", "test { %s }")),
    "_request_item": ("ping", BUYER.replace("%s", "ping { %s }")),
    "request_items": ("fetch", "flow f\nsource s { fetch { %s } }"),
    "_auth": ("ping", BUYER.replace("%s", "ping { %s }")),
    "response_items": ("response", BUYER.replace("%s", "ping { response { %s } }")),
    "bid_items": ("bids", BUYER.replace("%s", 'ping { response { bids "x" { %s } } }')),
    "_route_item": ("route", "flow f\nroute { %s }"),
    "route_items": ("route", "flow f\nroute { %s }"),
    "best_stages": ("best", "flow f\nroute { best of { %s } }"),
    "stage_options": ("auction", "flow f\nroute { auction b { %s } }"),
    "policy_actions": ("policy", 'flow f\npolicy "x" when a > 1 { %s }'),
    "top_items": ("file", "flow f\n%s"),
    "_list": ("file", "flow f\n%s"),
}
"""The grammar's lists of statements: the word that opens their block, and a flow with that block."""

NO_STATEMENTS = {"list_items", "list_literal_items", "oauth_options", "source_items", "buyer_items"}
"""Lists of values, and those that are another of the lists above."""

BLANKS = {
    "{ ... }": "{ }",
    "verify ...  ": "",
    "up to 2m ...": "up to 2m",
    "STAGE STAGE": "waterfall b waterfall c",
    "CONDITION": "a == 1",
    "VALUE": "5",
    "TYPE": "text",
}
"""What stands for a blank of a form; any other word in capitals is a name."""


def openings(rule: str) -> set[str]:
    """The words with which a statement of a rule may begin."""
    body = RULES[rule]
    quoted = re.match(r'"(\w+)"', body)
    if quoted:
        return {quoted[1]}
    closed = re.match(r"(k_\w+)", body)
    return set(re.findall(r'"(\w+)"', RULES[closed[1]])) if closed else set()


def statements() -> set[tuple[str, str]]:
    """Every list of statements with each word that may open one of them."""
    found = set()
    for block in BLOCKS:
        for rule in re.findall(r"\b_?[a-z][a-z_]*\b", re.sub(r'"\w+"', "", RULES[block])):
            found |= {(block, word) for word in (openings(rule) if rule in RULES else ())}
    return found


def form_in(block: str, word: str) -> str:
    return FORMS_OF.get(BLOCKS[block][0], {}).get(word) or FORMS.get(word, "")


def filled(form: str) -> list[str]:
    """The alternatives of a form with something in each blank."""
    for blank, text in BLANKS.items():
        form = form.replace(blank, text)
    form = re.sub(r"\b(NAME|FIELD|COLUMN|BUYER|TAG|KEY|ENHANCEMENT|CALENDAR)\b", "x", form)
    return re.split(rf", (?:or )?(?={form.split()[0].rstrip(',')}\b)", form)


def test_every_list_of_statements_is_looked_at() -> None:
    lists = {
        name for name in RULES if re.search(r"(_items?|_options|_actions|_stages|_modifier|_top)$", name)
    }
    assert lists - set(BLOCKS) == NO_STATEMENTS
    assert len(statements()) > 180


@pytest.mark.parametrize(("block", "word"), sorted(statements()))
def test_a_statement_has_its_right_form_and_that_is_code(block: str, word: str) -> None:
    form = form_in(block, word)
    assert re.match(rf"{word}\b", form), f"`{word}` has no form"
    for one in filled(form):
        _, found = parse(BLOCKS[block][1].replace("%s", one), "f.flow")
        assert [finding.message for finding in found] == [], one


def test_there_is_no_form_of_what_is_no_statement() -> None:
    words = {word for _, word in statements()}
    assert set(FORMS) - words == {"flow", "library"}
