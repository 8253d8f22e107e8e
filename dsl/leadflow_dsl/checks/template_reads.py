"""What a request's template reads, with the templates that it includes."""

from __future__ import annotations

from collections.abc import Iterator

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.model import Body
from leadflow_dsl.project import Unread
from leadflow_dsl.templates import Place, Reading, read_template
from leadflow_dsl.walk import find


class Templates:
    """The templates of a flow. Inline ones are known by the place of their body."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._inline: dict[Span, nodes.Text] | None = None

    def readings(self, body: Body | None) -> Iterator[Reading]:
        """What the body's template is made of, then those that it includes, each once."""
        if body is None or not (body.template or body.inline):
            return
        seen: set[str] = set()
        waiting = [self._inline_reading(body)] if body.inline else [self._file(body.template, seen)]
        while waiting:
            reading = waiting.pop()
            if reading is not None:
                yield reading
                waiting.extend(self._file(name, seen) for name, _ in reading.files)

    def _file(self, name: str, seen: set[str]) -> Reading | None:
        path, text = self.draft.project.find(name)
        if path in seen or isinstance(text, Unread):
            return None
        seen.add(path)
        return read_template(text, Place(path))

    def _inline_reading(self, body: Body) -> Reading | None:
        node = self._texts().get(body.span)
        if node is None:
            return None
        quotes = 3 if node.long else 1
        source = node.value if node.long else node.raw[1:-1]
        span = node.span
        return read_template(source, Place(span.file, span.line, span.column + quotes, span.start + quotes))

    def _texts(self) -> dict[Span, nodes.Text]:
        if self._inline is None:
            bodies = (body for loaded in self.draft.files for body in find(loaded.tree, nodes.Body))
            self._inline = {body.span: body.form for body in bodies if isinstance(body.form, nodes.Text)}
        return self._inline
