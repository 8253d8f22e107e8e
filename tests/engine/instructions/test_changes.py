"""What to tell a supplier or a buyer when a flow changes: one row a change, sorted by what it asks of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion

from leadflow_engine.instructions import changes, for_buyer, for_source, written
from leadflow_engine.instructions.phrases import plain
from leadflow_engine.plan import Plan

FLOW = """
flow f "F"
lead {
  name   text
  mail   email  required  aliases e_mail
  bill   money
  score  number between 300 and 850
  kind   enum(flat, steep)
}
source s {
  receive json, form
  accept when bill > 10 else "too small"
  cap 50 per day else "full"
  cost 12.00
  answer within 8s
  test when "is_test"
}
buyer b {
  accept when score > 400 else "score"
  price 20.00
  cap 10 per day
  hours mon-fri 08:00-20:00
  deliver {
    post "https://b.example/x"
    auth bearer env B_TOKEN
    body json { mail = mail  bill = bill }
    timeout 5s
    response json { accepted when "ok"  otherwise rejected }
  }
}
route { waterfall b }
"""

FOR_SOURCE = {
    "a field that is required": (
        "  bill   money",
        "  bill   money\n  zip postal_code required",
        "act",
        "Send the new field zip (postal code); it is required.",
    ),
    "a field that is not": (
        "  bill   money",
        "  bill   money\n  zip postal_code",
        "nothing",
        "There is a new field zip (postal code); it is optional.",
    ),
    "a field that is gone": (
        "  name   text\n",
        "",
        "know",
        "name is not a field any more; what you send there is kept and not used.",
    ),
    "a field with a new name": (
        "  name   text",
        "  person text",
        "act",
        "name seems to be person now; the old name is not taken any more.",
    ),
    "a field whose old name is taken": (
        "  name   text",
        "  person text aliases name",
        "nothing",
        "name is called person now; the old name is taken, too.",
    ),
    "now required": ("  bill   money", "  bill   money required", "act", "bill is required now."),
    "no longer required": ("email  required", "email", "nothing", "mail is optional now."),
    "another type": (
        "  name   text",
        "  name   number",
        "act",
        "name is a number now (12, 1,234.50, 70k, 20%; a JSON number or a text); it was a text.",
    ),
    "a value more": ("enum(flat, steep)", "enum(flat, steep, round)", "nothing", "kind takes round, too."),
    "a value less": ("enum(flat, steep)", "enum(flat)", "act", "kind does not take steep any more."),
    "a range narrower": (
        "300 and 850",
        "400 and 850",
        "act",
        "score must be from 400 to 850 now; it was 300 to 850.",
    ),
    "a range wider": (
        "300 and 850",
        "0 and 900",
        "nothing",
        "score must be from 0 to 900 now; it was 300 to 850.",
    ),
    "an alias less": ("  aliases e_mail", "", "act", "mail is not taken under the name e_mail any more."),
    "an alias more": ("aliases e_mail", "aliases e_mail, m", "nothing", "mail is taken under m, too."),
    "a pattern": (
        "  name   text",
        "  name   text matches /^A/",
        "act",
        "name must fit the pattern /^A/ now.",
    ),
    "a default": (
        "enum(flat, steep)",
        "enum(flat, steep) default flat",
        "know",
        "Where kind is left out, it counts as flat now.",
    ),
    "another place": (
        "  receive json",
        '  map { name "person.name" }\n  receive json',
        "act",
        "Send name as person.name from now on.",
    ),
    "one of several": (
        "  kind   enum",
        '  require any of name, bill else "one"\n  kind   enum',
        "act",
        "At least one of name or bill must come now.",
    ),
    "a new rule": (
        "  cap 50",
        '  reject when name is blank because "nobody"\n  cap 50',
        "know",
        "Refused from now on: leads if name is left out (“nobody”).",
    ),
    "a rule that is gone": (
        '  accept when bill > 10 else "too small"\n',
        "",
        "nothing",
        "Not refused any more: leads unless bill is more than 10 (“too small”).",
    ),
    "another reason": (
        '"too small"',
        '"bill too small"',
        "know",
        "The reason “too small” reads “bill too small” now.",
    ),
    "another cap": (
        "cap 50 per day",
        "cap 20 per day",
        "know",
        "Leads are refused after 20 leads per day (by the calendar of UTC) now; it was after 50.",
    ),
    "a higher cap": (
        "cap 50 per day",
        "cap 90 per day",
        "nothing",
        "Leads are refused after 90 leads per day (by the calendar of UTC) now; it was after 50.",
    ),
    "another deadline": ("within 8s", "within 2s", "know", "You are answered within 2 seconds now."),
    "another price": ("cost 12.00", "cost 9.50", "know", "You are paid now: $9.50 a lead, on sale."),
    "a key": ("  receive json", "  key env K\n  receive json", "act", "Every call needs your key now."),
    "a content type less": ("receive json, form", "receive json", "act", "FORM is not taken any more."),
    "a content type more": ("receive json, form", "receive json, form, csv", "nothing", "CSV is taken, too."),
    "another mark of tests": ('"is_test"', '"test"', "act", "A lead is a test where test is yes."),
    "an answer of its own": (
        "  cost 12.00",
        "  reply json { ok = outcome }\n  cost 12.00",
        "act",
        "The answers read otherwise now; see the examples.",
    ),
}

FOR_BUYER = {
    "a field less": ("mail = mail  bill = bill", "mail = mail", "act", "Of the post: it has no more bill."),
    "a field more": ("bill = bill", "bill = bill  name = name", "know", "Of the post: it has name, too."),
    "another address": (
        "b.example/x",
        "b.example/y",
        "act",
        "Of the post: it goes to POST https://b.example/y now.",
    ),
    "another way in": (
        "auth bearer env B_TOKEN",
        'auth header "X-Key" env B_TOKEN',
        "act",
        "Of the post: it is authenticated by your key in the header X-Key: *** now.",
    ),
    "another content type": (
        "body json",
        "body form",
        "act",
        "Of the post: its content type is application/x-www-form-urlencoded now.",
    ),
    "another reading": (
        'when "ok"',
        'when "done"',
        "act",
        "Of the post: your answer is read otherwise. The lead is sold where done is yes.",
    ),
    "less time": (
        "timeout 5s",
        "timeout 2s",
        "know",
        "Of the post: you have 2 seconds to answer now; it was 5 seconds.",
    ),
    "other leads": (
        "score > 400",
        "score > 500",
        "know",
        "Which leads, new: only where score is more than 500.",
    ),
    "another price": ("price 20.00", "price 25.00", "know", "What you pay, new: $25.00."),
    "another cap": (
        "cap 10 per day",
        "cap 20 per day",
        "know",
        "How many, new: no more after 20 leads per day (by the calendar of UTC).",
    ),
    "other hours": ("mon-fri 08", "mon-sat 08", "know", "When, new: Monday to Saturday, 08:00 to 20:00."),
}


def edited(old: str, new: str) -> str:
    assert old in FLOW
    return FLOW.replace(old, new)


@pytest.mark.parametrize(("old", "new", "urgency", "said"), FOR_SOURCE.values(), ids=FOR_SOURCE)
def test_a_change_for_a_source(
    old: str, new: str, urgency: str, said: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    found = changes(*(for_source(planned(text), "s", moment) for text in (FLOW, edited(old, new))))
    assert said in [plain(text) for text in found.of(urgency)]


@pytest.mark.parametrize(("old", "new", "urgency", "said"), FOR_BUYER.values(), ids=FOR_BUYER)
def test_a_change_for_a_buyer(
    old: str, new: str, urgency: str, said: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    found = changes(*(for_buyer(planned(text), "b", moment) for text in (FLOW, edited(old, new))))
    assert said in [plain(text) for text in found.of(urgency)]


@pytest.mark.parametrize(("old", "new"), [row[:2] for row in FOR_BUYER.values()], ids=FOR_BUYER)
def test_what_changes_for_a_buyer_is_no_matter_of_the_source(
    old: str, new: str, planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    found = changes(*(for_source(planned(text), "s", moment) for text in (FLOW, edited(old, new))))
    assert found.changes == ()


def test_nothing_changed(planned: Callable[[str], Plan], moment: datetime.datetime) -> None:
    told = for_source(planned(FLOW), "s", moment)
    assert "Nothing changes for this source." in written(changes(told, told), "markdown")


def test_a_source_is_not_compared_with_a_buyer(
    planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    plan = planned(FLOW)
    with pytest.raises(TypeError):
        changes(for_source(plan, "s", moment), for_buyer(plan, "b", moment))


def test_what_a_supplier_reads_of_several_changes(
    planned: Callable[[str], Plan], moment: datetime.datetime, snapshot: SnapshotAssertion
) -> None:
    new = FLOW.replace("  bill   money", "  bill   money required").replace("cost 12.00", "cost 9.50")
    new = new.replace("enum(flat, steep)", "enum(flat, round)").replace("within 8s", "within 2s")
    found = changes(*(for_source(planned(text), "s", moment) for text in (FLOW, new)))
    assert written(found, "markdown") == snapshot


OURS = """
flow f "F"
lead {
  email  email  required
  phone  phone
  require any of email, phone else "no way to reach the lead"
}
source s { %s }
buyer b { price 1.00
  deliver { post "https://b.example" body json { a = email } response { accepted when status 2xx } } }
route { waterfall b }
"""
"""A name of our own, which a supplier never sees."""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", ["email is called mail now; the old name is taken, too."]),
        ('map { email "owner.mail" }', []),
    ],
)
def test_a_name_of_our_own_is_no_matter_to_a_supplier(
    said: str, told: list[str], planned: Callable[[str], Plan], moment: datetime.datetime
) -> None:
    old, text = planned(OURS % said), OURS % said
    for was, now in (
        ("  email  email  required", "  mail  email  required aliases email"),
        ("of email", "of mail"),
        ("a = email", "a = mail"),
        ("map { email", "map { mail"),
    ):
        text = text.replace(was, now)
    found = changes(*(for_source(plan, "s", moment) for plan in (old, planned(text)))).changes
    assert [plain(each.text) for each in found] == told
