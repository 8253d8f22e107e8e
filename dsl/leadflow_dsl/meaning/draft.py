"""The draft of a flow while its passes work on it: what was read, declared, built and found."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import field

from leadflow_dsl import model, nodes
from leadflow_dsl.diagnostics import Diagnostic, Span
from leadflow_dsl.project import Project
from leadflow_dsl.terms import Const, Type
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file of the flow, read. ``own`` is true for the flow file itself."""

    path: str
    tree: nodes.File
    own: bool


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something declared. kind: field list suppression enhance filter score deliver table calendar call_window
    source buyer fields. ``type`` is a field's or a list's; ``results`` are what a look-up's answer sets."""

    kind: str
    name: str
    span: Span
    node: object
    own: bool = True
    type: Type | None = None
    results: Mapping[str, Type] = field(default_factory=dict)
    on_demand: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A word that an expression, a mapping or a template reads: where the word stands, and which name it is.

    ``kind`` is the symbol's; ``result`` for a value that a look-up sets, whose name is then ``look_up.value``.
    """

    span: Span
    kind: str
    name: str


@dataclass(slots=True)
class Draft:
    """A flow in the making. Passes read what earlier ones left, and append."""

    project: Project
    file: str
    findings: list[Diagnostic] = field(default_factory=list)
    broken: list[Span] = field(default_factory=list)
    """Stretches of text that could not be read, from the beginning of the statement."""
    lacking: list[Span] = field(default_factory=list)
    """Where declarations were to come from that could not be had: an import, a ``use``."""
    files: list[Loaded] = field(default_factory=list)
    # what is declared
    words: dict[str, Symbol] = field(default_factory=dict)
    """What a bare word may name: fields, lists, steps."""
    others: dict[str, dict[str, Symbol]] = field(default_factory=dict)
    """By kind, what is only named in its own place: tables, calendars, buyers, sources."""
    field_nodes: list[tuple[nodes.Field, bool]] = field(default_factory=list)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Other names under which sources send a field, by field."""
    require_nodes: list[nodes.RequireAny] = field(default_factory=list)
    step_nodes: list[object] = field(default_factory=list)
    """Steps and routes in the order in which they run."""
    named_delivers: set[str] = field(default_factory=set)
    used: set[tuple[str, str]] = field(default_factory=set)
    """(kind, name) of what an expression, a mapping or a template reads."""
    references: list[Reference] = field(default_factory=list)
    """The same, word by word, for editors. A word that is looked at twice may stand in it twice."""
    # what is built
    head: nodes.FlowHead | None = None
    timezone: str = "UTC"
    currency: str = "USD"
    country: str = "US"
    on_doubt: model.OnDoubt = field(default_factory=model.OnDoubt)
    dimensions: list[str] = field(default_factory=list)
    fields: list[model.Field] = field(default_factory=list)
    require_any: list[model.RequireAny] = field(default_factory=list)
    lists: list[model.NamedValues] = field(default_factory=list)
    tables: list[model.Table] = field(default_factory=list)
    calendars: list[model.Calendar] = field(default_factory=list)
    retain: model.Duration | None = None
    suppressions: list[model.Suppression] = field(default_factory=list)
    call_windows: list[model.CallWindow] = field(default_factory=list)
    alerts: list[model.Alert] = field(default_factory=list)
    policies: list[model.Policy] = field(default_factory=list)
    sources: list[model.Source] = field(default_factory=list)
    steps: list[model.Step] = field(default_factory=list)
    delivers: list[model.Deliver] = field(default_factory=list)
    buyers: list[model.Buyer] = field(default_factory=list)
    assertions: list[model.Assertion] = field(default_factory=list)
    unbuilt: list[model.Unbuilt] = field(default_factory=list)
    constants: dict[tuple[str, Type], Const] = field(default_factory=dict)
    """The texts of lists, each once."""
    known: set[Diagnostic | model.Unbuilt] = field(default_factory=set)
    places: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def found(self, finding: Diagnostic) -> None:
        """Keep a finding, once: what a buyer takes over from another is looked at for both."""
        if finding not in self.known:
            self.known.add(finding)
            self.findings.append(finding)
            for kind in (finding.severity, finding.code):
                insort(self.places.setdefault((finding.span.file, kind), []), finding.span.start)

    def has_found(self, kinds: Iterable[str], span: Span) -> bool:
        """Whether a finding of a severity or code begins in a stretch of text."""
        end = max(span.end, span.start + 1)
        starts = (self.places.get((span.file, kind), []) for kind in kinds)
        return any((at := bisect_left(here, span.start)) < len(here) and here[at] < end for here in starts)

    def not_built(self, form: str, span: Span) -> None:
        """Remember a form that the engine cannot run yet."""
        entry = model.Unbuilt(form, span)
        if entry not in self.known:
            self.known.add(entry)
            self.unbuilt.append(entry)

    def of(self, kind: str) -> dict[str, Symbol]:
        """What is declared of one kind that has its own place."""
        return self.others.setdefault(kind, {})

    def own_items(self) -> tuple[object, ...]:
        """The statements of the flow file itself."""
        return tuple(item for loaded in self.files if loaded.own for item in loaded.tree.items)

    def text_at(self, span: Span) -> str:
        """What stands at ``span``, on one line, white space made single."""
        source = self.project.texts.get(span.file, "")
        return " ".join(source[span.start : span.end].split())
