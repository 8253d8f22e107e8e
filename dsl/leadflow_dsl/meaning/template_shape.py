"""What a template makes: a body of its kind, with filters that fit, and words that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from xml.parsers import expat

from jinja2 import nodes as jinja

from leadflow_dsl import tokens
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.foreign_places import foreign_places
from leadflow_dsl.meaning.suggestions import did_you_mean, listed, slip
from leadflow_dsl.meaning.texts import tell_foreign_place
from leadflow_dsl.rules.conditions import ARGUMENTS, NOT_A_MEMBER
from leadflow_dsl.rules.templates import NO_BODY, TEMPLATE
from leadflow_dsl.syntax_checks import hidden_order
from leadflow_dsl.template_arguments import Slip, slips
from leadflow_dsl.template_json import Broken, broken_json
from leadflow_dsl.template_values import Types, path_of
from leadflow_dsl.templates import Place, parsed, span_of_place, stretches_of_text
from leadflow_dsl.types import described

XML: Final = frozenset({"xml", "soap"})


def check_uses(r: Resolver, source: str, place: Place, types: Types) -> None:
    """Report arguments that a filter does not take, words that an enum does not have, and lists written bare.

    ``types``: of the names that the template reads, by path.
    """
    for start, end, name in foreign_places(r.draft, source, template=True):
        tell_foreign_place(r, place.span(source, start, end), name)
    for finding in hidden_order(tokens.source(place.file, source)):
        span = place.span(source, finding.span.start, finding.span.end)
        if not place.file.endswith(".flow"):  # in a flow they are seen as it is read
            r.draft.found(replace(finding, span=span))
    tree = parsed(source)
    if tree is None:
        return
    for one in slips(tree, types):
        _slip(r, one, span_of_place(source, place, one.line, one.words), types)
    for node, path in _written(tree):
        type_ = types.get(path)
        if type_ is not None and type_.name in ("list", "record"):
            span = span_of_place(source, place, node.lineno, (".".join(path),))
            message = f"`{'.'.join(path)}` is of type {described(type_)}, and a place prints one value"
            help = 'write it with `tojson`, `join(", ")` or a loop'
            r.draft.found(TEMPLATE.at(span, message, "cannot be printed", help))


def _slip(r: Resolver, one: Slip, span: Span, types: Types) -> None:
    if not one.member:
        r.draft.found(ARGUMENTS.at(span, one.message, "", one.help))
        return
    word, members = one.words[0], types[one.member].members
    message = f"`{word}` is not one of {listed(members)}"
    help, fix = did_you_mean(word, members), slip(word, span, members)
    r.draft.found(NOT_A_MEMBER.at(span, message, "the enum has no such word", help, fix=fix))


def _written(tree: jinja.Template) -> Iterator[tuple[jinja.Node, tuple[str, ...]]]:
    """The names that stand in a place by themselves."""
    for output in tree.find_all(jinja.Output):
        for node in output.nodes:
            path = path_of(node)
            if path is not None:
                yield node, path


def check_body(r: Resolver, source: str, place: Place, kind: str, types: Types) -> None:
    """Report a template that never makes a body of this kind."""
    tree = parsed(source)
    if tree is None:
        return
    broken = None
    if kind == "json":
        broken = broken_json(source, tree, types)
    elif kind in XML:
        broken = _broken_xml(source, tree)
    if broken is not None:
        r.draft.found(NO_BODY.at(_span(broken, source, place), broken.message, "", broken.help))


def _span(broken: Broken, source: str, place: Place) -> Span:
    if broken.node is None:
        return place.span(source, *broken.stretch)
    names = broken.node.find_all((jinja.Name, jinja.Getattr, jinja.Filter))
    words = [path_of(one) for one in (broken.node, *names)]
    said = tuple(".".join(path) for path in words if path)
    return span_of_place(source, place, broken.node.lineno, said)


def _broken_xml(source: str, tree: jinja.Template) -> Broken | None:
    """Where a template without branches and loops is no XML, whatever stands in its places."""
    if not source.strip():
        return Broken("the template is empty, and XML is not", "write the body: `<lead>...</lead>`")
    if not all(isinstance(node, jinja.Output | jinja.Assign) for node in tree.body) or "<!" in source:
        return None
    if any(isinstance(node, jinja.Filter) and node.name == "xml" for node in tree.find_all(jinja.Filter)):
        return None
    starts, pieces, origin = stretches_of_text(source, tree), [], []
    for output in tree.find_all(jinja.Output):
        for node in output.nodes:
            text = node.data if isinstance(node, jinja.TemplateData) else "x"
            pieces.append(text)
            origin.append((len(text), starts.get(id(node), -1)))
    whole = "".join(pieces)
    lead = len(whole) - len(whole.lstrip())
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(whole.strip().encode(), True)
    except expat.ExpatError as error:
        at = lead + len(whole.strip().encode()[: parser.ErrorByteIndex].decode(errors="ignore"))
        reason = expat.ErrorString(error.code)
        return Broken(f"the template gives no XML: {reason}", "", _in_source(at, origin, source))
    return None


def _in_source(at: int, origin: list[tuple[int, int]], source: str) -> tuple[int, int]:
    """Where in a template a character of its text stands; its last one where nobody can tell."""
    for length, start in origin:
        if at < length and start >= 0:
            word = re.compile(r"</?[\w:.-]*|.", re.DOTALL).match(source, start + at)
            return start + at, word.end() if word else start + at + 1
        at -= length
    end = len(source.rstrip())
    return max(end - 1, 0), end
