"""What a buyer gets, as a document: which leads, how many, when, for how much, by which requests."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_engine.instructions.blocks import Block, Bullets, Code, Document, Heading, Paragraph, Table
from leadflow_engine.instructions.phrases import Name, Phrase, joined, lasting, say
from leadflow_engine.instructions.records import BuyerInstructions, Leg


def buyer_document(told: BuyerInstructions) -> Document:
    """The document for a buyer."""
    flow, buyer = told.flow_title or told.flow, told.title or told.buyer
    return Document(f"Receiving leads: {flow}", f"For {buyer}", tuple(_blocks(told)))


def _blocks(told: BuyerInstructions) -> Iterator[Block]:
    yield Heading("Which leads")
    if told.criteria:
        rows = tuple((each.when, (each.reason or "not told",)) for each in told.criteria)
        yield Table(("You get leads", "Else the reason is"), rows)
    else:
        yield Paragraph(("Every lead with which the route comes to you.",))
    yield from _listed("", told.duplicates)
    yield from _listed("What you pay", told.prices, "The first that holds is the price.")
    yield from _listed("How many", told.limits, many=False)
    yield Heading("When")
    if told.hours:
        yield Bullets(told.hours)
        yield Paragraph((f"Times are those of {told.timezone}.",))
    else:
        yield Paragraph(("At any time.",))
    yield from (Paragraph(note.text) for note in told.notes)
    for leg in told.legs:
        yield from _leg(leg)
    yield Heading("When an answer does not tell")
    yield Paragraph(told.doubt)
    yield from _listed("Returns", told.returns, many=False)
    yield Heading("Test leads")
    if told.test:
        yield Bullets(told.test)
    else:
        yield Paragraph(("You are sent no test leads: no mark for them is agreed.",))


def _listed(title: str, items: tuple[Phrase, ...], closing: str = "", many: bool = True) -> Iterator[Block]:
    if not items:
        return
    if title:
        yield Heading(title)
    yield Bullets(items)
    if closing and many and len(items) > 1:
        yield Paragraph((closing,))


def _leg(leg: Leg) -> Iterator[Block]:
    yield Heading(f"The {leg.kind}")
    rows: list[tuple[Phrase, ...]] = [(("Request",), (Name(f"{leg.method} {leg.url}"),))]
    if leg.headers:
        rows.append((("Headers",), joined([(Name(name),) for name in leg.headers])))
    rows += [(("Authentication",), each) for each in leg.auth]
    if leg.content_type:
        rows.append((("Content type",), (Name(leg.content_type),)))
    rows.append((("Time to answer",), (lasting(leg.timeout),)))
    rows.append((("If it fails",), leg.retry))
    if leg.idempotency_header:
        text = say(
            "the header ", Name(leg.idempotency_header), " is the same each time that a lead is sent again"
        )
        rows.append((("Sent again",), text))
    yield Table(("", ""), tuple(rows))
    if leg.body:
        language = (
            "json" if leg.content_type.endswith("json") else "xml" if "xml" in leg.content_type else "text"
        )
        yield Code(leg.body, language, "The body, with a made-up lead; what is secret is masked")
    elif leg.problem:
        yield Paragraph((f"There is no example: {leg.problem}.",))
    yield Heading("How your answer is read", 3)
    yield Bullets(leg.reading)
    if leg.taken:
        yield Heading("What is taken from it", 3)
        yield Bullets(leg.taken)
