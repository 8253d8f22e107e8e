"""What adding a known vendor to a flow comes to: which files, which line in the flow, and what is left to fill in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from leadflow_dsl import nodes, parse
from leadflow_dsl.checking import examine
from leadflow_dsl.meaning.draft import Draft
from leadflow_dsl.project import Unread, open_project
from leadflow_dsl.walk import find
from leadflow_engine.adding.flow_text import with_import, with_step
from leadflow_engine.adding.known import KEYWORDS, Known, Vendor, known_named
from leadflow_engine.adding.refused import Refused
from leadflow_engine.adding.renaming import FLOW, Texts, renamed
from leadflow_engine.adding.taking_out import TakenOut, taken_out

FOLDERS: Final[Mapping[str, str]] = {
    "buyer": "buyers",
    "lookup": "lookups",
    "delivery": "deliveries",
    "source": "sources",
}
"""Beside the flow, where each kind is put."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants: a kind and a name of his own, from which vendor, into which flow; ``fields`` gives the
    vendor's names of lead fields the flow's own."""

    kind: str
    name: str
    vendor: str
    flow: Path
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Added:
    """What is to be written: ``files`` are new, with what each is; ``flow_text`` takes the place of the flow's text.

    ``lacking`` are fields that the flow's lead does not have, each with its type and the flow's fields that may be it;
    ``differing`` are sentences: of other fields the type, of the flow the country and the currency. ``step`` is a
    step's name where the flow now says it.
    """

    known: Known
    asked: Asked
    files: tuple[tuple[Path, str, str], ...]
    flow_text: str
    imported: str
    step: str
    secrets: tuple[str, ...]
    lacking: tuple[tuple[str, str, tuple[str, ...]], ...]
    differing: tuple[str, ...]

    @property
    def bids(self) -> bool:
        """Whether it is asked by a ping for a bid, which is its price: what an auction is for."""
        tree, _ = parse(self.files[0][1], "")
        return tree is not None and all(
            any(True for _ in find(tree, node)) for node in (nodes.Ping, nodes.FromBid)
        )


def add(asked: Asked) -> Added | Refused:
    """Adding a vendor, thought through; nothing is written. Refused: a sentence, where it cannot be done safely."""
    known = known_named(asked.kind, asked.vendor)
    return known if isinstance(known, Refused) else add_known(asked, known)


def add_known(asked: Asked, known: Known) -> Added | Refused:
    """``add``, of what is known already: ``asked.vendor`` is not looked at."""
    project, main = open_project(asked.flow)
    text = project.raw(main)
    if text is None:
        why = project.read(main)
        return Refused(f"cannot read `{asked.flow}`" + (f": {why.reason}" if isinstance(why, Unread) else ""))
    draft = examine(asked.flow)[1]
    texts = _unfit(asked, draft) or _renamed(asked, known)
    if isinstance(texts, Refused):
        return texts
    taken = taken_out(texts, asked.name, known.title or known.name)
    files = tuple(_files(asked, known.vendor, texts, taken, project.root))
    return _clash(asked, draft, taken, files, project.root) or _added(asked, known, text, taken, files, draft)


def _unfit(asked: Asked, draft: Draft) -> Refused | None:
    """Why nothing can be added to this flow."""
    if draft.broken or not draft.files:
        return Refused(f"`{asked.flow}` cannot be read whole; mend it first: leadflow lint {asked.flow}")
    if draft.head is None:
        return Refused(f"`{asked.flow}` is a library; name the flow that imports it")
    own = [symbol.name for symbol in draft.words.values() if symbol.kind == "field"]
    for theirs, yours in asked.fields.items():
        if yours not in own:
            near = get_close_matches(yours, own, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(own) or 'none'}"
            return Refused(f"`--field {theirs}={yours}`: your lead has no field `{yours}`; {hint}")
    return None


def _renamed(asked: Asked, known: Known) -> Texts | Refused:
    """The vendor's files in the words of whoever asks."""
    vendor = known.vendor
    files = {FLOW: vendor.flow}
    texts: Texts | Refused = Texts({**files, **vendor.mappings}, vendor.scenarios)
    kind = KEYWORDS.get(asked.kind, asked.kind)
    for what, old, new in (("field", old, new) for old, new in asked.fields.items()):
        texts = renamed(texts, what, old, new) if isinstance(texts, Texts) else texts
    texts = renamed(texts, kind, known.name, asked.name) if isinstance(texts, Texts) else texts
    return _templates_moved(texts, asked.name, vendor) if isinstance(texts, Texts) else texts


def _templates_moved(texts: Texts, name: str, vendor: Vendor) -> Texts:
    """The templates under their new paths, which the flow says where it said the old ones."""
    new_paths = {path: _template_path(path, name, vendor.slug) for path in vendor.mappings}
    tree = texts.analysis().tree(FLOW)
    flow = texts.flow
    said = [node for node in find(tree, nodes.Text) if node.value in new_paths] if tree else []
    for node in sorted(said, key=lambda one: -one.span.start):
        flow = f'{flow[: node.span.start]}"{new_paths[node.value]}"{flow[node.span.end :]}'
    files = {FLOW: flow}
    for path, text in texts.files.items():
        if path != FLOW:
            for old, new in new_paths.items():
                text = text.replace(f'"{old}"', f'"{new}"')  # what a template includes or extends
            files[new_paths[path]] = text
    return replace(texts, files=files)


def _template_path(path: str, name: str, slug: str) -> str:
    base = path.rpartition("/")[2]
    return f"mappings/{name}{base.removeprefix(slug) if base.startswith(slug) else f'_{base}'}"


def _files(
    asked: Asked, vendor: Vendor, texts: Texts, taken: TakenOut, root: Path
) -> Iterator[tuple[Path, str, str]]:
    beside = asked.flow.parent / FOLDERS[asked.kind]
    yield beside / f"{asked.name}.flow", taken.library, f"the {asked.kind}"
    yield beside / f"{asked.name}.md", vendor.page, "what is known of it"
    yield beside / f"{asked.name}_test.flow", taken.alone, "a flow of it alone, for its scenarios"
    yield beside / f"{asked.name}_test.scenarios.yaml", texts.scenarios, "its published answers"
    for path, text in texts.files.items():
        if path != FLOW:
            yield root / path, text, "a template of its requests"


def _clash(
    asked: Asked, draft: Draft, taken: TakenOut, files: tuple[tuple[Path, str, str], ...], root: Path
) -> Refused | None:
    library = files[0][0]
    for name in taken.names:
        for table in (draft.words, *draft.others.values()):
            if name in table:
                found = table[name]
                mine = (root / found.span.file).resolve() == library.resolve()
                return Refused(
                    f"`{name}` is declared already, as {found.kind} in {found.span.file}:{found.span.line}; "
                    "choose another name" + (_undone(asked, taken, files) if mine else "")
                )
    there = next((path for path, _, _ in files if path.exists()), None)
    return Refused(f"`{there}` is there already; choose another name, or take it away") if there else None


def _undone(asked: Asked, taken: TakenOut, files: tuple[tuple[Path, str, str], ...]) -> str:
    """How what was added is taken away, to be added anew."""
    there = ", ".join(f"`{os.path.relpath(path)}`" for path, _, _ in files if path.exists())
    lines = f'the line `import "{_imported(asked)}"`' + (f" and `step {asked.name}`" if taken.step else "")
    return f", or undo the first and add it again: remove {there}, and {lines} from `{asked.flow}`"


def _imported(asked: Asked) -> str:
    return f"{FOLDERS[asked.kind]}/{asked.name}.flow"


def _added(
    asked: Asked,
    known: Known,
    text: str,
    taken: TakenOut,
    files: tuple[tuple[Path, str, str], ...],
    draft: Draft,
) -> Added:
    imported = _imported(asked)
    text = with_import(text, imported)
    step = asked.name if taken.step else ""
    return Added(
        known,
        asked,
        files,
        with_step(text, step) if step else text,
        imported,
        step,
        taken.secrets,
        tuple(_lacking(taken, draft)),
        tuple(_differing(taken, draft)),
    )


_TELLING_NOTHING: Final = frozenset({"text", "number", "boolean", "id", "enum", "list", "money", "date"})
"""Types that fields of quite different meaning have."""


def _lacking(taken: TakenOut, draft: Draft) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name, type_ in taken.fields:
        symbol = draft.words.get(name)
        if symbol is None or symbol.kind != "field":
            same = tuple(
                other.name
                for other in draft.words.values()
                if other.kind == "field" and other.type and other.type.name == type_
            )
            yield name, type_, () if type_ in _TELLING_NOTHING else same


def _differing(taken: TakenOut, draft: Draft) -> Iterator[str]:
    own = {"country": draft.country, "currency": draft.currency}
    for word, value in taken.settings:
        if own[word] != value:
            yield f"{word} is {own[word]} in your flow, and {value} where this was written"
    for name, type_ in taken.fields:
        symbol = draft.words.get(name)
        if symbol is None or symbol.kind != "field" or symbol.type is None:
            continue
        node = symbol.node
        said = draft.text_at(node.type.span) if isinstance(node, nodes.Field) else symbol.type.name
        if said != " ".join(type_.split()):
            yield f"`{name}` is {said} in your lead, and {type_} where this was written"
