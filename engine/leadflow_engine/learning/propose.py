"""A ``response`` block from samples: proposed, checked by lint, and run over the samples by the ordinary reader."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from leadflow_dsl import format_text
from leadflow_dsl import model as m
from leadflow_dsl.checking import check_files
from leadflow_engine.learning.features import features
from leadflow_engine.learning.rules import Rule, Rules, Seen, find_rules
from leadflow_engine.learning.samples import VALUES, Sample
from leadflow_engine.learning.values import Place, find_place
from leadflow_engine.response import Reader, Reading, compile_response, convert
from leadflow_engine.response.decode import DECODERS, decode

_SCRATCH: Final = """\
flow learned "A response that was learned"

lead {{
  email        email
  postal_code  postal_code
}}

buyer learned "Learned" {{
  price 1.00
  {leg} {{
    post "https://buyer.example/leads"
    body json {{
      {field} = {field}
    }}
    {block}
  }}
{rest}}}

route {{ waterfall learned }}
"""
_FORM: Final = re.compile(r"\s*[\w.\-\[\]]+=[^<>{}\s]*\s*\Z")
"""A form without anything that markup or objects have: almost any text can be read as one."""

_POST: Final = """\
  deliver {
    post "https://buyer.example/leads"
    body json {
      email = email
    }
    response {
      accepted when status 2xx
      otherwise error
    }
  }
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """A sample, what the block reads from it, and in which of ``outcome price reference reason`` it is wrong."""

    sample: Sample
    reading: Reading
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """``block`` is the text from ``response`` to its closing brace, in the one format; ``findings`` are what lint
    says of it in a flow of its own."""

    block: str
    rules: Rules
    places: tuple[Place, ...]
    tried: tuple[Tried, ...]
    findings: tuple[str, ...] = ()


def propose(samples: Sequence[Sample], ping: bool = False) -> Proposal:
    """The block that reads these samples, as far as anything in them tells; never raises for what they hold."""
    kind = _kind(samples)
    seen = tuple(Seen(sample, features(sample, kind)) for sample in samples)
    rules = find_rules(seen)
    places = tuple(place for value in VALUES if (place := find_place(value, seen)))
    proposal = _held(samples, kind, rules, places, ping)
    while rule := _accepting_too_much(proposal):
        proposal = _held(samples, kind, proposal.rules.without(rule), places, ping)
    return proposal


def _accepting_too_much(proposal: Proposal) -> Rule | None:
    """A rule by which a sample that was not accepted is read as sold: the gravest mistake that a block can make."""
    for one in proposal.tried:
        if one.reading.verdict == "accepted" != one.sample.outcome and one.reading.rule:
            return proposal.rules.rules[one.reading.rule - 1]
    return None


def _held(
    samples: Sequence[Sample], kind: str, rules: Rules, places: tuple[Place, ...], ping: bool
) -> Proposal:
    """The block of these rules and places, checked, and held against the samples."""
    block = _block(kind, rules, places, ping)
    text, _ = format_text(_scratch(block, ping), "learned.flow")
    checked = check_files({"learned.flow": text or ""}, "learned.flow")
    flow = checked.flow
    if text is None or flow is None or checked.errors:
        findings = tuple(f"{one.code} {one.message}" for one in checked.diagnostics)
        return Proposal(block, rules, places, (), findings)
    leg = flow.buyers[0].ping if ping else flow.buyers[0].deliver
    assert leg is not None
    span, reader = leg.response.span, compile_response(leg.response)
    tried = tuple(_tried(sample, reader, ping) for sample in samples)
    findings = tuple(f"{one.code} {one.message}" for one in checked.diagnostics)
    shown = textwrap.dedent(" " * (span.column - 1) + text[span.start : span.end])
    return Proposal(shown, rules, places, tried, findings)


def reader_of(block: str, ping: bool = False) -> Reader:
    """A block as a reader, for answers that were not among its samples. Raises ``ValueError`` where it is none."""
    flow = check_files({"learned.flow": _scratch(block, ping)}, "learned.flow").flow
    leg: m.Leg | None = None if flow is None else flow.buyers[0].ping if ping else flow.buyers[0].deliver
    if leg is None:
        raise ValueError("this is no response block")
    return compile_response(leg.response)


def _scratch(block: str, ping: bool) -> str:
    field = "postal_code" if ping else "email"  # a ping that tells who the lead is would be a finding
    leg = "ping" if ping else "deliver"
    return _SCRATCH.format(leg=leg, field=field, block=block, rest=_POST if ping else "")


def _kind(samples: Sequence[Sample]) -> str:
    """The kind to declare: none where each answer shows what it is, else the one that reads most of them."""
    read = {kind: sum(_is_a_tree(sample, kind) for sample in samples) for kind in ("", *DECODERS)}
    best = max(read, key=lambda kind: read[kind])
    return best if read[best] > read[""] else ""


def _is_a_tree(sample: Sample, kind: str) -> bool:
    if kind == "form" and not _FORM.match(sample.body):
        return False
    decoded = decode(kind, sample.content_type, sample.body)
    return isinstance(decoded.tree, dict | list) and not decoded.problem


def _block(kind: str, rules: Rules, places: Sequence[Place], ping: bool) -> str:
    lines = [f"{rule.outcome} when {rule.condition}" for rule in rules.rules]
    lines.append(f"otherwise {rules.otherwise}")
    lines += [f"{'bid' if ping and one.value == 'price' else one.value} {one.asked}" for one in places]
    head = f"response {kind} {{" if kind else "response {"
    return "\n".join([head, *(f"  {line}" for line in lines), "}"])


# ------------------------------------------------------------------ held against the samples


def _tried(sample: Sample, reader: Reader, ping: bool) -> Tried:
    reading = reader.read(sample.status, sample.headers, sample.body)
    return Tried(sample, reading, wrong_in(sample, reading, ping))


def wrong_in(sample: Sample, reading: Reading, ping: bool) -> tuple[str, ...]:
    """Which of ``outcome price reference reason`` were read otherwise than somebody told."""
    found: Mapping[str, object] = {
        "price": reading.bid if ping else reading.price,
        "reference": reading.reference,
        "reason": reading.reason,
    }
    wrong = [value for value, known in sample.known.items() if not _as_told(value, known, found[value])]
    return (*(("outcome",) if reading.verdict != sample.outcome else ()), *wrong)


def _as_told(value: str, known: str, found: object) -> bool:
    if value == "price":
        told = convert.amount(known, "US") or Decimal(0)
        return told == (found if isinstance(found, Decimal) else Decimal(0))
    return known.strip().casefold() == str(found).strip().casefold()
