"""The posting instructions of a source as a document: where, how, what, what is refused, what is answered."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_engine.instructions import intake
from leadflow_engine.instructions.blocks import Block, Bullets, Code, Document, Heading, Paragraph, Table
from leadflow_engine.instructions.phrases import Name, Phrase, any_of, joined, lasting, say
from leadflow_engine.instructions.records import FieldNote, Refusal, SourceInstructions
from leadflow_engine.instructions.types_in_words import called
from leadflow_engine.texts.json_text import dumps

_LANGUAGES = {"json": "json", "xml": "xml", "csv": "text", "form": "text", "query": "text"}
_TAKEN = {
    "json": "JSON",
    "form": "form fields",
    "xml": "XML",
    "csv": "CSV with a header",
    "query": "fields in the query of the URL",
}
_EVENTS = {
    "accepted": "is accepted",
    "sold": "is sold",
    "fallback": "is taken as a last resort",
    "unsold": "is not sold",
    "refused": "is refused",
    "returned": "is returned",
    "converted": "has become a customer",
}


def source_document(told: SourceInstructions) -> Document:
    """The document for the supplier behind a source."""
    flow, source = told.flow_title or told.flow, told.title or told.source
    return Document(f"Posting leads: {flow}", f"For {source}", tuple(_blocks(told)))


def _blocks(told: SourceInstructions) -> Iterator[Block]:
    yield from _where(told)
    yield from _fields(told)
    yield from _examples(told)
    yield from _refused(told)
    yield from _answers(told)
    yield from _rest(told)


# ------------------------------------------------------------------ where and how


def _where(told: SourceInstructions) -> Iterator[Block]:
    yield Heading("Where to post")
    rows: list[tuple[Phrase, ...]] = [(("Submit a lead",), (Name(f"POST {told.submit_url}"),))]
    if told.pings:
        rows.insert(0, (("Ask with a ping",), (Name(f"POST {told.ping_url}"),)))
    if told.needs_key:
        header = f"{intake.KEY_HEADER}: {intake.KEY_PREFIX}{intake.YOUR_KEY}"
        rows.append(
            (("Authenticate",), say("the header ", Name(header), ", with the key that you were given"))
        )
    rows.append((("Content type",), _received(told)))
    if told.answer_within is not None:
        rows.append((("Answered within",), (lasting(told.answer_within),)))
    rows.append(
        (
            ("Sent again",),
            say(
                "with the same header ",
                Name(intake.IDEMPOTENCY_HEADER),
                ", a repeated call gets the same lead and the same answer",
            ),
        )
    )
    yield Table(("", ""), tuple(rows))
    about = {"verify", "each", "fetch"}
    yield from (Paragraph(note.text) for note in told.notes if note.about in about)


def _received(told: SourceInstructions) -> Phrase:
    kinds = told.receive or tuple(each.kind for each in told.requests) or ("json", "form")
    known = [
        say(_TAKEN[kind], " (", Name(intake.CONTENT_TYPES[kind]), ")")
        if intake.CONTENT_TYPES[kind]
        else (_TAKEN[kind],)
        for kind in kinds
    ]
    return say(
        joined(known, ", ", " or "), ", told apart by the header Content-Type" if len(kinds) > 1 else ""
    )


# ------------------------------------------------------------------ fields


def _fields(told: SourceInstructions) -> Iterator[Block]:
    yield Heading("Fields")
    required = [note for note in told.fields if note.required]
    own = [note for note in told.fields if not note.required and (note.own or not note.by_name)]
    further = [note for note in told.fields if not note.required and not note.own and note.by_name]
    for title, notes in (("Required", required), ("Optional", own), ("Also taken", further)):
        if notes:
            yield Heading(title, 3)
            yield Table(("Field", "What it is", "Sent as", "Example"), tuple(map(_row, notes)))
    yield from _together(told)
    yield Bullets(tuple(_about_fields(told)))


def _row(note: FieldNote) -> tuple[Phrase, ...]:
    return (Name(note.path or note.name),), _what(note), _sent(note), _example(note)


def _what(note: FieldNote) -> Phrase:
    found = say(called(note.type) if note.type.name != "enum" else "one of ", *_members(note))
    limits = say(f", from {note.low} to {note.high}") if note.low and note.high else ()
    pattern = say(", fitting ", Name(f"/{note.pattern}/{note.flags}")) if note.pattern else ()
    default = say("; ", note.default, " where it is left out") if note.default else ()
    where = {"ping": "; required in the ping", "post": "; required in the post"}.get(note.required, "")
    personal = "; personal" if note.personal else ""
    named = say("; called ", Name(note.name), " in answers") if note.name != note.path else ()
    return say(found, limits, pattern, default, where, personal, named)


def _members(note: FieldNote) -> Phrase:
    if note.type.name != "enum":
        return ()
    return joined([(Name(member),) for member in note.type.members], ", ", " or ")


def _sent(note: FieldNote) -> Phrase:
    if not note.path:
        return ("not sent: we set it",)
    if not note.placed:
        return say(note.takes, "; found by the JMESPath ", Name(note.path))
    aliases = joined([(Name(alias),) for alias in note.aliases])
    return say(note.takes, say("; also under ", aliases) if aliases else ())


def _example(note: FieldNote) -> Phrase:
    if note.example is None:
        return ()
    return (Name(note.example if isinstance(note.example, str) else dumps(note.example)),)


def _together(told: SourceInstructions) -> Iterator[Block]:
    for each in told.together:
        named = joined([(Name(path),) for path in each.paths], ", ", " or ")
        yield Paragraph(
            say("At least one of ", named, f" must come, else the lead is refused: “{each.reason}”.")
        )


def _about_fields(told: SourceInstructions) -> Iterator[Phrase]:
    exact = joined(
        [(Name(note.path),) for note in told.fields if not note.by_name and note.path], ", ", " and "
    )
    rest = say(", but for ", exact, ", which are read as they are written here") if exact else ()
    yield say("Names are read without regard to upper and lower case", rest, ".")
    yield (
        (
            "A field that is left out, null or empty is blank. "
            "Of an optional field a value that cannot be read is kept as it came and counts as unknown."
        ),
    )
    yield (
        "What you send beyond these fields is kept with the lead; it is passed on only where a request names it.",
    )
    if any(note.personal for note in told.fields):
        yield ("Fields marked personal are masked wherever somebody reads them.",)
    unkept = [(Name(note.path),) for note in told.fields if not note.kept]
    if unkept:
        yield say(joined(unkept, ", ", " and "), " is used while the lead is processed and never stored.")
    yield from (note.text for note in told.notes if note.about == "retain")


# ------------------------------------------------------------------ examples, refusals, answers


_ACCEPTED = "These are read and accepted as they stand. Names, numbers and addresses in them are made up."
_FETCHED = "A call names the lead, which is then fetched from you. What it is named by here is made up."


def _examples(told: SourceInstructions) -> Iterator[Block]:
    yield Heading("Example requests")
    if told.problem:
        yield Paragraph((f"There is no example: {told.problem}.",))
        return
    yield Paragraph((_FETCHED if told.fetched else _ACCEPTED,))
    for each in told.requests:
        yield Heading(
            _TAKEN[each.kind].replace("form", "Form", 1) if each.kind == "form" else _TAKEN[each.kind], 3
        )
        yield Code(each.curl, "sh", "As a command")
        yield Code(
            each.text, _LANGUAGES[each.kind], "The body alone" if each.kind != "query" else "The query alone"
        )
    if told.ping_request is not None:
        yield Heading("Ping", 3)
        yield Code(told.ping_request.curl, "sh", "As a command")


def _refused(told: SourceInstructions) -> Iterator[Block]:
    yield Heading("What is refused")
    rows: list[tuple[Phrase, ...]] = [
        (("when a required field is missing or not valid",), ("every such field is named at once",))
    ]
    rows += [(("if none of several came, of which one must",), (each.reason,)) for each in told.together]
    rows += [(each.when, _reason(each)) for each in told.refusals]
    yield Table(("A lead is refused", "Reason"), tuple(rows))
    yield Heading("Reasons that an answer may give", 3)
    yield Bullets(tuple((Name(reason),) for reason in told.reasons))


def _reason(refusal: Refusal) -> Phrase:
    return (refusal.reason,) if refusal.reason else ("not told",)


def _answers(told: SourceInstructions) -> Iterator[Block]:
    yield Heading("Answers")
    for each in told.answers:
        yield Heading("".join(p.text if isinstance(p, Name) else p for p in each.when), 3)
        language = (
            "json" if each.content_type.endswith("json") else "xml" if "xml" in each.content_type else "text"
        )
        yield Code(each.body, language, f"HTTP {each.status}")
    yield Heading("Statuses", 3)
    rows = [((Name(str(status)),), (said.replace("`", ""),)) for status, said in intake.STATUSES.items()]
    yield Table(("HTTP status", "Means"), tuple(rows))
    yield Paragraph(
        say(
            "A lead that is not decided yet is asked for with ",
            Name(f"GET {told.base_url}/leads/ID"),
            ", with the same key.",
        )
    )
    for postback in told.postbacks:
        events = any_of([_EVENTS.get(event, event) for event in postback.events])
        yield Paragraph(
            say(f"When a lead {events} we call you: ", Name(f"{postback.method} {postback.url}"), ".")
        )


def _rest(told: SourceInstructions) -> Iterator[Block]:
    if told.payment:
        yield Heading("What you are paid")
        yield Bullets(told.payment)
        if len(told.payment) > 1:
            yield Paragraph(("The first that holds is paid.",))
    notes = tuple(note.text for note in told.notes if note.about == "ping")
    if told.pings:
        yield Heading("Ping and post")
        fields = joined([(Name(name),) for name in told.ping_fields])
        yield Paragraph(
            say(
                "First ask with a ping",
                say(" that holds ", fields) if fields else (),
                "; then post the whole lead. A post is never a duplicate of its own ping.",
            )
        )
        yield from (Paragraph(note) for note in notes)
    yield Heading("Test leads")
    if told.test:
        yield Paragraph(
            say(
                "A lead is a test where ",
                told.test,
                ". Tests count in no cap, are no duplicates, and are not paid for.",
            )
        )
    else:
        yield Paragraph(("This source has no mark for test leads: agree on one before you try it.",))
