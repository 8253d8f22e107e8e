"""Bodies written by pairs: whether their left sides make one tree, of the kind that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from leadflow_dsl.diagnostics import Diagnostic, Label, Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.meaning.suggestions import listed
from leadflow_dsl.model import Body, Deliver, Enhance, Flow, Leg, Request, Segment, TestField
from leadflow_dsl.rules.requests import BODY_SHAPE
from leadflow_dsl.unguarded import dataclass

XML: Final = frozenset({"xml", "soap"})
XML_NAME: Final = re.compile(r"[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?\Z")
TEXT_OF_ELEMENT: Final = "#text"


@dataclass(frozen=True, slots=True)
class Written:
    """A left side, and where it stands."""

    left: tuple[Segment, ...]
    span: Span


def body_shapes(flow: Flow, draft: Draft) -> Iterator[Diagnostic]:
    """Bodies of which no lead could make a right one; a test lead's fields are part of their buyer's."""
    yield from _test_mails(flow)
    seen: set[Diagnostic] = set()
    for leg, tests in _legs(flow):
        if leg.request.body is not None:
            for found in _in_body(leg.request, leg.request.body, tests):
                if found not in seen:
                    seen.add(found)
                    yield found


def _test_mails(flow: Flow) -> Iterator[Diagnostic]:
    """A mail tells that a lead is a test by its subject, and by nothing else."""
    help = 'write `test { field "subject" = "[test]" }`: it stands before the subject'
    for buyer in (buyer for buyer in flow.buyers if buyer.email is not None):
        for one in buyer.test_fields:
            if tuple(part.name for part in one.left) != ("subject",):
                yield BODY_SHAPE.at(one.value.span, "a mail has no such field", "has no place there", help)
        if buyer.test_url is not None:
            yield BODY_SHAPE.at(buyer.test_url.span, "a mail is sent to no url", "has no place there", help)


def _legs(flow: Flow) -> Iterator[tuple[Leg, Sequence[TestField]]]:
    for buyer in flow.buyers:
        yield from ((leg, buyer.test_fields) for leg in (buyer.ping, buyer.deliver) if leg is not None)
    for step in (*flow.steps, *flow.named_delivers):
        if isinstance(step, Enhance | Deliver):
            yield step.leg, ()


def _in_body(request: Request, body: Body, tests: Sequence[TestField]) -> Iterator[Diagnostic]:
    marks = [Written(one.left, one.value.span) for one in tests]
    if not body.pairs:
        if marks and (body.template or body.inline) and body.kind in {*XML, "text"}:
            help = "let the template write it, where it asks `{% if lead.test %}`, and say `url` in `test`"
            message = "a test field cannot join a template of XML or text"
            yield BODY_SHAPE.at(marks[0].span, message, "has no place there", help)
        return
    secrets = [Written(_segments(auth.name), auth.span) for auth in request.auth if auth.kind == "body"]
    written = [*(Written(pair.left, pair.span) for pair in body.pairs), *secrets, *marks]
    yield from _mixed(written)
    if body.kind != "json" and (listed_at := next((one for one in written if _begins_list(one)), None)):
        help = "begin with a name; `body json` alone can be a list"
        yield BODY_SHAPE.at(listed_at.span, f"a body of the kind `{body.kind}` is no list", "", help)
    elif body.kind in XML:
        yield from _xml(written)


def _begins_list(one: Written) -> bool:
    return one.left[0].kind in {"index", "each"}


def _mixed(written: Sequence[Written]) -> Iterator[Diagnostic]:
    """Places that are a list by one left side, and an object by another."""
    shapes: dict[tuple[Segment, ...], tuple[str, Span]] = {}
    for one in written:
        for number, segment in enumerate(one.left):
            shape = "each" if segment.kind == "each" else "index" if segment.kind == "index" else "name"
            known, span = shapes.setdefault(one.left[:number], (shape, one.span))
            if known != shape:
                place = Label(span, _SHAPES[known])
                message = "one place is written in two ways"
                help = "write a list either by numbers or by `[*]`, and an object by names"
                yield BODY_SHAPE.at(one.span, message, _SHAPES[shape], help, (place,))
                return


_SHAPES: Final = {"each": "each of a list here", "index": "a list by numbers here", "name": "an object here"}


def _xml(written: Sequence[Written]) -> Iterator[Diagnostic]:
    first = written[0]
    for one in written:
        if one.left[0] != first.left[0]:
            roots = listed(dict.fromkeys(each.left[0].name for each in written))
            place = Label(first.span, "the root is named here")
            help = (
                "begin every left side with the name of the root element",
                'a name in quotes is one name: `Lead.Zip` nests, and `"Lead.Zip"` does not',
            )
            yield BODY_SHAPE.at(one.span, "XML has one root", f"there are several: {roots}", help, (place,))
            return
    for one in written:
        yield from _names(one)


def _names(one: Written) -> Iterator[Diagnostic]:
    for segment in one.left[:-1]:
        if segment.kind == "attribute" or segment.name == TEXT_OF_ELEMENT:
            yield BODY_SHAPE.at(one.span, f"`{_shown(segment)}` has no parts", "stands last in a left side")
    for segment in one.left:
        if segment.name and segment.name != TEXT_OF_ELEMENT and not XML_NAME.match(segment.name.lstrip("@")):
            message = f"`{segment.name}` cannot be the name of an XML element"
            yield BODY_SHAPE.at(one.span, message, "no XML name", "letters, digits, `_`, `-` and `.`")


def _shown(segment: Segment) -> str:
    return f"@{segment.name}" if segment.kind == "attribute" else segment.name


def _segments(name: str) -> tuple[Segment, ...]:
    """The dotted name of an ``auth body`` as a left side."""
    return tuple(Segment("name", part.partition("[")[0]) for part in name.split("."))
