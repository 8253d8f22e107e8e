"""Templates of request bodies: Jinja behind an allow-list, with the lead's names and nothing else in reach."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import jinja2
from jinja2.meta import find_referenced_templates

from leadflow_dsl.model import Flow
from leadflow_dsl.project import Unread, bytes_of
from leadflow_engine.evaluation.evaluate import Scope
from leadflow_engine.templates.environment import Environment, Secrets
from leadflow_engine.templates.names import WORDS, names_of
from leadflow_engine.templates.problems import TemplateError, TemplateProblem
from leadflow_engine.texts.leaves import Kind, Refused, Secret

MAX_OUTPUT = 1 << 20

__all__ = ["MAX_OUTPUT", "Template", "TemplateError", "TemplateProblem", "Templates", "check_template"]


class Template:
    """A compiled template. ``places_secrets``: whether it, or one that it includes or extends, reads ``auth``."""

    def __init__(self, name: str, template: jinja2.Template, places_secrets: bool) -> None:
        self.name = name
        self.places_secrets = places_secrets
        self._template = template

    def render(self, scope: Scope, kind: Kind, auth: Mapping[str, Secret] | None = None) -> str:
        """The text for one lead, values escaped for ``kind``; ``auth`` are the secrets that it may place.

        Raises ``Refused``: a name that is unknown, a limit, a look-up that has not been asked. Same lead, same text.
        """
        context = self._template.new_context(
            {"_scope": scope, "_kind": kind, "_auth": Secrets(auth or {}), "_budget": []}, shared=False
        )
        try:
            return self._collected(context)
        except TemplateError as problem:
            raise Refused(f"template {self.name}: {problem}") from problem
        except jinja2.TemplateError as problem:
            raise Refused(f"template {self.name}: {problem.message or 'it cannot be rendered'}") from problem
        except (RecursionError, ArithmeticError, TypeError, ValueError, LookupError) as problem:
            raise Refused(f"template {self.name}: it cannot be rendered with this lead") from problem

    def _collected(self, context: jinja2.runtime.Context) -> str:
        pieces, size = [], 0
        for piece in self._template.root_render_func(context):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_OUTPUT:
                raise TemplateError(f"the output is longer than {MAX_OUTPUT} characters")
        return "".join(pieces)


class Templates:
    """A project's templates, each compiled at first use, once.

    ``sources`` (path from the root to text) are taken before files below ``root``. ``names`` says what each name
    that a template may use is (``names.names_of``); without it every other name than the language's own is a field.
    """

    def __init__(
        self,
        root: str | Path,
        sources: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._root = Path(root)
        self._sources = sources or {}
        self._environment = Environment(self._source, _Fields() if names is None else names)
        self._compiled: dict[str, Template] = {}

    @classmethod
    def of(cls, flow: Flow) -> Templates:
        """The templates of a flow, from the texts that it was checked with."""
        return cls(flow.root, dict(flow.sources_text), names_of(flow))

    def get(self, path: str) -> Template:
        """The template of this path from the root. Raises ``TemplateError``: missing, outside the root, refused."""
        if path not in self._compiled:
            self._compiled[path] = self._checked(path, self._source(path))
        return self._compiled[path]

    def text(self, path: str) -> str:
        """A file of the project as text. Raises ``TemplateError`` where it is missing or outside the root."""
        return self._source(path)

    def inline(self, text: str, name: str = "inline template") -> Template:
        """A template that stands in the flow itself. Raises ``TemplateError`` where it is refused."""
        return self._checked(name, text)

    def _checked(self, name: str, text: str) -> Template:
        try:
            template = self._environment.from_string(text)
            template.name = name
            whole = self._with_mentioned(name, text)
        except jinja2.TemplateSyntaxError as problem:
            raise TemplateError(f"{name}:{problem.lineno}: {problem.message}") from problem
        except jinja2.TemplateNotFound as problem:
            raise TemplateError(f"{name}: no template `{problem.name}`: {problem.message}") from problem
        except (RecursionError, ValueError, SyntaxError) as problem:
            raise TemplateError(f"{name}: it cannot be compiled") from problem
        return Template(name, template, "auth" in whole)

    def _with_mentioned(self, name: str, text: str) -> str:
        """The text of a template and of all that it includes or extends, each compiled, so that all are checked."""
        texts, waiting = {name: text}, [(name, text)]
        while waiting:
            place, own = waiting.pop()
            for other in find_referenced_templates(self._environment.parse(own, place)):
                path = self._environment.join_path(other or "", place)
                if path not in texts:
                    self._environment.get_template(path)
                    texts[path] = self._source(path)
                    waiting.append((path, texts[path]))
        return "\n".join(texts.values())

    def _source(self, path: str) -> str:
        if path in self._sources:
            return self._sources[path]
        unread = TemplateError(f"`{path}` cannot be read below {self._root.name or 'the project'}")
        try:
            root = self._root.resolve()
            file = (root / path).resolve()
            if not file.is_relative_to(root):
                raise TemplateError(f"`{path}` is outside the project")
            data = bytes_of(file)
            if isinstance(data, Unread):
                raise unread
            return data.decode("utf-8")
        except (OSError, RuntimeError, UnicodeDecodeError) as problem:  # a loop of links is a RuntimeError
            raise unread from problem


class _Fields(dict[str, str]):
    """The names where no flow says them: the language's words, and everything else a field."""

    def get(self, key: str, default: str | None = None) -> str:  # type: ignore[override]
        return WORDS.get(key, "field")


def check_template(text: str, name: str = "template") -> list[TemplateProblem]:
    """Everything that would have a template refused, each with its line. Never raises, and runs nothing of it."""
    found = Environment(_no_source, {}).found(text, name)
    return found if isinstance(found, list) else []


def _no_source(path: str) -> str:
    raise TemplateError(f"`{path}` is not looked for")
