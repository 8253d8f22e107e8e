"""What ``leadflow add`` tells: what can be added, what was, and what is left to fill in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from leadflow_engine.adding import Added, all_known

WIDTH: Final = 110
_NEXT: Final = {
    "buyer": "name it where it sells, in a route: {word} {name}",
    "lookup": "read what it sets, in a condition: {name}.outcome == success",
    "delivery": "`step {name}` runs it for every lead; or take that out and name it: on unsold {{ deliver {name} }}",
    "source": "send it leads: leadflow docs {flow} --source {name}",
}


def listed_lines() -> Iterator[str]:
    """All that can be added, a line each."""
    known = all_known()
    widest = max((len(one.name) for one in known), default=0)
    for one in known:
        line = f"{one.kind:<8}  {one.name:<{widest}}  {one.vendor.about}"
        yield line if len(line) <= WIDTH else f"{line[: WIDTH - 4].rpartition(' ')[0]} ..."


def added_lines(added: Added, written: bool) -> Iterator[str]:
    """The files, and what is to be done before the flow can run with them. ``written``: they are there."""
    files = [(_shown(path), why) for path, _, why in added.files]
    says = "now says" if written else "would say"
    files.append((_shown(added.asked.flow), f'{says} import "{added.imported}"' + _and_step(added)))
    widest = max(len(path) for path, _ in files)
    yield from (f"{path:<{widest}}  {why}" for path, why in files)
    yield from _left(added, written)


def _shown(path: os.PathLike[str]) -> str:
    return os.path.relpath(path)


def _and_step(added: Added) -> str:
    return f" and step {added.step}" if added.step else ""


def _left(added: Added, written: bool) -> Iterator[str]:
    if added.known.vendor.fill_in:
        yield ""
        yield from wrap(added.known.vendor.fill_in, WIDTH)
    if added.secrets:
        yield ""
        yield f"secrets, in the environment or in .env: {', '.join(added.secrets)}"
    yield from _fields(added, "undo this, and add it with " if written else "")
    yield ""
    asked = added.asked
    flow = _shown(asked.flow)
    scenarios = next(_shown(path) for path, _, _ in added.files if path.name.endswith(".scenarios.yaml"))
    word = "auction" if added.bids else "waterfall"
    yield "then"
    yield f"  {_NEXT[asked.kind].format(name=asked.name, flow=flow, word=word)}"
    yield f"  leadflow lint {flow}"
    yield f"  leadflow test {scenarios}"


def _fields(added: Added, undo: str) -> Iterator[str]:
    if added.lacking:
        yield ""
        yield "your lead does not have these fields; write into `lead`:"
        widest = max(len(name) for name, _, _ in added.lacking)
        yield from (f"  {name:<{widest}}  {type_}" for name, type_, _ in added.lacking)
        for name, _, same in added.lacking:
            for other in same:
                yield f"where your `{other}` is it: {undo}--field {name}={other}"
    if added.differing:
        yield ""
        yield from added.differing
