"""What a name is, in a few lines of Markdown: for hovers and for the text beside an offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from leadflow_dsl import model, nodes
from leadflow_dsl.functions import Function, signature
from leadflow_dsl.language_server.analysis import Analysis
from leadflow_dsl.language_server.completion.slots import tagged
from leadflow_dsl.meaning.draft import Symbol
from leadflow_dsl.rules import Rule
from leadflow_dsl.terms import Type
from leadflow_dsl.types import KINDS, WEEKDAYS, described, parts


def of_symbol(analysis: Analysis, symbol: Symbol) -> str:
    """What is declared under a name, in short, and where."""
    head = _HEADS.get(symbol.kind, _plain)(analysis, symbol)
    return _joined((*head, f"declared in `{symbol.span.file}`, line {symbol.span.line}"))


def _joined(lines: Iterable[str]) -> str:
    return "\n\n".join(line for line in lines if line)


def _plain(analysis: Analysis, symbol: Symbol) -> tuple[str, ...]:
    title = getattr(getattr(symbol.node, "title", None), "value", "")
    return (f"**{symbol.name}** · {symbol.kind.replace('_', ' ')}" + (f" “{title}”" if title else ""),)


def _field(analysis: Analysis, symbol: Symbol) -> tuple[str, ...]:
    type_ = symbol.type or Type("any")
    found = next((each for each in analysis.draft.fields if each.name == symbol.name), None)
    said = [*_modifiers(found)] if found else []
    written = getattr(symbol.node, "computed", None)
    made = f"computed: `{analysis.draft.text_at(written.span)}`" if written is not None else ""
    return (", ".join((f"**{symbol.name}** · {described(type_)}", *said)), made, parts_of(type_))


def _modifiers(field: model.Field) -> Iterable[str]:
    if field.required:
        yield "required" if field.required == "always" else f"required on {field.required}"
    if field.sensitive:
        yield "sensitive"
    if field.transient:
        yield "transient"
    if field.aliases:
        yield f"also sent as {', '.join(field.aliases)}"


def parts_of(type_: Type) -> str:
    """The parts of a type's values in one line."""
    if type_.name not in KINDS or type_.name == "any":
        return ""
    return "parts: " + " ".join(f"`.{part}`" for part in parts(type_))


def _enhance(analysis: Analysis, symbol: Symbol) -> tuple[str, ...]:
    sets = ", ".join(f"`{name}` {described(type_)}" for name, type_ in symbol.results.items())
    return (*_plain(analysis, symbol), _cost(analysis, symbol.name), f"sets {sets}" if sets else "")


def _cost(analysis: Analysis, name: str) -> str:
    step = next((s for s in analysis.draft.steps if isinstance(s, model.Enhance) and s.name == name), None)
    if step is None:
        return ""
    when = "when a buyer or a condition that is reached needs it" if step.on_demand else "for every lead"
    return f"costs {step.cost} a request, asked {when}"


def of_result(analysis: Analysis, name: str) -> str:
    """A value that a look-up sets: its type, who sets it, what that costs."""
    step, _, result = name.partition(".")
    symbol = analysis.symbol("enhance", step)
    if symbol is None or result not in symbol.results:
        return ""
    type_ = symbol.results[result]
    origin = f"set by the look-up `{step}`; {_cost(analysis, step)}".rstrip("; ")
    return _joined((f"**{name}** · {described(type_)}", origin, parts_of(type_)))


def _buyer(analysis: Analysis, symbol: Symbol) -> tuple[str, ...]:
    buyer = next((each for each in analysis.draft.buyers if each.name == symbol.name), None)
    return (*_plain(analysis, symbol), _terms(analysis, buyer)) if buyer else _plain(analysis, symbol)


def _terms(analysis: Analysis, buyer: model.Buyer) -> str:
    """Price, caps, hours, tags of a buyer, as they are written, as a list."""
    said = [
        ("price", [_written(analysis, price) for price in buyer.prices]),
        ("cap", [f"{cap.maximum} per {cap.period}" for cap in buyer.caps]),
        ("budget", [f"{budget.maximum} per {budget.period}" for budget in buyer.budgets]),
        ("hours", [_hours(opening) for opening in buyer.openings]),
        ("tag", list(buyer.tags)),
        ("needs", list(buyer.needs)),
    ]
    return "\n".join(f"- {word}: {', '.join(values)}" for word, values in said if values)


def _written(analysis: Analysis, price: model.Price) -> str:
    return analysis.draft.text_at(price.span).removeprefix("price").strip()


def _hours(opening: model.Opening) -> str:
    first, last = opening.days[0], opening.days[-1]
    together = len(opening.days) > 2 and list(opening.days) == list(range(first, last + 1))
    which = (
        f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
        if together
        else ", ".join(WEEKDAYS[day] for day in opening.days)
    )
    return f"{'' if len(opening.days) == 7 else which} {opening.start:%H:%M}-{opening.end:%H:%M}".strip()


_HEADS: Final[dict[str, Callable[[Analysis, Symbol], tuple[str, ...]]]] = {
    "field": _field,
    "enhance": _enhance,
    "buyer": _buyer,
}


def of_tag(analysis: Analysis, name: str) -> str:
    """A tag: the buyers that carry it."""
    who = tagged(analysis.draft).get(name, [])
    return f"**{name}** · tag of {', '.join(who) or 'no buyer'}"


def of_secret(analysis: Analysis, name: str) -> str:
    """A secret: that it is one."""
    return f"**{name}** · secret from the environment or a `.env` file; never printed, logged or stored"


def of_function(function: Function) -> str:
    """A function: its signature, what it gives, an example."""
    gives = described(function.gives) if isinstance(function.gives, Type) else ""
    line = f"```\n{signature(function)}{f' -> {gives}' if gives else ''}\n```"
    return f"{line}\n{function.summary}, for example `{function.example}`"


def of_rule(rule: Rule) -> str:
    """A rule: its code, name, severity, and why."""
    return f"**{rule.code}** {rule.name} · {rule.severity}\n\n{rule.summary}\n\n{rule.explanation}"


def of_type(name: str) -> str:
    """A type by its name, with its parts."""
    return _joined((f"**{name}** · type", parts_of(Type(name))))


def of_import(analysis: Analysis, path: str, tree: nodes.File | None) -> str:
    """A file that is imported: where it lies, and what it declares."""
    names = [getattr(getattr(item, "name", None), "text", "") for item in tree.items] if tree else []
    declares = ", ".join(f"`{name}`" for name in names if name)
    shipped = "comes with leadflow" if analysis.is_shipped(path) else f"`{path}`"
    return _joined((shipped, f"declares {declares}" if declares else ""))
