"""From a file of scenarios to scenarios: defaults are filled in, tables become one scenario a row."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, Final

from leadflow_engine.answers.document import AnswersError, Document, Path, Problem, read_document
from leadflow_engine.answers.load import spec_of
from leadflow_engine.answers.problems import HELP as ANSWERS_HELP
from leadflow_engine.answers.problems import schema_problems
from leadflow_engine.answers.spec import Spec
from leadflow_engine.intake.bodies import read_body
from leadflow_engine.intake.call import Call, Refused
from leadflow_engine.intake.strict_json import IntakeError, read_json
from leadflow_engine.limits.windows import UNITS
from leadflow_engine.scenarios.schema import schema
from leadflow_engine.scenarios.sited import Sited, laid_over, sited, wrapped
from leadflow_engine.scenarios.spec import NO_TIME, Arriving, Part, Scenario, ScenarioFile
from leadflow_engine.texts.json_text import NotJson, dumps

ENDING: Final = ".scenarios.yaml"
BEGINS: Final = "it begins with `scenarios:`"

_DURATION: Final = "write 750ms, 5s, 10m, 12h or 30d"
HELPS: Final[Mapping[str, str]] = {
    **ANSWERS_HELP,
    "clock": "write 2026-11-20T09:30, in the flow's time zone or with one",
    **dict.fromkeys(("wait", "after", "ago", "for"), _DURATION),
}
"""How the value of a key is written."""

HAPPENINGS: Final = (
    *("return", "callback", "feedback", "payment", "payout", "invoice"),
    *("pause", "resume", "cap", "suppress", "unsuppress", "resubmit"),
)
"""What an entry of ``then`` may say that somebody does (``acting.WORDS``)."""

IN_ROWS: Final = frozenset("name source clock test wait lead raw given answers settle expect".split())
"""What a row of a table may say; what stands behind a dot leads further in."""

NESTED: Final = frozenset("lead raw given answers settle expect".split())

_LENGTH = re.compile(r"([0-9]+)(ms|[smhdw])")


class ScenariosError(AnswersError):
    """A file of scenarios cannot be used. The text shows all ``problems``, one after the other."""


def load_scenarios(path: FilePath | str) -> ScenarioFile:
    """Read a file of scenarios. Raises ``ScenariosError`` with every problem found."""
    file = str(path)
    try:
        text = FilePath(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ScenariosError((Problem(file, 1, 1, f"the file cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise ScenariosError((Problem(file, 1, 1, f"the file is not UTF-8 (byte {error.start})"),)) from error
    return parse_scenarios(text, file)


def parse_scenarios(text: str, file: str) -> ScenarioFile:
    """The scenarios of a text that stands at ``file``. Raises ``ScenariosError`` with every problem found."""
    try:
        document = read_document(text, file)
    except AnswersError as error:
        raise ScenariosError(error.problems) from error
    found = tuple(schema_problems(document, schema(), BEGINS, HELPS))
    if found:
        raise ScenariosError(found)
    problems: list[Problem] = []
    scenarios = tuple(_scenarios(document, problems))
    problems += _names_twice(document, scenarios)
    if problems:
        raise ScenariosError(tuple(dict.fromkeys(problems)))
    return ScenarioFile(file, _flow_of(document), text, document, scenarios)


def default_answers(flow: FilePath | str) -> Spec | None:
    """The answers that a flow's scenarios give where none of them says otherwise; None where there are none.

    Raises ``ScenariosError`` for a file that cannot be used.
    """
    path = FilePath(flow).with_suffix(ENDING)
    if not path.is_file():
        return None
    document = load_scenarios(path).document
    said = sited(document.data, ()).at("defaults", "answers")
    return None if said is None else spec_of(said.document(document))


def flow_beside(file: FilePath | str) -> FilePath:
    """The flow that a file is about where it does not say: ``solar.flow`` beside ``solar.scenarios.yaml``."""
    path = FilePath(file)
    return path.with_name(path.name.removesuffix(ENDING) + ".flow")


def _flow_of(document: Document) -> str:
    said = document.data.get("flow")
    return str(FilePath(document.file).parent / said if said else flow_beside(document.file))


def _names_twice(document: Document, scenarios: tuple[Scenario, ...]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for scenario in scenarios:
        place = scenario.row or scenario.path
        if first.setdefault(scenario.name, place) != place:
            line = document.places[first[scenario.name]][0]
            message = f"two scenarios are called `{scenario.name}`; the first is in line {line}"
            yield document.problem((*place, "name"), message, "call one of them something else")


# ------------------------------------------------------------------ one scenario a row


def _scenarios(document: Document, problems: list[Problem]) -> Iterator[Scenario]:
    defaults = sited(document.data.get("defaults", {}), ("defaults",))
    for number, said in enumerate(document.data["scenarios"]):
        path: Path = ("scenarios", number)
        own = laid_over(defaults, sited(said, path))
        if "each" not in said:
            yield _scenario(document, own, defaults, path, (), problems)
        rows = said.get("each", ())
        for index, (row, name) in enumerate(zip(rows, _labels(rows), strict=True)):
            place = (*path, "each", index)
            try:
                yield _row(document, own, defaults, path, place, row, name, problems)
            except AnswersError as error:
                problems += error.problems


def _row(
    document: Document,
    own: Sited,
    defaults: Sited,
    path: Path,
    place: Path,
    row: Mapping[str, Any],
    name: str,
    problems: list[Problem],
) -> Scenario:
    """The scenario of one row: the row's values in their places, checked anew."""
    over = Sited({}, {(): place})
    for key, value in row.items():
        over = laid_over(over, wrapped(sited(value, (*place, key)), _path_of(document, place, key)))
    filled = laid_over(own, over)
    data = {key: value for key, value in filled.data.items() if key != "each"}
    filled = Sited({**data, "name": f"{own.data['name']}: {name}"}, filled.origins)
    shape = {"$defs": schema()["$defs"], "$ref": "#/$defs/scenario"}
    found = tuple(schema_problems(filled.document(document), shape, BEGINS, HELPS))
    if found:
        raise ScenariosError(found)
    return _scenario(document, filled, defaults, path, place, problems)


def _path_of(document: Document, place: Path, key: str) -> Path:
    word, *further = key.split(".")
    if word not in IN_ROWS or (further and word not in NESTED):
        near = difflib.get_close_matches(word, sorted(IN_ROWS), 1)
        help_ = f"did you mean `{near[0]}`?" if near else f"a row may say {', '.join(sorted(IN_ROWS))}"
        raise ScenariosError((document.problem((*place, key), f"`{key}` is not known in a row", help_),))
    return (word, *further)


def _labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each row is called: its own name, else its values; those that would be called the same have numbers."""
    labels = [str(row["name"]) if "name" in row else _label(row) for row in rows]
    return [
        f"{label} (row {number})" if labels.count(label) > 1 and "name" not in row else label
        for number, (label, row) in enumerate(zip(labels, rows, strict=True), 1)
    ]


def _label(row: Mapping[str, Any]) -> str:
    """What tells a row from the others: what it puts into the lead, else what it says at all."""
    pairs = [(key, value) for key, value in row.items() if not key.startswith("expect")] or list(row.items())
    return ", ".join(f"{key.removeprefix('lead.')} {_short(value)}" for key, value in pairs)


def _short(value: Any) -> str:
    shown = dumps(value) if isinstance(value, dict | list) else "blank" if value is None else str(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."


# ------------------------------------------------------------------ the parts of a scenario


def _scenario(
    document: Document, own: Sited, defaults: Sited, path: Path, row: Path, problems: list[Problem]
) -> Scenario:
    parts = [_part(document, own, path, problems, first=True)]
    for number, said in enumerate(own.data.get("then", ())):
        further = own.at("then", number)
        assert further is not None
        problems += _too_much(document, further)
        if "lead" in said or "raw" in said:
            further = _with_defaults(defaults, own, further)
        parts.append(_part(document, further, (*path, "then", number), problems))
    return Scenario(str(own.data["name"]), path, tuple(parts), own.at("given"), row)


def _with_defaults(defaults: Sited, own: Sited, part: Sited) -> Sited:
    """A further lead: the defaults hold for it, and so does the source of the scenario; its clock goes on."""
    kept = {key: value for key, value in defaults.data.items() if key in {"lead", "test"}}
    if "source" in own.data:
        kept["source"] = own.data["source"]
    origins = {key: to for key, to in defaults.origins.items() if not key or key[0] in kept}
    return laid_over(Sited(kept, origins), part)


def _too_much(document: Document, said: Sited) -> Iterator[Problem]:
    """What an entry says beside the one thing that happens in it: in which order would it be done?"""
    arrives = "lead" in said.data or "raw" in said.data
    happen = [key for key in ("lead", "raw", *HAPPENINGS) if key in said.data]
    happen += ["settle"] if "settle" in said.data and not arrives else []
    for key in happen[1:]:
        message = f"`{happen[0]}` and `{key}` are two things that happen"
        yield document.problem(said.origin((key,)), message, "make two entries of it, in their order")
    for key, is_odd, why in (
        ("about", arrives, "is about a lead that came before; this entry brings one"),
        ("times", not arrives, "is said of a lead that comes"),
        ("source", not arrives, "is said of a lead that comes"),
        ("test", not arrives, "is said of a lead that comes"),
    ):
        if key in said.data and is_odd:
            yield document.problem(said.origin((key,)), f"`{key}` {why}")


def _part(document: Document, said: Sited, path: Path, problems: list[Problem], first: bool = False) -> Part:
    data = said.data
    word = next((key for key in HAPPENINGS if key in data), "")
    arrives = first or "lead" in data or "raw" in data
    return Part(
        path=path,
        lead=Arriving(_payload(document, said, problems), data.get("source", ""), data.get("test", False))
        if arrives
        else None,
        clock=data.get("clock", ""),
        after=length(data["after"]) if "after" in data else NO_TIME,
        settle=data.get("settle", {}),
        wait=length(data["wait"]) if "wait" in data else NO_TIME,
        answers=said.at("answers"),
        expect=said.at("expect"),
        word=word,
        said=data.get(word),
        about=data.get("about", 0),
        times=data.get("times", 1),
    )


def _payload(document: Document, said: Sited, problems: list[Problem]) -> Mapping[str, Any]:
    raw = said.data.get("raw")
    try:
        payload = read_json(dumps(said.data.get("lead", {}))) if raw is None else _read_raw(raw)
    except (IntakeError, NotJson) as error:
        where = ("lead",) if raw is None else ("raw", "body")
        problems.append(document.problem(said.origin(where), f"this lead cannot be read: {error}"))
        return {}
    assert isinstance(payload, Mapping)
    return payload


def _read_raw(raw: Mapping[str, str]) -> Any:
    """The payload of a body as it came over the wire. Raises ``IntakeError``."""
    headers = (("Content-Type", raw["content_type"]),)
    call = Call("POST", "/", headers, raw["body"].encode(), _NO_MOMENT)
    try:
        tree = read_body(call, ()).tree
    except Refused as refused:
        raise IntakeError(refused.answered.why) from None
    if isinstance(tree, list) and len(tree) > 1:
        raise IntakeError(f"the body holds {len(tree)} leads; a scenario is about one")
    if isinstance(tree, list) and tree:  # the only row of a CSV
        tree = tree[0]
    if not isinstance(tree, Mapping):
        raise IntakeError("a lead is a JSON object")
    return tree


_NO_MOMENT: Final = datetime.datetime.min.replace(tzinfo=datetime.UTC)


def length(text: str) -> Any:
    """A length of time as the language writes it. The schema has checked its form."""
    found = _LENGTH.fullmatch(text)
    assert found
    return int(found[1]) * UNITS[found[2]]
