"""``leadflow schema``: a lead as JSON Schema, the intake as OpenAPI."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema", short_help="Write a lead as JSON Schema, the intake as OpenAPI.")
@click.argument("flow", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--source", default="", metavar="NAME", help="The source that posts; needed where there are several."
)
@click.option(
    "--openapi", "whole", is_flag=True, help="OpenAPI 3.1 of the intake, of all sources unless one is named."
)
@click.option(
    "--base-url", default="", metavar="URL", help="Where the intake is; https://YOUR-HOST unless given."
)
@click.option(
    "--format", "form", type=click.Choice(("json", "yaml")), help="What to write; told by -o, else json."
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write to a file.")
def command(flow: str, source: str, whole: bool, base_url: str, form: str | None, output: str | None) -> None:
    """Write the JSON Schema (2020-12) of a lead as its source posts it, or with --openapi the whole intake."""
    from leadflow_engine.cli.docs import put
    from leadflow_engine.cli.loading import planned
    from leadflow_engine.drivers.clock import RealClock
    from leadflow_engine.instructions import DEFAULT_BASE, UnknownParty, for_source
    from leadflow_engine.schemas import lead_schema, openapi, written

    plan, moment, base = planned(flow), RealClock().now(), base_url or DEFAULT_BASE
    names = [source] if source or not whole else list(plan.sources)
    try:
        told = [for_source(plan, name, moment, base) for name in names]
    except UnknownParty as problem:
        raise click.UsageError(f"{flow}: {problem}") from None
    schema = openapi(told, plan.short) if whole else lead_schema(told[0])
    suffix = {".yaml": "yaml", ".yml": "yaml"}.get(Path(output or "").suffix.lower(), "json")
    put(written(schema, form or suffix), output)
