"""The Jinja environment: nothing reaches Python. Attributes are parts and names, arithmetic is decimal, no globals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from pathlib import PurePosixPath
from typing import Any, Final, NoReturn

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    nodes,
    pass_context,
)
from jinja2.runtime import BlockReference, Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from leadflow_engine.templates import names
from leadflow_engine.templates.filters import FILTERS, INNER_FILTERS, TESTS, printed
from leadflow_engine.templates.problems import TemplateError, TemplateProblem
from leadflow_engine.templates.profile import MAX_SOURCE, bounded, problems
from leadflow_engine.templates.shown import Shown, Written, number, part, show
from leadflow_engine.texts.escapes import form_quote, json_quote, xml_quote
from leadflow_engine.texts.leaves import Secret, clean

LOOP_PARTS: Final = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})

_ESCAPES: Final[Mapping[str, Callable[[str], str]]] = {
    "json": json_quote,
    "xml": xml_quote,
    "form": form_quote,
    "text": str,
}

_ARITHMETIC: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: a % b,
}


class Refusal(TemplateSyntaxError):
    """A template outside the profile. ``found`` holds every problem."""

    def __init__(self, found: list[TemplateProblem]) -> None:
        super().__init__(found[0].message, found[0].line, found[0].name)
        self.found = found


class Secrets(dict[str, Secret]):
    """``auth`` in a template: the secrets of the request's ``auth body``, and no others."""


class LeadContext(Context):
    """Names come from the lead's scope, at the moment when they are reached."""

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        if key in self.parent:
            return self.parent[key]
        environment = self.environment
        if key == "auth":
            return self.parent["_auth"]
        kind = environment.kinds.get(key) if isinstance(environment, Environment) else None
        return missing if kind is None else show(names.first(key, kind, self.parent["_scope"]))


class _Loader(BaseLoader):
    """Templates by their path from the project's root, wherever ``source`` takes them from."""

    def __init__(self, source: Callable[[str], str]) -> None:
        self.source = source

    def get_source(self, environment: Any, template: str) -> tuple[str, str | None, Callable[[], bool]]:
        try:
            return self.source(template), template, lambda: True
        except TemplateError as problem:
            raise TemplateNotFound(template, str(problem)) from problem


class Environment(SandboxedEnvironment):
    """One for all templates of a project. ``kinds`` maps each name that a template may use to what it is."""

    intercepted_binops = frozenset(_ARITHMETIC)
    context_class = LeadContext

    def __init__(self, source: Callable[[str], str], kinds: Mapping[str, str]) -> None:
        super().__init__(
            loader=_Loader(source),
            undefined=StrictUndefined,
            finalize=_finalize,
            optimized=False,
            cache_size=400,
        )
        self.kinds = kinds
        self.globals.clear()
        self.filters = dict(FILTERS) | dict(INNER_FILTERS)
        self.tests = dict(TESTS)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        found = self.found(source, name or "template")
        if isinstance(found, list):
            raise Refusal(found)
        return bounded(found)  # type: ignore[return-value]

    def found(self, source: str, name: str) -> nodes.Template | list[TemplateProblem]:
        """The parsed template, or all that is wrong with it."""
        if len(source) > MAX_SOURCE:
            return [TemplateProblem(name, 1, f"a template has at most {MAX_SOURCE} characters")]
        try:
            tree = super()._parse(source, name, None)
        except TemplateSyntaxError as problem:
            return [TemplateProblem(name, problem.lineno, problem.message or "not a template")]
        except (RecursionError, ValueError, OverflowError):
            return [TemplateProblem(name, 1, "nested too deeply, or a number is too long")]
        return list(problems(tree, name, FILTERS, TESTS)) or tree

    def join_path(self, template: str, parent: str) -> str:
        """Templates are named from the project's root, or with ./ and ../ from the one that names them."""
        if not template.startswith("."):
            return template
        parts: list[str] = list(PurePosixPath(parent).parts[:-1])
        for word in PurePosixPath(template).parts:
            if word == ".." and not parts:
                raise TemplateNotFound(template, "a template outside the project")
            parts = parts[:-1] if word == ".." else [*parts, word]
        return "/".join(parts)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A part of a value, a column, the next name of a dotted one; never an attribute of Python."""
        if isinstance(obj, names.Dotted):
            return show(obj.then(attribute))
        if isinstance(obj, Secrets):
            return obj.get(attribute) or self.undefined(name=f"auth.{attribute}")
        if isinstance(obj, Shown | Mapping):
            return part(obj, attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_PARTS:
            return getattr(obj, attribute)
        return None if obj is None else self._undefined(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """An element by its number (blank where there is none), or what a dot would give."""
        if isinstance(argument, int) and not isinstance(obj, Undefined):
            items = obj if isinstance(obj, list) else ()
            return show(items[argument]) if -len(items) <= argument < len(items) else None
        return self.getattr(obj, str(argument))

    def handle_exception(self, source: str | None = None) -> NoReturn:
        """The error as it is: Jinja would rebuild its traceback around the template's variables, a lead's values."""
        raise

    def _undefined(self, obj: Any, attribute: str) -> Undefined:
        return obj if isinstance(obj, Undefined) else self.undefined(name=attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Decimal arithmetic; with a blank the result is blank."""
        if left is None or right is None:
            return None
        first, second = number(left), number(right)
        if first is None or second is None:
            raise TemplateError(f"`{operator}` takes numbers; texts are joined with `~`")
        try:
            return _ARITHMETIC[operator](first, second)
        except DecimalException as problem:
            raise TemplateError(f"`{operator}` has no result here") from problem

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Only ``super()`` is ever called: the profile lets nothing else through."""
        if isinstance(obj, BlockReference):
            return Written.of(obj(), context.parent["_kind"])
        raise TemplateError("a template calls nothing")


@pass_context
def _finalize(context: Context, value: Any) -> str:
    """A value in the output, escaped for the kind of body. Depending on the context keeps Jinja from folding
    constants while it compiles."""
    if isinstance(value, Secret):
        return value.text
    kind = context.parent["_kind"]
    if isinstance(value, Written) and value.kind == kind:
        return str(value)
    return _ESCAPES[kind](clean(printed(value)))
