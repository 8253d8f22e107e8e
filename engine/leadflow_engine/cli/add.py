"""``leadflow add``: a known vendor into a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadflow_engine.cli.failing import CannotStart

if TYPE_CHECKING:
    from leadflow_engine.adding import Added


@click.command("add", short_help="Add a known vendor to a flow: its buyer, look-up, copy or source.")
@click.argument("kind", required=False, metavar="[buyer|lookup|delivery|source]")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--from", "vendor", metavar="VENDOR", help="Which one: a name of the list, or its beginning.")
@click.option(
    "--to",
    "flow",
    type=click.Path(path_type=Path),
    metavar="FLOW",
    help="The flow that takes it; not needed where there is one.",
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="THEIRS=YOURS",
    help="A lead field that has another name in your flow.",
)
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; say what would be, and what is left."
)
@click.option("--list", "listed", is_flag=True, help="Show what can be added.")
def command(
    kind: str | None,
    name: str | None,
    vendor: str | None,
    flow: Path | None,
    fields: tuple[str, ...],
    only_check: bool,
    listed: bool,
) -> None:
    """Add a known vendor to FLOW under a NAME of your own, with its templates, and its answers as scenarios.

    New files are written beside the flow, and the flow gets a line that imports them. No file is overwritten.
    """
    from leadflow_engine.adding import KINDS, Asked, Refused, add
    from leadflow_engine.reports.adding import added_lines, listed_lines

    if listed:
        click.echo("\n".join(listed_lines()))
        return
    if kind is None or name is None or vendor is None:
        raise click.UsageError("say what, under which name, and from where: add buyer NAME --from VENDOR")
    if kind not in KINDS:
        raise click.UsageError(f"`{kind}` cannot be added; there are {', '.join(KINDS)}")
    asked = Asked(kind, name, vendor, flow or _only_flow(), dict(_pair(one) for one in fields))
    added = add(asked)
    if isinstance(added, Refused):
        raise CannotStart(added.why)
    if not only_check:
        _write(added)
    click.echo("\n".join(added_lines(added, not only_check)))


def _pair(text: str) -> tuple[str, str]:
    theirs, equals, yours = text.partition("=")
    if not equals or not theirs or not yours:
        raise click.UsageError(f"`--field {text}`: write --field THEIRS=YOURS")
    return theirs.strip(), yours.strip()


def _only_flow() -> Path:
    """The one flow below the current folder that is no flow of something alone."""
    from leadflow_dsl import nodes, parse
    from leadflow_dsl.project import Unread, bytes_of
    from leadflow_engine.cli.files import flow_files

    found = []
    for path in flow_files(["."]):
        data = bytes_of(path)
        tree = None if isinstance(data, Unread) else parse(data.decode("utf-8", "replace"), str(path))[0]
        if tree and isinstance(tree.head, nodes.FlowHead) and not path.stem.endswith("_test"):
            found.append(path)
    if len(found) != 1:
        names = ", ".join(str(path) for path in found) or "none"
        raise click.UsageError(f"say which flow takes it, by --to FLOW; here are {names}")
    return found[0]


def _write(added: Added) -> None:
    """New files first, so that the flow never imports what is not there."""
    from leadflow_engine.cli.files import replace_text

    for path, text, _ in added.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    replace_text(added.asked.flow, added.flow_text)
