"""The known vendors that come with leadflow: folders with a flow, scenarios, a page, and templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

from leadflow_dsl import nodes, parse
from leadflow_engine.adding.refused import Refused

KINDS: Final[Mapping[str, type]] = {
    "buyer": nodes.Buyer,
    "lookup": nodes.Enhance,
    "delivery": nodes.DeliverStep,
    "source": nodes.Source,
}
"""What can be added, as ``leadflow add`` names it, and the declaration that it is."""

KEYWORDS: Final[Mapping[str, str]] = {"lookup": "enhance", "delivery": "deliver"}
"""The language's word for a kind, where it is another."""

_HERE: Final = Path(__file__).resolve().parent.parent
_PLACES: Final = (_HERE / "vendors", _HERE.parent.parent / "examples" / "vendors")
"""Where the vendors lie: in an installation beside the engine's modules, in a checkout among the examples."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's files as texts. ``mappings`` are by the path that the flow says."""

    slug: str
    flow: str
    scenarios: str
    page: str
    mappings: Mapping[str, str]

    @property
    def about(self) -> str:
        """What it is, on one line: its page's heading and first clause."""
        heading, _, rest = self.page.partition("\n")
        clause = re.split(r"[.:;](?=\s)", " ".join(rest.split()), maxsplit=1)[0]
        return f"{heading.lstrip('# ')}: {clause[:1].lower()}{clause[1:]}"

    @property
    def fill_in(self) -> str:
        """What its page says that has to be filled in."""
        found = re.search(r"^- (Fill in .*(?:\n  .*)*)", self.page, re.M)
        return " ".join(found[1].split()) if found else ""


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that can be added: a declaration of a vendor's flow. ``kind`` is one of ``KINDS``."""

    kind: str
    name: str
    title: str
    vendor: Vendor


@cache
def all_known() -> tuple[Known, ...]:
    """Everything that can be added, in the order of the names."""
    return tuple(one for folder in _folders() for one in _declared(_vendor(folder)))


def _folders() -> list[Path]:
    place = next((place for place in _PLACES if place.is_dir()), None)
    return sorted(folder.parent for folder in place.glob("*/*.flow")) if place else []


def _vendor(folder: Path) -> Vendor:
    slug = folder.name
    templates = sorted(path for path in folder.glob("mappings/**/*") if path.is_file())
    return Vendor(
        slug,
        (folder / f"{slug}.flow").read_text(encoding="utf-8"),
        (folder / f"{slug}.scenarios.yaml").read_text(encoding="utf-8"),
        (folder / "README.md").read_text(encoding="utf-8"),
        {
            f"examples/vendors/{slug}/{path.relative_to(folder).as_posix()}": path.read_text(encoding="utf-8")
            for path in templates
        },
    )


def _declared(vendor: Vendor) -> Iterator[Known]:
    """What is the vendor's own: declarations that bear its name. The rest of its flow is there to try it."""
    tree, _ = parse(vendor.flow, f"{vendor.slug}.flow")
    for item in tree.items if tree else ():
        kind = next((word for word, node in KINDS.items() if isinstance(item, node)), "")
        name = getattr(getattr(item, "name", None), "text", "")
        if kind and (name == vendor.slug or name.startswith(f"{vendor.slug}_")):
            title = getattr(item, "title", None)
            yield Known(kind, name, title.value if title else "", vendor)


def known_named(kind: str, name: str) -> Known | Refused:
    """The one thing of a kind that is meant: by its whole name, or by a beginning that only one has."""
    of_kind = [one for one in all_known() if one.kind == kind]
    found = [one for one in of_kind if one.name == name] or [
        one for one in of_kind if one.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        return Refused(f"`{name}` may be {_either([one.name for one in found])}; name one of them whole")
    other = next((one for one in all_known() if one.name == name), None)
    if other is not None:
        return Refused(
            f"`{name}` is no {kind}; add it by `leadflow add {other.kind} NAME --from {other.name}`"
        )
    near = get_close_matches(name, [one.name for one in of_kind], 1)
    return Refused(
        f"no {kind} `{name}` is known; "
        + (f"did you mean `{near[0]}`?" if near else "`leadflow add --list` shows all")
    )


def _either(names: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in names[:-1]) + f" or `{names[-1]}`"
