"""What a file of scenarios names must be in its flow: a misspelt name would be a test that cannot fail."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadflow_engine.answers.document import AnswersError, Document, Path, Problem
from leadflow_engine.answers.load import spec_of
from leadflow_engine.limits.planned import PlannedCap
from leadflow_engine.plan import Plan
from leadflow_engine.scenarios.compare import ABSENT, matcher_problem
from leadflow_engine.scenarios.given import start_of
from leadflow_engine.scenarios.names_after import done_by, expected_after, impossible, leads_meant
from leadflow_engine.scenarios.observed import ROW, STEP, buyer_legs, services
from leadflow_engine.scenarios.sited import Sited, parts
from leadflow_engine.scenarios.spec import Part, Scenario, ScenarioFile

OUTCOMES = ("sold", "fallback", "unsold", "refused", "held", "pending", "in_doubt", "error", "returned")
REQUEST = ("method", "url", "headers", "query", "body")
POSTING = tuple(
    "outcome delivery rule reason cause reference price bid redirect expires set kind readable notes status "
    "failure answer".split()
)


NEARLY = 0.75
"""How alike a name must be to one of the flow's to count as a slip: ``knd`` is, ``note`` and ``name`` are not."""


def problems(plan: Plan, file: ScenarioFile) -> tuple[Problem, ...]:
    """Every name that the flow does not have, each once."""
    found: dict[Problem, None] = {}
    names = _Names(plan, file.document, _words(plan))
    for scenario in file.scenarios:
        found.update(dict.fromkeys(names.of(scenario)))
    return tuple(found)


def _words(plan: Plan) -> frozenset[str]:
    """Every word of the flow's own texts: what stands in none of them is read by nothing."""
    texts = (text for file, text in plan.flow.sources_text if not file.endswith(".csv"))
    return frozenset(word.casefold() for text in texts for word in re.findall(r"\w+", text))


@dataclass(frozen=True, slots=True)
class _Names:
    plan: Plan
    document: Document
    words: frozenset[str]

    def of(self, scenario: Scenario) -> Iterator[Problem]:
        if scenario.given is not None:
            yield from self._given(scenario.given)
        yield from leads_meant(self.document, scenario)
        for part in scenario.parts:
            yield from self._part(part)

    def _part(self, part: Part) -> Iterator[Problem]:
        yield from self._clock(part)
        yield from self._arriving(part)
        if part.lead is not None:
            yield from self._payload(part.lead.payload, (*part.path, "lead"))
        for buyer in part.settle:
            yield from self._known("buyer", buyer, self.plan.buyers, (*part.path, "settle", buyer))
        if part.word:
            for named in done_by(self.plan, part):
                yield from self._known(*named)
            yield from impossible(self.plan, self.document, part)
        if part.answers is not None:
            yield from self._answers(part.answers)
        if part.expect is not None:
            yield from self._expect(part.expect)

    def _clock(self, part: Part) -> Iterator[Problem]:
        try:
            start_of(part.clock or "2026-01-01T00:00", self.plan)
        except ValueError as error:
            yield self.document.problem((*part.path, "clock"), f"`{part.clock}` is no time: {error}")

    def _arriving(self, part: Part) -> Iterator[Problem]:
        sources = list(self.plan.sources)
        if part.lead is None:
            return
        if part.lead.source:
            yield from self._known("source", part.lead.source, sources, (*part.path, "source"))
        elif len(sources) > 1:
            said = f"the flow has several sources: say `source: {'` or `'.join(sources)}`"
            yield self.document.problem(part.path, said)

    def _payload(self, payload: Mapping[str, Any], place: Path) -> Iterator[Problem]:
        """What a source sends beyond the fields is kept, so that any name may come; one that stands nowhere in the flow
        and is nearly a field's is a slip: the lead would be another than is meant."""
        fields = [name for field in self.plan.fields.values() for name in (field.name, *field.aliases)]
        known = {name.casefold() for name in fields} | self.words
        for name in payload:
            near = difflib.get_close_matches(name.casefold(), fields, 1, NEARLY)
            if near and name.casefold() not in known:
                said = f"nothing in the flow reads `{name}`"
                yield self.document.problem((*place, name), said, f"did you mean `{near[0]}`?")

    # -------------------------------------------------------------- answers and what had happened

    def _answers(self, answers: Sited) -> Iterator[Problem]:
        try:
            spec = spec_of(answers.document(self.document))
        except AnswersError as error:
            yield from error.problems
            return
        for key in spec.legs:
            side = "buyers" if key.side == "buyer" else "services"
            known: Collection[str] = self.plan.buyers if key.side == "buyer" else services(self.plan)
            yield from self._known(key.side, key.name, known, answers.origin((side, key.name)))
            leg = "deliver" if key.leg == "post" else key.leg
            if key.side == "buyer" and key.name in self.plan.buyers:
                legs = buyer_legs(self.plan, key.name)
                yield from self._known("leg", leg, legs, answers.origin((side, key.name, leg)))

    def _given(self, given: Sited) -> Iterator[Problem]:
        data = given.data
        for name, said in data.get("buyers", {}).items():
            yield from self._known("buyer", name, self.plan.buyers, given.origin(("buyers", name)))
            if name in self.plan.buyers:
                caps = self.plan.buyers[name].caps
                path: Path = ("buyers", name)
                yield from self._counts(given, (*path, "sold"), said, [cap for cap in caps if not cap.money])
                yield from self._counts(given, (*path, "spent"), said, [cap for cap in caps if cap.money])
                if "balance" in said and self.plan.buyers[name].buyer.balance is None:
                    said_ = f"{name} does not pay beforehand"
                    help_ = "the flow says `balance prepaid` of those that do"
                    yield self.document.problem(given.origin((*path, "balance")), said_, help_)
        for name, said in data.get("sources", {}).items():
            yield from self._known("source", name, self.plan.sources, given.origin(("sources", name)))
            yield from self._counts(
                given, ("sources", name, "accepted"), said, self.plan.source_caps.get(name, ())
            )
        for stage, buyers in data.get("turns", {}).items():
            yield from self._known("stage", stage, self.plan.stages, given.origin(("turns", stage)))
            yield from self._all("buyer", buyers, self.plan.buyers, given, ("turns", stage))
        for index, said in enumerate(data.get("earlier", ())):
            place: Path = ("earlier", index)
            yield from self._all("buyer", said.get("sold", ()), self.plan.buyers, given, (*place, "sold"))
            if "source" in said:
                yield from self._known(
                    "source", said["source"], self.plan.sources, given.origin((*place, "source"))
                )

    def _counts(
        self, given: Sited, path: Path, said: Mapping[str, Any], caps: Iterable[PlannedCap]
    ) -> Iterator[Problem]:
        """A count for which there is no cap would be of no effect."""
        word = str(path[-1])
        kind = "budget" if word == "spent" else "cap"
        for period, count in said.get(word, {}).items():
            mine = [cap for cap in caps if cap.period == period]
            place = given.origin((*path, period))
            if not mine:
                known = ", ".join(dict.fromkeys(cap.period for cap in caps)) or "none"
                said_ = f"{path[-2]} has no {kind} per {period}"
                yield self.document.problem(place, said_, f"its {kind}s are per: {known}")
            elif not any((cap.by is not None) is isinstance(count, Mapping) for cap in mine):
                by = next((cap.by.name for cap in mine if cap.by), "")
                help_ = f"write a count for each {by}: {{CA: 3}}" if by else "write a number"
                yield self.document.problem(
                    place, f"this {kind} counts {'by ' + by if by else 'all leads'}", help_
                )

    # -------------------------------------------------------------- what must come out

    def _expect(self, expect: Sited) -> Iterator[Problem]:
        data, plan = expect.data, self.plan
        names = [*plan.buyers, *services(plan)]
        buyers, steps = (
            list(plan.buyers),
            ["intake", *(step.name for step in plan.flow.steps), *services(plan)],
        )
        if "outcome" in data and not str(data["outcome"]).startswith("~"):
            yield from self._known("outcome", data["outcome"], OUTCOMES, expect.origin(("outcome",)))
        for key, kind, known in (
            ("sold", "buyer", buyers),
            ("reasons", "buyer", buyers),
            ("distribution", "buyer", buyers),
            ("steps", "step", steps),
            ("fields", "field", list(plan.fields)),
            ("called", "buyer or service", names),
            ("requests", "buyer or service", names),
            ("postings", "buyer or service", names),
        ):
            yield from self._all(kind, data.get(key, ()), known, expect, (key,))
        yield from self._buyer(expect)
        if isinstance(data.get("look_ups"), list):
            yield from self._all("look-up", data["look_ups"], list(plan.lookups), expect, ("look_ups",))
        yield from self._words(expect)
        for named in expected_after(plan, expect):
            yield from self._known(*named)
        further = expect.at("next")
        if further is not None:
            yield from self._expect(further)
        for path in parts({key: value for key, value in data.items() if key != "next"}):
            yield from self._matcher(expect, path)

    def _buyer(self, expect: Sited) -> Iterator[Problem]:
        said = expect.data.get("buyer")
        for name in said if isinstance(said, list) else [said]:
            if name and not name.startswith("~"):
                yield from self._known("buyer", name, self.plan.buyers, expect.origin(("buyer",)))

    def _words(self, expect: Sited) -> Iterator[Problem]:
        """The words inside a row: ``outcome``, ``reason`` ..., ``method``, ``url`` ..."""
        rows: tuple[tuple[str, tuple[str, ...]], ...] = (("distribution", ROW), ("steps", STEP))
        for key, words in rows:
            for name, row in expect.data.get(key, {}).items():
                if isinstance(row, Mapping):
                    yield from self._all("word", row, words, expect, (key, name))
        for key, words in (("requests", REQUEST), ("postings", POSTING)):
            for name in expect.data.get(key, {}):
                yield from self._calls(expect, (key, name), words, name in self.plan.buyers)

    def _calls(self, expect: Sited, path: Path, words: Collection[str], buyer: bool) -> Iterator[Problem]:
        said = expect.at(*path)
        data = said.data if said else None
        if buyer and isinstance(data, Mapping):
            yield from self._all("leg", data, buyer_legs(self.plan, str(path[-1])), expect, path)
            for leg in data:
                yield from self._calls(expect, (*path, leg), words, buyer=False)
        elif buyer and data != ABSENT:
            yield self.document.problem(
                expect.origin(path), "say which leg", "write `ping:` or `deliver:` below"
            )
        elif isinstance(data, list):
            for index in range(len(data)):
                yield from self._calls(expect, (*path, index), words, buyer=False)
        elif isinstance(data, Mapping):
            yield from self._all("word", data, words, expect, path)

    def _matcher(self, expect: Sited, path: Path) -> Iterator[Problem]:
        found = expect.at(*path)
        if found is not None and isinstance(found.data, str) and found.data.startswith("~"):
            problem = matcher_problem(found.data)
            if problem:
                yield self.document.problem(expect.origin(path), problem)

    # -------------------------------------------------------------- one name

    def _all(
        self, kind: str, names: Iterable[Any], known: Collection[str], where: Sited, path: Path
    ) -> Iterator[Problem]:
        for index, name in enumerate(names):
            inner = (*path, name) if isinstance(names, Mapping) else (*path, index)
            yield from self._known(kind, name, known, where.origin(inner))

    def _known(self, kind: str, name: Any, known: Collection[str], place: Path) -> Iterator[Problem]:
        if name in known:
            return
        near = difflib.get_close_matches(str(name), known, 1)
        help_ = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}" if known else ""
        what = {
            "word": "is not known here",
            "outcome": "is no outcome",
            "state": "is not known here",
            "leg": "is a leg that it does not have",
        }
        said = what.get(kind, f"is no {kind} of the flow")
        yield self.document.problem(place, f"`{name}` {said}", help_)
